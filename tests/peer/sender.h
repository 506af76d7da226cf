/*
 * One RTP stream that a test peer sends: plays a clip in real time, answers requests for keyframes
 * and for packets, writes sender reports. Plaintext packets out by a callback; takes the time,
 * reads no clock.
 */
#pragma once

#include "tests/peer/clip.h"
#include "tests/peer/offer.h"

struct sender;

struct sender_config {
	const struct clip *clip; /* outlives the sender */
	const struct numbers *numbers;
	unsigned mid;
	uint32_t ssrc, rtx_ssrc;
	const char *rid; /* a layer's of simulcast; NULL: none */
	/* A picture's packets differ by a byte at most, the longer ones last, as libwebrtc cuts
	 * them. Else all but the last are full. */
	bool even;
	unsigned kept; /* packets that may be asked for again; 0: as many as usual */
	/* The frame that follows the clip's last. Behind the keyframe: there are further ones only
	 * when they are asked for, as from a browser, and no decoder takes that. */
	unsigned again_from;
	/* Transport-wide sequence number, shared by the streams of a connection. */
	uint16_t *transport_sequence;
	void (*send)(void *user, const uint8_t *packet, size_t length);
	/* NULL, or: may write into a new packet's payload (behind the descriptor), the number-th of
	 * this stream, before it is kept for resends and sent. */
	void (*seal)(void *user, uint32_t ssrc, uint32_t number, uint8_t *payload, size_t length);
	void *user;
};

struct sender_stats {
	uint64_t packets, bytes, frames, keyframes_asked, nacked, resent;
};

struct sender *sender_new(const struct sender_config *config, uint64_t now_us);
void sender_free(struct sender *sender);
/* Sends the frames that are due; returns when the next one is. */
uint64_t sender_tick(struct sender *sender, uint64_t now_us);
void sender_keyframe(struct sender *sender);
void sender_resend(struct sender *sender, const uint16_t *numbers, size_t n);
/* The voice level in packets of sound, -dBov: 0 (loudest) to 127. 25 at first. */
void sender_set_level(struct sender *sender, uint8_t level_dbov);
/* Sound: nobody speaks. Every 400 ms a packet without a frame goes out, of level 127 (Opus DTX). */
void sender_set_silent(struct sender *sender, bool silent);
/* Into out (of at least 64 bytes); 0 before the first packet. */
size_t sender_report(struct sender *sender, uint8_t *out, size_t capacity, uint64_t now_us);
uint32_t sender_ssrc(const struct sender *sender);
const struct sender_stats *sender_stats(const struct sender *sender);
