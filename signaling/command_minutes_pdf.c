/* `tongsheng minutes-pdf`: minutes as JSON (minutes_document.h) on stdin, a PDF on stdout. */
#include "signaling/commands.h"
#include "signaling/minutes_document.h"
#include "signaling/minutes_pdf.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define SHEET_BYTES (4 << 20)
/* A text may be made to be slow or large to lay out: this process ends of it, and nothing else. */
#define CPU_SECONDS  30
#define MEMORY_BYTES ((rlim_t)1 << 30)

static void set_limits(void)
{
	const struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS}, memory = {MEMORY_BYTES, MEMORY_BYTES},
			    core = {0, 0};
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
	/* Sanitizers reserve terabytes. */
	setrlimit(RLIMIT_AS, &memory);
#else
	(void)memory;
#endif
	if (nice(10) < 0)
		fprintf(stderr, "minutes-pdf: runs at the server's own priority\n");
}

static json_t *read_sheet(GError **error)
{
	g_autofree char *text = g_malloc(SHEET_BYTES);
	size_t length = fread(text, 1, SHEET_BYTES, stdin);
	json_t *sheet = length < SHEET_BYTES ? json_loadb(text, length, 0, NULL) : NULL;
	if (!json_is_object(sheet)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "stdin: is no JSON object of less than %d bytes", SHEET_BYTES);
		json_decref(sheet);
		return NULL;
	}
	/* By hand anything may come. */
	json_t *body = minutes_body_check(json_object_get(sheet, "body"), error);
	if (body != NULL) {
		json_object_set_new(sheet, "body", body);
		return sheet;
	}
	json_decref(sheet);
	return NULL;
}

int command_minutes_pdf(int argc, char **argv)
{
	if (argc > 1) {
		fprintf(stderr, "Usage: tongsheng minutes-pdf <SHEET.json >FILE.pdf (the server "
				"starts it by itself)\n");
		return strcmp(argv[1], "--help") == 0 ? 0 : 2;
	}
	set_limits();
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) pdf = NULL;
	unsigned unknown = 0;
	json_t *sheet = read_sheet(&error);
	if (sheet != NULL)
		pdf = minutes_pdf(sheet, &unknown, &error);
	json_decref(sheet);
	gsize length = 0;
	const void *data = pdf != NULL ? g_bytes_get_data(pdf, &length) : NULL;
	if (pdf == NULL || fwrite(data, 1, length, stdout) != length || fflush(stdout) != 0) {
		fprintf(stderr, "%s\n",
			error != NULL ? error->message : "stdout: can't be written");
		return 1;
	}
	if (unknown > 0)
		fprintf(stderr,
			"no font here has %u of the letters; install fonts-noto-core and "
			"fonts-noto-cjk\n",
			unknown);
	return 0;
}
