#include "recordings/recorder.h"
#include "recordings/track.h"
#include "recordings/track_file.h"
#include "recordings/who_file.h"
#include "relay/base/wire.h"
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH	      16  /* messages that are read at once */
#define READ_MAX      4	  /* batches, before the others have their turn */
#define LAST_MAX      256 /* more than a socket holds */
#define WORTH_TELLING 32  /* messages; fewer are told by the next tick */
/* A picture is asked for a keyframe so often at least: what is lost lasts no longer, and a player
 * finds a place to begin. */
#define KEYFRAME_US (10 * G_TIME_SPAN_SECOND)
#define ASK_US	    (G_TIME_SPAN_SECOND / 2) /* when it needs one */
/* So long behind the server, and everybody should know. */
#define SLOW_US G_TIME_SPAN_SECOND

struct recorder {
	int fd;
	bool video;
	char name[TRACK_NAME_MAX];
	struct track *track;
	struct track_file *file;
	struct who_file *who;
	uint32_t source; /* whose the packets are that come now */
	uint64_t received, refused;
	uint64_t told;		     /* messages that the server knows to be written */
	enum studio_trouble trouble; /* that the server knows of */
	gint64 asked_us;
	bool waits;	   /* its file does, for the disk */
	gint64 emptied_us; /* when nothing waited in the socket any more */
};

static bool on_append(void *user, const uint8_t *data, size_t length)
{
	return track_file_append(((struct recorder *)user)->file, data, length);
}

static void on_who(void *user, uint64_t offset, uint64_t time_ms, uint32_t source)
{
	who_file_add(((struct recorder *)user)->who, offset, time_ms, source);
}

static void on_settle(void *user)
{
	track_file_settle(((struct recorder *)user)->file);
}

static void on_patch(void *user, uint64_t offset, const uint8_t *data, size_t length)
{
	track_file_patch(((struct recorder *)user)->file, offset, data, length);
}

/* Whose it is before what is theirs. */
static bool flush(struct recorder *recorder)
{
	return who_file_flush(recorder->who) && track_file_flush(recorder->file);
}

static bool say(const struct recorder *recorder, const uint8_t *data, size_t length)
{
	return send(recorder->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

static enum studio_trouble trouble_of(const struct recorder *recorder, gint64 now_us)
{
	enum studio_trouble trouble = who_file_trouble(recorder->who);
	if (trouble == STUDIO_FINE)
		trouble = track_file_trouble(recorder->file);
	if (trouble == STUDIO_FINE && now_us - recorder->emptied_us > SLOW_US)
		return STUDIO_DISK_SLOW;
	return trouble;
}

static void tell_trouble(struct recorder *recorder, gint64 now_us)
{
	enum studio_trouble trouble = trouble_of(recorder, now_us);
	const uint8_t message[] = {STUDIO_TROUBLE, (uint8_t)trouble};
	if (trouble == recorder->trouble || !say(recorder, message, sizeof message))
		return;
	g_message("track %s: trouble %d", recorder->name, trouble);
	recorder->trouble = trouble;
}

void recorder_told(struct recorder *recorder, enum studio_trouble trouble)
{
	recorder->trouble = trouble;
}

static void ask_keyframe(struct recorder *recorder, gint64 now_us)
{
	const uint8_t message[] = {STUDIO_KEYFRAME};
	gint64 since_us = now_us - recorder->asked_us;
	bool needed = track_needs_keyframe(recorder->track) && recorder->received > 0;
	if (recorder->video && since_us >= (needed ? ASK_US : KEYFRAME_US) &&
	    say(recorder, message, sizeof message))
		recorder->asked_us = now_us;
}

/* at_least: so many that it is worth a message. */
static void tell_written(struct recorder *recorder, uint64_t at_least)
{
	/* The newest may wait for one before it, or for room on the disk: what is said to be
	 * written must be. */
	uint64_t written = recorder_waits(recorder)
				   ? recorder->told
				   : recorder->received - track_waiting(recorder->track);
	uint8_t message[9] = {STUDIO_WRITTEN};
	wire_put64(message + 1, written);
	if (written >= recorder->told + at_least && say(recorder, message, sizeof message))
		recorder->told = written;
}

bool recorder_waits(const struct recorder *recorder)
{
	return recorder->waits;
}

/* Where nothing comes, nothing waits. */
static bool is_empty(const struct recorder *recorder)
{
	uint8_t first;
	return recv(recorder->fd, &first, sizeof first, MSG_DONTWAIT | MSG_PEEK) < 0 &&
	       errno == EAGAIN;
}

void recorder_tick(struct recorder *recorder)
{
	if (is_empty(recorder))
		recorder->emptied_us = g_get_monotonic_time();
	gint64 now_us = g_get_monotonic_time();
	track_tick(recorder->track, (uint64_t)now_us);
	recorder->waits = !flush(recorder);
	tell_written(recorder, 1);
	tell_trouble(recorder, now_us);
	ask_keyframe(recorder, now_us);
}

static void take(struct recorder *recorder, const uint8_t *data, size_t length)
{
	struct track_media media;
	uint32_t source;
	if (track_source_parse(data, length, &source) == OK) {
		recorder->source = source;
		return;
	}
	recorder->received++; /* whatever it is: the server counts them, too */
	if (length > STUDIO_MESSAGE_MAX ||
	    track_media_parse(data, length, recorder->video, &media) != OK) {
		recorder->refused++;
		return;
	}
	media.capture.source = recorder->source;
	track_receive(recorder->track, media.rtp, media.length, media.capture,
		      (uint64_t)g_get_monotonic_time());
}

/* At most so many batches. false: the connection is at its end. */
static bool read_messages(struct recorder *recorder, unsigned max)
{
	static _Thread_local uint8_t data[BATCH][STUDIO_MESSAGE_MAX];
	int n = BATCH;
	for (unsigned i = 0; i < max && n == BATCH && !recorder->waits; i++) {
		struct mmsghdr messages[BATCH] = {0};
		struct iovec parts[BATCH];
		for (unsigned k = 0; k < BATCH; k++) {
			parts[k] = (struct iovec){data[k], sizeof data[k]};
			messages[k].msg_hdr.msg_iov = &parts[k];
			messages[k].msg_hdr.msg_iovlen = 1;
		}
		n = recvmmsg(recorder->fd, messages, BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
		for (int k = 0; k < n; k++) {
			if (messages[k].msg_len == 0)
				return false;
			take(recorder, data[k], messages[k].msg_len);
		}
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return false;
	if (n < BATCH)
		recorder->emptied_us = g_get_monotonic_time();
	return true;
}

bool recorder_read(struct recorder *recorder)
{
	bool there = read_messages(recorder, READ_MAX);
	recorder->waits = !flush(recorder);
	tell_written(recorder, WORTH_TELLING);
	return there;
}

void recorder_read_all(struct recorder *recorder)
{
	(void)read_messages(recorder, LAST_MAX);
	recorder->waits = !flush(recorder);
	tell_written(recorder, 1);
}

struct recorder *recorder_new(int fd, const struct track_hello *hello, GError **error)
{
	struct track_file *file = track_file_new(hello->folder, hello->name, hello->video, error);
	if (!file)
		return NULL;
	struct recorder *recorder = g_new0(struct recorder, 1);
	recorder->fd = fd;
	recorder->video = hello->video;
	recorder->file = file;
	recorder->who = who_file_new(hello->folder, hello->name);
	recorder->asked_us = recorder->emptied_us = g_get_monotonic_time();
	g_strlcpy(recorder->name, hello->name, sizeof recorder->name);
	recorder->track = track_new(
		&(struct track_config){
			.video = hello->video,
			.name = hello->name,
			.language = hello->language[0] ? hello->language : NULL,
			.begin_us = hello->begin_us,
			.wall_us = hello->wall_us,
		},
		&(struct track_output){recorder, on_append, on_patch, on_who, on_settle});
	return recorder;
}

void recorder_free(struct recorder *recorder)
{
	if (!recorder)
		return;
	track_end(recorder->track);
	struct track_counts counts = track_counts(recorder->track);
	g_message("track %s ends: %" G_GUINT64_FORMAT " blocks, %" G_GUINT64_FORMAT
		  " packets missing, %" G_GUINT64_FORMAT " refused; %" G_GUINT64_FORMAT
		  " pictures dropped, %" G_GUINT64_FORMAT " blocks not written",
		  recorder->name, counts.blocks, counts.missing, recorder->refused + counts.refused,
		  counts.dropped, counts.lost);
	track_free(recorder->track);
	who_file_free(recorder->who); /* first: what it is about waits for it */
	track_file_free(recorder->file);
	close(recorder->fd);
	g_free(recorder);
}
