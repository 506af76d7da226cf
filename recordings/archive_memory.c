#include "recordings/archive_memory.h"
#include <glib.h>
#include <string.h>

#define MIB (UINT64_C(1) << 20)
/* ffmpeg itself, and for each track the thread that reads it. */
#define BASE  (256 * MIB)
#define TRACK (32 * MIB)
/*
 * What the MP4 muxer keeps is 64 bytes a packet, in an array that grows by doubling, and what the
 * demuxer keeps is 24 and an eighth; the rest is for the tables that are written at the end.
 */
#define PACKET	   192
#define PACKETS_MS 47 /* in 1000 ms: AAC has 1024 samples of 48 kHz in one; pictures are fewer */

uint64_t archive_memory_needed(int64_t duration_ms, unsigned tracks)
{
	uint64_t packets = (uint64_t)MAX(duration_ms, 0) * PACKETS_MS / 1000;
	return BASE + tracks * (TRACK + packets * PACKET);
}

uint64_t archive_memory_spare(const char *meminfo, const char *group)
{
	static const char word[] = "MemAvailable:";
	const char *line = meminfo ? strstr(meminfo, word) : NULL;
	uint64_t machine = line ? g_ascii_strtoull(line + strlen(word), NULL, 10) << 10 : 0;
	uint64_t limit = group ? g_ascii_strtoull(group, NULL, 10) : 0; /* "max": none */
	return (limit > 0 && machine > 0 ? MIN(limit, machine) : MAX(limit, machine)) / 2;
}

/* Of the group that this process is in; NULL: it isn't told. */
static char *read_group(void)
{
	g_autofree char *groups = NULL, *text = NULL;
	/* Version 2 has one line, of number 0. */
	if (!g_file_get_contents("/proc/self/cgroup", &groups, NULL, NULL) ||
	    !g_str_has_prefix(groups, "0::/"))
		return NULL;
	g_strchomp(groups);
	g_autofree char *path =
		g_strdup_printf("/sys/fs/cgroup%s/memory.max", groups + strlen("0::"));
	return g_file_get_contents(path, &text, NULL, NULL) ? g_steal_pointer(&text) : NULL;
}

uint64_t archive_memory_given(int64_t duration_ms, unsigned tracks)
{
	g_autofree char *meminfo = NULL, *group = read_group();
	g_file_get_contents("/proc/meminfo", &meminfo, NULL, NULL);
	return MIN(archive_memory_needed(duration_ms, tracks),
		   archive_memory_spare(meminfo, group));
}
