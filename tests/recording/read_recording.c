/*
 * Reads files of a recording: read_recording BEGIN_US FILE... prints a line of JSON for
 * each. What it holds is told by the time in the decoded sound and pictures, on the machine's
 * monotonic clock; BEGIN_US is time 0 of the recording on that clock.
 *
 * {"file": …, "problem": null or why it isn't whole, "at": its byte, "cut": bytes at the end,
 * "ended": …, "blocks": n, "demuxed": n by GStreamer or -1, "undecoded": n, "source": whose time it
 * is or -1, "runs": [[first slot, last slot], …], "apart": [[slot, block's time - taken, ms], …]}
 * apart: wherever it changes by 2 ms or more.
 */
#include "tests/recording/timecode.h"
#include "tests/recording/track_reader.h"
#include <gst/gst.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>

#define CHANGE_MS 2
#define SLOT_MS	  (TIMECODE_SLOT_US / 1000)

static struct {
	gboolean quick;
	int picture_ms;
} options = {.picture_ms = 40};

static const GOptionEntry entries[] = {
	{"quick", 0, 0, G_OPTION_ARG_NONE, &options.quick, "Nothing is decoded", NULL},
	{"picture-ms", 0, 0, G_OPTION_ARG_INT, &options.picture_ms, "From picture to picture (40)",
	 "MS"},
	G_OPTION_ENTRY_NULL,
};

struct found {
	unsigned undecoded;
	int source;	      /* -1: not known yet, or several */
	uint64_t first, last; /* slots of the run that is open; 0: none */
	double apart_ms;
	json_t *runs, *apart;
};

static void end_run(struct found *f)
{
	if (f->first)
		json_array_append_new(
			f->runs, json_pack("[I,I]", (json_int_t)f->first, (json_int_t)f->last));
}

static void take(struct found *f, const struct read_block *block, uint64_t begin_us, int step)
{
	uint64_t block_us = begin_us + block->time_ms * 1000, taken_us;
	if (!block->decoded) {
		f->undecoded++;
		return;
	}
	unsigned source = timecode_source(block->code, block_us, &taken_us);
	uint64_t slot = taken_us / TIMECODE_SLOT_US;
	double apart_ms = ((double)block_us - (double)taken_us) / 1000;
	if (f->source < 0)
		f->source = (int)source;
	if (f->first == 0 || slot != f->last + (uint64_t)step || (int)source != f->source) {
		end_run(f);
		f->first = slot;
	}
	f->last = slot;
	f->source = (int)source;
	if (json_array_size(f->apart) == 0 || fabs(apart_ms - f->apart_ms) >= CHANGE_MS) {
		json_array_append_new(f->apart, json_pack("[I,f]", (json_int_t)slot, apart_ms));
		f->apart_ms = apart_ms;
	}
}

static bool read_file(const char *path, uint64_t begin_us)
{
	struct read_track track;
	g_autoptr(GError) error = NULL;
	struct found f = {.source = -1, .runs = json_array(), .apart = json_array()};
	if (!track_read(path, &track, &error)) {
		fprintf(stderr, "read_recording: %s\n", error->message);
		return false;
	}
	if (!options.quick)
		track_decode(&track);
	for (guint i = 0; i < track.blocks->len && !options.quick; i++)
		take(&f, &g_array_index(track.blocks, struct read_block, i), begin_us,
		     track.video ? options.picture_ms / SLOT_MS : 1);
	end_run(&f);
	json_t *line = json_pack("{s:s, s:s?, s:I, s:I, s:b, s:I, s:i, s:I, s:i, s:o, s:o}", "file",
				 path, "problem", track.problem[0] ? track.problem : NULL, "at",
				 (json_int_t)track.problem_at, "cut", (json_int_t)track.cut,
				 "ended", track.ended, "blocks", (json_int_t)track.blocks->len,
				 "demuxed", track_demux(path), "undecoded", (json_int_t)f.undecoded,
				 "source", f.source, "runs", f.runs, "apart", f.apart);
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
	track_read_clear(&track);
	return true;
}

int main(int argc, char **argv)
{
	bool ok = true;
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new("BEGIN_US FILE...");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || argc < 3) {
		fprintf(stderr, "read_recording: %s\n",
			error != NULL ? error->message : "BEGIN_US FILE...");
		return 2;
	}
	gst_init(NULL, NULL);
	for (int i = 2; i < argc; i++)
		ok = read_file(argv[i], g_ascii_strtoull(argv[1], NULL, 10)) && ok;
	return ok ? 0 : 1;
}
