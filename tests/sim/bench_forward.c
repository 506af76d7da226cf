/*
 * What it costs to forward a packet to one more slot, without encryption and network: rewriting,
 * its memory, and the bookkeeping for resends. Run by hand; prints nanoseconds for each forwarded
 * packet.
 */
#include "relay/base/clock.h"
#include "relay/room/room.h"
#include "tests/sim/synth.h"
#include <glib.h>
#include <string.h>

enum { SLOTS = 27, PAYLOAD = 1150, PACKETS_A_SECOND = 110, HISTORY = 4096 };

static uint64_t forwarded, checksum;

/* Of this thread alone: what else the machine does meanwhile doesn't count. */
static uint64_t cpu_ns(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static enum err sink_rtp(void *user, const struct rtp_out *out, struct bytes *ret_protected)
{
	forwarded++;
	checksum += out->head[3] + out->body_length;
	return OK;
}

static enum err sink_rtcp(void *user, const uint8_t *data, size_t length)
{
	return OK;
}

static struct peer_description describe(uint32_t id, bool video)
{
	struct peer_description d = {.id = id, .n_publications = 1, .n_slots = SLOTS};
	d.extensions =
		(struct extension_map){.id = {[EXTENSION_MID] = 1, [EXTENSION_AUDIO_LEVEL] = 2}};
	d.publications[0] = (struct publication_description){
		.source = video ? SOURCE_CAMERA : SOURCE_MICROPHONE,
		.n_codecs = 1,
		.codecs = {{video ? CODEC_VP8 : CODEC_OPUS, 96, 97}},
		.n_layers = 1,
		.ssrc = {id * 100},
		.nack = true,
		.pli = true};
	for (unsigned i = 0; i < SLOTS; i++) {
		struct slot_description *s = &d.slots[i];
		*s = (struct slot_description){.kind = video ? MEDIA_VIDEO : MEDIA_AUDIO,
					       .ssrc = id * 100 + 1 + i,
					       .rtx_ssrc = video ? id * 100 + 51 + i : 0,
					       .n_codecs = 1,
					       .codecs = {{video ? CODEC_VP8 : CODEC_OPUS, 98, 99}},
					       .nack = video};
		g_snprintf(s->mid, sizeof s->mid, "%u", i);
	}
	d.slots[0].feed = (struct feed_key){video ? FEED_CAMERA : FEED_MICROPHONE, 1};
	return d;
}

static void measure(unsigned receivers, bool video, unsigned packets)
{
	static struct counters counters;
	struct pool *pool = packet_pool_new(HISTORY);
	const struct room_config config = {.counters = &counters, .random_seed = 1};
	uint64_t now_us = US_PER_SEC, spent_ns = 0;
	struct room *room = room_new(&config, now_us);
	const struct peer_sink sink = {NULL, sink_rtp, sink_rtcp, NULL, NULL};
	struct peer *publisher = NULL;
	for (uint32_t id = 1; id <= receivers + 1; id++) {
		struct peer_description d = describe(id, video);
		if (id == 1)
			d.n_slots = 0;
		struct peer *peer = room_add_peer(room, &d, &sink, now_us);
		room_set_connected(room, peer, true, now_us);
		publisher = publisher ? publisher : peer;
	}
	struct extension_map extensions = describe(1, video).extensions;
	struct synth synth = {.codec = video ? CODEC_VP8 : CODEC_OPUS,
			      .payload_type = 96,
			      .ssrc = 100,
			      .width = 1280,
			      .height = 720,
			      .extensions = &extensions};
	forwarded = 0;
	for (unsigned i = 0; i < packets; i++) {
		const struct synth_packet p = {.keyframe = i == 0,
					       .first = i % 4 == 0,
					       .last = i % 4 == 3,
					       .level = 30,
					       .size = video ? PAYLOAD : 120};
		struct packet *packet = pool_take(pool);
		packet->length = (uint16_t)synth_write(&synth, &p, packet->data);
		packet->arrival_us = now_us;
		if (i % 4 == 3) {
			synth.picture_id++;
			synth.timestamp += 3000;
		}
		uint64_t begin_ns = cpu_ns();
		room_receive_rtp(room, publisher, packet, now_us);
		if (i % 4 == 3 || !video)
			room_forward(room, now_us);
		spent_ns += cpu_ns() - begin_ns;
		pool_unref(packet);
		now_us += US_PER_SEC / PACKETS_A_SECOND;
		if (i % 4 == 3 || !video)
			room_tick(room, now_us);
	}
	g_print("%-5s %5u receivers: %6.1f ns for each forwarded packet (%" G_GUINT64_FORMAT
		" of %u)\n",
		video ? "video" : "sound", receivers, (double)spent_ns / (double)forwarded,
		forwarded, packets);
	room_free(room);
	pool_free(pool);
}

int main(void)
{
	static const unsigned receivers[] = {1, 10, 50, 300, 1000};
	for (unsigned video = 0; video < 2; video++)
		for (unsigned i = 0; i < G_N_ELEMENTS(receivers); i++)
			measure(receivers[i], video, 1000000 / receivers[i] + 1000);
	return checksum == 0;
}
