#include "signaling/minutes_draft.h"
#include "signaling/minutes_body.h"
#include "signaling/minutes_speaking.h"
#include "signaling/minutes_time.h"
#include "signaling/minutes_words.h"
#include "signaling/store_agenda.h"
#include "signaling/store_minutes.h"
#include "signaling/text.h"

/* The form's bounds; what is beyond them is left out, for a person to say shorter. */
#define NAME_MAX_LENGTH 200
#define PARTS_MAX	100
#define QUESTIONS_MAX	300
#define PEOPLE_MAX	2000
#define FILES_MAX	200
#define ANSWERS_MAX	5 /* messages after a question that may hold its answer */

#define TEXT_MAX     300 /* of a line */
#define QUESTION_MAX 4000

struct draft {
	json_t *parts, *questions, *answers, *people, *places, *files;
	struct minutes_speaking *speaking;
	GHashTable *names, *countries; /* those that were taken */
	const char *language;
};

static json_t *text_of(const char *text, glong most)
{
	if (g_utf8_strlen(text, -1) <= most)
		return json_string(text);
	g_autofree char *begin = g_utf8_substring(text, 0, most);
	return json_string(begin);
}

static void take_part(void *user, const struct store_part *part)
{
	struct draft *d = user;
	if (json_array_size(d->parts) >= PARTS_MAX)
		return;
	g_autofree char *spoken = minutes_speaking_words(d->speaking, part->number, d->language);
	json_array_append_new(d->parts,
			      json_pack("{s:o, s:o, s:s}", "sharer",
					text_of(part->sharer, NAME_MAX_LENGTH), "subject",
					text_of(part->subject, TEXT_MAX), "contents", spoken));
}

/* Without an agenda the meeting is one part. */
static void take_whole(struct draft *d, const char *title)
{
	g_autofree char *spoken = minutes_speaking_words(d->speaking, 0, d->language);
	if (json_array_size(d->parts) == 0 && *spoken != '\0')
		json_array_append_new(d->parts,
				      json_pack("{s:s, s:o, s:s}", "sharer", "", "subject",
						text_of(title, TEXT_MAX), "contents", spoken));
}

static void take_place(struct draft *d, const char *country)
{
	if (!text_country_valid(country) || !g_hash_table_add(d->countries, g_strdup(country)))
		return;
	g_autofree char *zone = minutes_country_zone(country);
	if (zone != NULL)
		json_array_append_new(d->places,
				      json_pack("{s:s, s:s}", "country", country, "zone", zone));
}

/* Who came twice (another device, another day) is one person by name and organisation. */
static void take_person(void *user, const struct store_attendant *person)
{
	struct draft *d = user;
	if (person->role == ROLE_SERVICE || *person->name == '\0' ||
	    json_array_size(d->people) >= PEOPLE_MAX)
		return;
	g_autofree char *name = text_fold(person->name), *of = text_fold(person->organisation);
	if (!g_hash_table_add(d->names, g_strdup_printf("%s\n%s", name, of)))
		return;
	const char *country = text_country_valid(person->country) ? person->country : "";
	json_array_append_new(d->people,
			      json_pack("{s:o, s:o, s:s}", "name",
					text_of(person->name, NAME_MAX_LENGTH), "organisation",
					text_of(person->organisation, NAME_MAX_LENGTH), "country",
					country));
	take_place(d, country);
}

static void take_answer(struct draft *d, const struct store_said *said)
{
	size_t n = json_array_size(d->answers);
	json_t *last = n > 0 ? json_array_get(d->answers, n - 1) : NULL;
	if (last != NULL && json_array_size(last) < ANSWERS_MAX)
		json_array_append_new(
			last, json_pack("{s:s, s:s}", "by", said->name, "text", said->text));
}

static void take_said(void *user, const struct store_said *said)
{
	struct draft *d = user;
	if (!said->question) {
		take_answer(d, said);
	} else if (json_array_size(d->questions) < QUESTIONS_MAX) {
		json_array_append_new(d->questions,
				      json_pack("{s:o, s:o, s:s, s:s}", "question",
						text_of(said->text, QUESTION_MAX), "by",
						text_of(said->name, NAME_MAX_LENGTH), "answer", "",
						"answeredBy", ""));
		json_array_append_new(d->answers, json_array());
	}
}

static void take_file(void *user, gint64 id, const char *name)
{
	struct draft *d = user;
	if (json_array_size(d->files) < FILES_MAX)
		json_array_append_new(d->files, json_integer(id));
}

static json_t *body_of(struct draft *d, const struct store_meeting *meeting)
{
	const char *zone = minutes_zone_valid(meeting->zone) ? meeting->zone : "";
	return json_pack("{s:o, s:{s:I, s:i, s:s, s:O}, s:o, s:O, s:O, s:O, s:[], s:O}", "theme",
			 text_of(meeting->title, TEXT_MAX), "time", "starts",
			 (json_int_t)meeting->starts, "minutes",
			 (int)MIN(meeting->minutes, 7 * 24 * 60), "zone", zone, "places", d->places,
			 "venue", text_of(meeting->venue, TEXT_MAX), "parts", d->parts, "questions",
			 d->questions, "participants", d->people, "recorders", "attachments",
			 d->files);
}

bool minutes_draft(struct store *store, const struct store_meeting *meeting, const char *data,
		   const char *language, json_t **ret_body, json_t **ret_answers, GError **error)
{
	struct draft d = {
		.parts = json_array(),
		.questions = json_array(),
		.answers = json_array(),
		.people = json_array(),
		.places = json_array(),
		.files = json_array(),
		.names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.countries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.language = language,
	};
	bool ok = minutes_speaking_read(store, meeting->id, data, &d.speaking, error) &&
		  store_agenda(store, meeting->id, take_part, &d, error) &&
		  store_minutes_attendants(store, meeting->id, take_person, &d, error) &&
		  store_minutes_chat(store, meeting->id, take_said, &d, error) &&
		  store_minutes_attachments(store, meeting->id, take_file, &d, error);
	if (ok)
		take_whole(&d, meeting->title);
	json_t *raw = ok ? body_of(&d, meeting) : NULL;
	/* What the store holds was checked by other bounds than the form's. */
	*ret_body = raw != NULL ? minutes_body_check(raw, error) : NULL;
	*ret_answers = *ret_body != NULL ? json_incref(d.answers) : NULL;
	json_decref(raw);
	json_decref(d.parts);
	json_decref(d.questions);
	json_decref(d.answers);
	json_decref(d.people);
	json_decref(d.places);
	json_decref(d.files);
	g_hash_table_unref(d.names);
	g_hash_table_unref(d.countries);
	minutes_speaking_free(d.speaking);
	return *ret_body != NULL;
}
