#include "relay/net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

static const uint8_t v4_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool is_link_local(const uint8_t ip[static 16])
{
	return ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;
}

bool net_address_equal(const struct net_address *a, const struct net_address *b)
{
	return a->port == b->port && a->scope == b->scope && memcmp(a->ip, b->ip, 16) == 0;
}

uint32_t net_address_hash(const struct net_address *a)
{
	uint64_t high, low;
	memcpy(&high, a->ip, 8);
	memcpy(&low, a->ip + 8, 8);
	/* Two rounds of multiply and fold: neighbouring ports and addresses land far apart. */
	uint64_t h = (high ^ (uint64_t)a->scope << 32 ^ a->port) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ (h >> 32) ^ low) * UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(h ^ (h >> 32));
}

bool net_address_is_v4(const struct net_address *a)
{
	return memcmp(a->ip, v4_prefix, sizeof v4_prefix) == 0;
}

void net_address_from_sockaddr(struct net_address *out, const struct sockaddr_in6 *in)
{
	memcpy(out->ip, &in->sin6_addr, 16);
	/* Only a link-local address means something else on another link. */
	out->scope = is_link_local(out->ip) ? in->sin6_scope_id : 0;
	out->port = ntohs(in->sin6_port);
}

void net_address_to_sockaddr(const struct net_address *in, struct sockaddr_in6 *out)
{
	*out = (struct sockaddr_in6){
		.sin6_family = AF_INET6, .sin6_port = htons(in->port), .sin6_scope_id = in->scope};
	memcpy(&out->sin6_addr, in->ip, 16);
}

const char *net_address_text(const struct net_address *a, char out[static NET_ADDRESS_TEXT])
{
	char ip[INET6_ADDRSTRLEN] = "";
	if (net_address_is_v4(a)) {
		inet_ntop(AF_INET, a->ip + 12, ip, sizeof ip);
		snprintf(out, NET_ADDRESS_TEXT, "%s:%u", ip, a->port);
	} else {
		inet_ntop(AF_INET6, a->ip, ip, sizeof ip);
		snprintf(out, NET_ADDRESS_TEXT, "[%s]:%u", ip, a->port);
	}
	return out;
}

enum err net_address_parse(const char *ip, uint16_t port, struct net_address *ret)
{
	struct net_address address = {.port = port};
	struct in_addr v4;
	if (inet_pton(AF_INET, ip, &v4) == 1) {
		memcpy(address.ip, v4_prefix, sizeof v4_prefix);
		memcpy(address.ip + 12, &v4, 4);
		*ret = address;
		return OK;
	}
	char text[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
	if (strlen(ip) >= sizeof text)
		return ERR_MALFORMED;
	strcpy(text, ip);
	char *zone = strchr(text, '%');
	if (zone)
		*zone++ = '\0';
	if (inet_pton(AF_INET6, text, address.ip) != 1)
		return ERR_MALFORMED;
	if (zone && is_link_local(address.ip))
		address.scope = if_nametoindex(zone);
	if (zone && address.scope == 0)
		return ERR_MALFORMED;
	*ret = address;
	return OK;
}
