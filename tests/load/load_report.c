#include "tests/load/load_report.h"

#include <jansson.h>
#include <stdio.h>

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

/* p50, p99 and so on; null: nothing was measured. */
static json_t *quantile_json(GArray *sorted, double share)
{
	if (sorted->len == 0)
		return json_null();
	return json_integer(g_array_index(sorted, uint32_t, (guint)(share * (sorted->len - 1))));
}

static json_t *quantiles_json(GArray *values)
{
	g_array_sort(values, compare_u32);
	return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o}", "n", (int)values->len, "p50",
			 quantile_json(values, 0.5), "p95", quantile_json(values, 0.95), "p99",
			 quantile_json(values, 0.99), "p999", quantile_json(values, 0.999), "max",
			 quantile_json(values, 1));
}

static json_t *counts_json(const struct row_counts *c)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "packets",
			 (json_int_t)c->packets, "bytes", (json_int_t)c->bytes, "late",
			 (json_int_t)c->late, "expected", (json_int_t)c->expected, "authenticated",
			 (json_int_t)c->authenticated, "refused", (json_int_t)c->refused, "broken",
			 (json_int_t)c->broken, "skipped", (json_int_t)c->skipped);
}

static void add_us(GArray *values, uint64_t us)
{
	uint32_t value = (uint32_t)MIN(us, UINT32_MAX);
	if (us > 0)
		g_array_append_val(values, value);
}

static void print(const char *word, json_t *json)
{
	printf("%s ", word);
	json_dumpf(json, stdout, JSON_COMPACT);
	printf("\n");
	fflush(stdout);
	json_decref(json);
}

void report_end(const struct measured *measured)
{
	g_autoptr(GArray) sound_us = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_autoptr(GArray) keyframe_us = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	struct row_counts sound = {0}, video = {0};
	const char *profile = NULL;
	for (guint i = 0; i < measured->viewers->len; i++) {
		const struct client *client = measured->viewers->pdata[i];
		struct client_stats stats = client_stats(client);
		row_counts_add(&sound, &stats.sound);
		row_counts_add(&video, &stats.video);
		add_us(sound_us, stats.first_sound_us);
		add_us(keyframe_us, stats.keyframe_us);
		if (profile == NULL && client_state(client) == CLIENT_OPEN)
			profile = client_profile(client);
	}
	print("end",
	      json_pack("{s:f, s:f, s:f, s:i, s:i, s:s?, s:o, s:o, s:o, s:o, s:o}", "seconds",
			measured->seconds, "generatorCpu", measured->cpu_s, "sinceJoin",
			measured->since_join_s, "failed", (int)measured->failed, "open",
			(int)measured->open, "profile", profile, "sound", counts_json(&sound),
			"video", counts_json(&video), "delay", quantiles_json(measured->delays),
			"firstSound", quantiles_json(sound_us), "firstKeyframe",
			quantiles_json(keyframe_us)));
}

/* Rates are a viewer's, a second. Bytes are of payloads: what a header and a tag add is the
 * floor's. */
void report_mix(const struct options *options, const struct publish_options *publish)
{
	struct publish_mix mix = publish_measure(publish);
	int voices = MIN(options->voices, options->talk) + options->channel;
	print("mix",
	      json_pack("{s:f, s:i, s:f, s:i, s:i}", "voices", voices * mix.voices, "voiceBytes",
			(int)mix.voice_bytes, "pictures", options->cameras * mix.pictures, "run",
			(int)mix.picture_packets, "videoBytes", (int)mix.picture_bytes));
}
