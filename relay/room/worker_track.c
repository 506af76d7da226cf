/*
 * Recorded tracks: peers without a transport, whose one slot goes to the studio process, in clear
 * and with capture times. Unlike a program's packets (worker_studio.c) these are kept until the
 * studio says that they are written, also while there is no studio.
 *
 *   added ── in worker->tracks, its peer in the room ── removed ── in worker->leaving, without a
 *   peer, until what it kept is written, or can't be, or its time is over
 */
#include "relay/base/studio_wire.h"
#include "relay/base/wire.h"
#include "relay/net/studio_socket.h"
#include "relay/room/recorded.h"
#include "relay/room/worker_internal.h"
#include "relay/rtp/rtcp_write.h"

#define RECEIVE_MAX   16 /* messages of a track, before others have their turn */
#define MESSAGE_BYTES 16 /* of the studio's; the longest has 9 */
/* A minute of a picture's 2 Mbit/s, two of sound: a studio that is away for longer has lost it. */
#define KEPT_PICTURE (16 << 20)
#define KEPT_SOUND   (1 << 20)
#define NO_FD	     (-1)

struct track {
	struct worker *worker;
	struct worker_room *room; /* NULL: it has left */
	struct peer *peer;	  /* NULL: as that */
	uint64_t until_us;	  /* then: when its time is over */
	uint32_t id, session;
	int fd;		 /* NO_FD: there is no studio */
	uint32_t source; /* that this studio knows; 0: none yet */
	uint32_t ssrc;
	enum studio_trouble trouble;
	struct backlog *backlog;
};

/* --- to the studio --- */

static void close_socket(struct track *track)
{
	if (track->fd == NO_FD)
		return;
	worker_unwatch(track->worker, track->fd);
	studio_socket_close(track->fd);
	track->fd = NO_FD;
}

static void lose_studio(struct track *track)
{
	close_socket(track);
	worker_tell_state(track->room, track->id, track->session, TRANSPORT_SILENT);
}

/* Whose the next message is, if that is news. It isn't in the backlog, but goes with each message
 * there: so another studio is told, too, wherever it goes on. */
static enum err tell_source(struct track *track)
{
	uint8_t message[STUDIO_SOURCE_SIZE] = {STUDIO_SOURCE};
	uint32_t source = backlog_source(track->backlog);
	if (source == track->source)
		return OK;
	wire_put32(message + 1, source);
	enum err err = studio_socket_send_bytes(track->fd, message, sizeof message);
	if (!err)
		track->source = source;
	return err;
}

/* As much as the socket takes; the studio's next word makes room for more. */
static enum err flush(struct track *track)
{
	struct bytes message;
	enum err err = OK;
	while (track->fd != NO_FD && backlog_peek(track->backlog, &message) && !err) {
		err = tell_source(track);
		if (!err)
			err = studio_socket_send_bytes(track->fd, message.data, message.length);
		if (!err)
			backlog_sent(track->backlog);
	}
	return err == ERR_FULL ? OK : err;
}

static enum err sink_rtp(void *user, const struct rtp_out *out, struct bytes *ret_protected)
{
	struct track *track = user;
	const struct slot *slot = peer_slot_by_ssrc(track->peer, track->ssrc);
	if (!slot || out->ssrc != track->ssrc)
		return ERR_NOT_FOUND;
	if (!recorded_put(track->backlog, slot, out, track->worker->now_us)) {
		counter_add(&track->worker->counters, COUNTER_DROP_RECORDING_FULL, 1);
		return ERR_FULL;
	}
	(void)flush(track); /* a studio that is gone: its end is read in this pass, or the next */
	return OK;
}

/* There is no network between, so nothing to report. */
static enum err sink_rtcp(void *user, const uint8_t *data, size_t length)
{
	return OK;
}

static enum err sink_again(void *user, const uint8_t *data, size_t length)
{
	return ERR_UNSUPPORTED;
}

/* --- from the studio --- */

static void ask_keyframe(struct track *track, uint64_t now_us)
{
	uint8_t data[32];
	struct rtcp_writer writer;
	if (!track->peer)
		return;
	rtcp_writer_init(&writer, data, sizeof data);
	if (rtcp_add_pli(&writer, track->ssrc, track->ssrc))
		room_receive_rtcp(track->room->room, track->peer, data, writer.length, now_us);
	worker_wake_room(track->room, now_us);
}

static void tell_trouble(struct track *track, uint8_t trouble)
{
	if (trouble > STUDIO_DISK_ERROR || trouble == track->trouble)
		return;
	track->trouble = trouble;
	worker_tell_trouble(track->room, track->id, track->session, trouble);
}

static enum err take(struct track *track, const uint8_t *data, size_t length, uint64_t now_us)
{
	if (data[0] == STUDIO_WRITTEN && length == 9)
		return backlog_written(track->backlog, wire_get64(data + 1)) ? OK : ERR_MALFORMED;
	if (data[0] == STUDIO_KEYFRAME && length == 1) {
		ask_keyframe(track, now_us);
		return OK;
	}
	if (data[0] == STUDIO_TROUBLE && length == 2) {
		if (track->peer) /* else nobody asks any more */
			tell_trouble(track, data[1]);
		return OK;
	}
	return ERR_MALFORMED;
}

static struct track *find(const struct worker *worker, int fd)
{
	GHashTableIter iter;
	void *value;
	g_hash_table_iter_init(&iter, worker->tracks);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((struct track *)value)->fd == fd)
			return value;
	for (unsigned i = 0; i < worker->leaving->len; i++) {
		struct track *track = worker->leaving->pdata[i];
		if (track->fd == fd)
			return track;
	}
	return NULL;
}

/* One that has left the room. err: of its socket. */
static void end_if_over(struct track *track, enum err err, uint64_t now_us)
{
	struct worker *worker = track->worker;
	uint64_t unwritten = backlog_unwritten(track->backlog);
	bool hopeless = err || track->fd == NO_FD || now_us >= track->until_us;
	if (unwritten > 0 && !hopeless)
		return;
	if (unwritten > 0) {
		g_warning("recorded track %u: %" G_GUINT64_FORMAT " packets were not written",
			  track->id, unwritten);
		counter_add(&worker->counters, COUNTER_DROP_RECORDING_FULL, unwritten);
	}
	g_ptr_array_remove_fast(worker->leaving, track); /* frees it */
}

bool worker_receive_track(struct worker *worker, int fd, uint64_t now_us)
{
	struct track *track = find(worker, fd);
	uint8_t data[MESSAGE_BYTES];
	size_t length = 1;
	enum err err = OK;
	if (!track)
		return false;
	for (unsigned i = 0; i < RECEIVE_MAX && !err && length > 0; i++) {
		err = studio_socket_receive(fd, data, sizeof data, &length);
		if (!err && length > 0)
			err = take(track, data, length, now_us);
	}
	if (!err)
		err = flush(track);
	if (!track->peer)
		end_if_over(track, err, now_us);
	else if (err)
		lose_studio(track); /* gone, or it speaks another language */
	return true;
}

/* --- its life --- */

void worker_free_track(void *data)
{
	struct track *track = data;
	if (track->peer)
		room_remove_peer(track->room->room, track->peer, track->worker->now_us);
	close_socket(track);
	backlog_free(track->backlog);
	g_free(track);
}

static void show(struct track *track, const char *mid, struct feed_key feed, uint64_t now_us)
{
	if (room_set_slot(track->room->room, track->peer, mid, feed, 0, 0, now_us) != OK)
		g_warning("recorded track %u: slot %s cannot show feed kind %d", track->id, mid,
			  feed.kind);
}

static struct track *new_track(struct worker_room *room, const struct command *command,
			       uint64_t now_us)
{
	const struct peer_description *description = command->description;
	struct track *track = g_new0(struct track, 1);
	bool video = description->slots[0].kind == MEDIA_VIDEO;
	track->worker = room->worker;
	track->room = room;
	track->id = command->peer;
	track->fd = NO_FD;
	track->ssrc = description->slots[0].ssrc;
	track->backlog = backlog_new(video ? KEPT_PICTURE : KEPT_SOUND);
	const struct peer_sink sink = {
		.user = track, .rtp = sink_rtp, .rtcp = sink_rtcp, .again = sink_again};
	track->peer = room_add_peer(room->room, description, &sink, now_us);
	g_hash_table_insert(room->worker->tracks, GUINT_TO_POINTER(track->id), track);
	return track;
}

void worker_add_track(struct worker_room *room, struct command *command, uint64_t now_us)
{
	struct worker *worker = room->worker;
	struct track *track = g_hash_table_lookup(worker->tracks, GUINT_TO_POINTER(command->peer));
	if (command->description->n_slots != 1)
		return;
	if (track && track->room != room)
		return;
	if (track)
		show(track, command->description->slots[0].mid, command->description->slots[0].feed,
		     now_us);
	else
		track = new_track(room, command, now_us);
	close_socket(track);
	track->session = command->session;
	room_set_session(track->peer, track->session);
	room_set_connected(room->room, track->peer, true, now_us);
	backlog_rewind(track->backlog);
	track->source = 0;
	if (worker_watch(worker, command->fd) != OK) {
		worker_tell_state(room, track->id, track->session, TRANSPORT_SILENT);
		return;
	}
	track->fd = command->fd;
	command->fd = -1;
	worker_wake_room(room, now_us);
	worker_tell_state(room, track->id, track->session, TRANSPORT_OPEN);
	if (flush(track) != OK)
		lose_studio(track);
}

/* Nothing more is recorded, at once. What came before that has some time to be written. */
static void leave(struct track *track, uint64_t hold_us, uint64_t now_us)
{
	struct worker *worker = track->worker;
	g_hash_table_steal(worker->tracks, GUINT_TO_POINTER(track->id));
	g_ptr_array_add(worker->leaving, track);
	room_remove_peer(track->room->room, track->peer, now_us);
	track->peer = NULL;
	track->room = NULL;
	track->until_us = now_us + hold_us;
	end_if_over(track, flush(track), now_us);
}

uint64_t worker_tick_tracks(struct worker *worker, uint64_t now_us)
{
	uint64_t deadline_us = UINT64_MAX;
	for (unsigned i = worker->leaving->len; i-- > 0;) {
		struct track *track = worker->leaving->pdata[i];
		if (now_us >= track->until_us)
			end_if_over(track, OK, now_us);
		else
			deadline_us = MIN(deadline_us, track->until_us);
	}
	return deadline_us;
}

bool worker_run_track_command(struct worker_room *room, const struct command *command,
			      uint64_t now_us)
{
	struct track *track =
		g_hash_table_lookup(room->worker->tracks, GUINT_TO_POINTER(command->peer));
	if (!track || track->room != room)
		return false;
	if (command->type == COMMAND_REMOVE_PEER)
		leave(track, command->hold_us, now_us);
	else if (command->type == COMMAND_SET_SLOT)
		show(track, command->mid, command->feed, now_us);
	return true;
}

void worker_close_tracks(struct worker_room *room, uint64_t hold_us, uint64_t now_us)
{
	g_autoptr(GList) tracks = g_hash_table_get_values(room->worker->tracks);
	for (GList *one = tracks; one; one = one->next)
		if (((struct track *)one->data)->room == room)
			leave(one->data, hold_us, now_us);
}
