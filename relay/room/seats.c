#include "relay/room/seats.h"
#include "relay/base/clock.h"
#include <string.h>

#define STAGE_AFTER_US (2 * US_PER_SEC)
/* To displace somebody who speaks: louder by this much, for this long, and not before the seat had
 * some rest. */
#define LOUDER_DB     4.0f
#define LOUDER_FOR_US (400 * US_PER_MS)
#define SEAT_REST_US  (2 * US_PER_SEC)
/* Who has coughed, or stopped, doesn't hold a seat against one who speaks. */
#define PAUSE_US (500 * US_PER_MS)

void seats_pin(struct seats *seats, uint32_t peer)
{
	seats->pinned = peer;
	seats->challenger = 0;
}

void seats_silence(struct seats *seats, uint32_t peer)
{
	for (unsigned i = 1; i < VOICE_SEATS; i++)
		if (seats->seat[i] == peer)
			seats->seat[i] = 0;
	if (seats->fourth == peer)
		seats->fourth = 0;
}

void seats_remove(struct seats *seats, uint32_t peer)
{
	seats_silence(seats, peer);
	if (seats->pinned == peer)
		seats->pinned = 0;
	if (seats->challenger == peer)
		seats->challenger = 0;
	if (seats->previous == peer)
		seats->previous = 0;
	if (seats->stage == peer)
		seats->stage = seats->seat[0] = 0;
}

static const struct voice *find(const struct voice *voices, unsigned n, uint32_t id)
{
	for (unsigned i = 0; i < n; i++)
		if (id && voices[i].id == id)
			return &voices[i];
	return NULL; /* ranked too low to matter: silent */
}

static bool speaks(const struct voice *v)
{
	return v && v->speaking;
}

/* Whom the stage belongs to now. */
static uint32_t choose_stage(struct seats *s, const struct voice *voices, unsigned n,
			     uint32_t dominant, uint64_t now_us)
{
	if (s->pinned)
		return s->pinned;
	if (!s->stage) { /* nobody yet, or the holder left: who speaks, who spoke last, who was
			    there before */
		if (n > 0 && (voices[0].speaking || voices[0].id != s->previous))
			return voices[0].id;
		return s->previous;
	}
	if (dominant == 0 || dominant == s->stage || !speaks(find(voices, n, dominant))) {
		s->challenger = 0;
		return s->stage;
	}
	if (dominant != s->challenger) {
		s->challenger = dominant;
		s->challenged_us = now_us;
	}
	return now_us - s->challenged_us >= STAGE_AFTER_US ? dominant : s->stage;
}

static bool speaks_now(const struct voice *v, uint64_t now_us)
{
	return speaks(v) && now_us - v->last_us < PAUSE_US;
}

/* The seat of 1 and 2 whose holder is missed least: free, silent the longest, the quieter. */
static unsigned quieter_seat(const struct seats *s, const struct voice *voices, unsigned n,
			     uint64_t now_us)
{
	const struct voice *a = find(voices, n, s->seat[1]), *b = find(voices, n, s->seat[2]);
	if (!s->seat[1] || !s->seat[2])
		return s->seat[1] ? 2 : 1;
	if (!a || !b)
		return a ? 2 : 1;
	if (speaks_now(a, now_us) && speaks_now(b, now_us))
		return a->loudness <= b->loudness ? 1 : 2;
	return a->last_us <= b->last_us ? 1 : 2;
}

static void sit(struct seats *s, unsigned seat, uint32_t id, uint64_t now_us)
{
	s->seat[seat] = id;
	s->seated_us[seat] = now_us;
}

static void move_stage(struct seats *s, uint32_t holder, const struct voice *voices, unsigned n,
		       uint64_t now_us)
{
	uint32_t leaving = s->stage;
	if (holder == leaving)
		return;
	s->stage = holder;
	s->challenger = 0;
	if (leaving)
		s->previous = leaving;
	if (s->previous == holder)
		s->previous = 0;
	seats_silence(s, holder); /* comes from seat 1 or 2, which is free now */
	sit(s, 0, holder, now_us);
	/* Only a voice takes a seat: a host who was pinned and has no microphone doesn't. */
	if (find(voices, n, leaving))
		sit(s, quieter_seat(s, voices, n, now_us), leaving, now_us);
}

static bool is_seated(const struct seats *s, uint32_t id)
{
	for (unsigned i = 0; i < VOICE_SEATS; i++)
		if (s->seat[i] == id)
			return true;
	return false;
}

static void seat_voice(struct seats *s, const struct voice *v, const struct voice *voices,
		       unsigned n, uint64_t now_us)
{
	unsigned seat = quieter_seat(s, voices, n, now_us);
	const struct voice *holder = find(voices, n, s->seat[seat]);
	if (speaks_now(holder, now_us)) {
		bool louder = v->loudness >= holder->loudness + LOUDER_DB &&
			      now_us - v->since_us >= LOUDER_FOR_US;
		if (!louder || now_us - s->seated_us[seat] < SEAT_REST_US)
			return;
	}
	sit(s, seat, v->id, now_us);
}

static void choose_fourth(struct seats *s, const struct voice *voices, unsigned n)
{
	const struct voice *now = find(voices, n, s->fourth), *best = NULL;
	for (unsigned i = 0; i < n && !best; i++)
		if (!is_seated(s, voices[i].id))
			best = &voices[i];
	if (now && is_seated(s, now->id))
		now = NULL;
	/* Sticky like the seats: a silent one stays until another speaks, a speaking one until one
	 * is louder. */
	if (now && best &&
	    (!best->speaking || (now->speaking && best->loudness < now->loudness + LOUDER_DB)))
		return;
	s->fourth = best ? best->id : 0;
}

bool seats_update(struct seats *seats, const struct voice *voices, unsigned n, uint32_t dominant,
		  uint64_t now_us)
{
	struct seats before = *seats;
	move_stage(seats, choose_stage(seats, voices, n, dominant, now_us), voices, n, now_us);
	for (unsigned i = 0; i < n; i++)
		if (voices[i].speaking && !is_seated(seats, voices[i].id))
			seat_voice(seats, &voices[i], voices, n, now_us);
	choose_fourth(seats, voices, n);
	return before.stage != seats->stage || before.previous != seats->previous ||
	       memcmp(before.seat, seats->seat, sizeof before.seat) != 0 ||
	       before.fourth != seats->fourth;
}
