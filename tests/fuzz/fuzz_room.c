/*
 * A room of two, behind authentication: whatever they send, what leaves is a row of well-formed
 * packets in which no SRTP index of an SSRC occurs twice, and every packet comes back to the pool.
 *
 * Input: operations of one byte, each with its arguments (see operate).
 */
#include "relay/base/clock.h"
#include "relay/room/room.h"
#include "relay/rtp/rtcp.h"
#include <assert.h>
#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct extension_map extensions = {.id = {1, 2, 3, 4, 5, 6, 7, 8}};

struct input {
	const uint8_t *data;
	size_t size;
};

struct two {
	struct room *room;
	struct peer *peers[2];
	struct pool *packets;
	GHashTable *used; /* SSRC and index */
	uint64_t now_us;
};

static enum err sink_rtp(void *user, const struct rtp_out *out, struct bytes *ret_protected)
{
	struct two *two = user;
	static uint8_t flat[PACKET_CAPACITY * 2];
	struct rtp_header h;
	bool is_new = g_hash_table_add(two->used,
				       GSIZE_TO_POINTER((uint64_t)out->ssrc << 48 | out->index));
	assert(is_new);
	memcpy(flat, out->head, out->head_length);
	memcpy(flat + out->head_length, out->body, out->body_length);
	size_t length = (size_t)out->head_length + out->body_length + out->padding;
	if (out->padding)
		flat[length - 1] = out->padding;
	enum err err = rtp_parse(flat, length, &extensions, &h);
	assert(err == OK && h.sequence == (uint16_t)out->index && h.ssrc == out->ssrc);
	if (ret_protected)
		*ret_protected = (struct bytes){flat, length};
	return OK;
}

static enum err sink_rtcp(void *user, const uint8_t *data, size_t length)
{
	static struct rtcp_item item;
	struct rtcp_reader reader;
	enum err err;
	rtcp_reader_init(&reader, data, length);
	while ((err = rtcp_next(&reader, &item)) == OK)
		;
	assert(err == ERR_NOT_FOUND);
	return OK;
}

static enum err sink_again(void *user, const uint8_t *data, size_t length)
{
	struct rtp_header h;
	enum err err = rtp_parse(data, length, &extensions, &h);
	assert(err == OK);
	return OK;
}

/* SSRCs of peer P: P01 microphone, P02 and P03 camera, P04 and P05 its RTX, the third layer is
 * learned; P10.. slots. */
static struct peer_description describe(uint32_t id)
{
	struct peer_description d = {
		.id = id, .extensions = extensions, .cname = "relay", .n_publications = 2};
	uint32_t base = id << 8;
	d.publications[0] = (struct publication_description){
		.source = SOURCE_MICROPHONE,
		.mid = "m",
		.n_codecs = 2,
		.codecs = {{CODEC_OPUS, 111, 0}, {CODEC_RED, 63, 0}},
		.n_layers = 1,
		.ssrc = {base | 1},
		.nack = true,
		.transport_cc = true};
	d.publications[1] = (struct publication_description){.source = SOURCE_CAMERA,
							     .mid = "c",
							     .n_codecs = 4,
							     .codecs = {{CODEC_VP8, 96, 97},
									{CODEC_H264, 98, 99},
									{CODEC_VP9, 100, 101},
									{CODEC_AV1, 102, 103}},
							     .n_layers = 3,
							     .rid = {"q", "h", "f"},
							     .ssrc = {base | 2, base | 3},
							     .rtx_ssrc = {base | 4, base | 5},
							     .nack = true,
							     .pli = true,
							     .transport_cc = true};
	const struct feed_key feeds[] = {
		{FEED_STAGE, 0}, {FEED_VOICE, 0}, {FEED_CAMERA, 3 - id}, {FEED_MICROPHONE, id}};
	for (unsigned i = 0; i < G_N_ELEMENTS(feeds); i++) {
		bool video = i % 2 == 0;
		struct slot_description *s = &d.slots[d.n_slots++];
		*s = (struct slot_description){.mid = {(char)('0' + i)},
					       .kind = video ? MEDIA_VIDEO : MEDIA_AUDIO,
					       .ssrc = base | (0x10 + i),
					       .rtx_ssrc = i == 0 ? base | 0x20 : 0,
					       .nack = true,
					       .feed = feeds[i]};
		s->n_codecs = video ? 3 : 1; /* neither AV1 nor RED */
		memcpy(s->codecs, d.publications[video].codecs, s->n_codecs * sizeof s->codecs[0]);
	}
	return d;
}

static uint8_t next(struct input *in)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return *in->data++;
}

static void give(struct two *two, struct peer *peer, bool rtcp, struct input *in)
{
	size_t asked = next(in), length = MIN(asked, in->size);
	struct packet *packet = pool_take(two->packets);
	assert(packet);
	packet->arrival_us = two->now_us;
	packet->length = (uint16_t)length;
	memcpy(packet->data, in->data, length);
	in->data += length;
	in->size -= length;
	if (rtcp)
		room_receive_rtcp(two->room, peer, packet->data, length, two->now_us);
	else
		room_receive_rtp(two->room, peer, packet, two->now_us);
	pool_unref(packet);
}

static void move_slot(struct two *two, struct peer *peer, struct input *in)
{
	const char mid[] = {(char)('0' + next(in) % 5), 0};
	uint8_t kind = next(in) % (FEED_KIND_COUNT + 1), id = next(in), width = next(in);
	enum err err =
		room_set_slot(two->room, peer, mid, (struct feed_key){(enum feed_kind)kind, id},
			      width * 8, width * 4, two->now_us);
	assert(err == OK || err == ERR_NOT_FOUND || err == ERR_UNSUPPORTED);
}

static void operate(struct two *two, struct input *in)
{
	uint8_t operation = next(in);
	struct peer *peer = two->peers[operation >> 7];
	switch (operation & 7) {
	case 0:
	case 1:
		give(two, peer, false, in);
		break;
	case 2:
		give(two, peer, true, in);
		break;
	case 3:
		move_slot(two, peer, in);
		break;
	case 4:
		room_set_muted(two->room, peer, next(in) % SOURCE_COUNT, operation & 8,
			       two->now_us);
		break;
	case 5:
		room_set_connected(two->room, peer, operation & 8, two->now_us);
		break;
	case 6:
		room_pin_stage(two->room, next(in) % 4, two->now_us);
		break;
	default: {
		uint64_t until_us = two->now_us + next(in) * 8 * US_PER_MS;
		for (unsigned i = 0; i < 200 && two->now_us < until_us; i++)
			two->now_us =
				MAX(two->now_us, MIN(until_us, room_tick(two->room, two->now_us)));
	}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct counters counters;
	struct two two = {.packets = packet_pool_new(8192), .now_us = US_PER_SEC};
	const struct peer_sink sink = {&two, sink_rtp, sink_rtcp, sink_again, NULL};
	const struct room_config config = {.counters = &counters, .random_seed = size};
	struct input in = {data, size};
	two.used = g_hash_table_new(NULL, NULL);
	two.room = room_new(&config, two.now_us);
	for (uint32_t id = 1; id <= 2; id++) {
		struct peer_description d = describe(id);
		two.peers[id - 1] = room_add_peer(two.room, &d, &sink, two.now_us);
		room_set_connected(two.room, two.peers[id - 1], true, two.now_us);
	}
	/* Another offer of the same. */
	struct peer_description d = describe(1);
	enum err err = room_update_peer(two.room, two.peers[0], &d, two.now_us);
	assert(err == OK);
	room_pin_stage(two.room, 1, two.now_us);
	while (in.size > 0)
		operate(&two, &in);
	room_free(two.room);
	assert(pool_in_use(two.packets) == 0);
	pool_free(two.packets);
	g_hash_table_unref(two.used);
	return 0;
}
