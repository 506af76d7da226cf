/* What comes from the other parts of a room: see bridge.h. */
#include "relay/room/room_internal.h"

void room_set_session(struct peer *peer, uint32_t session)
{
	peer->session = session;
}

void room_add_remote(struct room *room, const struct remote_description *remote, uint64_t now_us)
{
	struct peer *old = room_find_peer(room, remote->id);
	if (old && old->remote && old->session == remote->session) {
		peer_update_remote(old, remote);
		peer_wake(old, &old->check_us, now_us);
		policy_point_all(room, old->id, now_us);
		return;
	}
	/* One who is here is told to go before a new one elsewhere is told of. */
	g_assert(!old || old->remote);
	if (old)
		room_remove_peer(room, old, now_us);
	room_enter(room, peer_new_remote(&room->shared, remote, now_us), now_us);
}

/* Whom a message of another part is about; NULL: gone, or back in another session. */
static struct peer *find(const struct room *room, uint32_t id, uint32_t session, bool remote)
{
	struct peer *peer = room_find_peer(room, id);
	return peer && peer->session == session && peer->remote == remote ? peer : NULL;
}

void room_remove_remote(struct room *room, uint32_t id, uint32_t session, uint64_t now_us)
{
	struct peer *peer = find(room, id, session, true);
	if (peer)
		room_remove_peer(room, peer, now_us);
}

static void receive_level(struct room *room, const struct peer *peer, const struct bridged *bridged,
			  uint64_t now_us)
{
	const struct publication *microphone = peer_publication(peer, bridged->source);
	/* Levels and mutes come by different ways. */
	if (!microphone || microphone->muted || !room_is_home(room))
		return;
	const struct packet_sound heard = {bridged->level, bridged->sparse};
	if (bridged->source == SOURCE_MICROPHONE)
		policy_hear(room, peer->id, heard.level, now_us);
	else
		policy_hear_booth(room, peer->id, heard, now_us);
}

void room_receive_bridged(struct room *room, const struct bridged *bridged, uint64_t now_us)
{
	struct peer *peer = find(room, bridged->peer, bridged->session, true);
	shared_count(&room->shared, COUNTER_BRIDGED_IN);
	if (peer && bridged->kind == BRIDGED_LEVEL) {
		receive_level(room, peer, bridged, now_us);
		return;
	}
	if (peer && bridged->kind == BRIDGED_SEEN) {
		if (room_is_home(room))
			policy_see(room, peer->id, bridged->camera, now_us);
		return;
	}
	struct publication *p = peer ? peer_publication(peer, bridged->source) : NULL;
	if (!p || bridged->layer >= p->n_layers) {
		shared_count(&room->shared, COUNTER_DROP_BRIDGE_LATE);
		return;
	}
	publication_receive_bridged(p, p->layers[bridged->layer], bridged, now_us);
	if (p->changed)
		room_tell_publication(room, p, now_us);
}

static void receive_state(struct room *room, struct peer *peer,
			  const struct bridge_message *message, uint64_t now_us)
{
	struct publication *p = peer_publication(peer, message->source);
	if (!p)
		return; /* another offer's, which isn't known here yet */
	bool was_muted = p->muted;
	bridge_take_state(p, &message->state, now_us);
	room_tell_publication(room, p, now_us);
	if (p->muted && !was_muted && message->source == SOURCE_MICROPHONE)
		policy_silence(room, peer->id, now_us);
}

void room_receive_message(struct room *room, const struct bridge_message *message, uint64_t now_us)
{
	if (message->type == BRIDGE_HELLO) {
		policy_tell(room, message->from);
		return;
	}
	if (message->type == BRIDGE_POLICY) {
		policy_take(room, &message->policy, now_us);
		return;
	}
	bool is_state = message->type == BRIDGE_STATE;
	struct peer *peer = find(room, message->peer, message->session, is_state);
	if (peer && is_state)
		receive_state(room, peer, message, now_us);
	else if (peer)
		bridge_receive_request(peer, message, now_us);
}
