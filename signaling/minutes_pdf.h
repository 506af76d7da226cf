/* Minutes on A4, by Pango and Cairo. In the process of `tongsheng minutes-pdf` alone: what lays out
 * any script of the world takes its time and memory. */
#pragma once

#include "signaling/error.h"
#include <jansson.h>

#define MINUTES_PDF_BYTES (32 << 20) /* more is an error */

/* sheet: minutes_document.h. *ret_unknown: letters that no font here has; the PDF says so, too. */
GBytes *minutes_pdf(const json_t *sheet, unsigned *ret_unknown, GError **error);
