#include "signaling/minutes_speaking.h"
#include "signaling/minutes_words.h"
#include "signaling/store_recordings.h"
#include "signaling/text.h"
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARCHIVE_BYTES (16 << 20) /* more is none of ours */
#define NAMES_MAX     12	 /* in one sentence */
#define LEAST_SECONDS 5		 /* a cough isn't a contribution */

struct span {
	unsigned part; /* 0: the whole meeting */
	char *name;
	double seconds;
};

struct minutes_speaking {
	GPtrArray *spans;   /* one for each person and part */
	GHashTable *by_key; /* "PART folded name" -> one of them */
};

static void span_free(void *data)
{
	struct span *span = data;
	g_free(span->name);
	g_free(span);
}

struct minutes_speaking *minutes_speaking_new(void)
{
	struct minutes_speaking *speaking = g_new0(struct minutes_speaking, 1);
	speaking->spans = g_ptr_array_new_with_free_func(span_free);
	speaking->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return speaking;
}

void minutes_speaking_free(struct minutes_speaking *speaking)
{
	if (speaking == NULL)
		return;
	g_hash_table_unref(speaking->by_key);
	g_ptr_array_unref(speaking->spans);
	g_free(speaking);
}

static void add_seconds(struct minutes_speaking *speaking, unsigned part, const char *name,
			double seconds)
{
	g_autofree char *folded = text_fold(name);
	char *key = g_strdup_printf("%u %s", part, folded);
	struct span *span = g_hash_table_lookup(speaking->by_key, key);
	if (span == NULL) {
		span = g_new0(struct span, 1);
		span->part = part;
		span->name = g_strdup(name);
		g_ptr_array_add(speaking->spans, span);
		g_hash_table_insert(speaking->by_key, g_steal_pointer(&key), span);
	}
	g_free(key);
	span->seconds += seconds;
}

static double seconds_of(const json_t *object, const char *name)
{
	double value = json_number_value(json_object_get(object, name));
	return isfinite(value) && value > 0 ? value : 0;
}

/* One sentence of somebody, cut where parts of the agenda begin. */
static void add_span(struct minutes_speaking *speaking, const json_t *chapters,
		     const json_t *speaker)
{
	const char *name = json_string_value(json_object_get(speaker, "name"));
	double from = seconds_of(speaker, "at"), until = seconds_of(speaker, "until");
	if (name == NULL || *name == '\0' || until <= from)
		return;
	add_seconds(speaking, 0, name, until - from);
	size_t i, n = json_array_size(chapters);
	for (i = 0; i < n; i++) {
		const json_t *chapter = json_array_get(chapters, i);
		json_int_t number = json_integer_value(json_object_get(chapter, "number"));
		double begin = MAX(from, seconds_of(chapter, "at"));
		double end = i + 1 < n ? seconds_of(json_array_get(chapters, i + 1), "at") : until;
		end = MIN(end, until);
		if (number > 0 && number <= G_MAXINT && end > begin)
			add_seconds(speaking, (unsigned)number, name, end - begin);
	}
}

bool minutes_speaking_add(struct minutes_speaking *speaking, const char *text, size_t length)
{
	json_t *archive = json_loadb(text, length, 0, NULL);
	const json_t *chapters = json_object_get(archive, "chapters");
	size_t i;
	json_t *speaker;
	json_array_foreach(json_object_get(archive, "speakers"), i, speaker)
		add_span(speaking, chapters, speaker);
	bool ok = json_is_object(archive);
	json_decref(archive);
	return ok;
}

/* ---- The files ---- */

static char *read_file(const char *path, size_t *ret_length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat status;
	char *text = NULL;
	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_size <= ARCHIVE_BYTES) {
		*ret_length = (size_t)status.st_size;
		text = g_malloc(*ret_length + 1);
		if (read(fd, text, *ret_length) != (ssize_t)*ret_length)
			g_clear_pointer(&text, g_free);
	}
	if (fd >= 0)
		close(fd);
	return text;
}

struct reading {
	struct minutes_speaking *speaking;
	const char *data;
};

static void read_archive(void *user, const struct store_recording *recording)
{
	struct reading *reading = user;
	g_autofree char *path =
		g_strdup_printf("%s/recordings/%" G_GINT64_FORMAT "/archive/archive.json",
				reading->data, recording->id);
	size_t length;
	g_autofree char *text = read_file(path, &length);
	if (text != NULL && !minutes_speaking_add(reading->speaking, text, length))
		g_warning("minutes: %s: is no archive.json", path);
}

bool minutes_speaking_read(struct store *store, gint64 meeting, const char *data,
			   struct minutes_speaking **ret, GError **error)
{
	struct reading reading = {minutes_speaking_new(), data};
	if (store_recordings(store, meeting, read_archive, &reading, error)) {
		*ret = reading.speaking;
		return true;
	}
	minutes_speaking_free(reading.speaking);
	return false;
}

/* ---- The sentence ---- */

static gint longest_first(gconstpointer a, gconstpointer b)
{
	const struct span *one = *(struct span *const *)a, *two = *(struct span *const *)b;
	return one->seconds < two->seconds ? 1 : one->seconds > two->seconds ? -1 : 0;
}

char *minutes_speaking_words(const struct minutes_speaking *speaking, unsigned part,
			     const char *language)
{
	g_autoptr(GPtrArray) of_part = g_ptr_array_new();
	for (guint i = 0; i < speaking->spans->len; i++) {
		struct span *span = g_ptr_array_index(speaking->spans, i);
		if (span->part == part && span->seconds >= LEAST_SECONDS)
			g_ptr_array_add(of_part, span);
	}
	g_ptr_array_sort(of_part, longest_first);
	GString *words = g_string_new(NULL);
	for (guint i = 0; i < MIN(of_part->len, NAMES_MAX); i++) {
		const struct span *span = g_ptr_array_index(of_part, i);
		unsigned minutes = (unsigned)lround(MIN(span->seconds / 60, 9999));
		g_autofree char *amount =
			minutes > 0 ? g_strdup_printf("%u", minutes)
				    : g_strdup(minutes_word(language, MINUTES_WORD_LESS));
		g_string_append(words, minutes_word(language, i ? MINUTES_WORD_COMMA
								: MINUTES_WORD_SPEAKING));
		if (i == 0)
			g_string_append(words, minutes_word(language, MINUTES_WORD_COLON));
		g_string_append_printf(words, "%s %s%s", span->name, amount,
				       minutes_word(language, MINUTES_WORD_MIN));
	}
	return g_string_free(words, FALSE);
}
