/*
 * Hours of a recorded meeting in minutes: senders whose clocks run wrong, a network with jitter and
 * loss, and a room on a clock of its own; its slots' packets go to a real studio process as the
 * worker sends them. What the files then say is compared with what was sent by drift.py.
 *
 *   drift --socket PATH --folder FOLDER --hours 3.5
 */
#include "relay/base/studio_wire.h"
#include "relay/base/wire.h"
#include "relay/room/recorded.h"
#include "relay/room/room.h"
#include "relay/rtp/rtcp.h"
#include "relay/rtp/rtcp_write.h"
#include "tests/peer/sender.h"
#include "tests/recording/coded.h"
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BEGIN_US	(UINT64_C(5000) * US_PER_SEC)
#define FIRST_REPORT_US (2 * US_PER_SEC)
#define JITTER_US	10000
#define LOSS		0.002
#define LATE_US		60000 /* pictures are encoded, on their way out */
#define PICTURE_MS	200
#define KEPT		(4 << 20)
#define STEP_MAX_US	(20 * US_PER_MS)
#define HOLD_US		(4 * US_PER_SEC)
#define KEYFRAME_US	(10 * US_PER_SEC)

enum { SHARER = 1, FRENCH, ENGLISH, N_SENDERS = 3, N_STREAMS = 2, N_TRACKS = 4 };
enum { CHANNEL_FR = 1, CHANNEL_EN = 2 };

/* One who sends: on a clock of their own. */
struct party {
	uint32_t id;
	double ppm;
	unsigned delay_us;
	struct peer *peer;
	struct sender *senders[N_STREAMS]; /* sound, picture or NULL */
	uint16_t transport_sequence;
	uint64_t next_report_us; /* by their clock */
};

struct recorded_track {
	const char *name, *kind;
	struct feed_key feed;
	uint32_t ssrc;
	int fd;
	struct peer *peer;
	struct backlog *backlog;
};

struct datagram {
	uint64_t at_us;
	struct party *from;
	bool rtcp;
	size_t length;
	uint8_t data[PACKET_CAPACITY];
};

static struct {
	uint64_t now_us;
	GRand *random;
	GQueue *network; /* struct datagram, the next to arrive first */
	struct room *room;
	struct counters counters;
	struct pool *packets;
	struct party parties[N_SENDERS];
	struct recorded_track tracks[N_TRACKS];
} world = {.now_us = BEGIN_US,
	   .parties = {{.id = SHARER, .ppm = -50, .delay_us = 15000},
		       {.id = FRENCH, .ppm = 50, .delay_us = 25000},
		       {.id = ENGLISH, .ppm = -50, .delay_us = 20000}},
	   .tracks = {{.name = "stage", .kind = "picture", .feed = {FEED_STAGE, 0}},
		      {.name = "voice-0", .kind = "sound", .feed = {FEED_VOICE, 0}},
		      {.name = "channel-fr", .kind = "sound", .feed = {FEED_CHANNEL, CHANNEL_FR}},
		      {.name = "channel-en", .kind = "sound", .feed = {FEED_CHANNEL, CHANNEL_EN}}}};

static struct {
	char *socket, *folder;
	double hours;
} options = {.hours = 3.5};

static const GOptionEntry entries[] = {
	{"socket", 0, 0, G_OPTION_ARG_FILENAME, &options.socket, "The studio's", "PATH"},
	{"folder", 0, 0, G_OPTION_ARG_STRING, &options.folder, "Within the studio's", "FOLDER"},
	{"hours", 0, 0, G_OPTION_ARG_DOUBLE, &options.hours, "Of meeting", "N"},
	G_OPTION_ENTRY_NULL,
};

static uint64_t to_theirs(const struct party *party, uint64_t us)
{
	return us + (uint64_t)(int64_t)llround((double)(us - BEGIN_US) * party->ppm / 1e6);
}

static uint64_t to_ours(const struct party *party, uint64_t us)
{
	return BEGIN_US + (uint64_t)ceil((double)(us - BEGIN_US) / (1 + party->ppm / 1e6));
}

/* --- the network --- */

static int compare_arrival(const void *a, const void *b, void *unused)
{
	uint64_t x = ((const struct datagram *)a)->at_us, y = ((const struct datagram *)b)->at_us;
	return x < y ? -1 : x > y;
}

static void put_on_the_way(struct party *from, bool rtcp, const uint8_t *data, size_t length)
{
	if (!rtcp && g_rand_double(world.random) < LOSS)
		return;
	struct datagram *datagram = g_new(struct datagram, 1);
	datagram->at_us = world.now_us + from->delay_us +
			  (uint64_t)g_rand_int_range(world.random, 0, JITTER_US);
	datagram->from = from;
	datagram->rtcp = rtcp;
	datagram->length = length;
	memcpy(datagram->data, data, length);
	/* From the end: it is nearly the last to arrive. */
	GList *before = world.network->tail;
	while (before != NULL && compare_arrival(before->data, datagram, NULL) > 0)
		before = before->prev;
	g_queue_insert_after(world.network, before, datagram);
}

static void on_send(void *user, const uint8_t *packet, size_t length)
{
	put_on_the_way(user, false, packet, length);
}

static void arrive(const struct datagram *datagram)
{
	if (datagram->rtcp) {
		room_receive_rtcp(world.room, datagram->from->peer, datagram->data,
				  datagram->length, world.now_us);
		return;
	}
	struct packet *packet = pool_take(world.packets);
	g_assert_nonnull(packet);
	packet->length = (uint16_t)datagram->length;
	packet->arrival_us = world.now_us;
	memcpy(packet->data, datagram->data, datagram->length);
	room_receive_rtp(world.room, datagram->from->peer, packet, world.now_us);
	pool_unref(packet);
}

/* --- who sends --- */

static enum err no_rtp(void *user, const struct rtp_out *out, struct bytes *ret_protected)
{
	return ERR_NOT_FOUND;
}

static enum err no_rtcp(void *user, const uint8_t *data, size_t length)
{
	return OK;
}

static enum err no_again(void *user, const uint8_t *data, size_t length)
{
	return ERR_UNSUPPORTED;
}

/* What the relay asks a sender for. */
static enum err on_feedback(void *user, const uint8_t *data, size_t length)
{
	const struct party *party = user;
	struct rtcp_reader reader;
	struct rtcp_item item;
	uint16_t numbers[256];
	rtcp_reader_init(&reader, data, length);
	while (rtcp_next(&reader, &item) == OK)
		for (unsigned i = 0; i < N_STREAMS; i++) {
			struct sender *sender = party->senders[i];
			if (sender == NULL || sender_ssrc(sender) != item.media_ssrc)
				continue;
			if (item.type == RTCP_NACK)
				sender_resend(
					sender, numbers,
					rtcp_nack_numbers(&item, numbers, G_N_ELEMENTS(numbers)));
			else if (item.type == RTCP_PLI || item.type == RTCP_FIR)
				sender_keyframe(sender);
		}
	return OK;
}

static void add_publication(struct peer_description *d, enum source source, struct party *party,
			    const struct clip *clip)
{
	unsigned n = d->n_publications++;
	struct publication_description *p = &d->publications[n];
	bool video = clip->video;
	uint32_t ssrc = party->id * 100 + n;
	*p = (struct publication_description){.source = source,
					      .n_codecs = 1,
					      .n_layers = 1,
					      .ssrc = {ssrc},
					      .nack = video,
					      .pli = video};
	p->codecs[0] = video ? (struct codec_choice){CODEC_VP8, publisher_numbers.vp8,
						     publisher_numbers.rtx}
			     : (struct codec_choice){CODEC_OPUS, publisher_numbers.opus, 0};
	if (video)
		p->rtx_ssrc[0] = ssrc + 50;
	g_snprintf(p->mid, sizeof p->mid, "%u", n);
	const struct sender_config config = {.clip = clip,
					     .numbers = &publisher_numbers,
					     .mid = n,
					     .ssrc = ssrc,
					     .rtx_ssrc = video ? ssrc + 50 : 0,
					     .transport_sequence = &party->transport_sequence,
					     .send = on_send,
					     .user = party};
	party->senders[n] = sender_new(&config, to_theirs(party, world.now_us));
	if (!video)
		sender_set_level(party->senders[n], 20);
}

static void add_party(struct party *party, unsigned *source)
{
	struct peer_description d = {.id = party->id,
				     .cname = "sender",
				     .interprets = party->id != SHARER,
				     .extensions = publisher_numbers.extensions};
	const struct peer_sink sink = {party, no_rtp, on_feedback, no_again, NULL};
	enum source sound = party->id == SHARER ? SOURCE_MICROPHONE : SOURCE_BOOTH_MICROPHONE;
	add_publication(&d, sound, party, coded_sound_new((*source)++));
	if (party->id == SHARER)
		add_publication(&d, SOURCE_CAMERA, party,
				coded_picture_new((*source)++, LATE_US, PICTURE_MS));
	party->next_report_us = to_theirs(party, BEGIN_US + FIRST_REPORT_US);
	party->peer = room_add_peer(world.room, &d, &sink, world.now_us);
	room_set_connected(world.room, party->peer, true, world.now_us);
}

/* Returns when something is due, by our clock. */
static uint64_t drive_party(struct party *party)
{
	uint64_t theirs_us = to_theirs(party, world.now_us), next_us = party->next_report_us;
	for (unsigned i = 0; i < N_STREAMS; i++)
		if (party->senders[i] != NULL)
			next_us = MIN(next_us, sender_tick(party->senders[i], theirs_us));
	if (theirs_us >= party->next_report_us) {
		uint8_t data[200];
		for (unsigned i = 0; i < N_STREAMS; i++) {
			size_t length = party->senders[i] != NULL
						? sender_report(party->senders[i], data,
								sizeof data, theirs_us)
						: 0;
			if (length > 0)
				put_on_the_way(party, true, data, length);
		}
		party->next_report_us += US_PER_SEC;
	}
	return to_ours(party, MIN(next_us, party->next_report_us));
}

/* --- tracks --- */

static enum err on_rtp(void *user, const struct rtp_out *out, struct bytes *ret_protected)
{
	struct recorded_track *track = user;
	const struct slot *slot = peer_slot_by_ssrc(track->peer, track->ssrc);
	if (!recorded_put(track->backlog, slot, out, world.now_us))
		g_error("%s: the studio is too slow", track->name);
	return OK;
}

static void connect_track(struct recorded_track *track)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_strlcpy(address.sun_path, options.socket, sizeof address.sun_path);
	track->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (connect(track->fd, (struct sockaddr *)&address, sizeof address) != 0)
		g_error("%s: %m", options.socket);
	g_autofree char *hello =
		g_strdup_printf("{\"version\":%d,\"track\":\"%s\",\"folder\":\"%s\",\"kind\":\"%"
				"s\",\"begin\":%" G_GUINT64_FORMAT ",\"wall\":1764187200000000}",
				STUDIO_VERSION, track->name, options.folder, track->kind, BEGIN_US);
	if (send(track->fd, hello, strlen(hello), MSG_NOSIGNAL) < 0)
		g_error("%s: %m", track->name);
}

static void add_track(struct recorded_track *track, uint32_t id)
{
	bool video = g_str_equal(track->kind, "picture");
	const struct peer_sink sink = {track, on_rtp, no_rtcp, no_again, NULL};
	struct peer_description d = {
		.id = id, .cname = "recorder", .interprets = true, .n_slots = 1};
	track->ssrc = id * 100;
	d.slots[0] = (struct slot_description){
		.mid = "0",
		.kind = video ? MEDIA_VIDEO : MEDIA_AUDIO,
		.ssrc = track->ssrc,
		.n_codecs = 1,
		.codecs = {video ? (struct codec_choice){CODEC_VP8, STUDIO_PICTURE_PAYLOAD_TYPE, 0}
				 : (struct codec_choice){CODEC_OPUS, STUDIO_PAYLOAD_TYPE, 0}},
		.feed = track->feed};
	track->backlog = backlog_new(KEPT);
	connect_track(track);
	track->peer = room_add_peer(world.room, &d, &sink, world.now_us);
	room_set_connected(world.room, track->peer, true, world.now_us);
}

static void ask_keyframe(const struct recorded_track *track)
{
	uint8_t pli[32];
	struct rtcp_writer writer;
	rtcp_writer_init(&writer, pli, sizeof pli);
	if (rtcp_add_pli(&writer, track->ssrc, track->ssrc))
		room_receive_rtcp(world.room, track->peer, pli, writer.length, world.now_us);
}

/* In meeting time, as a recorder does it in its own. */
static void ask_keyframes(void)
{
	static uint64_t next_us = BEGIN_US;
	for (unsigned i = 0; world.now_us >= next_us && i < N_TRACKS; i++)
		if (world.tracks[i].feed.kind == FEED_STAGE)
			ask_keyframe(&world.tracks[i]);
	if (world.now_us >= next_us)
		next_us += KEYFRAME_US;
}

static void take_word(struct recorded_track *track, const uint8_t *data, size_t length)
{
	if (data[0] == STUDIO_WRITTEN && length == 9) {
		g_assert_true(backlog_written(track->backlog, wire_get64(data + 1)));
	} else if (data[0] == STUDIO_KEYFRAME) {
		ask_keyframe(track);
	}
}

/* Waits while the studio is far behind: its files are written in real time. */
static void flush_track(struct recorded_track *track)
{
	struct bytes message;
	uint8_t word[16];
	ssize_t n;
	while (backlog_peek(track->backlog, &message)) {
		if (send(track->fd, message.data, message.length, MSG_NOSIGNAL) < 0)
			g_error("%s: %m", track->name);
		backlog_sent(track->backlog);
	}
	do {
		bool wait = backlog_bytes(track->backlog) > KEPT / 2;
		struct pollfd ready = {.fd = track->fd, .events = POLLIN};
		if (wait && poll(&ready, 1, 10000) != 1)
			g_error("%s: the studio doesn't write", track->name);
		while ((n = recv(track->fd, word, sizeof word, MSG_DONTWAIT)) > 0)
			take_word(track, word, (size_t)n);
		if (n == 0)
			g_error("%s: the studio is gone", track->name);
	} while (backlog_bytes(track->backlog) > KEPT / 2);
}

/* --- */

static void make_world(void)
{
	unsigned source = 0;
	const struct room_config config = {.counters = &world.counters,
					   .random_seed = 7,
					   .ntp_offset_us = UINT64_C(3900000000) * US_PER_SEC};
	world.random = g_rand_new_with_seed(7);
	world.network = g_queue_new();
	world.packets = packet_pool_new(16384);
	world.room = room_new(&config, world.now_us);
	for (unsigned i = 0; i < N_SENDERS; i++)
		add_party(&world.parties[i], &source);
	room_set_channel(world.room, CHANNEL_FR, FRENCH, HOLD_US, false, world.now_us);
	room_set_channel(world.room, CHANNEL_EN, ENGLISH, HOLD_US, false, world.now_us);
	for (unsigned i = 0; i < N_TRACKS; i++)
		add_track(&world.tracks[i], 10 + i);
}

static void turn(uint64_t end_us)
{
	struct datagram *datagram;
	uint64_t next_us = end_us;
	for (unsigned i = 0; i < N_SENDERS; i++)
		next_us = MIN(next_us, drive_party(&world.parties[i]));
	while ((datagram = g_queue_peek_head(world.network)) && datagram->at_us <= world.now_us) {
		g_queue_pop_head(world.network);
		arrive(datagram);
		g_free(datagram);
	}
	room_forward(world.room, world.now_us);
	next_us = MIN(next_us, room_tick(world.room, world.now_us));
	ask_keyframes();
	for (unsigned i = 0; i < N_TRACKS; i++)
		flush_track(&world.tracks[i]);
	if (datagram != NULL)
		next_us = MIN(next_us, datagram->at_us);
	world.now_us = CLAMP(next_us, world.now_us + 100, world.now_us + STEP_MAX_US);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new("- hours of a recorded meeting");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		fprintf(stderr, "drift: %s\n", error->message);
		return 2;
	}
	make_world();
	uint64_t end_us = BEGIN_US + (uint64_t)(options.hours * 3600 * US_PER_SEC);
	while (world.now_us < end_us)
		turn(end_us);
	for (unsigned i = 0; i < N_TRACKS; i++)
		close(world.tracks[i].fd);
	printf("{\"begin\": %" G_GUINT64_FORMAT ", \"ppm\": [", BEGIN_US);
	for (unsigned i = 0; i < N_SENDERS; i++)
		printf("%s%g", i > 0 ? ", " : "", world.parties[i].ppm);
	puts("]}");
	return 0;
}
