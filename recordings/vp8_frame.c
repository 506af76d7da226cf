#include "recordings/vp8_frame.h"
#include "relay/rtp/codec.h"

void vp8_frame_init(struct vp8_frame *frame)
{
	*frame = (struct vp8_frame){.data = g_byte_array_new(), .broken = true};
}

void vp8_frame_clear(struct vp8_frame *frame)
{
	g_clear_pointer(&frame->data, g_byte_array_unref);
}

static void drop(struct vp8_frame *frame)
{
	frame->dropped += frame->open;
	frame->open = false;
	frame->broken = true;
}

static void begin(struct vp8_frame *frame, const struct frame_info *info, uint32_t timestamp,
		  struct capture capture)
{
	g_byte_array_set_size(frame->data, 0);
	frame->open = true;
	frame->keyframe = info->keyframe;
	frame->timestamp = timestamp;
	frame->capture = capture;
	if (info->keyframe && info->width && info->height) {
		frame->broken = false;
		frame->width = info->width;
		frame->height = info->height;
	}
}

bool vp8_frame_add(struct vp8_frame *frame, const uint8_t *payload, size_t length, bool marker,
		   uint32_t timestamp, struct capture capture, bool gap)
{
	struct frame_info info;
	if (gap)
		drop(frame);
	if (length == 0)
		return false; /* only a number: the relay fills what it leaves out */
	if (codec_peek(CODEC_VP8, payload, length, &info) != OK) {
		drop(frame);
		return false;
	}
	if (info.starts_frame) {
		if (frame->open)
			drop(frame); /* its end never came */
		begin(frame, &info, timestamp, capture);
	} else if (!frame->open || timestamp != frame->timestamp) {
		drop(frame);
		return false;
	}
	size_t rest = length - info.descriptor_length;
	if (frame->data->len + rest > VP8_FRAME_MAX) {
		drop(frame);
		return false;
	}
	g_byte_array_append(frame->data, payload + info.descriptor_length, (guint)rest);
	if (!marker)
		return false;
	frame->open = false;
	frame->dropped += frame->broken;
	return !frame->broken;
}
