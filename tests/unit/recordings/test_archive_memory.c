#include "recordings/archive_memory.h"
#include <glib.h>

#define MIB  (UINT64_C(1) << 20)
#define HOUR INT64_C(3600000)

/* Measured of ffmpeg 5.1: MiB of data with so many sounds of so many hours, as MP4. */
static void test_needed(void)
{
	static const struct {
		int64_t ms;
		unsigned tracks, mib;
	} measured[] = {{HOUR, 1, 63},		 {HOUR, 6, 196},	  {HOUR, 13, 361},
			{HOUR * 25 / 4, 1, 222}, {HOUR * 25 / 4, 3, 409}, {HOUR * 25 / 4, 6, 798},
			{HOUR * 10, 1, 275},	 {HOUR * 10, 2, 469},	  {HOUR * 10, 6, 1249}};
	for (size_t i = 0; i < G_N_ELEMENTS(measured); i++) {
		uint64_t needed = archive_memory_needed(measured[i].ms, measured[i].tracks);
		g_assert_cmpuint(needed, >, measured[i].mib * MIB * 5 / 4);
		g_assert_cmpuint(needed, <,
				 (measured[i].mib * 2 + 320 + measured[i].tracks * 16) * MIB);
	}
	g_assert_cmpuint(archive_memory_needed(-1, 1), ==, archive_memory_needed(0, 1));
}

static void test_spare(void)
{
	static const char meminfo[] = "MemTotal:       16000000 kB\nMemFree:  100 kB\n"
				      "MemAvailable:    8388608 kB\nBuffers:  1 kB\n";
	g_assert_cmpuint(archive_memory_spare(meminfo, NULL), ==, 4096 * MIB);
	g_assert_cmpuint(archive_memory_spare(meminfo, "max\n"), ==, 4096 * MIB);
	g_assert_cmpuint(archive_memory_spare(meminfo, "2147483648\n"), ==, 1024 * MIB);
	g_assert_cmpuint(archive_memory_spare(meminfo, "99999999999\n"), ==, 4096 * MIB);
	g_assert_cmpuint(archive_memory_spare(NULL, "2147483648\n"), ==, 1024 * MIB);
	g_assert_cmpuint(archive_memory_spare("MemTotal: 1 kB\n", NULL), ==, 0);
	g_assert_cmpuint(archive_memory_spare(NULL, NULL), ==, 0);
}

static void test_given(void)
{
	uint64_t all = archive_memory_given(INT64_C(1) << 40, 100);
	g_assert_cmpuint(all, >, 0);
	g_assert_cmpuint(all, <, archive_memory_needed(INT64_C(1) << 40, 100));
	g_assert_cmpuint(archive_memory_given(HOUR, 1), <=, archive_memory_needed(HOUR, 1));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_memory/needed", test_needed);
	g_test_add_func("/archive_memory/spare", test_spare);
	g_test_add_func("/archive_memory/given", test_given);
	return g_test_run();
}
