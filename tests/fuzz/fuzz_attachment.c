/* A file that somebody attaches, and (up to its first newline) what somebody searches for in the
 * rest of it. */
#include "signaling/archive_files.h"
#include "signaling/archive_words.h"
#include "signaling/attachment_type.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *bytes;
	size_t size;
};

static bool read_memory(void *user, uint64_t offset, uint8_t *out, size_t length)
{
	const struct memory *memory = user;
	if (offset > memory->size || length > memory->size - offset)
		abort();
	memcpy(out, memory->bytes + offset, length);
	return true;
}

static void search(const char *query, const char *text)
{
	struct archive_words *words = archive_words_new(query);
	if (!words)
		return;
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autofree char *excerpt = archive_words_excerpt(words, valid);
	archive_words_in(words, valid);
	g_free(archive_words_query(words));
	if (!g_utf8_validate(excerpt, -1, NULL))
		abort();
	archive_words_free(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory memory = {data, size};
	const struct attachment_source source = {size, read_memory, &memory};
	const struct attachment_kind *kind = attachment_kind_of(&source, "a.md");
	if (kind)
		g_free(attachment_name(kind, "name"));
	char *text = g_strndup((const char *)data, size);
	char **lines = g_strsplit(text, "\n", 2);
	if (lines[0] && lines[1])
		search(lines[0], lines[1]);
	if (archive_name_valid(text)) {
		if (*text == '/' || strstr(text, "/.") || strstr(text, "//"))
			abort();
		archive_file_type(text);
		archive_track_type(text);
	}
	g_strfreev(lines);
	g_free(text);
	return 0;
}
