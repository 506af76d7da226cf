/* Who has the stage, whose hand is up, whose screen is shown. */
#include "signaling/meeting_floor.h"
#include "signaling/meeting_calls.h"
#include "signaling/meeting_languages.h"
#include "signaling/meeting_recording.h"

json_t *meeting_person_or_null(const struct meeting *meeting, uint32_t number)
{
	const struct participant *p = meeting_find(meeting, number);
	return p != NULL ? json_string(p->id) : json_null();
}

/* {"holder", "previous", "pinned"} */
json_t *meeting_stage_json(const struct meeting *meeting)
{
	return json_pack("{s:o, s:o, s:b}", "holder",
			 meeting_person_or_null(meeting, meeting->stage.holder), "previous",
			 meeting_person_or_null(meeting, meeting->stage.previous), "pinned",
			 meeting->stage.pinned);
}

static void tell_stage(struct meeting *meeting)
{
	meeting->stage.pinned = meeting->pinned != 0 && meeting->stage.holder == meeting->pinned;
	if (meeting->stage.holder == meeting->told_stage.holder &&
	    meeting->stage.previous == meeting->told_stage.previous &&
	    meeting->stage.pinned == meeting->told_stage.pinned)
		return;
	meeting->told_stage.holder = meeting->stage.holder;
	meeting->told_stage.previous = meeting->stage.previous;
	meeting->told_stage.pinned = meeting->stage.pinned;
	json_t *message = meeting_stage_json(meeting);
	json_object_set_new(message, "type", json_string("stage"));
	meeting_recording_note(meeting, json_deep_copy(message));
	meeting_broadcast(meeting, NULL, message);
}

void meeting_stage(struct meeting *meeting, uint32_t holder, uint32_t previous)
{
	meeting->stage.holder = holder;
	meeting->stage.previous = previous;
	tell_stage(meeting);
	meeting_languages_tell(meeting);
}

static void set_pin(struct meeting *meeting, uint32_t number)
{
	if (meeting->pinned == number)
		return;
	meeting->pinned = number;
	store_pin(meeting->meetings->store, meeting->row.id, number);
	if (meeting->has_room)
		relay_pin_stage(meeting->meetings->relay, meeting->room, number);
	tell_stage(meeting);
}

void meeting_pin(struct meeting *meeting, struct participant *participant)
{
	set_pin(meeting, participant != NULL ? participant->number : 0);
	if (participant != NULL)
		meeting_raise_hand(participant, false);
}

json_t *meeting_speaking_json(const struct meeting *meeting)
{
	json_t *people = json_array();
	for (guint i = 0; i < meeting->speaking->len; i++) {
		const struct participant *p =
			meeting_find(meeting, g_array_index(meeting->speaking, uint32_t, i));
		if (p != NULL)
			json_array_append_new(people, json_string(p->id));
	}
	return people;
}

void meeting_speaking(struct meeting *meeting, const uint32_t *peers, unsigned n)
{
	g_array_set_size(meeting->speaking, 0);
	g_array_append_vals(meeting->speaking, peers, n);
	meeting_recording_note(meeting, json_pack("{s:s, s:o}", "type", "speaking", "people",
						  meeting_speaking_json(meeting)));
	meeting_broadcast(meeting, NULL,
			  json_pack("{s:s, s:o}", "type", "speaking", "participants",
				    meeting_speaking_json(meeting)));
}

json_t *meeting_hands_json(const struct meeting *meeting)
{
	json_t *hands = json_array();
	for (guint i = 0; i < meeting->hands->len; i++) {
		const struct participant *p = meeting->hands->pdata[i];
		json_array_append_new(hands, json_pack("{s:s, s:I}", "participant", p->id, "at",
						       (json_int_t)p->hand_at));
	}
	return hands;
}

void meeting_raise_hand(struct participant *p, bool raised)
{
	struct meeting *meeting = p->meeting;
	if (raised == (p->hand_at != 0))
		return;
	if (raised) {
		p->hand_at = g_get_real_time() / 1000;
		g_ptr_array_add(meeting->hands, p);
		store_hand_raise(meeting->meetings->store, meeting->row.id, p->number, p->hand_at);
	} else {
		p->hand_at = 0;
		g_ptr_array_remove(meeting->hands, p);
		store_hand_lower(meeting->meetings->store, p->number);
	}
	meeting_broadcast(
		meeting, NULL,
		json_pack("{s:s, s:o}", "type", "hands", "hands", meeting_hands_json(meeting)));
}

static void show_top_screen(struct meeting *meeting)
{
	uint32_t top = 0;
	if (meeting->screens->len > 0)
		top = ((struct participant *)meeting->screens->pdata[meeting->screens->len - 1])
			      ->number;
	if (top == meeting->shown_screen)
		return;
	meeting->shown_screen = top;
	if (meeting->has_room)
		relay_set_screen(meeting->meetings->relay, meeting->room, top);
	json_t *message = json_pack("{s:s, s:o}", "type", "screen", "participant",
				    meeting_person_or_null(meeting, top));
	meeting_recording_note(meeting, json_deep_copy(message));
	meeting_broadcast(meeting, NULL, message);
}

void meeting_share_screen(struct participant *p, bool shared)
{
	struct meeting *meeting = p->meeting;
	if (g_ptr_array_find(meeting->screens, p, NULL) == shared)
		return;
	if (shared)
		g_ptr_array_add(meeting->screens, p);
	else
		g_ptr_array_remove(meeting->screens, p);
	store_person_screen(meeting->meetings->store, p->number, shared);
	participant_changed(p);
	show_top_screen(meeting);
}

/* After it has been taken out of the people: so nobody is told of its state again, only of what
 * falls to others. */
void meeting_forget(struct participant *p)
{
	struct meeting *meeting = p->meeting;
	meeting_calls_leave(p);
	interpretation_leave(meeting->interpretation, p->number, g_get_real_time() / 1000);
	meeting_raise_hand(p, false);
	if (g_ptr_array_remove(meeting->screens, p))
		show_top_screen(meeting);
	if (meeting->pinned == p->number)
		set_pin(meeting, 0);
}
