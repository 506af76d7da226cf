/* Draws a line of Pango's into a PDF, as pango_cairo_show_layout_line would, with each font's
 * letters written as outlines. In the process of `tongsheng minutes-pdf` alone. */
#pragma once

#include <pango/pangocairo.h>
#include <stdbool.h>

struct minutes_glyphs;
struct minutes_glyphs *minutes_glyphs_new(void);
void minutes_glyphs_free(struct minutes_glyphs *glyphs);
/* x and y: the beginning of its baseline. */
void minutes_glyphs_show(struct minutes_glyphs *glyphs, cairo_t *cairo, PangoLayoutLine *line,
			 double x, double y);
