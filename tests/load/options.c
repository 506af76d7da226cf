#include "tests/load/options.h"

#include "tests/load/client.h"
#include <stdio.h>

static struct options options = {.rooms = 1,
				 .publish = 1,
				 .talk = G_MAXINT,
				 .speech = 100,
				 .pictures = G_MAXINT,
				 .voices = 1,
				 .cameras = 1,
				 .kilobits = 1000,
				 .rate = 30,
				 .seconds = 5,
				 .warm_ms = 1000,
				 .at_once = 4,
				 .decrypt_each = 1};

static const GOptionEntry entries[] = {
	{"url", 0, 0, G_OPTION_ARG_STRING, &options.url, "The server, http://127.0.0.1:8080",
	 "URL"},
	{"meeting", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.meetings, "May be repeated", "NAME"},
	{"token", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.tokens, "One for each meeting",
	 "TOKEN"},
	{"profiles", 0, 0, G_OPTION_ARG_STRING, &options.profiles, "SRTP profiles, OpenSSL's names",
	 "LIST"},
	{"janus", 0, 0, G_OPTION_ARG_NONE, &options.janus, "The server is Janus", NULL},
	{"rooms", 0, 0, G_OPTION_ARG_INT, &options.rooms, "Of Janus: 1, 2, ...", "N"},
	{"publish", 0, 0, G_OPTION_ARG_INT, &options.publish, "Publishers of a meeting", "N"},
	{"talk", 0, 0, G_OPTION_ARG_INT, &options.talk,
	 "How many of them speak; the others' microphones are open", "N"},
	{"speech", 0, 0, G_OPTION_ARG_INT, &options.speech,
	 "Percent of the time in which these do; DTX in between", "N"},
	{"pictures", 0, 0, G_OPTION_ARG_INT, &options.pictures, "How many of them have a camera",
	 "N"},
	{"channel", 0, 0, G_OPTION_ARG_NONE, &options.channel,
	 "One more, who always speaks and never takes a seat; viewers hear it in a slot of its own",
	 NULL},
	{"rate", 0, 0, G_OPTION_ARG_INT, &options.rate, "Pictures of a camera, a second", "N"},
	{"kilobits", 0, 0, G_OPTION_ARG_INT, &options.kilobits,
	 "Of a camera, a second; 0: no camera", "N"},
	{"simulcast", 0, 0, G_OPTION_ARG_NONE, &options.simulcast, "Cameras have three layers",
	 NULL},
	{"even", 0, 0, G_OPTION_ARG_NONE, &options.even,
	 "A picture's packets differ by a byte at most", NULL},
	{"view", 0, 0, G_OPTION_ARG_INT, &options.view, "Viewers of a meeting", "N"},
	{"voices", 0, 0, G_OPTION_ARG_INT, &options.voices, "Slots for sound of a viewer", "N"},
	{"cameras", 0, 0, G_OPTION_ARG_INT, &options.cameras,
	 "Slots for pictures of a viewer; the first shows the stage", "N"},
	{"others", 0, 0, G_OPTION_ARG_NONE, &options.others,
	 "The n-th viewer shows the cameras that follow the n-th publisher's instead", NULL},
	{"size", 0, 0, G_OPTION_ARG_STRING, &options.size, "Of the pictures that viewers want",
	 "WxH"},
	{"decrypt-each", 0, 0, G_OPTION_ARG_INT, &options.decrypt_each,
	 "Every N-th viewer decrypts and checks what comes", "N"},
	{"seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "Measured", "S"},
	{"warm", 0, 0, G_OPTION_ARG_INT, &options.warm_ms, "From the last join to there", "MS"},
	{"every", 0, 0, G_OPTION_ARG_INT, &options.every_ms, "Between viewers' joins", "MS"},
	{"at-once", 0, 0, G_OPTION_ARG_INT, &options.at_once, "Viewers' joins under way", "N"},
	{"rush", 0, 0, G_OPTION_ARG_NONE, &options.rush, "Viewers join while it is measured", NULL},
	{"mix", 0, 0, G_OPTION_ARG_NONE, &options.mix,
	 "Only print what a viewer would get, for the floor", NULL},
	G_OPTION_ENTRY_NULL,
};

static const char *problem(void)
{
	guint meetings = options.meetings != NULL ? g_strv_length(options.meetings) : 0;
	guint tokens = options.tokens != NULL ? g_strv_length(options.tokens) : 0;
	if (options.publish < 0 || options.view < 0 || options.voices < 0 || options.cameras < 0 ||
	    options.kilobits < 0 || options.rate < 1 || options.rooms < 1 || options.at_once < 1 ||
	    options.every_ms < 0 || options.decrypt_each < 1 || options.speech < 0)
		return "a number is too small";
	if (options.speech > 100)
		return "--speech is in percent";
	if (options.cameras > CAMERAS_MAX)
		return "too many --cameras";
	if (options.voices + options.cameras + options.channel == 0 && options.view > 0)
		return "viewers need a slot";
	if (options.mix)
		return NULL;
	if (options.url == NULL)
		return "--url is needed";
	if (!options.janus && (meetings == 0 || tokens != meetings))
		return "--meeting and --token are needed, as many of each";
	if (options.channel && (meetings > 1 || options.rooms > 1))
		return "--channel names a publisher, and is for one meeting";
	return NULL;
}

bool options_read(int argc, char **argv, struct options *ret)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new("- load for benchmarks");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		fprintf(stderr, "load: %s\n", error->message);
		return false;
	}
	const char *wrong = problem();
	if (wrong != NULL) {
		fprintf(stderr, "load: %s\n", wrong);
		return false;
	}
	if (!options.janus)
		options.rooms = options.meetings != NULL ? (int)g_strv_length(options.meetings) : 1;
	options.talk = MIN(options.talk, options.publish);
	options.pictures = options.kilobits > 0 ? MIN(options.pictures, options.publish) : 0;
	if (options.pictures == 0)
		options.cameras = 0;
	*ret = options;
	return true;
}
