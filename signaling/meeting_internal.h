/* clang-format off: a drawing
 *
 * The parts of meetings, to each other and to the protocol. Main thread throughout.
 *
 *   meetings        all that are loaded, and all WebSockets
 *     meeting       a row of the store, a room of the relay, its people; loaded when a token for it comes, freed when
 *                   nobody has been in it for a minute
 *       participant participant.h
 *     connection    connection.h
 *
 * What happens is first done in memory, then written to the store's journal, told to the relay, told to everybody.
 */
/* clang-format on */
#pragma once

#include "signaling/connection.h"
#include "signaling/meeting.h"
#include "signaling/participant.h"

#define MEETING_IDLE_US (60 * G_USEC_PER_SEC)
#define QUALITY_US	(2 * G_USEC_PER_SEC)
/* New people: 1,000 within 10 s; each is told to all. */
#define COMERS_A_SECOND	     50
#define COMERS_BURST_SECONDS 10

struct meetings {
	const struct config *config;
	struct store *store;
	const struct token_key *key;
	struct relay *relay;	 /* NULL before meetings_start */
	GHashTable *by_name;	 /* owns struct meeting */
	GHashTable *by_room;	 /* room -> struct meeting */
	GHashTable *connections; /* set of struct connection, owned */
	guint timer;
	bool ending;			     /* no studio is needed any more */
	gint64 (*clock)(void);		     /* monotonic us; tests have their own */
	void (*recording_ended)(void *user); /* one of them; NULL: nobody asks */
	void *recording_ended_user;
	guint64 joins, resumes, messages, refused, busy;
};

struct meeting {
	struct meetings *meetings;
	struct store_meeting row;
	bool has_room;
	uint32_t room;
	GPtrArray *people;     /* owns struct participant, in order of joining */
	GHashTable *numbers;   /* number -> struct participant */
	GPtrArray *hands;      /* raised, in their order */
	GPtrArray *screens;    /* sharing, the last one is shown */
	uint32_t shown_screen; /* what everybody was told; 0: none */
	uint32_t pinned;
	struct {
		uint32_t holder, previous; /* 0: nobody */
		bool pinned;
	} stage, told_stage;
	GArray *speaking; /* uint32_t, loudest first */
	/* Of meeting_languages.c. */
	struct interpretation *interpretation;
	struct calls *calls;
	struct studio *studio; /* NULL until somebody wants a program, or records */
	struct recording *recording;
	GHashTable *programs; /* numbers of channels, and PROGRAM_FLOOR, whose program there is */
	char *floor_set;      /* what the floor speaks, as somebody said; NULL: nobody */
	char *told_languages, *told_audience;
	gint64 slow_down_at;
	guint64 booth_chats;
	gint64 idle_since, quality_at;
	uint64_t comers; /* rate_take */
};

/* meetings.c */
gint64 meetings_now(const struct meetings *meetings);
/* As the store has it now; refuses one that has ended. */
struct meeting *meetings_load(struct meetings *meetings, const char *name, GError **error);
void meetings_tick(struct meetings *meetings); /* every second */

/* meeting.c */
struct meeting *meeting_new(struct meetings *meetings, const char *name);
void meeting_free(struct meeting *meeting);
void meeting_set_row(struct meeting *meeting, struct store_meeting *row); /* takes what is in row */
bool meeting_restore(struct meeting *meeting, GError **error);
uint32_t meeting_room(struct meeting *meeting); /* opened when first needed */
void meeting_add(struct meeting *meeting, struct participant *participant);
struct participant *meeting_find(const struct meeting *meeting, uint32_t number); /* listed ones */
struct participant *meeting_peer(const struct meeting *meeting, uint32_t number); /* all */
bool meeting_has_space(struct meeting *meeting, GError **error); /* for one who comes now */
/*
 * Whether the relay, overloaded where this one is or would come (0: somebody new), forwards nothing
 * new of theirs. An interpreter's it does: a voice costs little, and without it a part of the
 * meeting understands nothing.
 */
bool meeting_withholds(const struct meeting *meeting, enum role role, uint32_t peer);
/* The same for who is to begin to publish: refuses it. */
bool meeting_takes_publisher(struct meeting *meeting, enum role role, uint32_t peer,
			     GError **error);
void meeting_broadcast(struct meeting *meeting, const struct participant *except, json_t *message);
json_t *meeting_json(const struct meeting *meeting);
json_t *meeting_people_json(const struct meeting *meeting);
json_t *meeting_marks_json(struct meeting *meeting, bool all); /* NULL: none */
void meeting_end(struct meeting *meeting); /* tells and removes all; the store knows already */
bool meeting_tick(struct meeting *meeting, gint64 now); /* false: idle long enough to be freed */
