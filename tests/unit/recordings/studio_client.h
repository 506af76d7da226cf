/* A server for tests of the studio process: starts it, asks for a program, plays voices into it in
 * real time, and keeps what the program sounded like. */
#pragma once

#include "relay/base/studio_wire.h"
#include "tests/unit/recordings/tone.h"
#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define WINDOW_MS 10 /* whole periods of all tones that are used */
#define WINDOW	  (WINDOW_MS * TONE_RATE / 1000)

struct studio_process {
	char *folder, *path;
	pid_t pid;
};

/* Of the program that TONGSHENG names; returns when its socket is there. away: NULL, or seconds as
 * text. */
void studio_process_start(struct studio_process *process, const char *away);
/* Ends it unless it has; returns how it ended (waitpid's status). */
int studio_process_wait(struct studio_process *process);
void studio_process_stop(struct studio_process *process);

struct studio_client {
	int fd;
	OpusDecoder *decoder;
	struct tone *voice[STUDIO_SLOTS]; /* NULL: nothing is sent */
	GArray *sound;			  /* float: all of the program, lost packets concealed */
	unsigned n_packets, n_lost, n_bytes;
	uint16_t sequence; /* of the newest packet */
	bool ended;
	gint64 turn_us; /* when the next 20 ms are due */
};

/* -1: not there. */
int studio_connect(const struct studio_process *process);
void studio_client_init(struct studio_client *client, const struct studio_process *process,
			const char *program);
void studio_client_clear(struct studio_client *client);
void studio_client_send(struct studio_client *client, const void *data, size_t length);
void studio_client_set_state(struct studio_client *client, enum studio_state state);
void studio_client_take(struct studio_client *client); /* what has come; never waits */
/* Plays the voices for so long, and takes what comes. */
void studio_client_play(struct studio_client *client, unsigned ms);
/* Plays on until a tone was as loud for so long, dB +- tolerance: at once on a machine at rest,
 * later where it is busy. */
void studio_client_until(struct studio_client *client, double hz, unsigned ms, double db,
			 double tolerance);
/* dBFS of a tone over the last so many ms of the program: the median of its windows, so that a
 * machine that stood still for a moment, and so lost some sound, fails no test. */
double studio_client_level(const struct studio_client *client, double hz, unsigned ms);
