/*
 * Calls between booths and hosts: a light that stays on until somebody on the other side has seen
 * it. Rules like those of interpretation.h: neither sockets nor JSON; a request that is refused has
 * changed nothing, and the error names field and reason. Main thread; belongs to a meeting.
 *
 *   called --answer--> seen            one call at a time from a person to the same side
 *     +----withdraw, leave, nobody there to answer
 */
#pragma once

#include "signaling/error.h"
#include <stdbool.h>
#include <stdint.h>

#define CALL_AGAIN_US (5 * G_USEC_PER_SEC) /* from one call to the next: it rings */

/* booth NULL: a host. */
struct call_side {
	uint32_t who;
	const char *booth;
};

struct call {
	uint64_t number; /* 0: it has ended */
	uint32_t from;
	bool to_booth;
	char *booth; /* the one that is called; to hosts: the caller's */
	gint64 at;
};

enum call_result {
	CALL_SEEN,
	CALL_WITHDRAWN,
	CALL_GONE /* the caller, or all who could have answered */
};
const char *call_result_name(enum call_result result);

/* Both are called from within a function below. */
struct calls_events {
	void *user;
	void (*called)(void *user, const struct call *call);
	void (*ended)(void *user, const struct call *call, enum call_result result,
		      uint32_t by); /* by: who has seen it; 0: nobody */
};

struct calls;
struct calls *calls_new(const struct calls_events *events);
void calls_free(struct calls *calls);

/* forbidden (to): only from a booth to hosts, and from a host to a booth. Asked before the others.
 */
bool calls_direction(struct call_side from, const char *booth, GError **error);
/* booth: who is called; NULL: the hosts. Once more while it waits: nothing. now: monotonic. */
bool calls_call(struct calls *calls, struct call_side from, const char *booth, gint64 now,
		GError **error);
void calls_withdraw(struct calls *calls, struct call_side from, const char *booth);
bool calls_answer(struct calls *calls, struct call_side by, uint64_t number, GError **error);
/* The caller has left; nobody is left of whom that call was for (NULL: of the hosts). */
void calls_leave(struct calls *calls, uint32_t who);
void calls_unanswerable(struct calls *calls, const char *booth);
bool call_concerns(const struct call *call, struct call_side side); /* it is theirs or for them */
/* Those that wait, in order. NULL past the last. */
const struct call *calls_nth(const struct calls *calls, unsigned n);
