/* The clients of a world. */
#include "tests/unit/relay/world.h"
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How the two browsers number things. */
static const struct numbering {
	uint8_t opus, vp8, rtx;
	struct extension_map extensions;
} numberings[2] = {
	{109,
	 120,
	 124,
	 {.id = {[EXTENSION_MID] = 3, [EXTENSION_AUDIO_LEVEL] = 1, [EXTENSION_TRANSPORT_CC] = 7}}},
	{111,
	 96,
	 97,
	 {.id = {[EXTENSION_MID] = 4, [EXTENSION_AUDIO_LEVEL] = 14, [EXTENSION_TRANSPORT_CC] = 2}}},
};

static const struct {
	const char *mid;
	enum media_kind kind;
	struct feed_key feed;
} slots[] = {
	{"stage", MEDIA_VIDEO, {FEED_STAGE, 0}},     {"voice", MEDIA_AUDIO, {FEED_VOICE, 0}},
	{"voice1", MEDIA_AUDIO, {FEED_VOICE, 1}},    {"camera", MEDIA_VIDEO, {FEED_NONE, 0}},
	{"microphone", MEDIA_AUDIO, {FEED_NONE, 0}},
};

static struct codec_choice choice(const struct numbering *n, enum media_kind kind)
{
	return kind == MEDIA_VIDEO ? (struct codec_choice){CODEC_VP8, n->vp8, n->rtx}
				   : (struct codec_choice){CODEC_OPUS, n->opus, 0};
}

static void publish(struct peer_description *d, const struct numbering *n, enum source source,
		    const char *mid)
{
	bool video = source_kind(source) == MEDIA_VIDEO;
	struct publication_description *p = &d->publications[d->n_publications++];
	*p = (struct publication_description){.source = source,
					      .n_layers = 1,
					      .n_codecs = 1,
					      .nack = video,
					      .pli = video,
					      .transport_cc = true};
	p->codecs[0] = choice(n, source_kind(source));
	g_strlcpy(p->mid, mid, sizeof p->mid);
}

static void describe(struct client *client, const struct numbering *n)
{
	struct relay *relay = client->world->relay;
	struct peer_description *d = &client->description;
	d->extensions = n->extensions;
	g_strlcpy(d->cname, "relay", sizeof d->cname);
	publish(d, n, SOURCE_MICROPHONE, "0");
	publish(d, n, SOURCE_CAMERA, "1");
	for (unsigned i = 0; i < G_N_ELEMENTS(slots); i++) {
		struct slot_description *s = &d->slots[d->n_slots++];
		*s = (struct slot_description){
			.kind = slots[i].kind, .nack = true, .n_codecs = 1, .feed = slots[i].feed};
		s->codecs[0] = choice(n, s->kind);
		s->ssrc = relay_new_ssrc(relay);
		s->rtx_ssrc = s->kind == MEDIA_VIDEO ? relay_new_ssrc(relay) : 0;
		g_strlcpy(s->mid, slots[i].mid, sizeof s->mid);
		client->heard[i] = g_array_new(FALSE, TRUE, sizeof(struct heard));
	}
}

static struct synth stream(struct client *client, const struct numbering *n, enum codec codec,
			   const char *mid)
{
	uint32_t id = client->description.id;
	return (struct synth){.codec = codec,
			      .payload_type = codec == CODEC_VP8 ? n->vp8 : n->opus,
			      .ssrc = g_random_int() | 1,
			      .sequence = 65500, /* wraps soon */
			      .timestamp = g_random_int(),
			      .picture_id = 0x7ff0,
			      .width = 640,
			      .height = 360,
			      .stream = id,
			      .mid = mid,
			      .extensions = &client->description.extensions,
			      .transport_sequence = &client->transport_sequence};
}

int world_stranger(const struct world *world, const char *ip, uint32_t room, uint32_t peer)
{
	struct relay_candidate candidate;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} to = {0};
	g_assert_cmpuint(relay_candidates(world->relay, room, peer, &candidate, 1), ==, 1);
	bool v6 = strchr(ip, ':');
	if (v6) {
		to.v6.sin6_family = AF_INET6;
		to.v6.sin6_port = htons(candidate.port);
		g_assert_cmpint(inet_pton(AF_INET6, ip, &to.v6.sin6_addr), ==, 1);
	} else {
		to.v4.sin_family = AF_INET;
		to.v4.sin_port = htons(candidate.port);
		g_assert_cmpint(inet_pton(AF_INET, ip, &to.v4.sin_addr), ==, 1);
	}
	int fd = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int buffer = 4 << 20; /* of which the kernel allows what it likes */
	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer), ==, 0);
	g_assert_cmpint(connect(fd, &to.any, v6 ? sizeof to.v6 : sizeof to.v4), ==, 0);
	return fd;
}

static void send_datagram(void *user, const uint8_t *data, size_t length)
{
	const struct client *client = user;
	if (send(client->fd, data, length, 0) < 0)
		g_assert_true(errno == ECONNREFUSED || errno == EAGAIN); /* as a link loses it */
}

struct client *client_new(struct world *world, const char *ip, uint32_t id, const char *profiles)
{
	struct client *client = g_new0(struct client, 1);
	const struct numbering *n = &numberings[id & 1];
	const struct client_config config = {
		.srtp_profiles = profiles, .send = send_datagram, .user = client, .nominate = true};
	client->world = world;
	client->fd = -1;
	client->transport = client_transport_new(&config);
	client->description.id = id;
	client->level = 30;
	describe(client, n);
	client->microphone = stream(client, n, CODEC_OPUS, "0");
	client->camera = stream(client, n, CODEC_VP8, "1");
	client->keyframe_wanted = true;
	client->ip = ip;
	g_ptr_array_add(world->clients, client);
	return client;
}

void client_free(struct client *client)
{
	if (!client)
		return;
	g_ptr_array_remove(client->world->clients, client);
	client_transport_free(client->transport);
	for (unsigned i = 0; i < client->description.n_slots; i++)
		g_array_unref(client->heard[i]);
	if (client->fd >= 0)
		close(client->fd);
	g_free(client);
}

static void new_credentials(struct client *client)
{
	static unsigned n;
	struct transport_credentials *c = &client->credentials;
	g_snprintf(c->local_ufrag, sizeof c->local_ufrag, "u%04u", ++n);
	g_snprintf(c->local_password, sizeof c->local_password, "password%08x%08x", g_random_int(),
		   n);
	g_strlcpy(c->remote_ufrag, client_transport_ufrag(client->transport),
		  sizeof c->remote_ufrag);
	client_transport_fingerprint(c->fingerprint);
}

static void new_socket(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd =
		world_stranger(client->world, client->ip, client->room, client->description.id);
}

static void take_answer(struct client *client)
{
	uint8_t fingerprint[FINGERPRINT_SIZE];
	relay_fingerprint(client->world->relay, fingerprint);
	client_transport_start(client->transport, client->credentials.local_ufrag,
			       client->credentials.local_password, fingerprint, clock_now_us());
}

void client_join(struct client *client, uint32_t room)
{
	client->room = room;
	new_credentials(client);
	g_assert_cmpint(relay_add_peer(client->world->relay, room, &client->description,
				       &client->credentials),
			==, OK);
	new_socket(client);
	take_answer(client);
}

void client_restart_ice(struct client *client, bool other_socket)
{
	client_transport_restart_ice(client->transport);
	new_credentials(client);
	g_assert_cmpint(relay_update_peer(client->world->relay, client->room, &client->description,
					  &client->credentials),
			==, OK);
	if (other_socket)
		new_socket(client);
	take_answer(client);
}

bool client_is_open(const struct client *client)
{
	return client_transport_state(client->transport) == CLIENT_OPEN &&
	       world_state(client->world, client->description.id, 0) == TRANSPORT_OPEN;
}

struct client *client_connect(struct world *world, uint32_t room, uint32_t id)
{
	struct client *client = client_new(world, "127.0.0.1", id, NULL);
	client_join(client, room);
	WORLD_UNTIL(world, client_is_open(client));
	return client;
}

void client_sync(struct client *client)
{
	/*
	 * The answer comes behind all that the relay had sent, as the check behind all that the
	 * client had. Twice, since the first one may be the answer to an earlier check.
	 */
	for (unsigned i = 0; i < 2; i++) {
		uint64_t answered = client_transport_checks_answered(client->transport);
		client_transport_check(client->transport, true, clock_now_us());
		WORLD_UNTIL(client->world,
			    client_transport_checks_answered(client->transport) > answered);
	}
}

void client_say(struct client *client, uint8_t level)
{
	uint8_t data[PACKET_CAPACITY];
	const struct synth_packet p = {.first = true, .level = level, .size = 80};
	size_t length = synth_write(&client->microphone, &p, data);
	client->microphone.timestamp += 960;
	client_transport_send_rtp(client->transport, data, length);
}

void client_film(struct client *client, unsigned n)
{
	uint8_t data[PACKET_CAPACITY];
	for (unsigned i = 0; i < n; i++) {
		const struct synth_packet p = {.keyframe = client->keyframe_wanted,
					       .first = i == 0,
					       .last = i + 1 == n,
					       .level = 255,
					       .size = 1000};
		size_t length = synth_write(&client->camera, &p, data);
		client_transport_send_rtp(client->transport, data, length);
	}
	client->keyframe_wanted = false;
	client->camera.timestamp += 3000;
	client->camera.picture_id++;
	client->camera.tl0picidx++;
}

unsigned client_slot(const struct client *client, const char *mid)
{
	for (unsigned i = 0; i < client->description.n_slots; i++)
		if (strcmp(client->description.slots[i].mid, mid) == 0)
			return i;
	g_error("no slot %s", mid);
}

unsigned client_count(const struct client *client, const char *mid)
{
	return client->heard[client_slot(client, mid)]->len;
}

const struct heard *client_last(const struct client *client, const char *mid)
{
	const GArray *heard = client->heard[client_slot(client, mid)];
	return heard->len > 0 ? &g_array_index(heard, struct heard, heard->len - 1) : NULL;
}

uint32_t client_hears(const struct client *client, const char *mid)
{
	const struct heard *last = client_last(client, mid);
	return last ? last->stream : 0;
}

static void check_first(const struct slot_description *slot, const struct heard *heard)
{
	g_assert_cmpstr(heard->mid, ==, slot->mid);
	if (slot->kind == MEDIA_VIDEO) {
		g_assert_true(heard->frame.keyframe);
		g_assert_true(heard->frame.starts_frame);
	}
}

static void check_next(const struct slot_description *slot, const struct heard *before,
		       const struct heard *heard)
{
	g_assert_cmpuint(heard->rtp.sequence, ==, (uint16_t)(before->rtp.sequence + 1));
	g_assert_cmpint((int32_t)(heard->rtp.timestamp - before->rtp.timestamp), >=, 0);
	if (heard->stream == before->stream)
		g_assert_cmpuint(heard->counter, >, before->counter);
	if (slot->kind != MEDIA_VIDEO)
		return;
	/* 15 bits; the same within a frame, one more in the next, whoever's it is. */
	unsigned step = (heard->frame.picture_id - before->frame.picture_id) & 0x7fff;
	g_assert_cmpuint(step, ==, heard->frame.starts_frame ? 1 : 0);
	if (heard->stream != before->stream) {
		g_assert_true(heard->frame.keyframe);
		g_assert_true(heard->frame.starts_frame);
	}
}

void client_check_slots(const struct client *client)
{
	g_assert_cmpuint(client->n_unknown, ==, 0);
	for (unsigned i = 0; i < client->description.n_slots; i++) {
		const GArray *heard = client->heard[i];
		const struct slot_description *slot = &client->description.slots[i];
		for (unsigned j = 0; j < heard->len; j++) {
			const struct heard *now = &g_array_index(heard, struct heard, j);
			if (j == 0)
				check_first(slot, now);
			else
				check_next(slot, now - 1, now);
		}
	}
}
