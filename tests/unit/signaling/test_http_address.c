#include "signaling/http_address.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

static struct sockaddr_storage address(const char *text)
{
	g_autoptr(GSocketAddress) parsed = g_inet_socket_address_new_from_string(text, 1);
	struct sockaddr_storage native = {0};
	g_assert_true(g_socket_address_to_native(parsed, &native, sizeof(native), NULL));
	return native;
}

static void written_in_its_shortest_form(void)
{
	static const char *const cases[][2] = {{"192.0.2.1", "192.0.2.1"},
					       {"::ffff:192.0.2.1", "192.0.2.1"},
					       {"2001:db8:0:0::1", "2001:db8::1"}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct sockaddr_storage native = address(cases[i][0]);
		char text[INET6_ADDRSTRLEN];
		http_address_text(&native, text);
		g_assert_cmpstr(text, ==, cases[i][1]);
	}
}

static void own_is_loopback_or_the_same(void)
{
	static const struct {
		const char *peer, *to;
		bool own;
	} cases[] = {
		{"127.0.0.1", "127.0.0.1", true},
		{"127.0.0.2", "127.0.0.1", true},
		{"::ffff:127.0.0.1", "::ffff:127.0.0.1", true},
		{"::1", "::1", true},
		{"192.0.2.1", "192.0.2.1", true},
		{"::ffff:192.0.2.1", "192.0.2.1", true},
		{"2001:db8::1", "2001:db8::1", true},
		{"192.0.2.2", "192.0.2.1", false},
		{"192.0.2.2", "127.0.0.1", false},
		{"::ffff:192.0.2.2", "::ffff:192.0.2.1", false},
		{"2001:db8::2", "2001:db8::1", false},
		{"::7f00:1", "2001:db8::1", false}, /* no IPv4 at all */
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct sockaddr_storage peer = address(cases[i].peer), own = address(cases[i].to);
		g_test_message("%s to %s", cases[i].peer, cases[i].to);
		g_assert_cmpint(http_address_is_own(&peer, &own), ==, cases[i].own);
	}
}

static void a_taken_port_is_refused_with_its_reason(void)
{
	struct sockaddr_storage native = address("127.0.0.1");
	struct sockaddr_in *v4 = (struct sockaddr_in *)&native;
	socklen_t size = sizeof(*v4);
	v4->sin_port = 0;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(fd, (struct sockaddr *)v4, size), ==, 0);
	g_assert_cmpint(listen(fd, 1), ==, 0);
	g_assert_cmpint(getsockname(fd, (struct sockaddr *)v4, &size), ==, 0);
	unsigned port = ntohs(v4->sin_port);
	bool v6;
	GError *error = NULL;
	g_assert_false(http_address_probe("127.0.0.1", port, &v6, &error));
	g_autofree char *message =
		g_strdup_printf("listen on 127.0.0.1 port %u: Address already in use", port);
	g_assert_cmpstr(error->message, ==, message);
	g_error_free(error);
	close(fd);
	error = NULL;
	g_assert_true(http_address_probe("127.0.0.1", port, &v6, &error));
	g_assert_false(v6);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http_address/written_in_its_shortest_form", written_in_its_shortest_form);
	g_test_add_func("/http_address/own_is_loopback_or_the_same", own_is_loopback_or_the_same);
	g_test_add_func("/http_address/a_taken_port_is_refused_with_its_reason",
			a_taken_port_is_refused_with_its_reason);
	return g_test_run();
}
