/*
 * A meeting's languages: the rules of interpretation.h, joined to the people, the relay, the store
 * and what everybody is told. Main thread.
 */
#pragma once

#include "signaling/interpretation.h"
#include "signaling/meeting_internal.h"

void meeting_languages_init(struct meeting *meeting);
void meeting_languages_free(struct meeting *meeting);
/* The row has another list. */
void meeting_languages_follow_row(struct meeting *meeting);
/* To everybody, if anything of it has changed: after anything that may. */
void meeting_languages_tell(struct meeting *meeting);
void meeting_languages_tick(struct meeting *meeting); /* every second */

/* As the message of that name, without type. */
json_t *meeting_languages_json(const struct meeting *meeting);
json_t *meeting_audience_json(const struct meeting *meeting);
/* The booth that this one is in. */
json_t *meeting_booth_json(const struct meeting *meeting, const char *booth);
/* Adds what a person has who interprets. */
void meeting_interpreter_json(const struct participant *participant, json_t *person);

/* Whether who is on air in it doesn't want to be recorded. */
bool meeting_unrecorded(const struct meeting *meeting, const struct channel *channel);

/* A host's, or the command line's. */
bool meeting_set_languages(struct meeting *meeting, char **floors, char **channels, GError **error);
void meeting_set_floor_language(struct meeting *meeting,
				const char *tag); /* NULL: by who holds the stage */
const char *
meeting_floor_language(const struct meeting *meeting); /* of the moment; "": not known */
/* The studio makes this channel's program (or PROGRAM_FLOOR's), or doesn't any more. */
void meeting_set_program(struct meeting *meeting, uint32_t channel, bool there);

/* By a token: into its booth. Not an interpreter: does nothing. */
bool meeting_enter_booth(struct participant *participant, const struct token *token,
			 GError **error);
bool meeting_booth_has_space(const struct meeting *meeting, const struct token *token,
			     GError **error);
/* The relay knows this peer anew. */
void meeting_tell_relay_air(const struct meeting *meeting);
/* To the members of a booth; to all who interpret, and to hosts. Take the reference. */
void meeting_tell_booth(const struct meeting *meeting, const char *booth, json_t *message);
enum audience { TO_INTERPRETERS = 1, TO_HOSTS = 2, TO_SERVICES = 4 };
void meeting_tell_some(const struct meeting *meeting, unsigned audience,
		       const struct participant *also, json_t *message);

/* Whether a slot may show this feed: of this person; of a role, before it is a person. */
bool participant_may_have(const struct participant *participant, const char *field,
			  struct feed_key feed, GError **error);
bool meeting_may_have(const struct meeting *meeting, enum role role, const char *field,
		      struct feed_key feed, GError **error);
