/*
 * One RTP stream that a test peer receives (a slot of the relay's): asks again for what is missing,
 * puts packets in order, and checks that the row never breaks whatever the relay does behind it.
 * Takes plaintext packets and the time.
 */
#pragma once

#include "relay/rtp/packet.h"
#include "tests/peer/offer.h"
#include "tests/peer/tones.h"

struct receiver;

struct receiver_stats {
	uint64_t packets, bytes, duplicates, retransmitted;
	uint64_t missing; /* given up after all requests */
	uint64_t filled;  /* empty, for a packet that was missing when the slot switched */
	uint64_t frames, keyframes;
	bool headless; /* pictures that didn't begin with a keyframe: the network's fault only where
			  it loses packets */
	uint64_t broken; /* the row broke: timestamp back, picture id not the next, a foreign codec
			  */
	uint64_t asked, keyframes_asked;
	unsigned width, height; /* of the last keyframe */
	unsigned tone; /* Hz, by zero crossings of the decoded sound of the last second; 0: silence
			*/
	uint64_t first_us; /* when the first packet came; 0: none */
};

/* decode: sound is decoded, for stats.tone. */
struct receiver *receiver_new(const struct numbers *numbers, const struct line *line, bool decode);
void receiver_free(struct receiver *receiver);
/* Of a stream that is decoded: its sound is told of window by window. Takes tones. */
void receiver_measure(struct receiver *receiver, struct tones *tones);
/* true if the packet was this stream's. Its bytes may be changed. */
bool receiver_packet(struct receiver *receiver, struct packet *packet, uint64_t now_us);
void receiver_sender_report(struct receiver *receiver, uint64_t ntp, uint64_t now_us);
/* NACK and PLI that are due, and a receiver report now and then; returns the bytes written (0:
 * nothing). */
size_t receiver_rtcp(struct receiver *receiver, uint8_t *out, size_t capacity, uint64_t now_us);
uint32_t receiver_ssrc(const struct receiver *receiver);
const struct receiver_stats *receiver_stats(const struct receiver *receiver);
