/* A meeting's agenda, as everybody sees it: its parts, and which one runs. Main thread. */
#pragma once

#include "signaling/meeting_internal.h"
#include "signaling/store_agenda.h"

/* [{"number", "sharer", "subject", "minutes", "started"}]; empty if the store fails, which is
 * logged. */
json_t *agenda_json(struct store *store, gint64 meeting);
/* For joined, and as the notice `agenda`: adds "agenda" and "part". */
void meeting_agenda_add(const struct meeting *meeting, json_t *message);
/* The store has another agenda: everybody is told. */
void meeting_agenda_changed(struct meeting *meeting);
/* A host's; 0: none. A chapter begins. */
bool meeting_start_part(struct meeting *meeting, unsigned number, GError **error);
/* The line of the recording's index that says which part runs; NULL: none does. */
json_t *meeting_chapter_json(const struct meeting *meeting);
