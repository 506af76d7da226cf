/*
 * Which transport a datagram belongs to: by remote address; STUN requests by the local ufrag in
 * USERNAME. One for each worker, on its thread. Bounded: a stranger's datagram allocates nothing.
 */
#pragma once

#include "relay/net/transport.h"

struct transport_table;

struct transport_table *transport_table_new(const struct transport_environment *environment);
void transport_table_free(struct transport_table *table);
/*
 * Doesn't own the transport. user is what transport_table_receive returns. Also again after
 * transport_restart_ice (both ufrags stay valid). ERR_NOT_READY: the ufrag is another's.
 */
enum err transport_table_add(struct transport_table *table, struct transport *transport,
			     void *user) MUST_CHECK;
void transport_table_remove(struct transport_table *table, struct transport *transport);

/*
 * The user pointer of the datagram's owner after the transport has taken it, with *ret_kind and
 * *length as from transport_receive; NULL: nobody's (a drop was counted).
 */
void *transport_table_receive(struct transport_table *table, uint8_t *data, size_t *length,
			      const struct net_path *path, uint64_t now_us,
			      enum datagram_kind *ret_kind);
