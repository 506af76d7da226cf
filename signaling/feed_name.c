#include "signaling/feed_name.h"
#include "signaling/language.h"
#include <glib.h>
#include <string.h>

bool participant_parse_id(const char *id, uint32_t *ret)
{
	guint64 number;
	if (id[0] != 'p' || id[1] == '0' ||
	    !g_ascii_string_to_unsigned(id + 1, 10, 1, G_MAXINT32, &number, NULL))
		return false;
	*ret = (uint32_t)number;
	return true;
}

/* number: what follows the prefix */
enum number { NUMBER_NONE, NUMBER_SEAT, NUMBER_PARTICIPANT, NUMBER_CHANNEL, NUMBER_PROGRAM };

static const struct {
	const char *prefix;
	enum number number;
	enum feed_kind kind;
	enum media_kind media;
} feeds[] = {
	{"stage", NUMBER_NONE, FEED_STAGE, MEDIA_VIDEO},
	{"screen", NUMBER_NONE, FEED_SCREEN, MEDIA_VIDEO},
	{"screen-sound", NUMBER_NONE, FEED_SCREEN_SOUND, MEDIA_AUDIO},
	{"voice/", NUMBER_SEAT, FEED_VOICE, MEDIA_AUDIO},
	{"camera/", NUMBER_PARTICIPANT, FEED_CAMERA, MEDIA_VIDEO},
	{"mic/", NUMBER_PARTICIPANT, FEED_MICROPHONE, MEDIA_AUDIO},
	{"channel/", NUMBER_CHANNEL, FEED_CHANNEL, MEDIA_AUDIO},
	{"channel-picture/", NUMBER_CHANNEL, FEED_CHANNEL_PICTURE, MEDIA_VIDEO},
	{"booth/", NUMBER_PARTICIPANT, FEED_BOOTH, MEDIA_AUDIO},
	{"program/", NUMBER_PROGRAM, FEED_PROGRAM, MEDIA_AUDIO},
};

static bool parse_number(enum number number, const char *text, uint32_t *ret)
{
	switch (number) {
	case NUMBER_SEAT:
		*ret = (uint32_t)(text[0] - '0');
		return text[0] >= '0' && text[0] < '0' + VOICE_SEATS && text[1] == '\0';
	case NUMBER_PARTICIPANT:
		return participant_parse_id(text, ret);
	case NUMBER_PROGRAM:
		*ret = PROGRAM_FLOOR;
		if (strcmp(text, "floor") == 0)
			return true;
		/* fall through */
	case NUMBER_CHANNEL:
		*ret = language_find(text);
		return *ret != 0;
	default:
		*ret = 0;
		return text[0] == '\0';
	}
}

bool feed_parse(const char *field, const char *name, struct feed_key *ret,
		enum media_kind *ret_kind, GError **error)
{
	if (strcmp(name, "none") == 0) {
		*ret = (struct feed_key){.kind = FEED_NONE};
		return true;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(feeds); i++) {
		size_t length = strlen(feeds[i].prefix);
		uint32_t id;
		if (strncmp(name, feeds[i].prefix, length) == 0 &&
		    parse_number(feeds[i].number, name + length, &id)) {
			*ret = (struct feed_key){.kind = feeds[i].kind, .id = id};
			*ret_kind = feeds[i].media;
			return true;
		}
	}
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
		    "%s: there is no feed \"%.40s\"", field, name);
	return false;
}
