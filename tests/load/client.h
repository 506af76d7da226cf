/*
 * A participant of the load generator: one WHIP, WHEP or Janus session over a socket of its own, as
 * lean as may be, since some thousand of them share a thread with what they measure. It counts what
 * arrives and asks for nothing again. What publishers send carries the time of sending; the kernel
 * says when a datagram arrived, so that a generator that reads late measures no delay of its own.
 *
 * client_signal may run on a thread of its own, while nobody else touches the client; all the rest
 * is the caller's thread's.
 */
#pragma once

#include "tests/load/publish.h"
#include "tests/load/row.h"

#define CAMERAS_MAX 16

struct client;

/* Publishers are named by their numbers (1, 2, ...) in the order in which they joined. */
struct view_options {
	unsigned voices;  /* slots: Tongsheng's voice seats, Janus's first publishers */
	unsigned channel; /* one more microphone; 0: none */
	unsigned n_cameras;
	unsigned cameras[CAMERAS_MAX]; /* 0: the stage; Janus's first publisher */
	const char *size;	       /* "640x360", or NULL */
	bool decrypt;	/* all that comes; else it goes by the RTP headers, which are in clear */
	GArray *delays; /* uint32_t microseconds, one for each decrypted packet; NULL: none */
};

struct client_options {
	const char *url, *meeting, *token, *profiles; /* profiles: or NULL */
	unsigned janus_room;			      /* 0: WHIP and WHEP. Else url is Janus's */
	unsigned number;			      /* a publisher's; 0: a viewer */
	struct publish_options publish;
	struct view_options view;
};

struct client_stats {
	struct row_counts sound, video;
	/* Microseconds after the offer had been sent; 0: not yet, or nothing is decrypted. */
	uint64_t first_sound_us, keyframe_us;
};

struct client *client_new(const struct client_options *options);
void client_free(struct client *client); /* Ends the session. NULL is allowed. */
/* Blocks until the answer is there. Errors wait for client_start. */
void client_signal(struct client *client);
/* Begins to connect. */
bool client_start(struct client *client, uint64_t now_us, GError **error);

int client_fd(const struct client *client);
/* true: its state has changed, and so has when it must be called again. */
bool client_readable(struct client *client, uint64_t now_us);
/* Returns when to call again. */
uint64_t client_tick(struct client *client, uint64_t now_us);
enum client_state client_state(const struct client *client);
const char *client_profile(const struct client *client);
/* What is counted begins now. */
void client_begin(struct client *client);
struct client_stats client_stats(const struct client *client);
