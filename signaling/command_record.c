/* tongsheng record start|pause|stop|list NAME, and archive NAME ID: recordings of a running
 * server's meeting. */
#include "signaling/commands.h"
#include "signaling/control.h"
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *command, *state; /* state NULL: none is set */
	bool one;			    /* of all that the meeting has: its ID follows */
} verbs[] = {{"start", "record", "recording", false},
	     {"pause", "record", "paused", false},
	     {"stop", "record", "ended", false},
	     {"list", "record", NULL, false},
	     {"archive", "record-archive", NULL, true}};

static void print_list(const json_t *reply)
{
	size_t i;
	const json_t *recording;
	json_array_foreach(json_object_get(reply, "recordings"), i, recording)
	{
		const char *ended = json_string_value(json_object_get(recording, "ended"));
		const json_t *archive = json_object_get(recording, "archive");
		const char *why = json_string_value(json_object_get(archive, "error"));
		printf("%-6s %-10s %-20s %-20s %12" JSON_INTEGER_FORMAT " archive %s%s%s\n",
		       json_string_value(json_object_get(recording, "id")),
		       json_string_value(json_object_get(recording, "state")),
		       json_string_value(json_object_get(recording, "started")),
		       ended != NULL ? ended : "-",
		       json_integer_value(json_object_get(recording, "bytes")),
		       json_string_value(json_object_get(archive, "state")),
		       why != NULL ? ": " : "", why != NULL ? why : "");
	}
}

/* id: NULL but for one. */
static bool call(const char *data, size_t verb, const char *name, const char *id, GError **error)
{
	json_t *reply = NULL;
	json_t *request = json_pack("{s:s, s:s, s:s*, s:s*}", "command", verbs[verb].command,
				    "name", name, "state", verbs[verb].state, "recording", id);
	bool ok = control_call(data, request, &reply, error);
	if (ok && verbs[verb].state == NULL && !verbs[verb].one)
		print_list(reply);
	else if (ok)
		printf("%s %s\n", json_string_value(json_object_get(reply, "id")),
		       json_string_value(json_object_get(reply, "state")));
	json_decref(reply);
	json_decref(request);
	return ok;
}

static bool fail(GError **error, const char *option, const char *what)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "%s: %s", option, what);
	return false;
}

static bool choose(int argc, char **argv, size_t *ret_verb, GError **error)
{
	size_t verb = 0;
	while (verb < G_N_ELEMENTS(verbs) && (argc < 2 || strcmp(argv[1], verbs[verb].name) != 0))
		verb++;
	if (verb == G_N_ELEMENTS(verbs))
		return fail(error, argc > 1 ? argv[1] : "command",
			    "start, pause, stop, list or archive is expected");
	int words = verbs[verb].one ? 4 : 3;
	if (argc < words)
		return fail(error, argc < 3 ? "NAME" : "ID", "is missing");
	if (argc > words)
		return fail(error, argv[words], "isn't expected here");
	*ret_verb = verb;
	return true;
}

int command_record(int argc, char **argv)
{
	g_autofree char *data = NULL;
	const GOptionEntry entries[] = {
		{"data", 'd', 0, G_OPTION_ARG_FILENAME, &data, "folder of the server (./var)",
		 "DIR"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	GOptionContext *context =
		g_option_context_new("start|pause|stop|list NAME, or archive NAME ID");
	size_t verb;
	g_option_context_set_summary(context, "Records a meeting of a running server, and goes on "
					      "with what was paused. archive makes the archive of "
					      "one that has ended once more; list says its ID.");
	g_option_context_add_main_entries(context, entries, NULL);
	bool usage = g_option_context_parse(context, &argc, &argv, &error) &&
		     choose(argc, argv, &verb, &error);
	g_option_context_free(context);
	bool ok = usage && call(data != NULL ? data : "./var", verb, argv[2],
				verbs[verb].one ? argv[3] : NULL, &error);
	if (!ok)
		fprintf(stderr, "tongsheng record: %s\n", error->message);
	return ok ? 0 : usage ? 1 : 2;
}
