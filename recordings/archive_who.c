#include "recordings/archive_who.h"
#include "recordings/archive_steps.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (64 << 20) /* a day with ten changes a second */

static void clear_turn(void *item)
{
	g_free(((struct archive_who_turn *)item)->id);
}

void archive_who_init(struct archive_who *who)
{
	who->turns = g_array_new(FALSE, FALSE, sizeof(struct archive_who_turn));
	g_array_set_clear_func(who->turns, clear_turn);
}

void archive_who_clear(struct archive_who *who)
{
	g_clear_pointer(&who->turns, g_array_unref);
}

static const struct archive_who_turn *turn_at(const struct archive_who *who, guint i)
{
	return &g_array_index(who->turns, struct archive_who_turn, i);
}

void archive_who_add(struct archive_who *who, const char *line, size_t length)
{
	json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	const json_t *at = json_object_get(json, "at"), *id = json_object_get(json, "id");
	struct archive_who_turn turn = {.at = json_integer_value(at),
					.t = json_integer_value(json_object_get(json, "t")),
					.id = g_strdup(json_string_value(id))};
	guint n = who->turns->len;
	bool fine = json_is_integer(at) && turn.at >= 0 && (json_is_string(id) || json_is_null(id));
	json_decref(json);
	if (!fine) {
		clear_turn(&turn);
		return;
	}
	while (n > 0 && turn_at(who, n - 1)->at >= turn.at)
		n--;
	g_array_set_size(who->turns, n);
	g_array_append_val(who->turns, turn);
}

/* NULL: error set. */
static char *read_all(int fd, const char *name, size_t *ret_length, GError **error)
{
	struct stat st;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX) {
		size_t size = (size_t)st.st_size, have = 0;
		g_autofree char *text = g_malloc(size + 1);
		ssize_t n = 1;
		while (have < size && (n = pread(fd, text + have, size - have, (off_t)have)) > 0)
			have += (size_t)n;
		*ret_length = have;
		if (n >= 0)
			return g_steal_pointer(&text);
	} else {
		errno = EFBIG;
	}
	g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno), "%s: %s", name,
		    g_strerror(errno));
	return NULL;
}

bool archive_who_read(struct archive_who *who, int folder, const char *name, GError **error)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t length = 0;
	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0) {
		g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno), "%s: %s", name,
			    g_strerror(errno));
		return false;
	}
	g_autofree char *text = read_all(fd, name, &length, error);
	close(fd);
	for (size_t at = 0; text && at < length;) {
		const char *end = memchr(text + at, '\n', length - at);
		size_t line = end ? (size_t)(end - (text + at)) : length - at;
		archive_who_add(who, text + at, line);
		at += line + 1;
	}
	return text != NULL;
}

const char *archive_who_of(const struct archive_who *who, int64_t place)
{
	guint low = 0,
	      high = who->turns->len; /* the last one that isn't behind is in [low, high) */
	while (low < high) {
		guint middle = low + (high - low) / 2;
		if (turn_at(who, middle)->at <= place)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? turn_at(who, low - 1)->id : NULL;
}

static bool contains(GHashTable *ids, const char *id)
{
	return id && g_hash_table_contains(ids, id);
}

bool archive_who_has(const struct archive_who *who, GHashTable *ids, int64_t from, int64_t to)
{
	for (guint i = 0; i < who->turns->len; i++) {
		const struct archive_who_turn *turn = turn_at(who, i);
		int64_t end = i + 1 < who->turns->len ? turn_at(who, i + 1)->at : INT64_MAX;
		if (contains(ids, turn->id) && turn->at < to && end > from)
			return true;
	}
	return false;
}

bool archive_who_forget(struct archive_who *who, GHashTable *ids, int folder, const char *name,
			GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (guint i = 0; i < who->turns->len; i++) {
		struct archive_who_turn *turn =
			&g_array_index(who->turns, struct archive_who_turn, i);
		if (contains(ids, turn->id))
			g_clear_pointer(&turn->id, g_free);
		json_t *line = json_pack("{s:I, s:s?, s:I}", "t", (json_int_t)turn->t, "id",
					 turn->id, "at", (json_int_t)turn->at);
		char *json = json_dumps(line, JSON_COMPACT);
		g_string_append_printf(text, "%s\n", json);
		free(json);
		json_decref(line);
	}
	return archive_file_write(folder, name, text->str, text->len, error);
}
