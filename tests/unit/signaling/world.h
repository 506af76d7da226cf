/*
 * A server's meetings without server and relay, for tests and fuzzing of the protocol: a real store
 * and key in a folder of its own, WebSockets that keep what was sent, and stand-ins for the relay
 * and media sessions that write down what they were told. One at a time.
 */
#pragma once

#include "signaling/meeting_internal.h"
#include "signaling/studio.h"
#include "signaling/studio_tracks.h"

/* The stand-in for the studio. */
struct studio {
	struct studio_config config;
};

struct world {
	char *folder;
	struct config config;
	struct store *store;
	struct token_key *key;
	struct meetings *meetings;
	struct websocket_events events;
	struct relay_events relay_events;
	gint64 now; /* what meetings take for the monotonic clock */

	/* What the relay was told last, and how often. */
	uint32_t rooms_opened, rooms_closed, pinned, screen;
	uint32_t channel, on_air; /* relay_set_channel */
	unsigned hold_ms, channels_set;
	bool sign;
	unsigned sessions, sessions_freed, offers, slots_set;
	bool refuse_offers, sheds; /* the relay */
	struct media_line lines[PEER_MAX_PUBLICATIONS + PEER_MAX_SLOTS];
	size_t n_lines;
	bool may_publish, may_screen; /* policy of the last session */
	/* The studio: NULL until one was made. channel -> tag of what is wanted; channel -> state.
	 */
	struct studio *studio;
	GHashTable *programs, *states;
	GString *tracks;     /* names of what is recorded, with spaces between */
	char *tracks_on_air; /* tracks, as they were at the last relay_set_channel */
	enum studio_trouble trouble;
	uint32_t studio_peer; /* whose state it was told last */
	GHashTable *muted;    /* "peer/source" of what is muted */
};
extern struct world world;

void world_open(void);	  /* with a meeting "demo" */
void world_close(void);	  /* and removes the folder */
void world_restart(void); /* as by kill -9: no socket is closed in an orderly way */
void world_advance(unsigned seconds);
char *world_token(const char *meeting, enum role role,
		  const char *name); /* of today's generation */
/* An interpreter's, for English and Chinese. */
char *world_booth_token(void);
char *world_sign_token(void); /* into American Sign Language */
/* What the relay says about a participant's media. */
void world_media(uint32_t peer, enum transport_state state);
void world_recording_open(void); /* world_recording.c; called by world_open */
/* What the studio asks for when it begins to record: a folder; free it. */
char *world_new_part(void);
bool world_muted(uint32_t peer, enum source source);

/* A page. */
struct websocket;
struct websocket *page_open(void);
void page_free(struct websocket *page); /* without a word to the server */
void page_drop(struct websocket *page); /* the server sees it closed; frees */
void page_say(struct websocket *page, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Takes the first message of that type out of what came; NULL if none did. */
json_t *page_take(struct websocket *page, const char *type);
void page_forget(struct websocket *page);	    /* what came so far */
unsigned page_closed(const struct websocket *page); /* close code, 0: open */
/* Says join, as a person of that role; device is 32 times the digit. */
void page_try_join(struct websocket *page, const char *name, char device, enum role role);
/* The same, and expects to be let in. Returns "p17"; free it. */
char *page_join(struct websocket *page, enum role role, const char *name, char device);
char *page_secret(struct websocket *page); /* of the last page_join; free it */
void page_resume(struct websocket *page, enum role role, const char *id, const char *secret);
void page_offer(struct websocket *page); /* a microphone and the stage; expects an answer */

/* Takes that message and compares one of its strings; key NULL: it has come, that's all. */
void page_expect(struct websocket *page, const char *type, const char *key, const char *value);
void page_expect_ok(struct websocket *page);
void page_expect_none(struct websocket *page, const char *type);
void page_expect_error(struct websocket *page, const char *code, const char *field);
json_t *page_expect_person(struct websocket *page); /* the object in a "person" */
const char *page_text(const json_t *message, const char *key);
uint32_t page_number(const char *id); /* 17 of "p17" */

/* A world with a host and a member in it. */
extern struct websocket *host, *member;
extern char *host_id, *member_id; /* their ids */
void two_people(void);
void two_leave(void);
