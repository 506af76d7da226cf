#include "tests/unit/signaling/http_fixture.h"

/* What a handler has taken; the loop's thread writes, the client's reads after it was told. */
static struct http_later *waiting;
static gint n_asked, n_gone;

static void on_gone(void *user)
{
	g_assert_true(user == &n_gone);
	waiting = NULL;
	g_atomic_int_inc(&n_gone);
}

static gboolean finish(gpointer data)
{
	http_reply_text(http_later_reply(data), 200, "text/plain", "at last");
	http_later_finish(data);
	return G_SOURCE_REMOVE;
}

static void handle_soon(void *user, const struct http_request *request, struct http_reply *reply)
{
	http_reply_header(reply, "X-Early", "yes");
	g_timeout_add(20, finish, http_reply_later(reply, on_gone, &n_gone));
}

static void handle_at_once(void *user, const struct http_request *request, struct http_reply *reply)
{
	finish(http_reply_later(reply, on_gone, &n_gone));
}

static void handle_never(void *user, const struct http_request *request, struct http_reply *reply)
{
	waiting = http_reply_later(reply, on_gone, &n_gone);
	g_atomic_int_inc(&n_asked);
}

static struct http_route routes[] = {
	{"GET", "/soon", 0, handle_soon, NULL},
	{"POST", "/soon", 100, handle_soon, NULL},
	{"GET", "/at-once", 0, handle_at_once, NULL},
	{"GET", "/never", 0, handle_never, NULL},
};

static void expect_reply(int fd, const char *request, bool head)
{
	say(fd, request);
	g_autofree char *reply = hear(fd, head);
	g_assert_cmpuint(status_of(reply), ==, 200);
	g_assert_nonnull(strstr(reply, "Content-Length: 7\r\n"));
	g_assert_true(g_str_has_suffix(reply, head ? "\r\n\r\n" : "\r\n\r\nat last"));
}

static void client(struct fixture *f)
{
	int fd = dial(f->config.port);
	expect_reply(fd, "GET /soon HTTP/1.1\r\nHost: a\r\n\r\n", false);
	expect_reply(fd, "HEAD /soon HTTP/1.1\r\nHost: a\r\n\r\n", true);
	expect_reply(fd, "GET /at-once HTTP/1.1\r\nHost: a\r\n\r\n", false);
	expect_reply(fd, "POST /soon HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody", false);
	expect_reply(fd, "GET /soon HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false);
	char byte;
	g_assert_cmpint(recv(fd, &byte, 1, 0), ==, 0);
	close(fd);
}

/* A client that hangs up, or sends more than it may, isn't waited for. */
static void leavers(struct fixture *f)
{
	for (int i = 0; i < 2; i++) {
		int fd = dial(f->config.port);
		say(fd, "GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
		while (g_atomic_int_get(&n_asked) == i)
			g_usleep(1000);
		if (i == 1)
			say(fd, "GET /soon HTTP/1.1\r\nHost: a\r\n\r\n");
		else
			close(fd);
		while (g_atomic_int_get(&n_gone) == i)
			g_usleep(1000);
		if (i == 1)
			close(fd);
	}
}

static void waiter(struct fixture *f)
{
	int fd = dial(f->config.port);
	say(fd, "GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
	while (g_atomic_int_get(&n_asked) == 0)
		g_usleep(1000);
}

static void with_server(void (*what)(struct fixture *f))
{
	struct fixture f = {.routes = routes, .n_routes = G_N_ELEMENTS(routes)};
	g_atomic_int_set(&n_asked, 0);
	g_atomic_int_set(&n_gone, 0);
	defaults(&f);
	start(&f);
	run(&f, what);
	stop(&f);
}

static void replies_come_later(void)
{
	with_server(client);
	g_assert_cmpint(n_gone, ==, 0);
}

static void who_leaves_is_not_waited_for(void)
{
	with_server(leavers);
	g_assert_cmpint(n_gone, ==, 2);
}

static void end_of_the_server_is_told(void)
{
	with_server(waiter);
	g_assert_cmpint(n_gone, ==, 1);
	g_assert_null(waiting);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http_later/replies_come_later", replies_come_later);
	g_test_add_func("/http_later/who_leaves_is_not_waited_for", who_leaves_is_not_waited_for);
	g_test_add_func("/http_later/end_of_the_server_is_told", end_of_the_server_is_told);
	return g_test_run();
}
