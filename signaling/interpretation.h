/*
 * Booths, channels, who is on air, hand-overs: the rules of interpretation, as a table of values.
 * Knows neither sockets, JSON nor the relay; takes the time, and says by callbacks what has come of
 * a request. A request that is refused has changed nothing, and the error names field and reason.
 * Main thread; belongs to a meeting.
 *
 *   off --air--> on air --handover, answer--> another one of the booth is        at most one person
 * on air in a channel, ^              | and one channel for a person
 *    +---air NULL---+---leave, channel gone, taken over
 */
#pragma once

#include "relay/relay.h"
#include "signaling/error.h"

#define BOOTH_MEMBERS_MAX      4
#define LANGUAGES_CHANNELS_MAX (CHANNELS_MAX - 1) /* the floor's program is one more */
#define HOLD_DEFAULT_S	       4
#define HANDOVER_MS	       30000

/* Of a token. */
struct interpreter_terms {
	const char *booth; /* NULL: the languages' names */
	char **languages;  /* into which; one or two; never NULL */
	char **understands;
	const char *pivot; /* NULL: none */
};

struct interpreter {
	uint32_t number; /* the participant's */
	char *booth;
	char **languages, **understands;
	char *pivot; /* "": none */
	bool insufficient;
};

struct handover {
	uint32_t from, to, by; /* by 0: there is none */
	gint64 until;	       /* Unix ms */
};

enum handover_result {
	HANDOVER_DONE,
	HANDOVER_DECLINED,
	HANDOVER_WITHDRAWN,
	HANDOVER_EXPIRED,
	HANDOVER_TAKEN, /* the channel, by a partner who didn't wait */
	HANDOVER_GONE	/* one of the two, or the channel */
};
const char *handover_result_name(enum handover_result result);

struct channel {
	char *tag;
	uint32_t number;
	bool sign, override;
	uint32_t on_air; /* 0: nobody */
	enum channel_air air;
	gint64 since; /* Unix ms of going on air; 0: nobody is */
	struct handover handover;
};

/* All are called from within a function below. */
struct interpretation_events {
	void *user;
	void (*air)(void *user, const struct channel *channel,
		    unsigned hold_ms); /* for the relay */
	/* Not by own wish. by: who has it now; 0: nobody. */
	void (*off_air)(void *user, const struct channel *channel, uint32_t who, uint32_t by);
	void (*handover)(void *user, const struct channel *channel);
	void (*handover_ended)(void *user, const struct channel *channel,
			       const struct handover *handover, enum handover_result result);
	void (*booth)(void *user, const char *booth); /* members or hold time */
	void (*changed)(void *user);		      /* something that everybody sees */
	/* Which channel somebody listens to; 0: none. */
	uint32_t (*incoming)(void *user, uint32_t who);
};

struct interpretation;
struct interpretation *interpretation_new(const struct interpretation_events *events);
void interpretation_free(struct interpretation *i);

/* tags: valid, at most LANGUAGES_CHANNELS_MAX; the same twice counts once. */
void interpretation_set_channels(struct interpretation *i, char **tags, gint64 now);
/* In order. NULL past the last. */
const struct channel *interpretation_channel(const struct interpretation *i, unsigned n);
const struct channel *interpretation_find_channel(const struct interpretation *i,
						  uint32_t number); /* or NULL */

/* Into the booth, or again with other terms. limit (booth): four are in it. */
bool interpretation_enter(struct interpretation *i, uint32_t who,
			  const struct interpreter_terms *terms, GError **error);
bool interpretation_has_space(const struct interpretation *i, const struct interpreter_terms *terms,
			      GError **error);
void interpretation_leave(struct interpretation *i, uint32_t who, gint64 now);
const struct interpreter *interpretation_find(const struct interpretation *i,
					      uint32_t who); /* or NULL */
bool interpretation_partners(const struct interpretation *i, uint32_t a,
			     uint32_t b); /* of one booth; also oneself */
/* Numbers of a booth's members, in order of coming; returns how many. */
unsigned interpretation_members(const struct interpretation *i, const char *booth,
				uint32_t ret[static BOOTH_MEMBERS_MAX]);
bool interpretation_staffed(const struct interpretation *i,
			    const struct channel *channel); /* somebody is in a booth for it */
bool interpretation_insufficient(const struct interpretation *i, const struct channel *channel);
unsigned interpretation_hold(const struct interpretation *i,
			     const char *booth); /* seconds; 0: never */

/* Requests of an interpreter. tag NULL: microphone off. */
bool interpretation_air(struct interpretation *i, uint32_t who, const char *tag, bool take,
			gint64 now, GError **error);
/* to 0: asks who is on air; else offers. */
bool interpretation_handover(struct interpretation *i, uint32_t who, const char *tag, uint32_t to,
			     gint64 now, GError **error);
bool interpretation_answer(struct interpretation *i, uint32_t who, const char *tag, bool accept,
			   gint64 now, GError **error);
void interpretation_set_hold(struct interpretation *i, uint32_t who, unsigned seconds);
void interpretation_set_insufficient(struct interpretation *i, uint32_t who, bool on);
/* Before `who` listens to a channel. conflict (field): a loop. */
bool interpretation_may_listen(const struct interpretation *i, uint32_t who, uint32_t channel,
			       const char *field, GError **error);
/* A host's. */
bool interpretation_set_override(struct interpretation *i, const char *tag, bool allowed,
				 GError **error);

/* The relay's word; of somebody who isn't on air any more it is passed over. */
void interpretation_take_air(struct interpretation *i, uint32_t channel, uint32_t who,
			     enum channel_air air);
/* Says again who is on air, to a relay that is new to it. */
void interpretation_tell_relay(const struct interpretation *i);
void interpretation_tick(struct interpretation *i, gint64 now); /* every second: what expires */
