/*
 * The WebSocket protocol of PROTOCOL.md. A handler reads a message's fields into a struct, makes
 * one call to the meetings part and replies; its row of the table in protocol.c says what the role
 * must allow. Main thread.
 */
#pragma once

#include "signaling/meeting_internal.h"

struct request {
	struct connection *connection;
	struct participant *participant; /* NULL for join only */
	const json_t *message;
	json_int_t id; /* < 0: none, then nothing is replied but errors */
};

/* Takes the reference. Adds "re". */
void request_reply(const struct request *request, json_t *reply);
void request_ok(const struct request *request);
/* For what everybody is told: false (and an error) when it comes too fast. Asked last, when the
 * rest is good. */
bool request_may_tell(const struct request *request, GError **error);
bool request_may_offer(const struct request *request, GError **error); /* asked first */

/*
 * Fields of a message, checked. field is the name in an error's message ("resume.secret"); an
 * absent or null one leaves *ret as it is, unless required. false: error is set.
 */
bool field_string(const json_t *object, const char *field, bool required, const char **ret,
		  GError **error);
bool field_bool(const json_t *object, const char *field, bool *ret, GError **error);
bool field_integer(const json_t *object, const char *field, bool required, json_int_t minimum,
		   json_int_t maximum, json_int_t *ret, GError **error);
/* Somebody who is in the meeting. *ret NULL if absent or null and not required. */
bool field_participant(const struct request *request, const char *field, bool required,
		       struct participant **ret, GError **error);
/* A BCP 47 tag, checked and spelled. */
bool field_tag(const char *field, const char *tag, GError **error);
/* A list of them, empty if absent; free with g_strfreev. NULL on an error. */
char **field_tags(const json_t *object, const char *field, size_t max, GError **error);
bool field_role(const json_t *object, const char *field, enum role *ret, GError **error);
/* What a person typed, by text_clean; an absent one leaves *ret as it is. Free it. */
bool field_text(const json_t *object, const char *field, unsigned minimum, unsigned maximum,
		char **ret, GError **error);
/* The four of a person. name and the others stay NULL when absent. Free with profile_clear, on an
 * error too. */
bool field_profile(const json_t *object, struct profile *ret, GError **error);

/* A row's handler: false with an error, and nothing has changed; or it has replied. */
bool on_join(const struct request *request, GError **error);  /* protocol_join.c */
bool on_offer(const struct request *request, GError **error); /* protocol_media.c */
bool on_slots(const struct request *request, GError **error);
bool on_media(const struct request *request, GError **error);
bool on_chat(const struct request *request, GError **error); /* protocol_people.c */
bool on_question(const struct request *request, GError **error);
bool on_hand(const struct request *request, GError **error);
bool on_profile(const struct request *request, GError **error);
bool on_ping(const struct request *request, GError **error);
bool on_leave(const struct request *request, GError **error);
bool on_floor(const struct request *request, GError **error); /* protocol_host.c */
bool on_mute(const struct request *request, GError **error);
bool on_remove(const struct request *request, GError **error);
bool on_barred(const struct request *request, GError **error);
bool on_readmit(const struct request *request, GError **error);
bool on_reissue(const struct request *request, GError **error);
bool on_invite(const struct request *request, GError **error);
bool on_end(const struct request *request, GError **error);
bool on_start_part(const struct request *request, GError **error);
bool on_record(const struct request *request, GError **error);
bool on_set_languages(const struct request *request, GError **error); /* protocol_languages.c */
bool on_floor_language(const struct request *request, GError **error);
bool on_channel_override(const struct request *request, GError **error);
bool on_prefer_program(const struct request *request, GError **error);
bool on_air(const struct request *request, GError **error);
bool on_handover(const struct request *request, GError **error);
bool on_handover_answer(const struct request *request, GError **error);
bool on_hold(const struct request *request, GError **error);
bool on_slow_down(const struct request *request, GError **error);
bool on_insufficient(const struct request *request, GError **error);
bool on_speaker_card(const struct request *request, GError **error);
bool on_booth_chat(const struct request *request, GError **error);
bool on_call(const struct request *request, GError **error);
bool on_call_answer(const struct request *request, GError **error);

/* protocol_join.c: a chat message as everybody sees it. */
json_t *chat_json(const struct store_chat *chat);
