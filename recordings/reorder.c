#include "recordings/reorder.h"

/* What 32,768 packets take at least, a picture's of 25 Mbit/s. */
#define AROUND_US (10 * G_TIME_SPAN_SECOND)

struct reorder {
	struct reorder_packet packets[REORDER_PACKETS]; /* by number; data NULL: none */
	bool begun;
	uint16_t next;	  /* the number that is due */
	int64_t taken_us; /* when the last one that was taken was captured */
	bool jumped;	  /* it follows on a gap */
	unsigned n, span; /* there; from next to the newest, that one included */
	uint64_t missing;
};

G_STATIC_ASSERT((REORDER_PACKETS & (REORDER_PACKETS - 1)) == 0);

struct reorder *reorder_new(void)
{
	return g_new0(struct reorder, 1);
}

void reorder_packet_clear(struct reorder_packet *packet)
{
	g_clear_pointer(&packet->data, g_bytes_unref);
}

void reorder_free(struct reorder *reorder)
{
	if (!reorder)
		return;
	for (unsigned i = 0; i < REORDER_PACKETS; i++)
		reorder_packet_clear(&reorder->packets[i]);
	g_free(reorder);
}

static struct reorder_packet *at(struct reorder *reorder, uint16_t sequence)
{
	return &reorder->packets[sequence % REORDER_PACKETS];
}

static void jump(struct reorder *reorder, uint16_t sequence)
{
	reorder->missing += (uint16_t)(sequence - reorder->next);
	for (unsigned i = 0; i < REORDER_PACKETS; i++)
		reorder_packet_clear(&reorder->packets[i]);
	reorder->n = reorder->span = 0;
	reorder->next = sequence;
	reorder->jumped = true;
}

/* More than half of all numbers are missing, so that this one looks old, but it was captured long
 * after all that is here: the disk was full, for minutes. */
static bool went_around(const struct reorder *reorder, uint16_t ahead, struct capture capture)
{
	return ahead >= 0x8000 && reorder->n == 0 && capture.us - reorder->taken_us > AROUND_US;
}

bool reorder_put(struct reorder *reorder, uint16_t sequence, struct capture capture,
		 uint64_t arrival_us, GBytes *data)
{
	if (!reorder->begun) {
		reorder->begun = true;
		reorder->next = sequence;
	}
	uint16_t ahead = (uint16_t)(sequence - reorder->next);
	bool newer = ahead >= REORDER_PACKETS && ahead < 0x8000; /* RFC 1982 */
	if (newer || went_around(reorder, ahead, capture)) {
		jump(reorder, sequence);
		ahead = 0;
	}
	struct reorder_packet *packet = at(reorder, sequence);
	if (ahead >= REORDER_PACKETS || packet->data) {
		g_bytes_unref(data);
		return false;
	}
	*packet = (struct reorder_packet){sequence, capture, arrival_us, data, false};
	reorder->n++;
	reorder->span = MAX(reorder->span, (unsigned)ahead + 1);
	return true;
}

/* How many numbers to give up before the first that is there; 0: wait for them. */
static unsigned give_up(struct reorder *reorder, uint64_t now_us, bool end)
{
	unsigned lost = 0;
	while (!at(reorder, (uint16_t)(reorder->next + lost))->data)
		lost++;
	const struct reorder_packet *first = at(reorder, (uint16_t)(reorder->next + lost));
	bool full = reorder->span > REORDER_PACKETS / 2;
	return end || full || now_us - first->arrival_us >= REORDER_WAIT_US ? lost : 0;
}

bool reorder_take(struct reorder *reorder, uint64_t now_us, bool end, struct reorder_packet *ret)
{
	if (reorder->n == 0)
		return false;
	unsigned lost = 0;
	if (!at(reorder, reorder->next)->data) {
		lost = give_up(reorder, now_us, end);
		if (lost == 0)
			return false;
	}
	reorder->missing += lost;
	reorder->next = (uint16_t)(reorder->next + lost);
	struct reorder_packet *packet = at(reorder, reorder->next);
	*ret = *packet;
	reorder->taken_us = packet->capture.us;
	ret->gap = lost > 0 || reorder->jumped;
	reorder->jumped = false;
	packet->data = NULL;
	reorder->next++;
	reorder->n--;
	reorder->span -= lost + 1;
	return true;
}

uint64_t reorder_missing(const struct reorder *reorder)
{
	return reorder->missing;
}

unsigned reorder_waiting(const struct reorder *reorder)
{
	return reorder->n;
}
