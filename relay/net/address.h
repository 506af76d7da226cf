/* Addresses, small and comparable: IPv4 is held as ::ffff:a.b.c.d, as our dual-stack socket gives
 * it. */
#pragma once

#include "relay/base/err.h"
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct net_address {
	uint8_t ip[16];
	uint32_t scope; /* of a link-local IPv6 address; else 0 */
	uint16_t port;	/* host order */
};

/* A way between a peer and us: replies leave from the local address that the datagram came to. */
struct net_path {
	struct net_address remote;
	uint8_t local_ip[16];
	uint32_t interface; /* index, for link-local; else 0 */
};

bool net_address_equal(const struct net_address *a, const struct net_address *b);
uint32_t net_address_hash(const struct net_address *a);
bool net_address_is_v4(const struct net_address *a);
void net_address_from_sockaddr(struct net_address *out, const struct sockaddr_in6 *in);
void net_address_to_sockaddr(const struct net_address *in, struct sockaddr_in6 *out);
/* "192.0.2.1:4000", "[2001:db8::1]:4000" */
#define NET_ADDRESS_TEXT 64
const char *net_address_text(const struct net_address *a, char out[static NET_ADDRESS_TEXT]);
enum err net_address_parse(const char *ip, uint16_t port, struct net_address *ret) MUST_CHECK;
