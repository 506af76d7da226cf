#include "signaling/http_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

/* Either family's address in the form of IPv6. */
static struct in6_addr wide(const struct sockaddr_storage *address)
{
	struct in6_addr out = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
	if (address->ss_family == AF_INET6)
		return ((const struct sockaddr_in6 *)address)->sin6_addr;
	memcpy(out.s6_addr + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
	return out;
}

void http_address_text(const struct sockaddr_storage *address, char text[static INET6_ADDRSTRLEN])
{
	struct in6_addr out = wide(address);
	if (IN6_IS_ADDR_V4MAPPED(&out))
		inet_ntop(AF_INET, out.s6_addr + 12, text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, &out, text, INET6_ADDRSTRLEN);
}

bool http_address_is_own(const struct sockaddr_storage *peer, const struct sockaddr_storage *own)
{
	struct in6_addr from = wide(peer), to = wide(own);
	if (IN6_IS_ADDR_V4MAPPED(&from) && from.s6_addr[12] == IN_LOOPBACKNET)
		return true;
	return IN6_IS_ADDR_LOOPBACK(&from) || IN6_ARE_ADDR_EQUAL(&from, &to);
}

bool http_address_probe(const char *address, unsigned port, bool *ret_v6, GError **error)
{
	g_autoptr(GSocketAddress) wanted = g_inet_socket_address_new_from_string(address, port);
	struct sockaddr_storage native;
	gssize size = g_socket_address_get_native_size(wanted);
	int one = 1, saved = 0;
	if (!g_socket_address_to_native(wanted, &native, sizeof(native), error))
		return false;
	int fd = socket(native.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&native, (socklen_t)size) || listen(fd, 1))
		saved = errno;
	if (fd >= 0)
		close(fd);
	if (saved)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
			    "listen on %s port %u: %s", address, port, g_strerror(saved));
	*ret_v6 = native.ss_family == AF_INET6;
	return !saved;
}
