#include "signaling/meeting_agenda.h"
#include "signaling/meeting_recording.h"

static void append_part(void *user, const struct store_part *part)
{
	json_t *started = part->started > 0 ? json_integer((json_int_t)part->started) : json_null();
	json_array_append_new(user, json_pack("{s:I, s:s, s:s, s:I, s:o}", "number",
					      (json_int_t)part->number, "sharer", part->sharer,
					      "subject", part->subject, "minutes",
					      (json_int_t)part->minutes, "started", started));
}

json_t *agenda_json(struct store *store, gint64 meeting)
{
	g_autoptr(GError) error = NULL;
	json_t *parts = json_array();
	if (!store_agenda(store, meeting, append_part, parts, &error))
		g_warning("%s", error->message);
	return parts;
}

void meeting_agenda_add(const struct meeting *meeting, json_t *message)
{
	json_object_set_new(message, "agenda",
			    agenda_json(meeting->meetings->store, meeting->row.id));
	json_object_set_new(message, "part", json_integer(meeting->row.part));
}

void meeting_agenda_changed(struct meeting *meeting)
{
	json_t *message = json_pack("{s:s}", "type", "agenda");
	meeting_agenda_add(meeting, message);
	meeting_broadcast(meeting, NULL, message);
}

json_t *meeting_chapter_json(const struct meeting *meeting)
{
	json_t *agenda = agenda_json(meeting->meetings->store, meeting->row.id);
	json_t *part = meeting->row.part > 0 ? json_array_get(agenda, meeting->row.part - 1) : NULL;
	json_t *line = NULL;
	if (part != NULL)
		line = json_pack("{s:s, s:O, s:O, s:O}", "type", "chapter", "number",
				 json_object_get(part, "number"), "sharer",
				 json_object_get(part, "sharer"), "subject",
				 json_object_get(part, "subject"));
	json_decref(agenda);
	return line;
}

bool meeting_start_part(struct meeting *meeting, unsigned number, GError **error)
{
	if (number == meeting->row.part)
		return true;
	if (!store_agenda_start(meeting->meetings->store, meeting->row.id, number,
				g_get_real_time() / 1000, error))
		return false;
	meeting->row.part = number;
	meeting_agenda_changed(meeting);
	json_t *line = meeting_chapter_json(meeting);
	meeting_recording_note(
		meeting,
		line != NULL ? line : json_pack("{s:s, s:i}", "type", "chapter", "number", 0));
	return true;
}
