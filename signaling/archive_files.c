#include "signaling/archive_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DEPTH 6

struct type {
	const char *end, *type;
};

/* What the job writes. */
static const struct type types[] = {
	{".json", "application/json"},
	{".m3u8", "application/vnd.apple.mpegurl"},
	{".ts", "video/mp2t"},
	{".m4a", "audio/mp4"},
	{".opus", "audio/ogg"},
	{".mp3", "audio/mpeg"},
	{".mkv", "video/x-matroska"},
	{".mp4", "video/mp4"},
	{".vtt", "text/vtt; charset=utf-8"},
	{".jpg", "image/jpeg"},
};

static const struct type track_types[] = {
	{".mkv", "video/x-matroska"},
	{".mka", "audio/x-matroska"},
	{".jsonl", "application/x-ndjson"},
};

bool archive_name_valid(const char *name)
{
	unsigned segments = 1;
	for (const char *p = name; *p != '\0'; p++) {
		bool first = p == name || p[-1] == '/';
		if (*p == '/') {
			segments++;
			if (first)
				return false;
		} else if ((*p == '.' && first) || !(g_ascii_isalnum(*p) || strchr("._-", *p))) {
			return false;
		}
	}
	size_t length = strlen(name);
	return length > 0 && length < 512 && name[length - 1] != '/' && segments <= DEPTH;
}

static const char *type_of(const struct type *table, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (g_str_has_suffix(name, table[i].end))
			return table[i].type;
	return NULL;
}

const char *archive_file_type(const char *name)
{
	return type_of(types, G_N_ELEMENTS(types), name);
}

const char *archive_track_type(const char *name)
{
	return type_of(track_types, G_N_ELEMENTS(track_types), name);
}

int archive_open_beneath(int folder, const char *name)
{
	if (!archive_name_valid(name)) {
		errno = ENOENT;
		return -1;
	}
	g_auto(GStrv) segments = g_strsplit(name, "/", -1);
	int fd = folder;
	for (char **segment = segments; *segment != NULL && (fd >= 0 || segment == segments);
	     segment++) {
		/* A FIFO that somebody put there must not hold us up. */
		int flags = segment[1] != NULL ? O_PATH | O_DIRECTORY : O_RDONLY | O_NONBLOCK;
		int next = openat(fd, *segment, flags | O_NOFOLLOW | O_CLOEXEC);
		int saved = errno;
		if (fd != folder)
			close(fd);
		errno = saved;
		fd = next;
	}
	return fd;
}
