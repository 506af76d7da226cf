#include "tests/unit/room/fixture.h"
#include "relay/base/wire.h"
#include "relay/rtp/rtcp.h"
#include <string.h>

static const struct extension_map extensions = {.id = {
							[EXTENSION_MID] = 1,
							[EXTENSION_RID] = 2,
							[EXTENSION_REPAIRED_RID] = 3,
							[EXTENSION_AUDIO_LEVEL] = 4,
							[EXTENSION_TRANSPORT_CC] = 5,
							[EXTENSION_VIDEO_ORIENTATION] = 6,
						}};

static enum err sink_rtp(void *user, const struct rtp_out *out, struct bytes *ret_protected)
{
	struct end *end = user;
	struct seen s = {.index = out->index};
	uint8_t flat[PACKET_CAPACITY];
	size_t length = out->head_length;
	if (end->answer)
		return end->answer;
	memcpy(flat, out->head, out->head_length);
	memcpy(flat + length, out->body, out->body_length);
	length += out->body_length;
	memset(flat + length, 0, out->padding);
	length += out->padding;
	if (out->padding)
		flat[length - 1] = out->padding;
	g_assert_cmpint(rtp_parse(flat, length, &end->description.extensions, &s.rtp), ==, OK);
	g_assert_cmpuint(s.rtp.ssrc, ==, out->ssrc);
	g_assert_cmpuint(s.rtp.sequence, ==, (uint16_t)out->index);
	g_assert_cmpuint(s.rtp.payload_offset, ==, out->header_length);
	memcpy(s.data, flat, MIN(length, sizeof s.data));
	const uint8_t *payload = flat + s.rtp.payload_offset;
	size_t payload_length = s.rtp.payload_length;
	if (s.rtp.payload_type == 97) {
		s.osn = wire_get16(payload);
		payload += 2;
		payload_length -= 2;
	}
	synth_read(payload, payload_length, &s.stream, &s.counter);
	if (s.rtp.payload_type == 96 || s.rtp.payload_type == 97)
		g_assert_cmpint(codec_peek(CODEC_VP8, payload, payload_length, &s.frame), ==,
				s.counter ? OK : ERR_TRUNCATED);
	g_array_append_val(end->seen, s);
	if (ret_protected) {
		memcpy(end->protected, flat, length);
		*ret_protected = (struct bytes){end->protected, length};
	}
	return OK;
}

static enum err sink_again(void *user, const uint8_t *data, size_t length)
{
	struct end *end = user;
	struct seen s = {.again = true};
	g_assert_cmpint(rtp_parse(data, length, &end->description.extensions, &s.rtp), ==, OK);
	synth_read(data + s.rtp.payload_offset, s.rtp.payload_length, &s.stream, &s.counter);
	g_array_append_val(end->seen, s);
	return end->answer;
}

static enum err sink_rtcp(void *user, const uint8_t *data, size_t length)
{
	struct end *end = user;
	struct seen_rtcp s = {.length = length};
	g_assert_cmpuint(length, <=, sizeof s.data);
	memcpy(s.data, data, length);
	g_array_append_val(end->rtcp, s);
	return OK;
}

static void on_stage(void *user, uint32_t holder, uint32_t previous)
{
	struct fixture *f = user;
	f->n_stage++;
	f->stage = holder;
	f->previous = previous;
}

static void on_speaking(void *user, const uint32_t *peers, unsigned n)
{
	struct fixture *f = user;
	f->n_speaking_told++;
	f->n_speaking = n;
	memcpy(f->speaking, peers, n * sizeof *peers);
}

static void on_voices(void *user, const uint32_t seats[VOICE_SEATS], uint32_t fourth)
{
	struct fixture *f = user;
	f->n_voices++;
	memcpy(f->seats, seats, sizeof f->seats);
	f->fourth = fourth;
}

static void on_channel(void *user, uint32_t channel, uint32_t peer, enum channel_air air)
{
	struct fixture *f = user;
	f->n_channel++;
	f->on_air = peer;
	f->air = air;
}

static void on_held(void *user, uint32_t peer, uint64_t slots)
{
	struct fixture *f = user;
	f->n_held++;
	f->held[peer] = slots;
}

static void on_publication(void *user, const struct publication_state *state)
{
	struct fixture *f = user;
	f->n_publication++;
	f->publication = *state;
}

struct fixture *fixture_new(void)
{
	const struct bridge_sink none = {0};
	return fixture_new_part(0, &none);
}

struct fixture *fixture_new_part(unsigned part, const struct bridge_sink *sink)
{
	struct fixture *f = g_new0(struct fixture, 1);
	f->packets = packet_pool_new(4096);
	f->now_us = 1000 * US_PER_SEC;
	f->ends = g_ptr_array_new();
	struct room_config config = {
		.counters = &f->counters,
		.events = {f, on_stage, on_speaking, on_voices, on_publication, on_held,
			   on_channel},
		.random_seed = 42,
		.ntp_offset_us = UINT64_C(3900000000) * US_PER_SEC,
		.part = part,
		.bridge = *sink,
	};
	f->room = room_new(&config, f->now_us);
	return f;
}

static void free_end(struct end *end)
{
	g_array_unref(end->seen);
	g_array_unref(end->rtcp);
	g_free(end);
}

void fixture_free(struct fixture *f)
{
	room_free(f->room);
	for (unsigned i = 0; i < f->ends->len; i++)
		if (f->ends->pdata[i])
			free_end(f->ends->pdata[i]);
	g_assert_cmpuint(pool_in_use(f->packets), ==, 0);
	pool_free(f->packets);
	g_ptr_array_unref(f->ends);
	g_free(f);
}

static struct publication_description *publish(struct peer_description *d, enum source source,
					       const char *mid, uint32_t ssrc, uint32_t rtx_ssrc)
{
	struct publication_description *p = &d->publications[d->n_publications++];
	bool video = source_kind(source) == MEDIA_VIDEO;
	*p = (struct publication_description){
		.source = source, .n_layers = 1, .nack = video, .pli = video};
	g_strlcpy(p->mid, mid, sizeof p->mid);
	p->n_codecs = 1;
	p->codecs[0] = video ? (struct codec_choice){CODEC_VP8, 96, 97}
			     : (struct codec_choice){CODEC_OPUS, 111, 0};
	p->ssrc[0] = ssrc;
	p->rtx_ssrc[0] = rtx_ssrc;
	p->transport_cc = true;
	return p;
}

static void receive(struct peer_description *d, const char *mid, enum media_kind kind,
		    struct feed_key feed)
{
	struct slot_description *s = &d->slots[d->n_slots];
	bool video = kind == MEDIA_VIDEO;
	*s = (struct slot_description){.kind = kind, .nack = true, .feed = feed};
	g_strlcpy(s->mid, mid, sizeof s->mid);
	s->ssrc = ssrc_of(d->id, SSRC_SLOT + d->n_slots);
	s->rtx_ssrc = video ? ssrc_of(d->id, SSRC_SLOT_RTX + d->n_slots) : 0;
	s->n_codecs = 1;
	s->codecs[0] = video ? (struct codec_choice){CODEC_VP8, 96, 97}
			     : (struct codec_choice){CODEC_OPUS, 111, 0};
	d->n_slots++;
}

struct peer_description fixture_description(uint32_t id)
{
	static const char *const rids[] = {"q", "h", "f"};
	struct peer_description d = {.id = id, .extensions = extensions, .cname = "relay"};
	publish(&d, SOURCE_MICROPHONE, "mic", ssrc_of(id, SSRC_MIC), 0);
	struct publication_description *camera = publish(&d, SOURCE_CAMERA, "cam", 0, 0);
	camera->n_layers = LAYERS;
	for (unsigned i = 0; i < LAYERS; i++) {
		g_strlcpy(camera->rid[i], rids[i], sizeof camera->rid[i]);
		camera->ssrc[i] = ssrc_of(id, SSRC_CAMERA + i);
		camera->rtx_ssrc[i] = ssrc_of(id, SSRC_CAMERA_RTX + i);
	}
	publish(&d, SOURCE_SCREEN, "screen", ssrc_of(id, SSRC_SCREEN),
		ssrc_of(id, SSRC_SCREEN_RTX));
	publish(&d, SOURCE_SCREEN_SOUND, "sound", ssrc_of(id, SSRC_SOUND), 0);
	receive(&d, "stage", MEDIA_VIDEO, (struct feed_key){FEED_NONE, 0});
	receive(&d, "v0", MEDIA_AUDIO, (struct feed_key){FEED_VOICE, 0});
	receive(&d, "v1", MEDIA_AUDIO, (struct feed_key){FEED_VOICE, 1});
	receive(&d, "v2", MEDIA_AUDIO, (struct feed_key){FEED_VOICE, 2});
	receive(&d, "c", MEDIA_VIDEO, (struct feed_key){FEED_NONE, 0});
	receive(&d, "m", MEDIA_AUDIO, (struct feed_key){FEED_NONE, 0});
	receive(&d, "s", MEDIA_VIDEO, (struct feed_key){FEED_SCREEN, 0});
	receive(&d, "ss", MEDIA_AUDIO, (struct feed_key){FEED_SCREEN_SOUND, 0});
	return d;
}

static struct synth synth(struct end *end, enum codec codec, uint32_t which, uint32_t which_rtx)
{
	uint32_t id = end->description.id;
	return (struct synth){.codec = codec,
			      .payload_type = codec == CODEC_VP8 ? 96 : 111,
			      .rtx_payload_type = 97,
			      .ssrc = ssrc_of(id, which),
			      .rtx_ssrc = ssrc_of(id, which_rtx),
			      .stream = ssrc_of(id, which),
			      .sequence = (uint16_t)(id * 1000 + which),
			      .timestamp = id * 100000,
			      .picture_id = (uint16_t)(id * 10),
			      .width = 1280,
			      .height = 720,
			      .extensions = &end->description.extensions};
}

struct end *fixture_join_as(struct fixture *f, const struct peer_description *description)
{
	struct end *end = g_new0(struct end, 1);
	end->fixture = f;
	end->description = *description;
	end->seen = g_array_new(FALSE, FALSE, sizeof(struct seen));
	end->rtcp = g_array_new(FALSE, FALSE, sizeof(struct seen_rtcp));
	end->mic = synth(end, CODEC_OPUS, SSRC_MIC, 0);
	end->screen = synth(end, CODEC_VP8, SSRC_SCREEN, SSRC_SCREEN_RTX);
	end->screen_sound = synth(end, CODEC_OPUS, SSRC_SOUND, 0);
	for (unsigned i = 0; i < LAYERS; i++) {
		end->camera[i] = synth(end, CODEC_VP8, SSRC_CAMERA + i, SSRC_CAMERA_RTX + i);
		end->camera[i].width = (uint16_t)(320 << i);
		end->camera[i].height = (uint16_t)(180 << i);
	}
	const struct peer_sink sink = {end, sink_rtp, sink_rtcp, sink_again, NULL};
	end->peer = room_add_peer(f->room, description, &sink, f->now_us);
	room_set_connected(f->room, end->peer, true, f->now_us);
	g_ptr_array_add(f->ends, end);
	return end;
}

struct end *fixture_join(struct fixture *f, uint32_t id)
{
	struct peer_description d = fixture_description(id);
	return fixture_join_as(f, &d);
}

void fixture_leave(struct fixture *f, struct end *end)
{
	room_remove_peer(f->room, end->peer, f->now_us);
	for (unsigned i = 0; i < f->ends->len; i++)
		if (f->ends->pdata[i] == end)
			f->ends->pdata[i] = NULL;
	free_end(end);
}

void fixture_pass(struct fixture *f, unsigned ms)
{
	uint64_t end_us = f->now_us + ms * US_PER_MS;
	for (unsigned rounds = 0;; rounds++) {
		uint64_t next_us = room_tick(f->room, f->now_us);
		g_assert_cmpuint(rounds, <, 100000); /* else it spins */
		if (next_us > end_us)
			break;
		f->now_us = MAX(f->now_us, next_us);
	}
	f->now_us = end_us;
	room_tick(f->room, f->now_us);
}

void fixture_give(struct fixture *f, struct end *end, const uint8_t *data, size_t length)
{
	struct packet *packet = pool_take(f->packets);
	g_assert_nonnull(packet);
	memset(packet, 0xee, sizeof *packet); /* nothing but these is set */
	packet->length = (uint16_t)length;
	packet->arrival_us = f->now_us;
	memcpy(packet->data, data, length);
	room_receive_rtp(f->room, end->peer, packet, f->now_us);
	if (!f->together)
		room_forward(f->room, f->now_us);
	pool_unref(packet);
}

void fixture_sound(struct end *end, uint8_t level)
{
	uint8_t data[PACKET_CAPACITY];
	const struct synth_packet p = {.level = level, .size = 80};
	fixture_give(end->fixture, end, data, synth_write(&end->mic, &p, data));
	end->mic.timestamp += 960;
}

size_t fixture_make(struct synth *s, bool keyframe, bool first, bool last, uint8_t *out)
{
	const struct synth_packet p = {
		.keyframe = keyframe, .first = first, .last = last, .size = 200};
	return synth_write(s, &p, out);
}

void fixture_next_frame(struct synth *s)
{
	s->timestamp += 3000;
	s->picture_id = (s->picture_id + 1) & 0x7fff;
	s->tl0picidx++;
}

void fixture_frame_of(struct end *end, struct synth *s, bool keyframe, unsigned n)
{
	uint8_t data[PACKET_CAPACITY];
	for (unsigned i = 0; i < n; i++)
		fixture_give(end->fixture, end, data,
			     fixture_make(s, keyframe, i == 0, i + 1 == n, data));
	fixture_next_frame(s);
}

void fixture_frame(struct end *end, unsigned layer, bool keyframe, unsigned n)
{
	fixture_frame_of(end, &end->camera[layer], keyframe, n);
}

const struct seen *fixture_seen(const struct end *end, uint32_t ssrc, unsigned n)
{
	for (unsigned i = 0; i < end->seen->len; i++) {
		const struct seen *s = &g_array_index(end->seen, struct seen, i);
		if (s->rtp.ssrc == ssrc && n-- == 0)
			return s;
	}
	return NULL;
}

unsigned fixture_count(const struct end *end, uint32_t ssrc)
{
	unsigned n = 0;
	while (fixture_seen(end, ssrc, n))
		n++;
	return n;
}

uint32_t slot_ssrc(const struct end *end, const char *mid)
{
	for (unsigned i = 0; i < end->description.n_slots; i++)
		if (strcmp(end->description.slots[i].mid, mid) == 0)
			return end->description.slots[i].ssrc;
	g_assert_not_reached();
}

void fixture_forget(struct end *end)
{
	g_array_set_size(end->seen, 0);
	g_array_set_size(end->rtcp, 0);
}

unsigned fixture_rtcp(const struct end *end, enum rtcp_type type, uint32_t media_ssrc,
		      struct rtcp_item *ret)
{
	unsigned n = 0;
	for (unsigned i = 0; i < end->rtcp->len; i++) {
		const struct seen_rtcp *s = &g_array_index(end->rtcp, struct seen_rtcp, i);
		struct rtcp_reader reader;
		struct rtcp_item item;
		enum err err;
		rtcp_reader_init(&reader, s->data, s->length);
		while ((err = rtcp_next(&reader, &item)) == OK) {
			uint32_t about =
				type == RTCP_SENDER_REPORT ? item.sender_ssrc : item.media_ssrc;
			if (item.type != type || (media_ssrc && about != media_ssrc))
				continue;
			n++;
			if (ret)
				*ret = item;
		}
		g_assert_cmpint(err, ==, ERR_NOT_FOUND);
	}
	return n;
}

void fixture_set_slot(struct end *end, const char *mid, enum feed_kind kind, uint32_t id,
		      uint16_t width, uint16_t height)
{
	struct fixture *f = end->fixture;
	g_assert_cmpint(room_set_slot(f->room, end->peer, mid, (struct feed_key){kind, id}, width,
				      height, f->now_us),
			==, OK);
}
