#include "signaling/http_internal.h"

static const struct {
	const char *name, *help;
} counter_texts[] = {
#define X(symbol, name, help) {name, help},
	HTTP_COUNTERS(X)
#undef X
};

void http_server_metrics(const struct http_server *server, GString *out)
{
	g_string_append_printf(out,
			       "# HELP tongsheng_http_connections TCP connections now\n"
			       "# TYPE tongsheng_http_connections gauge\n"
			       "tongsheng_http_connections %u\n"
			       "# HELP tongsheng_websockets WebSockets now\n"
			       "# TYPE tongsheng_websockets gauge\n"
			       "tongsheng_websockets %u\n",
			       server->connections.length, server->n_websockets);
	for (size_t i = 0; i < HTTP_COUNTER_COUNT; i++)
		g_string_append_printf(out,
				       "# HELP tongsheng_%s %s\n"
				       "# TYPE tongsheng_%s counter\n"
				       "tongsheng_%s %" G_GUINT64_FORMAT "\n",
				       counter_texts[i].name, counter_texts[i].help,
				       counter_texts[i].name, counter_texts[i].name,
				       server->counters[i]);
}
