#include "signaling/metrics.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void add_head(GString *out, const char *name, const char *suffix, const char *type,
		     const char *help)
{
	g_string_append_printf(out,
			       "# HELP tongsheng_relay_%s%s %s\n# TYPE tongsheng_relay_%s%s %s\n",
			       name, suffix, help, name, suffix, type);
}

static void add_counters(GString *out, const struct relay *relay)
{
	for (unsigned c = 0; c < COUNTER_COUNT; c++) {
		const char *name = counter_name(c);
		add_head(out, name, "_total", "counter", counter_help(c));
		for (unsigned w = 0; w < relay_workers(relay); w++)
			g_string_append_printf(
				out,
				"tongsheng_relay_%s_total{worker=\"%u\"} %" G_GUINT64_FORMAT "\n",
				name, w, counter_get(relay_counters(relay, w), c));
	}
}

static void add_gauges(GString *out, const struct relay *relay)
{
	for (unsigned g = 0; g < GAUGE_COUNT; g++) {
		const char *name = gauge_name(g);
		add_head(out, name, "", "gauge", gauge_help(g));
		for (unsigned w = 0; w < relay_workers(relay); w++)
			g_string_append_printf(
				out, "tongsheng_relay_%s{worker=\"%u\"} %" G_GUINT64_FORMAT "\n",
				name, w, gauge_get(relay_counters(relay, w), g));
	}
}

static void add_busy(GString *out, const struct relay *relay, const struct status *status)
{
	add_head(out, "busy_seconds", "_total", "counter",
		 "time a worker spent working, not waiting");
	for (unsigned w = 0; w < relay_workers(relay); w++)
		g_string_append_printf(out,
				       "tongsheng_relay_busy_seconds_total{worker=\"%u\"} %.6f\n",
				       w, (double)relay_busy_us(relay, w) / 1e6);
	add_head(out, "busy_share", "", "gauge",
		 "busy time of the last " G_STRINGIFY(STATUS_INTERVAL_S) " s, 1 is all of it");
	for (unsigned w = 0; w < relay_workers(relay); w++)
		g_string_append_printf(out, "tongsheng_relay_busy_share{worker=\"%u\"} %.4f\n", w,
				       status_busy_share(status, w));
}

/*
 * The worker may count while this reads, so _count is what the buckets hold, and a sum may be of a
 * value more. Microseconds are shown in seconds, Prometheus' base unit: six digits are exact.
 */
static void add_series(GString *out, const char *name, bool seconds,
		       const struct histogram *histogram, unsigned worker)
{
	guint64 below = 0;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS - 1; i++) {
		below += atomic_load_explicit(&histogram->count[i], memory_order_relaxed);
		g_string_append_printf(out, "tongsheng_relay_%s_bucket{worker=\"%u\",le=\"", name,
				       worker);
		if (seconds)
			g_string_append_printf(out, "%.6f", (double)(UINT64_C(1) << i) / 1e6);
		else
			g_string_append_printf(out, "%" G_GUINT64_FORMAT, UINT64_C(1) << i);
		g_string_append_printf(out, "\"} %" G_GUINT64_FORMAT "\n", below);
	}
	below += atomic_load_explicit(&histogram->count[HISTOGRAM_BUCKETS - 1],
				      memory_order_relaxed);
	double sum = (double)atomic_load_explicit(&histogram->sum, memory_order_relaxed);
	g_string_append_printf(
		out,
		"tongsheng_relay_%s_bucket{worker=\"%u\",le=\"+Inf\"} %" G_GUINT64_FORMAT "\n"
		"tongsheng_relay_%s_sum{worker=\"%u\"} %.*f\n"
		"tongsheng_relay_%s_count{worker=\"%u\"} %" G_GUINT64_FORMAT "\n",
		name, worker, below, name, worker, seconds ? 6 : 0, seconds ? sum / 1e6 : sum, name,
		worker, below);
}

void metrics_histogram(GString *out, enum histogram_of which,
		       const struct counters *const *counters, unsigned workers)
{
	const char *raw = histogram_name(which), *help = histogram_help(which);
	bool seconds = g_str_has_suffix(raw, "_us");
	g_autofree char *base = g_strndup(raw, strlen(raw) - (seconds ? strlen("_us") : 0));
	g_autofree char *name = g_strconcat(base, seconds ? "_seconds" : "", NULL);
	if (seconds && g_str_has_prefix(help, "microseconds"))
		help += strlen("micro");
	add_head(out, name, "", "histogram", help);
	for (unsigned w = 0; w < workers; w++)
		add_series(out, name, seconds, &counters[w]->histogram[which], w);
}

static void add_histograms(GString *out, const struct relay *relay)
{
	unsigned workers = relay_workers(relay);
	g_autofree const struct counters **counters = g_new0(const struct counters *, workers);
	for (unsigned w = 0; w < workers; w++)
		counters[w] = relay_counters(relay, w);
	for (unsigned h = 0; h < HISTOGRAM_COUNT; h++)
		metrics_histogram(out, h, counters, workers);
}

guint64 metrics_memory(void)
{
	unsigned long size = 0, resident = 0;
	FILE *statm = fopen("/proc/self/statm", "re");
	if (!statm)
		return 0;
	if (fscanf(statm, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	fclose(statm);
	return resident * (guint64)sysconf(_SC_PAGESIZE);
}

static void add_process(GString *out, gint64 started_us)
{
	g_string_append_printf(out,
			       "# HELP process_resident_memory_bytes resident memory\n"
			       "# TYPE process_resident_memory_bytes gauge\n"
			       "process_resident_memory_bytes %" G_GUINT64_FORMAT "\n"
			       "# HELP tongsheng_uptime_seconds since the start\n"
			       "# TYPE tongsheng_uptime_seconds gauge\n"
			       "tongsheng_uptime_seconds %.1f\n",
			       metrics_memory(),
			       (double)(g_get_monotonic_time() - started_us) / 1e6);
}

void metrics_text(const struct metrics *metrics, GString *out)
{
	add_counters(out, metrics->relay);
	add_gauges(out, metrics->relay);
	add_busy(out, metrics->relay, metrics->status);
	add_histograms(out, metrics->relay);
	meetings_metrics(metrics->meetings, out);
	if (*metrics->server)
		http_server_metrics(*metrics->server, out);
	add_process(out, metrics->started_us);
}
