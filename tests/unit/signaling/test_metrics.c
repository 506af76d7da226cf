#include "signaling/metrics.h"
#include "tests/unit/signaling/exposition.h"
#include "tests/unit/signaling/server_fixture.h"

static void assert_says(const char *text, const char *line)
{
	g_autofree char *whole = g_strconcat("\n", line, "\n", NULL);
	if (!strstr(text, whole))
		g_test_message("%s", text);
	g_assert_nonnull(strstr(text, whole));
}

static void everything_in_prometheus_text(void)
{
	struct server server;
	server_open(&server, NULL);
	const uint64_t busy_us[] = {0}, busier_us[] = {2500000};
	const struct counters *const counters[] = {relay_counters(server.relay, 0)};
	struct status_reading reading = {.counters = counters, .busy_us = busy_us};
	struct status *status = status_new(1, &reading);
	reading.now_us = 10 * G_USEC_PER_SEC;
	reading.busy_us = busier_us;
	status_add(status, &reading);

	struct http_server *none = NULL;
	const struct metrics metrics = {server.relay, server.meetings, &none, status,
					g_get_monotonic_time()};
	GString *out = g_string_new(NULL);
	metrics_text(&metrics, out);
	exposition_check(out->str);
	assert_says(out->str, "tongsheng_relay_rtp_in_total{worker=\"0\"} 0");
	assert_says(out->str, "# TYPE tongsheng_relay_slots gauge");
	assert_says(out->str, "tongsheng_relay_slots{worker=\"0\"} 0");
	assert_says(out->str, "tongsheng_relay_busy_share{worker=\"0\"} 0.2500");
	assert_says(out->str, "# TYPE tongsheng_relay_forward_delay_seconds histogram");
	assert_says(out->str, "tongsheng_relay_send_batch_count{worker=\"0\"} 0");
	g_assert_nonnull(strstr(out->str, "\nprocess_resident_memory_bytes "));
	g_string_free(out, TRUE);
	status_free(status);
	server_close(&server);
}

static void histograms_add_up(void)
{
	static struct counters idle, busy;
	const struct counters *const workers[] = {&idle, &busy};
	struct histogram *delay = &busy.histogram[HISTOGRAM_FORWARD_DELAY];
	histogram_add(delay, 1, 2);
	histogram_add(delay, 100, 3);
	histogram_add(delay, UINT64_C(1) << 40, 1); /* more than any bucket has a name for */
	GString *out = g_string_new(NULL);
	metrics_histogram(out, HISTOGRAM_FORWARD_DELAY, workers, 2);
	exposition_check(out->str);
	g_assert_true(g_str_has_prefix(
		out->str, "# HELP tongsheng_relay_forward_delay_seconds seconds from "));
#define SERIES(suffix, labels, value)                                                              \
	"tongsheng_relay_forward_delay_seconds_" suffix "{worker=" labels "} " value
	assert_says(out->str, SERIES("bucket", "\"0\",le=\"+Inf\"", "0"));
	assert_says(out->str, SERIES("bucket", "\"1\",le=\"0.000001\"", "2"));
	assert_says(out->str, SERIES("bucket", "\"1\",le=\"0.000064\"", "2"));
	assert_says(out->str, SERIES("bucket", "\"1\",le=\"0.000128\"", "5"));
	assert_says(out->str, SERIES("bucket", "\"1\",le=\"4.194304\"", "5"));
	assert_says(out->str, SERIES("bucket", "\"1\",le=\"+Inf\"", "6"));
	assert_says(out->str, SERIES("sum", "\"1\"", "1099511.628078"));
	assert_says(out->str, SERIES("count", "\"1\"", "6"));
#undef SERIES
	g_string_truncate(out, 0);
	metrics_histogram(out, HISTOGRAM_GSO_RUN, workers, 2);
	exposition_check(out->str);
	assert_says(out->str, "tongsheng_relay_gso_run_bucket{worker=\"1\",le=\"4194304\"} 0");
	assert_says(out->str, "tongsheng_relay_gso_run_sum{worker=\"1\"} 0");
	g_string_free(out, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/metrics/everything_in_prometheus_text", everything_in_prometheus_text);
	g_test_add_func("/metrics/histograms_add_up", histograms_add_up);
	return g_test_run();
}
