#include "relay/net/transport_table.h"
#include "relay/base/clock.h"
#include "relay/net/ice_lite.h"

#include <glib.h>
#include <string.h>

#define ADDRESSES_MAX 8 /* as many as a transport accepts */
#define UFRAGS_MAX    2 /* the current one and that of before the ICE restart */
/* An address whose holder was authentic there so lately isn't given to another transport. */
#define HOLD_US (1 * US_PER_SEC)

struct entry {
	struct transport *transport;
	void *user;
	unsigned n_addresses;
	struct net_address addresses[ADDRESSES_MAX]; /* keys of by_address */
	char ufrags[UFRAGS_MAX][ICE_UFRAG_MAX + 1];  /* keys of by_ufrag; "": none */
};

struct transport_table {
	struct transport_environment environment;
	GHashTable *by_transport, *by_ufrag, *by_address;
};

static guint address_hash(gconstpointer key)
{
	return net_address_hash(key);
}

static gboolean address_equal(gconstpointer a, gconstpointer b)
{
	return net_address_equal(a, b);
}

struct transport_table *transport_table_new(const struct transport_environment *environment)
{
	struct transport_table *table = g_new0(struct transport_table, 1);
	table->environment = *environment;
	table->by_transport = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	table->by_ufrag = g_hash_table_new(g_str_hash, g_str_equal);
	table->by_address = g_hash_table_new(address_hash, address_equal);
	return table;
}

void transport_table_free(struct transport_table *table)
{
	if (!table)
		return;
	g_hash_table_destroy(table->by_address);
	g_hash_table_destroy(table->by_ufrag);
	g_hash_table_destroy(table->by_transport);
	g_free(table);
}

static void forget_ufrag(struct transport_table *table, char *ufrag)
{
	if (ufrag[0] != '\0')
		g_hash_table_remove(table->by_ufrag, ufrag);
	ufrag[0] = '\0';
}

enum err transport_table_add(struct transport_table *table, struct transport *transport, void *user)
{
	const char *ufrag = transport_local_ufrag(transport);
	struct entry *holder = g_hash_table_lookup(table->by_ufrag, ufrag);
	if (ufrag[0] == '\0' || (holder && holder->transport != transport))
		return ERR_NOT_READY;
	struct entry *entry = g_hash_table_lookup(table->by_transport, transport);
	if (!entry) {
		entry = g_new0(struct entry, 1);
		entry->transport = transport;
		g_hash_table_insert(table->by_transport, transport, entry);
	}
	entry->user = user;
	if (holder)
		return OK;
	forget_ufrag(table, entry->ufrags[1]);
	/* The key lives in the entry: out and in again, since it moves. */
	if (entry->ufrags[0][0] != '\0') {
		g_hash_table_remove(table->by_ufrag, entry->ufrags[0]);
		strcpy(entry->ufrags[1], entry->ufrags[0]);
		g_hash_table_insert(table->by_ufrag, entry->ufrags[1], entry);
	}
	strcpy(entry->ufrags[0], ufrag);
	g_hash_table_insert(table->by_ufrag, entry->ufrags[0], entry);
	return OK;
}

/* The last one takes its place; as its memory is the key, it is put in anew. */
static void forget_address(struct transport_table *table, struct entry *entry, unsigned i)
{
	g_hash_table_remove(table->by_address, &entry->addresses[i]);
	unsigned last = --entry->n_addresses;
	if (i == last)
		return;
	g_hash_table_remove(table->by_address, &entry->addresses[last]);
	entry->addresses[i] = entry->addresses[last];
	g_hash_table_insert(table->by_address, &entry->addresses[i], entry);
}

void transport_table_remove(struct transport_table *table, struct transport *transport)
{
	struct entry *entry = g_hash_table_lookup(table->by_transport, transport);
	if (!entry)
		return;
	while (entry->n_addresses > 0)
		forget_address(table, entry, entry->n_addresses - 1);
	for (unsigned i = 0; i < UFRAGS_MAX; i++)
		forget_ufrag(table, entry->ufrags[i]);
	g_hash_table_remove(table->by_transport, transport);
}

static void forget_unaccepted(struct transport_table *table, struct entry *entry)
{
	for (unsigned i = entry->n_addresses; i-- > 0;)
		if (!transport_accepts(entry->transport, &entry->addresses[i]))
			forget_address(table, entry, i);
}

/* After a check: what comes from its address belongs to the transport that accepted it. */
static void learn_address(struct transport_table *table, struct entry *entry,
			  const struct net_address *remote, uint64_t now_us)
{
	if (transport_heard_us(entry->transport, remote) != now_us)
		return; /* this check wasn't authentic */
	struct entry *holder = g_hash_table_lookup(table->by_address, remote);
	if (holder == entry)
		return;
	if (holder) {
		/* A peer with good credentials and a forged source must not take over another's
		 * media. */
		if (transport_heard_us(holder->transport, remote) + HOLD_US > now_us)
			return;
		unsigned i = 0;
		while (!net_address_equal(&holder->addresses[i], remote))
			i++;
		forget_address(table, holder, i);
	}
	forget_unaccepted(table, entry);
	g_assert(entry->n_addresses < ADDRESSES_MAX);
	struct net_address *key = &entry->addresses[entry->n_addresses++];
	*key = *remote;
	g_hash_table_insert(table->by_address, key, entry);
}

static struct entry *find_by_ufrag(struct transport_table *table, const uint8_t *data,
				   size_t length, enum err *ret_err)
{
	char ufrag[ICE_UFRAG_MAX + 1];
	*ret_err = ice_lite_local_ufrag(data, length, ufrag, sizeof ufrag);
	return *ret_err == OK ? g_hash_table_lookup(table->by_ufrag, ufrag) : NULL;
}

static void count_nobodys(const struct transport_table *table, enum datagram_kind kind,
			  enum err err)
{
	enum counter which = COUNTER_DROP_STRANGER;
	if (kind == DATAGRAM_NONE)
		which = COUNTER_DROP_NOT_MEDIA;
	else if (kind == DATAGRAM_STUN)
		which = err == ERR_MALFORMED ? COUNTER_DROP_STUN_MALFORMED
					     : COUNTER_DROP_STUN_UNKNOWN_USER;
	counter_add(table->environment.counters, which, 1);
}

void *transport_table_receive(struct transport_table *table, uint8_t *data, size_t *length,
			      const struct net_path *path, uint64_t now_us,
			      enum datagram_kind *ret_kind)
{
	enum datagram_kind kind = datagram_kind(data, *length);
	enum err err = ERR_UNSUPPORTED;
	struct entry *entry = NULL;
	bool check = false;
	if (kind == DATAGRAM_STUN) {
		entry = find_by_ufrag(table, data, *length, &err);
		check = entry != NULL;
	}
	/* Everything but STUN requests belongs to its address, the keep-alives of RFC 8445 too. */
	if (kind != DATAGRAM_NONE && err == ERR_UNSUPPORTED)
		entry = g_hash_table_lookup(table->by_address, &path->remote);
	*ret_kind = DATAGRAM_NONE;
	if (!entry) {
		count_nobodys(table, kind, err);
		return NULL;
	}
	*ret_kind = transport_receive(entry->transport, data, length, path, now_us);
	if (check)
		learn_address(table, entry, &path->remote, now_us);
	return entry->user;
}
