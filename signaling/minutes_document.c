#include "signaling/minutes_document.h"
#include "signaling/minutes_time.h"
#include "signaling/minutes_words.h"
#include <string.h>

#define WORD(name) minutes_word(d->language, MINUTES_WORD_##name)

struct document {
	GPtrArray *blocks;
	const char *language;
	const json_t *sheet, *body;
};

static void block_free(void *data)
{
	struct minutes_block *block = data;
	g_free(block->label);
	g_free(block->text);
	g_strfreev(block->cells);
	g_free(block);
}

static struct minutes_block *add(struct document *d, enum minutes_block_kind kind, const char *text)
{
	struct minutes_block *block = g_new0(struct minutes_block, 1);
	block->kind = kind;
	block->text = g_strdup(text);
	g_ptr_array_add(d->blocks, block);
	return block;
}

/* ---- Texts: paragraphs have an empty line between, entries of lists begin with "- " ---- */

static void end_paragraph(struct document *d, GString *lines, char **label)
{
	if (lines->len == 0)
		return;
	add(d, BLOCK_TEXT, lines->str)->label = g_steal_pointer(label);
	g_string_truncate(lines, 0);
}

static void add_texts(struct document *d, const char *text, const char *label_text)
{
	char *label = g_strdup(label_text);
	g_autoptr(GString) paragraph = g_string_new(NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (size_t i = 0; lines[i] != NULL; i++) {
		const char *line = g_strstrip(lines[i]);
		bool item = g_str_has_prefix(line, "- ") && line[2] != '\0';
		if (*line == '\0' || item)
			end_paragraph(d, paragraph, &label);
		if (item) {
			if (label != NULL)
				add(d, BLOCK_TEXT, "")->label = g_steal_pointer(&label);
			add(d, BLOCK_ITEM, line + 2);
		} else if (*line != '\0') {
			g_string_append_printf(paragraph, "%s%s", paragraph->len ? "\n" : "", line);
		}
	}
	end_paragraph(d, paragraph, &label);
	g_free(label);
}

/* "Question (Ana): " */
static void add_said(struct document *d, const char *word, const char *by, const char *text)
{
	if (*text == '\0')
		return;
	bool chinese = minutes_in_chinese(d->language);
	g_autofree char *who =
		*by ? g_strdup_printf(chinese ? "（%s）" : " (%s)", by) : g_strdup("");
	g_autofree char *label = g_strdup_printf("%s%s%s", word, who, WORD(COLON));
	add_texts(d, text, label);
}

/* ---- Tables ---- */

static void add_table(struct document *d, GPtrArray *cells, unsigned columns, const char *label)
{
	g_ptr_array_add(cells, NULL);
	struct minutes_block *block = add(d, BLOCK_TABLE, NULL);
	block->cells = (char **)g_ptr_array_free(cells, FALSE);
	block->columns = columns;
	block->label = g_strdup(label);
}

static void cell(GPtrArray *cells, const char *text)
{
	g_ptr_array_add(cells, g_strdup(text));
}

/* ---- The form, from its top ---- */

static void add_status(struct document *d)
{
	const json_t *time = json_object_get(d->body, "time");
	gint64 at = json_integer_value(json_object_get(d->sheet, "at")) / 1000;
	g_autofree char *when = minutes_when(d->language, at, 0, minutes_text(time, "zone"));
	bool published = json_is_true(json_object_get(d->sheet, "published"));
	g_autofree char *state = published ? g_strconcat(WORD(PUBLISHED), WORD(COLON), when, NULL)
					   : g_strdup(WORD(DRAFT));
	g_autofree char *text = g_strdup_printf(
		"%s · %s · %s %" JSON_INTEGER_FORMAT, WORD(MINUTES), state, WORD(VERSION),
		json_integer_value(json_object_get(d->sheet, "version")));
	add(d, BLOCK_NOTE, text);
}

static void add_field(struct document *d, const char *word, const char *text)
{
	if (*text == '\0')
		return;
	add(d, BLOCK_TEXT, text)->label = g_strconcat(word, WORD(COLON), NULL);
}

static void add_time(struct document *d)
{
	const json_t *time = json_object_get(d->body, "time");
	const json_t *places = json_object_get(time, "places");
	gint64 starts = json_integer_value(json_object_get(time, "starts"));
	unsigned minutes = (unsigned)json_integer_value(json_object_get(time, "minutes"));
	const char *zone = minutes_text(time, "zone");
	if (starts == 0)
		return;
	g_autofree char *own = minutes_when(d->language, starts, minutes, zone);
	g_autofree char *text = *zone ? g_strdup_printf("%s · %s", own, zone) : g_strdup(own);
	add_field(d, WORD(TIME), text);
	if (json_array_size(places) == 0)
		return;
	GPtrArray *cells = g_ptr_array_new();
	cell(cells, WORD(PLACE));
	cell(cells, WORD(LOCAL_TIME));
	cell(cells, WORD(ZONE));
	size_t i;
	json_t *place;
	json_array_foreach(places, i, place)
	{
		const char *there = minutes_text(place, "zone");
		cell(cells, minutes_country_name(d->language, minutes_text(place, "country")));
		g_ptr_array_add(cells, minutes_when(d->language, starts, minutes, there));
		cell(cells, there);
	}
	add_table(d, cells, 3, NULL);
}

static void add_parts(struct document *d)
{
	const json_t *parts = json_object_get(d->body, "parts");
	size_t i;
	json_t *part;
	if (json_array_size(parts) > 0)
		add(d, BLOCK_HEADING, WORD(SHARING));
	json_array_foreach(parts, i, part)
	{
		const char *sharer = minutes_text(part, "sharer");
		const char *subject = minutes_text(part, "subject");
		g_autofree char *heading =
			g_strdup_printf("%zu. %s", i + 1, *subject ? subject : sharer);
		add(d, BLOCK_SUBHEADING, heading);
		if (*subject)
			add_field(d, WORD(SHARER), sharer);
		add_texts(d, minutes_text(part, "contents"), NULL);
	}
}

static void add_questions(struct document *d)
{
	const json_t *questions = json_object_get(d->body, "questions");
	size_t i;
	json_t *one;
	if (json_array_size(questions) > 0)
		add(d, BLOCK_HEADING, WORD(QUESTIONS));
	json_array_foreach(questions, i, one)
	{
		add_said(d, WORD(QUESTION), minutes_text(one, "by"), minutes_text(one, "question"));
		add_said(d, WORD(ANSWER), minutes_text(one, "answeredBy"),
			 minutes_text(one, "answer"));
	}
}

static void add_participants(struct document *d)
{
	const json_t *people = json_object_get(d->body, "participants");
	size_t i;
	json_t *person;
	if (json_array_size(people) == 0)
		return;
	add(d, BLOCK_HEADING, WORD(PARTICIPANTS));
	GPtrArray *cells = g_ptr_array_new();
	cell(cells, WORD(NAME));
	cell(cells, WORD(ORGANISATION));
	cell(cells, WORD(PLACE));
	json_array_foreach(people, i, person)
	{
		cell(cells, minutes_text(person, "name"));
		cell(cells, minutes_text(person, "organisation"));
		cell(cells, minutes_country_name(d->language, minutes_text(person, "country")));
	}
	add_table(d, cells, 3, NULL);
}

static void add_recorders(struct document *d)
{
	const json_t *recorders = json_object_get(d->body, "recorders");
	g_autoptr(GString) names = g_string_new(NULL);
	size_t i;
	json_t *name;
	json_array_foreach(recorders, i, name) if (*json_string_value(name)) g_string_append_printf(
		names, "%s%s", names->len ? WORD(COMMA) : "", json_string_value(name));
	if (names->len == 0)
		return;
	add(d, BLOCK_HEADING, WORD(RECORDERS));
	add(d, BLOCK_TEXT, names->str);
}

/* One that was deleted since has no name any more, and is left out. */
static void add_attachments(struct document *d)
{
	const json_t *known = json_object_get(d->sheet, "attachments");
	const json_t *wanted = json_object_get(d->body, "attachments");
	size_t i, k;
	json_t *id, *one;
	bool first = true;
	json_array_foreach(wanted, i, id)
	{
		json_array_foreach(known, k, one)
		{
			if (!json_equal(json_object_get(one, "id"), id))
				continue;
			if (first)
				add(d, BLOCK_HEADING, WORD(ATTACHMENTS));
			first = false;
			add(d, BLOCK_ITEM, minutes_text(one, "name"));
		}
	}
}

GPtrArray *minutes_document(const json_t *sheet)
{
	struct document document = {
		.blocks = g_ptr_array_new_with_free_func(block_free),
		.language = minutes_text(sheet, "language"),
		.sheet = sheet,
		.body = json_object_get(sheet, "body"),
	};
	struct document *d = &document;
	const char *theme = minutes_text(d->body, "theme"), *link = minutes_text(sheet, "link");
	add(d, BLOCK_TITLE, *theme ? theme : WORD(MINUTES));
	add_status(d);
	add_time(d);
	add_field(d, WORD(VENUE), minutes_text(d->body, "venue"));
	add_parts(d);
	add_questions(d);
	add_participants(d);
	add_recorders(d);
	add_attachments(d);
	if (*link)
		add(d, BLOCK_LINK, link)->label = g_strconcat(WORD(ARCHIVE), WORD(COLON), NULL);
	return d->blocks;
}

char *minutes_plain(const json_t *sheet)
{
	GString *out = g_string_new(NULL);
	g_autoptr(GPtrArray) blocks = minutes_document(sheet);
	for (guint i = 0; i < blocks->len; i++) {
		const struct minutes_block *block = g_ptr_array_index(blocks, i);
		g_autofree char *table =
			block->cells != NULL ? g_strjoinv(" ", block->cells) : NULL;
		g_string_append_printf(out, "%s%s\n", block->label != NULL ? block->label : "",
				       table != NULL ? table : block->text);
	}
	return g_string_free(out, FALSE);
}
