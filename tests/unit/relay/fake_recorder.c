#include "tests/unit/relay/fake_recorder.h"
#include "relay/base/wire.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

void recorder_connect(struct fake_recorder *r)
{
	int ends[2];
	guint before = r->world->states->len;
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), ==, 0);
	r->fd = ends[1];
	r->taken = 0;
	r->source = 0;
	g_assert_cmpint(relay_add_track(r->world->relay, r->room, &r->description, ends[0]), ==,
			OK);
	WORLD_UNTIL(r->world, world_state(r->world, r->description.id, before) == TRANSPORT_OPEN);
}

void recorder_start_on(struct fake_recorder *r, struct world *world, uint32_t room, bool video,
		       enum feed_kind kind, uint32_t id)
{
	static const struct codec_choice opus = {CODEC_OPUS, STUDIO_PAYLOAD_TYPE, 0},
					 vp8 = {CODEC_VP8, STUDIO_PICTURE_PAYLOAD_TYPE, 0};
	*r = (struct fake_recorder){.world = world, .room = room};
	r->description = (struct peer_description){
		.id = relay_new_peer_id(world->relay), .cname = "track", .n_slots = 1};
	r->description.slots[0] = (struct slot_description){
		.mid = "0",
		.kind = video ? MEDIA_VIDEO : MEDIA_AUDIO,
		.ssrc = relay_new_ssrc(world->relay),
		.n_codecs = 1,
		.codecs = {video ? vp8 : opus},
		.feed = {kind, id},
	};
	recorder_connect(r);
}

void recorder_start(struct fake_recorder *r, struct world *world, uint32_t room, bool video)
{
	recorder_start_on(r, world, room, video, video ? FEED_STAGE : FEED_VOICE, 0);
}

size_t recorder_take(struct fake_recorder *r, uint8_t data[static STUDIO_MESSAGE_MAX])
{
	ssize_t n;
	while ((n = recv(r->fd, data, STUDIO_MESSAGE_MAX, MSG_DONTWAIT | MSG_TRUNC)) > 0 &&
	       data[0] == STUDIO_SOURCE) {
		g_assert_cmpint(n, ==, STUDIO_SOURCE_SIZE);
		g_assert_cmpuint(wire_get32(data + 1), !=, r->source);
		r->source = wire_get32(data + 1);
		r->sources_told++;
	}
	g_assert_true(n > 0 || (n < 0 && errno == EAGAIN));
	if (n <= 0)
		return 0;
	g_assert_cmpuint(r->source, !=, 0);
	g_assert_true(data[0] == STUDIO_MEDIA || data[0] == STUDIO_MEDIA_GUESSED);
	r->taken++;
	return (size_t)n;
}

void recorder_say_written(struct fake_recorder *r, uint64_t count)
{
	uint8_t message[9] = {STUDIO_WRITTEN};
	wire_put64(message + 1, count);
	g_assert_cmpint(send(r->fd, message, sizeof message, MSG_NOSIGNAL), ==, sizeof message);
}

uint16_t recorder_take_until(struct fake_recorder *r, uint64_t n)
{
	uint8_t data[STUDIO_MESSAGE_MAX];
	uint16_t sequence = 0;
	while (r->taken < n) {
		size_t length = 0;
		WORLD_UNTIL(r->world, (length = recorder_take(r, data)) > 0);
		sequence = wire_get16(data + STUDIO_MEDIA_HEAD + 2);
	}
	return sequence;
}
