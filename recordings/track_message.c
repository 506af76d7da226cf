#include "recordings/track_message.h"
#include "recordings/studio_message.h"
#include "relay/base/wire.h"
#include <jansson.h>
#include <string.h>

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

static bool copy_name(char *out, size_t capacity, const json_t *text, const char *characters)
{
	const char *name = json_string_value(text);
	size_t length = name ? strlen(name) : 0;
	if (length == 0 || length >= capacity || json_string_length(text) != length ||
	    strspn(name, characters) != length)
		return false;
	memcpy(out, name, length + 1);
	return true;
}

/* Down from where we are: no name is empty, and without a dot none leads up. */
static bool copy_folder(char *out, size_t capacity, const json_t *text)
{
	if (!copy_name(out, capacity, text, NAME_CHARACTERS "/"))
		return false;
	return out[0] != '/' && out[strlen(out) - 1] != '/' && !strstr(out, "//");
}

/* Differences of times stay in range. */
static bool copy_time(int64_t *out, const json_t *number, int64_t max)
{
	*out = json_integer_value(number);
	return json_is_integer(number) && *out >= -max && *out <= max;
}

static enum err parse(const json_t *hello, struct track_hello *ret)
{
	const json_t *version = json_object_get(hello, "version");
	const json_t *language = json_object_get(hello, "language");
	const char *kind = json_string_value(json_object_get(hello, "kind"));
	if (!json_object_get(hello, "track"))
		return ERR_NOT_FOUND;
	if (!json_is_integer(version))
		return ERR_MALFORMED;
	if (json_integer_value(version) != STUDIO_VERSION)
		return ERR_UNSUPPORTED;
	if (!copy_name(ret->name, sizeof ret->name, json_object_get(hello, "track"),
		       NAME_CHARACTERS) ||
	    !copy_folder(ret->folder, sizeof ret->folder, json_object_get(hello, "folder")) ||
	    (language &&
	     !copy_name(ret->language, sizeof ret->language, language, NAME_CHARACTERS)) ||
	    !copy_time(&ret->begin_us, json_object_get(hello, "begin"), TRACK_TIME_MAX) ||
	    !copy_time(&ret->wall_us, json_object_get(hello, "wall"), TRACK_WALL_MAX) || !kind ||
	    (strcmp(kind, "sound") != 0 && strcmp(kind, "picture") != 0))
		return ERR_MALFORMED;
	ret->video = strcmp(kind, "picture") == 0;
	return OK;
}

enum err track_hello_parse(const char *data, size_t length, struct track_hello *ret)
{
	json_t *hello = json_loadb(data, length, JSON_REJECT_DUPLICATES, NULL);
	struct track_hello read = {0};
	enum err err = json_is_object(hello) ? parse(hello, &read) : ERR_MALFORMED;
	json_decref(hello);
	if (!err)
		*ret = read;
	return err;
}

enum err track_source_parse(const uint8_t *data, size_t length, uint32_t *ret_peer)
{
	if (length == 0 || data[0] != STUDIO_SOURCE)
		return ERR_UNSUPPORTED;
	if (length != STUDIO_SOURCE_SIZE)
		return ERR_MALFORMED;
	*ret_peer = wire_get32(data + 1);
	return OK;
}

enum err track_media_parse(const uint8_t *data, size_t length, bool video, struct track_media *ret)
{
	if (length < STUDIO_MEDIA_HEAD)
		return ERR_TRUNCATED;
	if (data[0] != STUDIO_MEDIA && data[0] != STUDIO_MEDIA_GUESSED)
		return ERR_UNSUPPORTED;
	uint64_t capture_us = wire_get64(data + 1);
	const uint8_t *rtp = data + STUDIO_MEDIA_HEAD;
	size_t rest = length - STUDIO_MEDIA_HEAD;
	if (capture_us > TRACK_TIME_MAX)
		return ERR_MALFORMED;
	enum err err = studio_rtp_check(rtp, rest,
					video ? STUDIO_PICTURE_PAYLOAD_TYPE : STUDIO_PAYLOAD_TYPE);
	if (err == ERR_NOT_FOUND)
		err = OK; /* only padding, but a number */
	if (!err)
		*ret = (struct track_media){
			{(int64_t)capture_us, data[0] == STUDIO_MEDIA_GUESSED, 0}, rtp, rest};
	return err;
}
