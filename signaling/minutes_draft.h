/* A first draft of minutes, from what is known: the meeting's row, agenda, who was there, questions
 * in the chat, and from the archives who spoke how long. Main thread. */
#pragma once

#include "signaling/store.h"
#include <jansson.h>

/*
 * *ret_body is a BODY that minutes_body_check takes. *ret_answers: for each of its questions an
 * array of what was said in the chat after it, {"by", "text"}, from which somebody may choose the
 * answer. data: the server's data folder; an archive that can't be read is left out.
 */
bool minutes_draft(struct store *store, const struct store_meeting *meeting, const char *data,
		   const char *language, json_t **ret_body, json_t **ret_answers, GError **error);
