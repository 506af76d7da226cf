/* tongsheng backup FOLDER: a copy of all that a server has, while it runs. */
#include "signaling/backup.h"
#include "signaling/commands.h"
#include <stdio.h>

static bool run(int argc, char **argv, const char *data, GError **error)
{
	struct backup_count count;
	if (argc != 2) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    argc < 2 ? "FOLDER: is missing" : "FOLDER: one is expected");
		return false;
	}
	if (!backup_make(data, argv[1], &count, error))
		return false;
	g_autofree char *size = g_format_size(count.bytes),
			*now = g_format_size(count.copied_bytes);
	printf("%" G_GUINT64_FORMAT " files, %s; now copied %" G_GUINT64_FORMAT
	       ", %s, and removed %" G_GUINT64_FORMAT "\n",
	       count.files, size, count.copied, now, count.removed);
	if (count.vanished > 0)
		printf("%" G_GUINT64_FORMAT " were deleted meanwhile\n", count.vanished);
	return true;
}

int command_backup(int argc, char **argv)
{
	g_autofree char *data = NULL;
	const GOptionEntry entries[] = {
		{"data", 'd', 0, G_OPTION_ARG_FILENAME, &data, "folder of the server (./var)",
		 "DIR"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	GOptionContext *context = g_option_context_new("FOLDER");
	g_option_context_set_summary(
		context, "Copies database, keys, recordings, archive and attachments to a folder, "
			 "also while the server runs. Once more\ncopies what has changed, and "
			 "removes what was deleted. To restore: tongsheng serve --data FOLDER, or "
			 "copy it\nto where the data was.");
	g_option_context_add_main_entries(context, entries, NULL);
	bool usage = g_option_context_parse(context, &argc, &argv, &error);
	g_option_context_free(context);
	bool ok = usage && run(argc, argv, data != NULL ? data : "./var", &error);
	if (!ok)
		fprintf(stderr, "tongsheng backup: %s\n", error->message);
	return ok ? 0 : usage && argc == 2 ? 1 : 2;
}
