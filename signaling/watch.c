#include "signaling/watch.h"
#include "signaling/metrics.h"
#include "signaling/status.h"

#include <gio/gio.h>
#include <stdlib.h>

struct watch {
	struct metrics metrics;
	struct status *status;
	bool own_machine;    /* is let in without being named */
	GPtrArray *networks; /* of GInetAddressMask */
	gint64 epoch_us;     /* Unix time when the monotonic clock was 0, as the start saw it */
	guint timer;
};

/* ---- The history ---- */

/* What the history has to know of each worker, for as long as a reading is used. */
struct workers {
	const struct counters **counters;
	uint64_t *busy_us;
};

static struct status_reading take_reading(const struct watch *watch, struct workers *workers)
{
	const struct relay *relay = watch->metrics.relay;
	unsigned n = relay_workers(relay);
	struct meetings_count count = meetings_count(watch->metrics.meetings);
	workers->counters = g_new(const struct counters *, n);
	workers->busy_us = g_new(uint64_t, n);
	for (unsigned w = 0; w < n; w++) {
		workers->counters[w] = relay_counters(relay, w);
		workers->busy_us[w] = relay_busy_us(relay, w);
	}
	return (struct status_reading){
		.now_us = watch->epoch_us + g_get_monotonic_time(),
		.people = count.people,
		.viewers = count.viewers,
		.memory = metrics_memory(),
		.counters = workers->counters,
		.busy_us = workers->busy_us,
	};
}

static void workers_clear(struct workers *workers)
{
	g_free(workers->counters);
	g_free(workers->busy_us);
}

static gboolean on_interval(gpointer data)
{
	struct watch *watch = data;
	struct workers workers;
	struct status_reading reading = take_reading(watch, &workers);
	status_add(watch->status, &reading);
	workers_clear(&workers);
	return G_SOURCE_CONTINUE;
}

/* ---- Who may ---- */

static bool is_in(const GPtrArray *networks, const char *text)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
	for (guint i = 0; address && i < networks->len; i++)
		if (g_inet_address_mask_matches(networks->pdata[i], address))
			return true;
	return false;
}

/*
 * Where links say https and this server speaks plain HTTP, a proxy stands before it. From this
 * machine then comes everybody, and not every proxy says so: the operator has to.
 */
static bool behind_proxy(const struct config *config)
{
	return !config->secure && config->public_url &&
	       g_str_has_prefix(config->public_url, "https:");
}

static bool comes_from_operator(const struct watch *watch, const struct http_request *request)
{
	return !request->forwarded &&
	       ((watch->own_machine && request->local) || is_in(watch->networks, request->address));
}

/* False: the reply says why. */
static bool may_watch(const struct watch *watch, const struct http_request *request,
		      struct http_reply *reply)
{
	GError *error = NULL;
	if (comes_from_operator(watch, request))
		return true;
	if (!request->bearer)
		error = g_error_new_literal(
			SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
			"address: only the server's own machine may see this (behind a proxy: if "
			"it is named, too), addresses that the setting metrics-from names, and "
			"whoever brings a service's token");
	else if (meetings_allow(watch->metrics.meetings, request->bearer, ACTION_WATCH, &error))
		return true;
	http_reply_error(reply, error);
	g_error_free(error);
	return false;
}

/* ---- Routes ---- */

static void get_metrics(void *user, const struct http_request *request, struct http_reply *reply)
{
	const struct watch *watch = user;
	if (!may_watch(watch, request, reply))
		return;
	GString *out = g_string_new(NULL);
	metrics_text(&watch->metrics, out);
	http_reply_text(reply, 200, "text/plain; version=0.0.4; charset=utf-8", out->str);
	g_string_free(out, TRUE);
}

/* ?since=SECONDS (Unix time); absent: all that there is. */
static bool read_since(const struct http_request *request, gint64 *ret, struct http_reply *reply)
{
	g_autofree char *text = http_query_value(request, "since");
	*ret = 0;
	if (!text || g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, ret, NULL))
		return true;
	g_autoptr(GError) error = g_error_new_literal(SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
						      "since: not a number of seconds");
	http_reply_error(reply, error);
	return false;
}

static void get_status(void *user, const struct http_request *request, struct http_reply *reply)
{
	const struct watch *watch = user;
	gint64 since;
	if (!may_watch(watch, request, reply) || !read_since(request, &since, reply))
		return;
	g_autofree char *text = status_json(watch->status, since);
	http_reply_text(reply, 200, "application/json", text);
}

void watch_routes(struct watch *watch, struct http_route *out, size_t *n)
{
	out[0] = (struct http_route){"GET", "/metrics", 0, get_metrics, watch};
	out[1] = (struct http_route){"GET", "/api/status", 0, get_status, watch};
	*n = WATCH_ROUTES;
}

/* ---- Life ---- */

struct watch *watch_new(const struct config *config, const struct relay *relay,
			const struct meetings *meetings, struct http_server *const *server)
{
	struct watch *watch = g_new0(struct watch, 1);
	gint64 now_us = g_get_monotonic_time();
	watch->epoch_us = g_get_real_time() - now_us;
	watch->own_machine = !behind_proxy(config);
	watch->networks = g_ptr_array_new_with_free_func(g_object_unref);
	for (char **text = config->metrics_from; *text; text++)
		g_ptr_array_add(watch->networks, g_inet_address_mask_new_from_string(*text, NULL));
	watch->metrics = (struct metrics){
		.relay = relay, .meetings = meetings, .server = server, .started_us = now_us};
	struct workers workers;
	struct status_reading first = take_reading(watch, &workers);
	watch->status = status_new(relay_workers(relay), &first);
	workers_clear(&workers);
	watch->metrics.status = watch->status;
	watch->timer = g_timeout_add_seconds(STATUS_INTERVAL_S, on_interval, watch);
	return watch;
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	g_source_remove(watch->timer);
	status_free(watch->status);
	g_ptr_array_unref(watch->networks);
	g_free(watch);
}
