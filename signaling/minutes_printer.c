#include "signaling/minutes_printer.h"
#include <gio/gio.h>
#include <string.h>

#define JOBS_MAX 8 /* that wait or run */
#define PATIENCE_S                                                                                 \
	40 /* more than the child's own limit of CPU time, less than the connection's              \
	    */
#define KEPT_MAX   16
#define KEPT_BYTES (32 << 20)

struct kept {
	char *key;
	GBytes *pdf;
};

struct minutes_printer {
	char *executable;
	GQueue jobs; /* the first one runs, or is about to */
	GQueue kept; /* the latest used first */
	guint next;  /* a source that starts the first job; 0: none */
};

struct minutes_job {
	struct minutes_printer *printer;
	char *key;
	GBytes *sheet;
	GSubprocess *child; /* NULL: it waits */
	GCancellable *cancellable;
	guint patience;
	void (*done)(void *user, GBytes *pdf, const GError *error);
	void *user;
};

static void start_soon(struct minutes_printer *printer);

static GBytes *bytes_of(const json_t *sheet)
{
	char *text = json_dumps(sheet, JSON_COMPACT | JSON_SORT_KEYS);
	return g_bytes_new_with_free_func(text, strlen(text), free, text);
}

/* ---- What is kept ---- */

static void kept_free(struct kept *kept)
{
	g_free(kept->key);
	g_bytes_unref(kept->pdf);
	g_free(kept);
}

static GBytes *find_kept(struct minutes_printer *printer, const char *key)
{
	for (GList *link = printer->kept.head; link != NULL; link = link->next) {
		struct kept *kept = link->data;
		if (!g_str_equal(kept->key, key))
			continue;
		g_queue_unlink(&printer->kept, link);
		g_queue_push_head_link(&printer->kept, link);
		return g_bytes_ref(kept->pdf);
	}
	return NULL;
}

static void keep(struct minutes_printer *printer, const char *key, GBytes *pdf)
{
	struct kept *kept = g_new(struct kept, 1);
	*kept = (struct kept){g_strdup(key), g_bytes_ref(pdf)};
	g_queue_push_head(&printer->kept, kept);
	gsize bytes = 0;
	unsigned n = 0;
	for (GList *link = printer->kept.head, *next; link != NULL; link = next) {
		next = link->next;
		kept = link->data;
		bytes += g_bytes_get_size(kept->pdf);
		if (++n <= KEPT_MAX && bytes <= KEPT_BYTES)
			continue;
		kept_free(kept);
		g_queue_delete_link(&printer->kept, link);
	}
}

GBytes *minutes_printer_kept(struct minutes_printer *printer, const json_t *sheet)
{
	g_autoptr(GBytes) bytes = bytes_of(sheet);
	g_autofree char *key = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
	return find_kept(printer, key);
}

/* ---- Jobs ---- */

static void job_free(struct minutes_job *job)
{
	g_queue_remove(&job->printer->jobs, job);
	g_clear_handle_id(&job->patience, g_source_remove);
	if (job->child != NULL)
		g_subprocess_force_exit(job->child);
	g_cancellable_cancel(
		job->cancellable); /* on_end hears of it, and touches the job no more */
	g_clear_object(&job->child);
	g_object_unref(job->cancellable);
	g_bytes_unref(job->sheet);
	g_free(job->key);
	g_free(job);
}

static void finish(struct minutes_job *job, GBytes *pdf, const GError *error)
{
	struct minutes_printer *printer = job->printer;
	void (*done)(void *user, GBytes *pdf, const GError *error) = job->done;
	void *user = job->user;
	job_free(job);
	start_soon(printer);
	done(user, pdf, error);
}

/* What the child says about itself is for the log; the client's share is that it didn't work. */
static void fail(struct minutes_job *job, const char *why)
{
	g_autoptr(GError) error =
		g_error_new(SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "minutes: PDF: %s", why);
	finish(job, NULL, error);
}

static void on_end(GObject *child, GAsyncResult *result, gpointer user)
{
	g_autoptr(GBytes) pdf = NULL;
	g_autoptr(GBytes) said = NULL;
	g_autoptr(GError) error = NULL;
	bool ok = g_subprocess_communicate_finish(G_SUBPROCESS(child), result, &pdf, &said, &error);
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return; /* the job is no more */
	struct minutes_job *job = user;
	if (!ok) {
		fail(job, error->message);
	} else if (!g_subprocess_get_successful(G_SUBPROCESS(child)) || pdf == NULL) {
		gsize length = 0;
		const char *text = said != NULL ? g_bytes_get_data(said, &length) : NULL;
		/* No bytes are NULL. */
		g_autofree char *line = g_strndup(text != NULL ? text : "", MIN(length, 300));
		fail(job, *line ? g_strstrip(line) : "it took too long, or too much memory");
	} else {
		if (said != NULL && g_bytes_get_size(said) > 0)
			g_message("minutes-pdf: %.*s", (int)MIN(g_bytes_get_size(said), 300),
				  (const char *)g_bytes_get_data(said, NULL));
		keep(job->printer, job->key, pdf);
		finish(job, pdf, NULL);
	}
}

static gboolean on_patience(gpointer data)
{
	struct minutes_job *job = data;
	job->patience = 0;
	g_subprocess_force_exit(job->child);
	return G_SOURCE_REMOVE;
}

static void run(struct minutes_job *job)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) pdf = find_kept(job->printer, job->key);
	if (pdf != NULL) {
		finish(job, pdf, NULL);
		return;
	}
	job->child =
		g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
					 G_SUBPROCESS_FLAGS_STDERR_PIPE,
				 &error, job->printer->executable, "minutes-pdf", NULL);
	if (job->child == NULL) {
		fail(job, error->message);
		return;
	}
	job->patience = g_timeout_add_seconds(PATIENCE_S, on_patience, job);
	g_subprocess_communicate_async(job->child, job->sheet, job->cancellable, on_end, job);
}

static gboolean on_next(gpointer data)
{
	struct minutes_printer *printer = data;
	struct minutes_job *job = g_queue_peek_head(&printer->jobs);
	printer->next = 0;
	if (job != NULL && job->child == NULL)
		run(job);
	return G_SOURCE_REMOVE;
}

static void start_soon(struct minutes_printer *printer)
{
	if (printer->next == 0)
		printer->next = g_idle_add(on_next, printer);
}

struct minutes_job *minutes_printer_print(struct minutes_printer *printer, const json_t *sheet,
					  void (*done)(void *user, GBytes *pdf,
						       const GError *error),
					  void *user, GError **error)
{
	if (printer->jobs.length >= JOBS_MAX) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_BUSY,
			    "minutes: %d others are being printed; try again in a minute",
			    JOBS_MAX);
		return NULL;
	}
	struct minutes_job *job = g_new0(struct minutes_job, 1);
	job->printer = printer;
	job->sheet = bytes_of(sheet);
	job->key = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, job->sheet);
	job->cancellable = g_cancellable_new();
	job->done = done;
	job->user = user;
	g_queue_push_tail(&printer->jobs, job);
	start_soon(printer);
	return job;
}

void minutes_job_cancel(struct minutes_job *job)
{
	struct minutes_printer *printer = job->printer;
	job_free(job);
	start_soon(printer);
}

struct minutes_printer *minutes_printer_new(const char *executable)
{
	struct minutes_printer *printer = g_new0(struct minutes_printer, 1);
	printer->executable =
		executable ? g_strdup(executable) : g_file_read_link("/proc/self/exe", NULL);
	return printer;
}

void minutes_printer_free(struct minutes_printer *printer)
{
	if (printer == NULL)
		return;
	while (printer->jobs.head != NULL)
		job_free(printer->jobs.head->data);
	for (GList *link = printer->kept.head; link != NULL; link = link->next)
		kept_free(link->data);
	g_queue_clear(&printer->kept);
	g_clear_handle_id(&printer->next, g_source_remove);
	g_free(printer->executable);
	g_free(printer);
}
