/*
 * What the secretariat's page sends: a meeting's plan, and what a link is to say. What was taken
 * once is taken again without changing anything; an event for calendars has no line that isn't ours
 * (RFC 5545, section 3.1), and a link's token holds.
 */
#include "signaling/access.h"
#include "signaling/api_links.h"
#include "signaling/calendar.h"
#include "signaling/meeting_plan.h"
#include "signaling/store_internal.h"
#include "tests/unit/signaling/world.h"
#include <stdlib.h>
#include <string.h>

#define NOW	    1590717600
#define LINE_OCTETS 75

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void expect_error(GError *error)
{
	expect(error != NULL && g_utf8_validate(error->message, -1, NULL));
	g_error_free(error);
}

static void check_event(const struct store_meeting *row)
{
	static const char *const names[] = {
		"BEGIN:",    "VERSION:", "PRODID:",  "UID:", "DTSTAMP:",
		"DTSTART:",  "DTEND:",	 "SUMMARY:", "URL:", "DESCRIPTION:",
		"LOCATION:", "END:",	 " "};
	g_autofree char *text =
		calendar_event(row, "meet.example.org", "https://meet.example.org/", NOW);
	expect((text != NULL) == (row->starts != 0));
	if (text == NULL)
		return;
	expect(g_utf8_validate(text, -1, NULL));
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
	for (char **line = lines; line[1] != NULL; line++) {
		bool ours = false;
		for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
			ours = ours || g_str_has_prefix(*line, names[i]);
		expect(ours && strlen(*line) <= LINE_OCTETS && strpbrk(*line, "\r\n") == NULL);
	}
}

/* As one that is stored: what is said of it is what a page sends back. */
static void check_plan(struct store_meeting *row)
{
	GError *error = NULL;
	if (row->name == NULL)
		row->name = meeting_plan_name(world.store, row);
	expect(store_meeting_name_valid(row->name));
	if (row->access == NULL)
		row->access = g_strdup("alliance");
	if (row->venue == NULL)
		row->venue = g_strdup("");
	if (row->state == NULL)
		row->state = g_strdup("planned");
	check_event(row);
	json_t *said = meeting_plan_json(world.store, row);
	expect(said != NULL && meeting_plan_read(said, row, &error));
	json_t *again = meeting_plan_json(world.store, row);
	expect(json_equal(said, again));
	json_decref(again);
	json_decref(said);
}

static void check_link(const json_t *body)
{
	GError *error = NULL;
	const struct token asker = {.meeting = (char *)ACCESS_ALL_MEETINGS,
				    .role = ROLE_SECRETARIAT};
	struct store_meeting row;
	struct token token;
	expect(store_meeting_find(world.store, "demo", &row, NULL));
	json_t *answer = api_link(world.meetings, &row, &asker, body, &error);
	if (answer == NULL) {
		expect_error(error);
	} else {
		const char *url = json_string_value(json_object_get(answer, "url"));
		expect(access_token(world.store, world.key, strstr(url, "#token=") + 7, &token,
				    NULL));
		token_clear(&token);
	}
	json_decref(answer);
	store_meeting_clear(&row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	GError *error = NULL;
	if (world.store == NULL) {
		world_open();
		atexit(world_close);
		world.config.base_url = (char *)"https://meet.example.org";
	}
	json_t *body = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(body)) {
		struct store_meeting row = {.minutes = 120};
		if (meeting_plan_read(body, &row, &error) &&
		    meeting_plan_check_agenda(body, &error))
			check_plan(&row);
		else
			expect_error(error);
		store_meeting_clear(&row);
		check_link(body);
	}
	json_decref(body);
	return 0;
}
