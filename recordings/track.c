#include "recordings/track.h"
#include "recordings/reorder.h"
#include "recordings/vp8_frame.h"
#include "relay/rtp/rtp.h"

/* What was guessed for longer stays as it is: this sender doesn't report. */
#define GUESSED_MAX   30			/* clusters */
#define GUESSED_US    (10 * G_TIME_SPAN_SECOND) /* a report that moves it by more is none of it */
#define JUMP_US	      G_TIME_SPAN_SECOND	/* timestamps and arrival go apart: another guess */
#define CLOCK_PICTURE 90000
#define CLOCK_SOUND   48000

struct guessed_cluster {
	uint64_t at, time_ms; /* where its time stands */
};

/*
 * The newest blocks, while their times are guessed: when each came, that is. As soon as their
 * sender has reported the true ones are known, which are earlier by what its microphone or camera
 * and encoder take: 20 ms for one, 100 for the other. So that the time line doesn't jump there, and
 * sound and picture are in step from the beginning, their clusters are moved as a whole.
 */
struct guess {
	bool open;
	struct capture first;
	uint32_t timestamp; /* of the first */
	uint64_t before_ms; /* the newest block's time before them */
	uint64_t first_ms;
	unsigned n;
	struct guessed_cluster clusters[GUESSED_MAX];
};

struct track {
	struct track_output output;
	bool video;
	char *name, *language;
	int64_t begin_us, wall_us;
	struct reorder *reorder;
	struct vp8_frame frame;
	struct matroska_places places;
	uint64_t written; /* bytes; 0: not even the header */
	bool clustered;
	uint64_t cluster_ms, cluster_size, cluster; /* its time; where its size stands; its begin */
	uint64_t time_ms;			    /* of the newest block */
	uint32_t source;			    /* whose that is */
	struct guess guess;
	struct track_counts counts;
};

struct track *track_new(const struct track_config *config, const struct track_output *output)
{
	struct track *track = g_new0(struct track, 1);
	track->output = *output;
	track->video = config->video;
	track->name = g_strdup(config->name);
	track->language = g_strdup(config->language);
	track->begin_us = config->begin_us;
	track->wall_us = config->wall_us;
	track->reorder = reorder_new();
	vp8_frame_init(&track->frame);
	return track;
}

void track_free(struct track *track)
{
	if (!track)
		return;
	reorder_free(track->reorder);
	vp8_frame_clear(&track->frame);
	g_free(track->name);
	g_free(track->language);
	g_free(track);
}

/* --- the file --- */

static void write_header(struct track *track, GByteArray *out)
{
	const struct matroska_track description = {
		.video = track->video,
		.width = track->frame.width,
		.height = track->frame.height,
		.name = track->name,
		.language = track->language,
		.uid = g_str_hash(track->name) | 1,
		.begin_us = track->wall_us,
	};
	matroska_write_header(out, &description, &track->places);
}

static void patch_size(const struct track *track, uint64_t offset, uint64_t size)
{
	uint8_t bytes[MATROSKA_SIZE];
	matroska_size(bytes, size);
	track->output.patch(track->output.user, offset, bytes, sizeof bytes);
}

static void end_cluster(struct track *track)
{
	if (track->clustered)
		patch_size(track, track->cluster_size, track->written - track->cluster);
	track->clustered = false;
}

static void begin_cluster(struct track *track, GByteArray *out)
{
	struct guess *guess = &track->guess;
	size_t at = matroska_write_cluster(out, track->time_ms);
	track->clustered = true;
	track->cluster_ms = track->time_ms;
	track->cluster_size = track->written + at;
	track->cluster = track->cluster_size + MATROSKA_SIZE;
	if (guess->open && guess->n++ < GUESSED_MAX)
		guess->clusters[guess->n - 1] = (struct guessed_cluster){
			track->cluster_size + MATROSKA_TIME_AT, track->time_ms};
}

/* --- times --- */

static int64_t since_guess_us(const struct track *track, uint32_t timestamp)
{
	int32_t ticks = (int32_t)(timestamp - track->guess.timestamp);
	return (int64_t)ticks * G_USEC_PER_SEC / (track->video ? CLOCK_PICTURE : CLOCK_SOUND);
}

/* The first whose time isn't known. Its successors' distances from it are. */
static void begin_guess(struct track *track, struct capture capture, uint32_t timestamp)
{
	end_cluster(track);
	track->guess = (struct guess){.open = true,
				      .first = capture,
				      .timestamp = timestamp,
				      .before_ms = track->time_ms,
				      .first_ms = track->time_ms};
}

/* A time is known: what was guessed moves by the difference, not before what isn't. */
static void end_guess(struct track *track, struct capture known, uint32_t timestamp)
{
	struct guess *guess = &track->guess;
	int64_t by_us = known.us - since_guess_us(track, timestamp) - guess->first.us;
	end_cluster(track);
	guess->open = false;
	if (guess->n == 0 || guess->n > GUESSED_MAX || ABS(by_us) > GUESSED_US)
		return;
	int64_t by_ms = MAX(by_us / 1000, (int64_t)(guess->before_ms - guess->first_ms));
	/* One after another on the disk, and before what follows: after a power cut, too, no time
	 * goes back. Who moves back goes first, then there is room for the next. */
	for (unsigned i = 0; i < guess->n; i++) {
		unsigned which = by_ms < 0 ? i : guess->n - 1 - i;
		const struct guessed_cluster *cluster = &guess->clusters[which];
		uint8_t time[MATROSKA_TIME];
		matroska_time(time, cluster->time_ms + (uint64_t)by_ms);
		track->output.patch(track->output.user, cluster->at, time, sizeof time);
		if (track->output.settle)
			track->output.settle(track->output.user);
	}
	track->time_ms += (uint64_t)by_ms;
}

/* On the time line, which never goes back; what was captured before it begins belongs to its
 * begin. */
static void set_time(struct track *track, struct capture capture, uint32_t timestamp)
{
	struct guess *guess = &track->guess;
	bool anew = false;
	if (capture.guessed) {
		int64_t us = guess->first.us + since_guess_us(track, timestamp);
		anew = !guess->open || ABS(us - capture.us) > JUMP_US;
		if (anew)
			begin_guess(track, capture, timestamp);
		else
			capture.us = us;
	} else if (guess->open) {
		end_guess(track, capture, timestamp);
	}
	int64_t time_ms = (capture.us - track->begin_us) / 1000;
	track->time_ms = MAX(track->time_ms, (uint64_t)MAX(time_ms, 0));
	if (anew)
		guess->first_ms = track->time_ms;
}

/* --- blocks --- */

/* What could not be written wasn't there: a picture's successors wait for the next keyframe. */
static void lose_block(struct track *track, const struct track *before)
{
	track->clustered = before->clustered;
	track->cluster_ms = before->cluster_ms;
	track->cluster_size = before->cluster_size;
	track->cluster = before->cluster;
	track->guess.n = before->guess.n;
	track->frame.broken = true;
	track->counts.lost++;
}

static void tell_source(struct track *track, uint32_t source)
{
	if (source == track->source)
		return;
	track->source = source;
	if (track->output.who)
		track->output.who(track->output.user, track->written, track->time_ms, source);
}

static void write_block(struct track *track, const uint8_t *data, size_t length, bool keyframe,
			struct capture capture, uint32_t timestamp)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	set_time(track, capture, timestamp);
	tell_source(track, capture.source);
	const struct track before = *track;
	if (track->written == 0)
		write_header(track, out);
	if (!track->clustered || track->time_ms - track->cluster_ms >= TRACK_CLUSTER_MS) {
		end_cluster(track);
		begin_cluster(track, out);
	}
	matroska_write_block(out, (int16_t)(track->time_ms - track->cluster_ms), keyframe, data,
			     length);
	if (!track->output.append(track->output.user, out->data, out->len)) {
		lose_block(track, &before);
		return;
	}
	track->written += out->len;
	track->counts.blocks++;
}

/* --- packets --- */

static void take_video(struct track *track, const struct rtp_header *header, const uint8_t *rtp,
		       const struct reorder_packet *packet)
{
	struct vp8_frame *frame = &track->frame;
	if (vp8_frame_add(frame, rtp + header->payload_offset, header->payload_length,
			  header->marker, header->timestamp, packet->capture, packet->gap))
		write_block(track, frame->data->data, frame->data->len, frame->keyframe,
			    frame->capture, frame->timestamp);
}

static void take_packets(struct track *track, uint64_t now_us, bool end)
{
	struct reorder_packet packet;
	struct rtp_header header;
	while (reorder_take(track->reorder, now_us, end, &packet)) {
		gsize length;
		const uint8_t *rtp = g_bytes_get_data(packet.data, &length);
		if (rtp_parse(rtp, length, NULL, &header) != OK)
			g_assert_not_reached(); /* it was parsed when it came */
		if (track->video)
			take_video(track, &header, rtp, &packet);
		else if (header.payload_length > 0)
			write_block(track, rtp + header.payload_offset, header.payload_length, true,
				    packet.capture, header.timestamp);
		reorder_packet_clear(&packet);
	}
}

void track_receive(struct track *track, const uint8_t *rtp, size_t length, struct capture capture,
		   uint64_t now_us)
{
	struct rtp_header header;
	if (rtp_parse(rtp, length, NULL, &header) != OK) {
		track->counts.refused++;
		return;
	}
	reorder_put(track->reorder, header.sequence, capture, now_us, g_bytes_new(rtp, length));
	take_packets(track, now_us, false);
}

void track_tick(struct track *track, uint64_t now_us)
{
	take_packets(track, now_us, false);
}

void track_end(struct track *track)
{
	uint8_t duration[MATROSKA_DURATION];
	take_packets(track, 0, true);
	if (track->written == 0)
		return;
	end_cluster(track);
	patch_size(track, track->places.segment_size, track->written - track->places.segment);
	matroska_duration(duration, track->time_ms);
	track->output.patch(track->output.user, track->places.duration, duration, sizeof duration);
}

struct track_counts track_counts(const struct track *track)
{
	struct track_counts counts = track->counts;
	counts.missing = reorder_missing(track->reorder);
	counts.dropped = track->frame.dropped;
	return counts;
}

bool track_needs_keyframe(const struct track *track)
{
	return track->video && track->frame.broken;
}

uint64_t track_time_ms(const struct track *track)
{
	return track->time_ms;
}

uint64_t track_waiting(const struct track *track)
{
	return reorder_waiting(track->reorder);
}
