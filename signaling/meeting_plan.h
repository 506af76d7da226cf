/*
 * What the secretariat plans of a meeting, as JSON: read, checked, written to the store. The
 * fields are those of PROTOCOL.md, section Secretariat. Main thread.
 */
#pragma once

#include "signaling/store.h"
#include <jansson.h>

/* What is in the object goes into row (of the store, or zeroed for a new one), the rest stays.
 * false: the error names the field, and row may have changed. */
bool meeting_plan_read(const json_t *object, struct store_meeting *row, GError **error);
/* The agenda, if the object has one: whole. false: nothing has changed. */
bool meeting_plan_agenda(struct store *store, gint64 meeting, const json_t *object, GError **error);
/* The same, checked only. */
bool meeting_plan_check_agenda(const json_t *object, GError **error);
/* A name for a meeting that was given none, of its date and title; none that the store has. Free
 * it. */
char *meeting_plan_name(struct store *store, const struct store_meeting *row);

json_t *meeting_plan_json(struct store *store, const struct store_meeting *row);
