#include "relay/room/backlog.h"
#include <glib.h>
#include <string.h>

/* Stands before each message in the ring. A message is never broken over its end. */
struct record {
	uint32_t length, source;
	bool keyframe;
};

#define WRAP	 UINT32_MAX /* a length: the ring goes on at its begin */
#define ALIGN(n) (((n) + 7) & ~(size_t)7)

/* A message, by its number and place. */
struct position {
	uint64_t number;
	size_t at;
};

struct backlog {
	size_t capacity, used;
	struct position first, written, sent, end; /* sent, written: the first that isn't */
	struct position keyframe;		   /* the last one before written */
	bool has_keyframe;
	uint32_t source; /* of what is put next */
	uint64_t base;	 /* first's number at the last rewind */
	uint8_t *data;
};

struct backlog *backlog_new(size_t capacity)
{
	struct backlog *backlog = g_new0(struct backlog, 1);
	backlog->capacity = ALIGN(capacity);
	backlog->data = g_malloc(backlog->capacity);
	return backlog;
}

void backlog_free(struct backlog *backlog)
{
	if (!backlog)
		return;
	g_free(backlog->data);
	g_free(backlog);
}

static struct record *record_at(const struct backlog *backlog, size_t at)
{
	return (struct record *)(void *)(backlog->data + at);
}

/* Where the record is that is said to be at p: its room may have been left free. */
static size_t resolve(const struct backlog *backlog, size_t at)
{
	bool wraps = at == backlog->capacity || record_at(backlog, at)->length == WRAP;
	return wraps ? 0 : at;
}

static size_t size_of(size_t length)
{
	return ALIGN(sizeof(struct record) + length);
}

/* On to the next one. */
static void step(const struct backlog *backlog, struct position *p)
{
	size_t at = resolve(backlog, p->at);
	p->at = at + size_of(record_at(backlog, at)->length);
	p->number++;
}

/* Room for a record in one piece: at its end, or at the ring's begin. */
static bool reserve(struct backlog *backlog, size_t size, size_t *ret_at)
{
	size_t tail = backlog->capacity - backlog->end.at, skip = size > tail ? tail : 0;
	if (backlog->used + skip + size > backlog->capacity)
		return false;
	if (skip > 0)
		record_at(backlog, backlog->end.at)->length = WRAP;
	backlog->used += skip + size;
	*ret_at = skip > 0 || tail == 0 ? 0 : backlog->end.at;
	return true;
}

void backlog_set_source(struct backlog *backlog, uint32_t peer)
{
	backlog->source = peer;
}

/* All before it. */
static void discard(struct backlog *backlog, struct position to)
{
	size_t from = backlog->first.at;
	if (backlog->first.number != to.number)
		backlog->used -= to.at > from ? to.at - from : backlog->capacity - from + to.at;
	backlog->first = to;
	backlog->has_keyframe &= backlog->keyframe.number >= to.number;
}

/*
 * What is written is kept for a studio that comes next, and where no keyframe follows for long that
 * may be all there is room for: then what comes is worth more. That studio begins with something
 * that it can't decode, and asks for a keyframe.
 */
static void discard_written(struct backlog *backlog)
{
	bool again = backlog->sent.number < backlog->written.number; /* by another studio */
	discard(backlog, again ? backlog->sent : backlog->written);
}

bool backlog_put(struct backlog *backlog, bool keyframe, const struct bytes *parts, unsigned n)
{
	size_t length = 0, at;
	for (unsigned i = 0; i < n; i++)
		length += parts[i].length;
	if (!reserve(backlog, size_of(length), &at)) {
		discard_written(backlog);
		if (!reserve(backlog, size_of(length), &at))
			return false;
	}
	struct record *record = record_at(backlog, at);
	*record = (struct record){(uint32_t)length, backlog->source, keyframe};
	uint8_t *out = (uint8_t *)(record + 1);
	for (unsigned i = 0; i < n; out += parts[i].length, i++)
		if (parts[i].length > 0)
			memcpy(out, parts[i].data, parts[i].length);
	backlog->end.at = at + size_of(length);
	backlog->end.number++;
	return true;
}

bool backlog_peek(const struct backlog *backlog, struct bytes *ret)
{
	if (backlog->sent.number == backlog->end.number)
		return false;
	const struct record *record = record_at(backlog, resolve(backlog, backlog->sent.at));
	*ret = (struct bytes){(const uint8_t *)(record + 1), record->length};
	return true;
}

uint32_t backlog_source(const struct backlog *backlog)
{
	if (backlog->sent.number == backlog->end.number)
		return 0;
	return record_at(backlog, resolve(backlog, backlog->sent.at))->source;
}

void backlog_sent(struct backlog *backlog)
{
	step(backlog, &backlog->sent);
}

bool backlog_written(struct backlog *backlog, uint64_t count)
{
	if (count > backlog->sent.number - backlog->base)
		return false;
	uint64_t number = backlog->base + count;
	while (backlog->written.number < number) {
		if (record_at(backlog, resolve(backlog, backlog->written.at))->keyframe) {
			backlog->keyframe = backlog->written;
			backlog->has_keyframe = true;
		}
		step(backlog, &backlog->written);
	}
	if (backlog->has_keyframe)
		discard(backlog, backlog->keyframe);
	return true;
}

void backlog_rewind(struct backlog *backlog)
{
	backlog->sent = backlog->first;
	backlog->base = backlog->first.number;
}

size_t backlog_bytes(const struct backlog *backlog)
{
	return backlog->used;
}

uint64_t backlog_unwritten(const struct backlog *backlog)
{
	return backlog->end.number - backlog->written.number;
}
