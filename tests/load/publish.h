/*
 * What a publisher of the load generator sends: a voice, and a camera with one layer or three of
 * simulcast. Plaintext packets with stamps (stamp.h) out by callbacks; takes the time.
 */
#pragma once

#include "relay/rtp/rtcp.h"
#include "tests/peer/sender.h"

struct publish_options {
	const struct clip *sound; /* outlive the publisher; NULL: none */
	const struct clip *pictures[SIMULCAST_LAYERS];
	unsigned n_pictures; /* 0, 1, or all layers */
	bool even;	     /* see sender.h */
	bool silent;	     /* a microphone that is open while nobody speaks */
	unsigned speech;     /* percent of the time in which one speaks who isn't silent */
	uint8_t level;
	double phase; /* 0..1: of each period, so that publishers don't send all at once */
};

struct publisher;

/* The bytes are lent for the call. */
struct publish_output {
	void (*rtp)(void *user, const uint8_t *packet, size_t length);
	void (*rtcp)(void *user, const uint8_t *packet, size_t length);
	void *user;
};
struct publisher *publisher_new(const struct publish_options *options,
				const struct publish_output *output);
void publisher_free(struct publisher *publisher);
/* For the offer: sound first. Returns how many. */
unsigned publisher_lines(const struct publisher *publisher, struct line *lines);
/* From the first call on it sends; returns when to call again. */
uint64_t publisher_tick(struct publisher *publisher, uint64_t now_us);
void publisher_rtcp(struct publisher *publisher, const struct rtcp_item *item);
void publisher_report(struct publisher *publisher, uint64_t now_us);

/* What each receiver of one voice and one camera gets: found out by sending to nobody. */
struct publish_mix {
	double voices;		  /* packets a second of one who speaks */
	unsigned voice_bytes;	  /* payload, rounded up */
	double pictures;	  /* a second */
	unsigned picture_packets; /* of one that is no keyframe */
	unsigned picture_bytes;	  /* payload of the largest of these */
};
struct publish_mix publish_measure(const struct publish_options *options);
