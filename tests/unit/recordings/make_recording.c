/*
 * make_recording FOLDER [--seconds N] [--language TAG]... [--fps N] [--loop]: a made-up recording,
 * so that the archive can be tried and tested without a meeting. N seconds (30) are recorded, in
 * three parts: a pause of 8 s after 40 % of them, and 6 s that the server was away for after 75 %.
 *
 * Each track has its own tone: voice-0 440 Hz, voice-1 550 (some seconds), screen-sound 660 (while
 * the screen is shared), the channels 880, 1100, 1320, ... in their order (fr and zh-Hans, without
 * --language). At each fifth second the stage flashes and voice-0 beeps (sample_file.h). --loop
 * repeats ten seconds of picture, with a camera's noise, instead of encoding all of it: for
 * long ones.
 */
#include "tests/unit/recordings/sample_file.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>

#define AWAY_MS	 6000
#define PAUSE_MS 8000

struct world {
	char *folder;
	gint64 length_ms;  /* recorded, without pause and gap */
	gint64 part_ms[4]; /* where each part begins, without them; the end */
	GStrv languages;
	unsigned loop_ms, fps;
	FILE *index;
};

/* On the recording's time line, where pause and gap count. */
static gint64 real(const struct world *w, gint64 ms)
{
	return ms + (ms >= w->part_ms[1] ? PAUSE_MS : 0) + (ms >= w->part_ms[2] ? AWAY_MS : 0);
}

static G_GNUC_PRINTF(3, 4) void note(const struct world *w, gint64 ms, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	fprintf(w->index, "{%s,\"t\":%" G_GINT64_FORMAT "}\n", text, ms);
}

static struct sample_file *file_new(const struct world *w, unsigned part, const char *name,
				    bool video, const char *language)
{
	g_autofree char *folder = g_strdup_printf("%s/%u", w->folder, part + 1);
	if (g_mkdir_with_parents(folder, 0750) != 0)
		g_error("%s: %s", folder, g_strerror(errno));
	return sample_file_new(folder, name, video, language);
}

/* From and to: without pause and gap; in each part what of it lies there. */
static void sound(const struct world *w, const char *name, const char *language, double hz,
		  bool beeps, gint64 from, gint64 to)
{
	for (unsigned part = 0; part < 3; part++) {
		gint64 begin = MAX(from, w->part_ms[part]), end = MIN(to, w->part_ms[part + 1]);
		struct sample_tone tone = {hz, -18, beeps};
		if (begin >= end)
			continue;
		struct sample_file *file = file_new(w, part, name, false, language);
		gint64 at = real(w, begin);
		sample_file_sound(file, (guint64)at, (guint64)(at + end - begin), 0, sample_tone,
				  &tone);
		sample_file_free(file);
	}
}

/* n sizes, one after another, for length_ms each. */
static void pictures(const struct world *w, const char *name, const char *language, gint64 from,
		     gint64 to, const struct sample_picture *sizes, unsigned n, gint64 length_ms)
{
	for (unsigned part = 0; part < 3; part++) {
		gint64 begin = MAX(from, w->part_ms[part]), end = MIN(to, w->part_ms[part + 1]);
		if (begin >= end)
			continue;
		struct sample_file *file = file_new(w, part, name, true, language);
		for (unsigned i = 0; begin < end; begin += length_ms, i++) {
			gint64 at = real(w, begin), length = MIN(length_ms, end - begin);
			struct sample_picture picture = sizes[i % n];
			picture.loop_ms = w->loop_ms;
			picture.noise = w->loop_ms > 0;
			picture.fps = MIN(picture.fps, w->fps);
			sample_file_pictures(file, (guint64)at, (guint64)(at + length), &picture);
		}
		sample_file_free(file);
	}
}

static void write_people(const struct world *w)
{
	note(w, 0,
	     "\"type\":\"begin\",\"version\":1,\"meeting\":\"demo\",\"title\":\"Sharing meeting\","
	     "\"at\":1764187200000,\"people\":[{\"id\":\"p1\",\"name\":\"Ana Torres\","
	     "\"organisation\":\"Universidad Nacional\",\"country\":\"PE\",\"role\":\"host\"}]");
	note(w, 0, "\"type\":\"part\",\"folder\":\"1\"");
	note(w, 10,
	     "\"type\":\"person\",\"id\":\"p2\",\"name\":\"王小明 <b>&\",\"organisation\":"
	     "\"绿色未来\",\"country\":\"CN\",\"role\":\"member\",\"speaks\":\"zh\"");
	note(w, 10,
	     "\"type\":\"person\",\"id\":\"p3\",\"name\":\"\\u202eمريم 🎈\\n--> x\",\"country\":"
	     "\"LB\",\"role\":\"interpreter\"");
	note(w, 20, "\"type\":\"floor\",\"language\":\"en\"");
	note(w, 20, "\"type\":\"stage\",\"holder\":{\"id\":\"p1\",\"name\":\"Ana Torres\"}");
	note(w, 30, "\"type\":\"speaking\",\"people\":[\"p1\"]");
	note(w, 40,
	     "\"type\":\"chapter\",\"number\":1,\"sharer\":\"Ana Torres\",\"subject\":"
	     "\"Water; = #1\"");
}

/* The order of time: m is a tenth of the length, from where pause and gap don't count. */
static void write_index(const struct world *w)
{
	gint64 m = w->length_ms / 10;
	write_people(w);
	for (unsigned i = 0; w->languages[i]; i++)
		note(w, real(w, m), "\"type\":\"air\",\"language\":\"%s\",\"participant\":\"p3\"",
		     w->languages[i]);
	note(w, real(w, m + 500),
	     "\"type\":\"chat\",\"id\":1,\"from\":\"p2\",\"name\":\"王小明 <b>&\",\"text\":"
	     "\"Is it <safe> & free?\",\"question\":false");
	note(w, real(w, 2 * m), "\"type\":\"screen\",\"participant\":\"p1\"");
	note(w, real(w, 3 * m), "\"type\":\"question\",\"chat\":1,\"on\":true");
	note(w, real(w, 3 * m), "\"type\":\"speaking\",\"people\":[\"p1\",\"p2\"]");
	note(w, w->part_ms[1], "\"type\":\"paused\"");
	note(w, real(w, w->part_ms[1]), "\"type\":\"recording\"");
	note(w, real(w, w->part_ms[1]), "\"type\":\"part\",\"folder\":\"2\"");
	note(w, real(w, 5 * m), "\"type\":\"speaking\",\"people\":[\"p2\"]");
	note(w, real(w, 5 * m),
	     "\"type\":\"chapter\",\"number\":2,\"sharer\":\"王小明\",\"subject\":\"问题与回答\"");
	note(w, real(w, 6 * m), "\"type\":\"silent\",\"channel\":\"%s\",\"on\":true",
	     w->languages[0]);
	note(w, real(w, 7 * m), "\"type\":\"silent\",\"channel\":\"%s\",\"on\":false",
	     w->languages[0]);
	note(w, real(w, w->part_ms[2]), "\"type\":\"restart\"");
	note(w, real(w, w->part_ms[2]), "\"type\":\"part\",\"folder\":\"3\"");
	note(w, real(w, w->part_ms[2]), "\"type\":\"screen\",\"participant\":\"p1\"");
	note(w, real(w, 9 * m), "\"type\":\"screen\",\"participant\":null");
	note(w, real(w, w->length_ms), "\"type\":\"ended\"");
}

static void write_tracks(const struct world *w)
{
	static const struct sample_picture stage[] = {{1280, 720, 30, false, true, false, 0},
						      {640, 360, 30, false, true, false, 0},
						      {320, 180, 15, false, true, false, 0}};
	static const struct sample_picture screen[] = {{1920, 1080, 3, true, false, false, 0}};
	static const struct sample_picture sign[] = {{320, 240, 25, false, false, false, 0}};
	gint64 end = w->length_ms, m = end / 10;
	sound(w, "voice-0", NULL, 440, true, 0, end);
	sound(w, "voice-1", NULL, 550, false, 3 * m, 5 * m);
	sound(w, "screen-sound", NULL, 660, false, 2 * m, 4 * m);
	for (unsigned i = 0; w->languages[i]; i++) {
		g_autofree char *name = g_strdup_printf("channel-%s", w->languages[i]);
		sound(w, name, w->languages[i], 880 + 220 * i, false, m, i == 0 ? 6 * m : end);
		if (i == 0)
			sound(w, name, w->languages[i], 880, false, w->part_ms[2], end);
	}
	pictures(w, "stage", NULL, 0, end - m, stage, w->loop_ms ? 1 : 3,
		 w->loop_ms ? G_MAXINT64 / 2 : 4000);
	pictures(w, "screen", NULL, 2 * m, 9 * m, screen, 1, G_MAXINT64 / 2);
	pictures(w, "channel-picture-ase", "ase", m / 2, end, sign, 1, G_MAXINT64 / 2);
}

int main(int argc, char **argv)
{
	int seconds = 30, fps = 15;
	gboolean loop = FALSE;
	g_auto(GStrv) languages = NULL;
	const GOptionEntry entries[] = {
		{"seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "that are recorded (30)", "N"},
		{"language", 0, 0, G_OPTION_ARG_STRING_ARRAY, &languages, "a channel", "TAG"},
		{"fps", 0, 0, G_OPTION_ARG_INT, &fps, "of the stage, at most (15)", "N"},
		{"loop", 0, 0, G_OPTION_ARG_NONE, &loop, "ten seconds of picture again and again",
		 NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new("FOLDER");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2 || seconds < 10 ||
	    fps < 1) {
		fprintf(stderr, "make_recording: %s\n",
			error ? error->message : "FOLDER [--seconds N >= 10] [--language TAG]...");
		return 2;
	}
	if (!languages)
		languages = g_strsplit("fr zh-Hans", " ", 0);
	gint64 ms = (gint64)seconds * 1000;
	struct world w = {.folder = argv[1],
			  .length_ms = ms,
			  .part_ms = {0, ms * 4 / 10, ms * 3 / 4, ms},
			  .languages = languages,
			  .loop_ms = loop ? 10000 : 0,
			  .fps = (unsigned)fps};
	g_autofree char *index = g_build_filename(w.folder, "index.jsonl", NULL);
	if (g_mkdir_with_parents(w.folder, 0750) != 0 || !(w.index = fopen(index, "w")))
		g_error("%s: %s", index, g_strerror(errno));
	write_tracks(&w);
	write_index(&w);
	return fclose(w.index) == 0 ? 0 : 1;
}
