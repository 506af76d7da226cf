#include "recordings/studio_message.h"
#include <jansson.h>
#include <opus/opus.h>
#include <string.h>

#define RTP_FIXED 12 /* RFC 3550, section 5.1 */

static bool name_is_valid(const char *name)
{
	size_t length = strlen(name);
	return length > 0 && length < PROGRAM_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
		       length;
}

enum err studio_hello_parse(const char *data, size_t length,
			    char ret_program[static PROGRAM_NAME_MAX])
{
	json_t *hello = json_loadb(data, length, JSON_REJECT_DUPLICATES, NULL);
	const json_t *version = json_object_get(hello, "version");
	const char *name = json_string_value(json_object_get(hello, "program"));
	enum err err = OK;
	if (!json_is_integer(version) || !name || !name_is_valid(name))
		err = ERR_MALFORMED;
	else if (json_integer_value(version) != STUDIO_VERSION)
		err = ERR_UNSUPPORTED;
	else
		memcpy(ret_program, name, strlen(name) + 1);
	json_decref(hello);
	return err;
}

/* The length of what stands before the payload; 0: it isn't whole. */
static size_t rtp_head(const uint8_t *p, size_t length)
{
	if (length < RTP_FIXED)
		return 0;
	size_t head = RTP_FIXED + 4 * (size_t)(p[0] & 0x0f);
	if (p[0] & 0x10) { /* an extension: profile, length in words */
		if (length < head + 4)
			return 0;
		head += 4 + 4 * (size_t)(p[head + 2] << 8 | p[head + 3]);
	}
	return head <= length ? head : 0;
}

/*
 * GStreamer's opusdec, when it uses in-band FEC, keeps the packet that comes next; one that libopus
 * refuses it keeps for ever, and the slot is silent from then on. So such a packet never gets
 * there.
 */
static enum err check_opus(const uint8_t *p, size_t length)
{
	const unsigned char *frames[48]; /* RFC 6716, section 3.2.5: at most */
	opus_int16 sizes[48];
	unsigned char toc;
	int offset;
	if (opus_packet_parse(p, (opus_int32)length, &toc, frames, sizes, &offset) < 1 ||
	    opus_packet_get_nb_samples(p, (opus_int32)length, 48000) < 1)
		return ERR_MALFORMED;
	return OK;
}

enum err studio_rtp_check(const uint8_t *p, size_t length, uint8_t payload_type)
{
	size_t head = rtp_head(p, length);
	if (!head)
		return ERR_TRUNCATED;
	if (p[0] >> 6 != 2)
		return ERR_MALFORMED;
	if ((p[1] & 0x7f) != payload_type)
		return ERR_UNSUPPORTED;
	size_t rest = length - head, padding = p[0] & 0x20 ? p[length - 1] : 0;
	if (((p[0] & 0x20) && padding == 0) || padding > rest)
		return ERR_MALFORMED;
	/* Nothing but padding: it keeps a row of numbers whole, and says nothing. */
	if (rest == padding)
		return ERR_NOT_FOUND;
	return payload_type == STUDIO_PAYLOAD_TYPE ? check_opus(p + head, rest - padding) : OK;
}

enum err studio_message_parse(const uint8_t *data, size_t length, struct studio_message *ret)
{
	if (length < 2)
		return ERR_TRUNCATED;
	if (data[0] == STUDIO_STATE) {
		if (length != 2 || data[1] > STUDIO_ALONE)
			return ERR_MALFORMED;
		*ret = (struct studio_message){.kind = STUDIO_STATE, .state = data[1]};
		return OK;
	}
	if (data[0] != STUDIO_RTP)
		return ERR_UNSUPPORTED;
	if (data[1] >= STUDIO_SLOTS)
		return ERR_MALFORMED;
	enum err err = studio_rtp_check(data + 2, length - 2, STUDIO_PAYLOAD_TYPE);
	if (err)
		return err;
	*ret = (struct studio_message){
		.kind = STUDIO_RTP, .slot = data[1], .rtp = data + 2, .length = length - 2};
	return OK;
}
