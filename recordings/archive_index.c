#include "recordings/archive_index.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void clear_event(void *item)
{
	struct archive_event *event = item;
	g_free(event->who);
	g_free(event->channel);
	g_strfreev(event->people);
}

static void clear_chat(void *item)
{
	struct archive_chat *chat = item;
	g_free(chat->from);
	g_free(chat->name);
	g_free(chat->text);
}

static void clear_chapter(void *item)
{
	struct archive_chapter *chapter = item;
	g_free(chapter->sharer);
	g_free(chapter->subject);
}

static void free_person(void *item)
{
	struct archive_person *person = item;
	g_free(person->id);
	g_free(person->name);
	g_free(person->organisation);
	g_free(person->country);
	g_free(person);
}

static GArray *array_new(guint size, GDestroyNotify clear)
{
	GArray *array = g_array_new(FALSE, FALSE, size);
	if (clear)
		g_array_set_clear_func(array, clear);
	return array;
}

struct archive_index *archive_index_new(void)
{
	struct archive_index *index = g_new0(struct archive_index, 1);
	index->marks = array_new(sizeof(struct archive_mark), NULL);
	index->events = array_new(sizeof(struct archive_event), clear_event);
	index->chat = array_new(sizeof(struct archive_chat), clear_chat);
	index->chapters = array_new(sizeof(struct archive_chapter), clear_chapter);
	index->removed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	index->people = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_person);
	return index;
}

void archive_index_free(struct archive_index *index)
{
	if (!index)
		return;
	g_free(index->meeting);
	g_free(index->title);
	g_free(index->checksum);
	g_array_unref(index->marks);
	g_array_unref(index->events);
	g_array_unref(index->chat);
	g_array_unref(index->chapters);
	g_hash_table_unref(index->people);
	g_hash_table_unref(index->removed);
	g_free(index);
}

const struct archive_person *archive_index_person(const struct archive_index *index, const char *id)
{
	return id ? g_hash_table_lookup(index->people, id) : NULL;
}

/* --- fields --- */

static const char *text_of(const json_t *line, const char *name)
{
	return json_string_value(json_object_get(line, name));
}

/* Who: an id by itself, or a person. */
static const char *id_of(const json_t *value)
{
	return json_is_object(value) ? text_of(value, "id") : json_string_value(value);
}

static void add_person(struct archive_index *index, const json_t *value)
{
	const char *id = text_of(value, "id");
	if (!id)
		return;
	struct archive_person *person = g_new0(struct archive_person, 1);
	person->id = g_strdup(id);
	person->name = g_strdup(text_of(value, "name"));
	person->organisation = g_strdup(text_of(value, "organisation"));
	person->country = g_strdup(text_of(value, "country"));
	g_hash_table_replace(index->people, person->id, person);
}

/* --- lines, by their types --- */

typedef void (*add_function)(struct archive_index *index, const json_t *line, int64_t t,
			     unsigned kind);

static void add_mark(struct archive_index *index, const json_t *line, int64_t t, unsigned kind)
{
	struct archive_mark mark = {kind, t, index->last};
	size_t i;
	const json_t *person;
	g_array_append_val(index->marks, mark);
	if (kind != ARCHIVE_MARK_BEGIN || index->begin_ms)
		return;
	index->begin_ms = json_integer_value(json_object_get(line, "at"));
	index->meeting = g_strdup(text_of(line, "meeting"));
	index->title = g_strdup(text_of(line, "title"));
	json_array_foreach(json_object_get(line, "people"), i, person) add_person(index, person);
}

static char **people_of(const json_t *people)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	size_t i;
	const json_t *person;
	json_array_foreach(people, i, person) if (id_of(person))
		g_ptr_array_add(ids, g_strdup(id_of(person)));
	g_ptr_array_add(ids, NULL);
	return (char **)g_ptr_array_steal(ids, NULL);
}

static void add_event(struct archive_index *index, const json_t *line, int64_t t, unsigned kind)
{
	static const char *const who[] = {
		[ARCHIVE_STAGE] = "holder",    [ARCHIVE_SCREEN] = "participant",
		[ARCHIVE_AIR] = "participant", [ARCHIVE_SILENT] = "",
		[ARCHIVE_FLOOR] = "",	       [ARCHIVE_SPEAKING] = ""};
	struct archive_event event = {.kind = kind, .t = t};
	const char *channel = text_of(line, "language");
	const json_t *person = json_object_get(line, who[kind]);
	event.who = g_strdup(id_of(person ? person : json_object_get(line, "person")));
	event.channel = g_strdup(channel ? channel : text_of(line, "channel"));
	event.on = json_is_true(json_object_get(line, "on"));
	if (kind == ARCHIVE_SPEAKING)
		event.people = people_of(json_object_get(line, "people"));
	g_array_append_val(index->events, event);
}

static void add_chat(struct archive_index *index, const json_t *line, int64_t t, unsigned kind)
{
	const char *text = text_of(line, "text");
	struct archive_chat chat = {
		.t = t,
		.id = json_integer_value(json_object_get(line, "id")),
		.from = g_strdup(id_of(json_object_get(line, "from"))),
		.name = g_strdup(text_of(line, "name")),
		.text = g_strdup(text ? text : ""),
		.question = json_is_true(json_object_get(line, "question")),
	};
	g_array_append_val(index->chat, chat);
}

static void mark_question(struct archive_index *index, const json_t *line, int64_t t, unsigned kind)
{
	int64_t id = json_integer_value(json_object_get(line, "chat"));
	for (guint i = index->chat->len; i > 0; i--) {
		struct archive_chat *chat = &g_array_index(index->chat, struct archive_chat, i - 1);
		if (chat->id == id) {
			chat->question = json_is_true(json_object_get(line, "on"));
			return;
		}
	}
}

static char *text_or_none(const json_t *line, const char *name)
{
	const char *text = text_of(line, name);
	return text && *text ? g_strdup(text) : NULL;
}

/* After a pause the index says again which one runs. */
static void add_chapter(struct archive_index *index, const json_t *line, int64_t t, unsigned kind)
{
	json_int_t number = json_integer_value(json_object_get(line, "number"));
	guint n = index->chapters->len;
	int64_t before =
		n > 0 ? g_array_index(index->chapters, struct archive_chapter, n - 1).number : 0;
	if (number == before)
		return;
	struct archive_chapter chapter = {
		.t = t,
		.number = number,
		.sharer = text_or_none(line, "sharer"),
		.subject = text_or_none(line, "subject"),
	};
	g_array_append_val(index->chapters, chapter);
}

static void add_joined(struct archive_index *index, const json_t *line, int64_t t, unsigned kind)
{
	add_person(index, line);
}

static void add_removed(struct archive_index *index, const json_t *line, int64_t t, unsigned kind)
{
	if (text_of(line, "id"))
		g_hash_table_add(index->removed, g_strdup(text_of(line, "id")));
}

static const struct {
	const char *type;
	add_function add;
	unsigned kind;
} types[] = {
	{"begin", add_mark, ARCHIVE_MARK_BEGIN},
	{"paused", add_mark, ARCHIVE_MARK_PAUSED},
	{"recording", add_mark, ARCHIVE_MARK_RECORDING},
	{"restart", add_mark, ARCHIVE_MARK_RESTART},
	{"ended", add_mark, ARCHIVE_MARK_ENDED},
	{"stage", add_event, ARCHIVE_STAGE},
	{"screen", add_event, ARCHIVE_SCREEN},
	{"air", add_event, ARCHIVE_AIR},
	{"silent", add_event, ARCHIVE_SILENT},
	{"floor", add_event, ARCHIVE_FLOOR},
	{"speaking", add_event, ARCHIVE_SPEAKING},
	{"person", add_joined, 0},
	{"removed", add_removed, 0},
	{"chat", add_chat, 0},
	{"question", mark_question, 0},
	{"chapter", add_chapter, 0},
};

void archive_index_add(struct archive_index *index, const char *data, size_t length)
{
	json_t *line = length <= ARCHIVE_INDEX_LINE_MAX && index->lines < ARCHIVE_INDEX_LINES_MAX
			       ? json_loadb(data, length, JSON_REJECT_DUPLICATES, NULL)
			       : NULL;
	const char *type = text_of(line, "type");
	const json_t *t = json_object_get(line, "t");
	int64_t time = json_integer_value(t);
	if (!type || !json_is_integer(t) || time < 0 || time > ARCHIVE_INDEX_T_MAX) {
		index->skipped++;
		json_decref(line);
		return;
	}
	/* The clock may have been set back meanwhile. */
	time = MAX(time, index->last);
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (strcmp(types[i].type, type) == 0)
			types[i].add(index, line, time, types[i].kind);
	index->last = time;
	index->lines++;
	json_decref(line);
}

/* Byte by byte through stdio's buffer: what is longer than a line may be isn't kept. */
static void read_lines(struct archive_index *index, FILE *file)
{
	g_autoptr(GByteArray) line = g_byte_array_new();
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	bool more = true;
	while (more) {
		int c = getc_unlocked(file);
		more = c != EOF;
		if (more && c != '\n') {
			uint8_t byte = (uint8_t)c;
			if (line->len <= ARCHIVE_INDEX_LINE_MAX)
				g_byte_array_append(line, &byte, 1);
			continue;
		}
		g_checksum_update(sum, line->data, line->len);
		g_checksum_update(sum, (const guchar *)"\n", 1);
		if (line->len > 0)
			archive_index_add(index, (const char *)line->data, line->len);
		g_byte_array_set_size(line, 0);
	}
	index->checksum = g_strdup(g_checksum_get_string(sum));
}

bool archive_index_read(struct archive_index *index, int directory, GError **error)
{
	int fd = openat(directory, "index.jsonl", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return true;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file) {
		g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno),
			    "index.jsonl: %s", g_strerror(errno));
		return false;
	}
	read_lines(index, file);
	fclose(file);
	return true;
}
