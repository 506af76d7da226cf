#include "signaling/metrics.h"
#include <stdio.h>
#include <unistd.h>

static void add_counters(GString *out, const struct relay *relay)
{
	for (unsigned c = 0; c < COUNTER_COUNT; c++) {
		const char *name = counter_name(c);
		g_string_append_printf(out,
				       "# HELP tongsheng_relay_%s_total %s\n# TYPE "
				       "tongsheng_relay_%s_total counter\n",
				       name, counter_help(c), name);
		for (unsigned w = 0; w < relay_workers(relay); w++)
			g_string_append_printf(
				out,
				"tongsheng_relay_%s_total{worker=\"%u\"} %" G_GUINT64_FORMAT "\n",
				name, w, counter_get(relay_counters(relay, w), c));
	}
	g_string_append(out, "# HELP tongsheng_relay_busy_seconds_total time a worker spent "
			     "working, not waiting\n"
			     "# TYPE tongsheng_relay_busy_seconds_total counter\n");
	for (unsigned w = 0; w < relay_workers(relay); w++)
		g_string_append_printf(out,
				       "tongsheng_relay_busy_seconds_total{worker=\"%u\"} %.6f\n",
				       w, (double)relay_busy_us(relay, w) / 1e6);
}

static void add_process(GString *out, gint64 started_us)
{
	unsigned long size = 0, resident = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	if (statm) {
		if (fscanf(statm, "%lu %lu", &size, &resident) != 2)
			resident = 0;
		fclose(statm);
	}
	g_string_append_printf(
		out,
		"# HELP process_resident_memory_bytes resident memory\n"
		"# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %lu\n"
		"# HELP tongsheng_uptime_seconds since the start\n"
		"# TYPE tongsheng_uptime_seconds gauge\ntongsheng_uptime_seconds %.1f\n",
		resident * (unsigned long)sysconf(_SC_PAGESIZE),
		(double)(g_get_monotonic_time() - started_us) / 1e6);
}

void metrics_handle(void *user, const struct http_request *request, struct http_reply *reply)
{
	const struct metrics *metrics = user;
	GString *out = g_string_new(NULL);

	add_counters(out, metrics->relay);
	meetings_metrics(metrics->meetings, out);
	if (*metrics->server)
		http_server_metrics(*metrics->server, out);
	add_process(out, metrics->started_us);
	http_reply_text(reply, 200, "text/plain; version=0.0.4; charset=utf-8", out->str);
	g_string_free(out, TRUE);
}
