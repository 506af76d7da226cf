#include "relay/relay_internal.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

static void add_candidate(struct relay_candidate *out, unsigned *n, unsigned max,
			  const char *address, uint16_t port)
{
	if (*n >= max)
		return;
	struct relay_candidate *candidate = &out[(*n)++];
	g_strlcpy(candidate->address, address, sizeof candidate->address);
	candidate->port = port;
	candidate->v6 = strchr(address, ':') != NULL;
}

/* An interface address as text; false for what no browser can use (down, no IP, link-local IPv6).
 */
static bool usable_address(const struct ifaddrs *interface, char *text, size_t size)
{
	if (!interface->ifa_addr || !(interface->ifa_flags & IFF_UP))
		return false;
	if (interface->ifa_addr->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)interface->ifa_addr;
		return inet_ntop(AF_INET, &v4->sin_addr, text, (socklen_t)size) != NULL;
	}
	if (interface->ifa_addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)interface->ifa_addr;
		return !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr) &&
		       inet_ntop(AF_INET6, &v6->sin6_addr, text, (socklen_t)size) != NULL;
	}
	return false;
}

/* What to list where the relay listens on every address: those of one interface kind. */
struct wanted {
	bool loopback, v4_only;
};

static unsigned local_candidates(struct relay_candidate *out, unsigned max, uint16_t port,
				 struct wanted wanted)
{
	struct ifaddrs *interfaces;
	char text[INET6_ADDRSTRLEN];
	unsigned n = 0;

	if (getifaddrs(&interfaces) < 0)
		return 0;
	for (const struct ifaddrs *i = interfaces; i; i = i->ifa_next)
		if (!!(i->ifa_flags & IFF_LOOPBACK) == wanted.loopback &&
		    usable_address(i, text, sizeof text) && !(wanted.v4_only && strchr(text, ':')))
			add_candidate(out, &n, max, text, port);
	freeifaddrs(interfaces);
	return n;
}

unsigned relay_candidates(struct relay *relay, uint32_t room_id, uint32_t peer,
			  struct relay_candidate *out, unsigned max)
{
	struct relay_room *room = relay_find_room(relay, room_id);
	if (!room)
		return 0;
	uint16_t port = worker_port(relay->workers[relay_place(relay, room, peer)].worker);
	struct wanted wanted = {.v4_only = g_strcmp0(relay->listen, "0.0.0.0") == 0};
	/* Where to listen, but nowhere to send to. */
	bool everywhere = !relay->listen || wanted.v4_only || g_str_equal(relay->listen, "::");
	unsigned n = 0;

	for (char **address = relay->announce; *address; address++)
		add_candidate(out, &n, max, *address, port);
	if (n == 0 && !everywhere)
		add_candidate(out, &n, max, relay->listen, port);
	if (n == 0)
		n = local_candidates(out, max, port, wanted);
	wanted.loopback = true;
	if (n == 0)
		n = local_candidates(out, max, port, wanted);
	return n;
}
