#include "tests/load/row.h"

#include "relay/rtp/codec.h"

#define NOT_BY_SEQ_MAX 3000 /* RFC 3550, appendix A.1: a jump further ahead is another row */

void row_count(struct row *row, uint16_t sequence, size_t length)
{
	int16_t step = seq_difference(sequence, row->highest);
	row->counts.packets++;
	row->counts.bytes += length;
	if (!row->begun || step > NOT_BY_SEQ_MAX || step < -NOT_BY_SEQ_MAX) {
		row->begun = true;
		row->highest = sequence;
		row->counts.expected++;
	} else if (step > 0) {
		row->highest = sequence;
		row->counts.expected += (uint64_t)step;
	} else {
		row->counts.late++;
	}
}

static void take_keyframe(struct row *row, const struct rtp_header *header,
			  const struct frame_info *frame, uint64_t arrived_us)
{
	if (row->keyframe_us != 0)
		return;
	if (frame->keyframe && frame->starts_frame) {
		row->keyframe_begun = true;
		row->keyframe_timestamp = header->timestamp;
	}
	if (row->keyframe_begun && header->marker && header->timestamp == row->keyframe_timestamp)
		row->keyframe_us = arrived_us;
}

/* Packets of one publication come in the order in which they were sent. */
static bool in_order(struct row *row, uint16_t sequence, const struct stamp *stamp)
{
	if (!row->checked || row->last.origin != stamp->origin)
		return true;
	int16_t step = seq_difference(sequence, row->last_sequence);
	int32_t count = (int32_t)(stamp->number - row->last.number);
	if (step > 0 && count > step)
		row->counts.skipped += (uint64_t)(count - step);
	return step > 0 ? count > 0 : count < 0;
}

void row_check(struct row *row, const uint8_t *packet, size_t length, uint64_t arrived_us,
	       GArray *delays)
{
	struct rtp_header header;
	struct frame_info frame = {0};
	struct stamp stamp;
	row->counts.authenticated++;
	if (rtp_parse(packet, length, NULL, &header) != OK) {
		row->counts.broken++;
		return;
	}
	const uint8_t *payload = packet + header.payload_offset;
	/* Empty: a relay fills so what went missing where a feed moved. */
	if (header.payload_length == 0)
		return;
	if (row->video && codec_peek(CODEC_VP8, payload, header.payload_length, &frame) != OK) {
		row->counts.broken++;
		return;
	}
	if (row->video)
		take_keyframe(row, &header, &frame, arrived_us);
	if (row->first_us == 0)
		row->first_us = arrived_us;
	enum stamp_result result =
		stamp_read(payload + frame.descriptor_length,
			   (size_t)header.payload_length - frame.descriptor_length, &stamp);
	if (result == STAMP_NONE)
		return;
	if (result == STAMP_BROKEN || !in_order(row, header.sequence, &stamp)) {
		row->counts.broken++;
		return;
	}
	if (delays != NULL) {
		uint32_t delay_us =
			arrived_us > stamp.sent_us ? (uint32_t)(arrived_us - stamp.sent_us) : 0;
		g_array_append_val(delays, delay_us);
	}
	if (!row->checked || seq_newer(header.sequence, row->last_sequence)) {
		row->checked = true;
		row->last_sequence = header.sequence;
		row->last = stamp;
	}
}

void row_counts_add(struct row_counts *sum, const struct row_counts *counts)
{
	sum->packets += counts->packets;
	sum->bytes += counts->bytes;
	sum->late += counts->late;
	sum->expected += counts->expected;
	sum->authenticated += counts->authenticated;
	sum->refused += counts->refused;
	sum->broken += counts->broken;
	sum->skipped += counts->skipped;
}
