/*
 * Makes PDFs of minutes in a child process (`tongsheng minutes-pdf`), one at a time, so that
 * neither the time that a long text takes nor a fault in what lays it out reaches the meetings. The
 * last ones are kept: a link that is sent around is printed once. Main thread.
 */
#pragma once

#include "signaling/error.h"
#include <jansson.h>
#include <stdbool.h>

struct minutes_printer;
/* executable NULL: this program. */
struct minutes_printer *minutes_printer_new(const char *executable);
void minutes_printer_free(struct minutes_printer *printer); /* after all jobs; NULL is allowed */

/* The PDF, if it was made lately; else NULL. */
GBytes *minutes_printer_kept(struct minutes_printer *printer, const json_t *sheet);

struct minutes_job;
/* done comes later, from the loop, once: with the PDF or an error. NULL when too many wait
 * (SIGNALING_ERROR_BUSY). sheet: minutes_document.h. */
struct minutes_job *minutes_printer_print(struct minutes_printer *printer, const json_t *sheet,
					  void (*done)(void *user, GBytes *pdf,
						       const GError *error),
					  void *user, GError **error);
void minutes_job_cancel(struct minutes_job *job); /* done won't come any more */
