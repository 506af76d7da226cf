#include "signaling/minutes_glyphs.h"
#include <cairo-ft.h>

/*
 * Cairo (1.16) embeds of an OpenType font with PostScript outlines (Noto Sans CJK is one) the
 * letters in use and the subroutines that it finds in them. It reads each subroutine once alone; a
 * letter whose hints come from one that another letter has called before is then misread, a
 * subroutine is left out, and the letter is blank: one in some hundred Chinese ones. For a font
 * with any synthetic style it writes outlines from FreeType instead, which are always right, and
 * keeps what the letters mean. So ours have one that does nothing.
 */
#define NO_STYLE (1u << 15)

struct minutes_glyphs {
	GHashTable *fonts; /* PangoFont -> cairo_scaled_font_t; both are kept */
};

struct minutes_glyphs *minutes_glyphs_new(void)
{
	struct minutes_glyphs *glyphs = g_new0(struct minutes_glyphs, 1);
	glyphs->fonts = g_hash_table_new_full(g_direct_hash, g_direct_equal, g_object_unref,
					      (GDestroyNotify)cairo_scaled_font_destroy);
	return glyphs;
}

void minutes_glyphs_free(struct minutes_glyphs *glyphs)
{
	g_hash_table_unref(glyphs->fonts);
	g_free(glyphs);
}

static cairo_scaled_font_t *outlined(struct minutes_glyphs *glyphs, PangoFont *font)
{
	cairo_scaled_font_t *made = g_hash_table_lookup(glyphs->fonts, font);
	if (made != NULL)
		return made;
	cairo_scaled_font_t *own = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font));
	cairo_font_face_t *face = cairo_scaled_font_get_font_face(own);
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_matrix_t matrix, ctm;
	cairo_scaled_font_get_font_matrix(own, &matrix);
	cairo_scaled_font_get_ctm(own, &ctm);
	cairo_scaled_font_get_font_options(own, options);
	if (cairo_font_face_get_type(face) == CAIRO_FONT_TYPE_FT)
		cairo_ft_font_face_set_synthesize(face, NO_STYLE);
	made = cairo_scaled_font_create(face, &matrix, &ctm, options);
	cairo_font_options_destroy(options);
	g_hash_table_insert(glyphs->fonts, g_object_ref(font), made);
	return made;
}

struct run {
	cairo_glyph_t *glyphs;
	cairo_text_cluster_t *clusters;
	int n_glyphs, n_clusters;
};

static bool is_drawn(PangoGlyph glyph)
{
	return glyph != PANGO_GLYPH_EMPTY && !(glyph & PANGO_GLYPH_UNKNOWN_FLAG);
}

/* Where each glyph goes; a letter that no font has is an empty box. Returns the run's width. */
static double place_glyphs(cairo_t *cairo, const PangoGlyphString *string, double x, double y,
			   struct run *run)
{
	double at = x;
	for (int i = 0; i < string->num_glyphs; i++) {
		const PangoGlyphInfo *info = &string->glyphs[i];
		double width = (double)info->geometry.width / PANGO_SCALE;
		if (is_drawn(info->glyph)) {
			run->glyphs[run->n_glyphs++] = (cairo_glyph_t){
				.index = info->glyph,
				.x = at + (double)info->geometry.x_offset / PANGO_SCALE,
				.y = y + (double)info->geometry.y_offset / PANGO_SCALE};
		} else if (info->glyph != PANGO_GLYPH_EMPTY && width > 2) {
			cairo_set_line_width(cairo, 0.5);
			cairo_rectangle(cairo, at + 1, y - width, width - 2, width);
			cairo_stroke(cairo);
		}
		at += width;
	}
	return at - x;
}

/* Which letters each glyph stands for, for who searches and copies. */
static void map_clusters(PangoGlyphItem *item, const char *text, struct run *run)
{
	PangoGlyphItemIter iter;
	for (gboolean more = pango_glyph_item_iter_init_start(&iter, item, text); more;
	     more = pango_glyph_item_iter_next_cluster(&iter)) {
		int first = MIN(iter.start_glyph, iter.end_glyph + 1);
		int end = MAX(iter.end_glyph, iter.start_glyph + 1);
		cairo_text_cluster_t *cluster = &run->clusters[run->n_clusters++];
		*cluster = (cairo_text_cluster_t){.num_bytes = iter.end_index - iter.start_index};
		for (int i = first; i < end; i++)
			cluster->num_glyphs += is_drawn(item->glyphs->glyphs[i].glyph);
	}
}

static double show_run(struct minutes_glyphs *glyphs, cairo_t *cairo, PangoGlyphItem *item,
		       const char *text, double x, double y)
{
	size_t most = (size_t)item->glyphs->num_glyphs;
	struct run run = {
		.glyphs = g_new(cairo_glyph_t, most),
		.clusters = g_new(cairo_text_cluster_t, most),
	};
	bool backward = item->item->analysis.level % 2 != 0;
	double width = place_glyphs(cairo, item->glyphs, x, y, &run);
	map_clusters(item, text, &run);
	if (run.n_glyphs > 0) {
		cairo_set_scaled_font(cairo, outlined(glyphs, item->item->analysis.font));
		cairo_show_text_glyphs(cairo, text + item->item->offset, item->item->length,
				       run.glyphs, run.n_glyphs, run.clusters, run.n_clusters,
				       backward ? CAIRO_TEXT_CLUSTER_FLAG_BACKWARD : 0);
	}
	g_free(run.glyphs);
	g_free(run.clusters);
	return width;
}

void minutes_glyphs_show(struct minutes_glyphs *glyphs, cairo_t *cairo, PangoLayoutLine *line,
			 double x, double y)
{
	const char *text = pango_layout_get_text(line->layout);
	for (GSList *run = line->runs; run != NULL; run = run->next)
		x += show_run(glyphs, cairo, run->data, text, x, y);
}
