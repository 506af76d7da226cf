#include "signaling/rate_limit.h"

#include <glib.h>
#include <netinet/in.h>
#include <string.h>

#define US 1000000u

bool rate_take(uint64_t *full_at_us, unsigned rate, unsigned burst_seconds, uint64_t now_us)
{
	if (!rate)
		return true;
	uint64_t interval = US / rate;
	uint64_t start = MAX(*full_at_us, now_us);
	if (start - now_us + interval > (uint64_t)burst_seconds * US)
		return false;
	*full_at_us = start + interval;
	return true;
}

/* 16 bytes: IPv4 as ::ffff:a.b.c.d, IPv6 as its first 64 bits. */
struct key {
	uint8_t bytes[16];
};

struct entry {
	struct key key; /* first: the entry is its own hash key */
	unsigned connections;
	uint64_t full_at_us;
};

struct address_limits {
	unsigned at_once, rate, burst_seconds;
	GHashTable *entries;
	size_t sweep_at; /* size at which entries that say nothing any more are dropped */
};

static guint key_hash(gconstpointer key)
{
	const struct key *k = key;
	guint hash = 5381;
	for (size_t i = 0; i < sizeof(k->bytes); i++)
		hash = hash * 33 + k->bytes[i];
	return hash;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct key));
}

static struct key key_of(const struct sockaddr_storage *address)
{
	struct key key = {0};
	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
		key.bytes[10] = key.bytes[11] = 0xff;
		memcpy(key.bytes + 12, &v4->sin_addr, 4);
	} else if (address->ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
		size_t length = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) ? 16 : 8;
		memcpy(key.bytes, &v6->sin6_addr, length);
	}
	return key;
}

struct address_limits *address_limits_new(unsigned at_once, unsigned rate, unsigned burst_seconds)
{
	struct address_limits *limits = g_new0(struct address_limits, 1);
	limits->at_once = at_once;
	limits->rate = rate;
	limits->burst_seconds = burst_seconds;
	limits->entries = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
	limits->sweep_at = 1024;
	return limits;
}

void address_limits_free(struct address_limits *limits)
{
	if (!limits)
		return;
	g_hash_table_unref(limits->entries);
	g_free(limits);
}

static gboolean says_nothing(gpointer key, gpointer value, gpointer now_us)
{
	struct entry *entry = key;
	return !entry->connections && entry->full_at_us <= *(uint64_t *)now_us;
}

static void sweep(struct address_limits *limits, uint64_t now_us)
{
	if (g_hash_table_size(limits->entries) < limits->sweep_at)
		return;
	g_hash_table_foreach_remove(limits->entries, says_nothing, &now_us);
	/* Twice what is left, so that sweeping costs each entry a constant share. */
	limits->sweep_at = MAX(1024, 2 * (size_t)g_hash_table_size(limits->entries));
}

enum address_verdict address_limits_enter(struct address_limits *limits,
					  const struct sockaddr_storage *address, uint64_t now_us)
{
	struct key key = key_of(address);
	struct entry *entry = g_hash_table_lookup(limits->entries, &key);
	if (!entry) {
		sweep(limits, now_us);
		entry = g_new0(struct entry, 1);
		entry->key = key;
		g_hash_table_add(limits->entries, entry);
	}
	if (limits->at_once && entry->connections >= limits->at_once)
		return ADDRESS_TOO_MANY;
	if (!rate_take(&entry->full_at_us, limits->rate, limits->burst_seconds, now_us))
		return ADDRESS_TOO_FAST;
	entry->connections++;
	return ADDRESS_OK;
}

void address_limits_leave(struct address_limits *limits, const struct sockaddr_storage *address)
{
	struct key key = key_of(address);
	struct entry *entry = g_hash_table_lookup(limits->entries, &key);
	g_return_if_fail(entry && entry->connections);
	entry->connections--;
}

size_t address_limits_size(const struct address_limits *limits)
{
	return g_hash_table_size(limits->entries);
}
