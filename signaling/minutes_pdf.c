#include "signaling/minutes_pdf.h"
#include "signaling/language.h"
#include "signaling/minutes_document.h"
#include "signaling/minutes_glyphs.h"
#include "signaling/minutes_words.h"
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <string.h>

/* Points of 1/72 inch. */
#define PAGE_WIDTH  595.28
#define PAGE_HEIGHT 841.89
#define SIDE	    56.0
#define TOP	    62.0
#define BOTTOM	    62.0
#define WIDTH	    (PAGE_WIDTH - 2 * SIDE)
#define PADDING	    4.0
#define INDENT	    14.0
#define COLUMNS_MAX 3

/* Size, space above, whether it is bold, and how much must follow it on the page. */
static const struct look {
	double size, above, together;
	bool bold;
} looks[] = {
	[BLOCK_TITLE] = {18, 0, 60, true},    [BLOCK_NOTE] = {8.5, 3, 0, false},
	[BLOCK_HEADING] = {13, 16, 80, true}, [BLOCK_SUBHEADING] = {11, 10, 50, true},
	[BLOCK_TEXT] = {10.5, 5, 0, false},   [BLOCK_ITEM] = {10.5, 3, 0, false},
	[BLOCK_TABLE] = {9.5, 6, 0, false},   [BLOCK_LINK] = {8.5, 18, 0, false},
};

/* Laid out twice: the first time nothing is drawn, for the number of pages. */
struct writer {
	cairo_t *cairo;
	PangoContext *context;
	struct minutes_glyphs *glyphs;
	const char *language, *theme;
	char *families;
	bool draws, mirrored; /* from right to left: columns and marks change sides */
	double y;
	unsigned page, pages, unknown;
};

/* ---- Text ---- */

/* Which forms Chinese characters have is the language's choice. */
static char *families_of(const char *language)
{
	const char *cjk = language_same_primary(language, "ja")	  ? "JP"
			  : language_same_primary(language, "ko") ? "KR"
			  : strcasestr(language, "Hant") != NULL  ? "TC"
								  : "SC";
	return g_strdup_printf("Noto Sans, Noto Sans CJK %s, Noto Sans Arabic, sans-serif", cjk);
}

/* width < 0: one line, as long as it gets. */
static PangoLayout *lay_out(struct writer *w, const char *label, const char *text, double size,
			    bool bold, double width)
{
	PangoLayout *layout = pango_layout_new(w->context);
	PangoFontDescription *font = pango_font_description_new();
	pango_font_description_set_family(font, w->families);
	pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	g_autofree char *whole = g_strconcat(label != NULL ? label : "", text, NULL);
	pango_layout_set_text(layout, whole, -1);
	pango_layout_set_width(layout, width < 0 ? -1 : (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_spacing(layout, (int)(size * 0.25 * PANGO_SCALE));
	PangoAttrList *attributes = pango_attr_list_new();
	/* A hyphen in an address that goes on in the next line would be taken for a part of it. */
	pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
	if (label != NULL) {
		PangoAttribute *strong = pango_attr_weight_new(PANGO_WEIGHT_BOLD);
		strong->start_index = 0;
		strong->end_index = (guint)strlen(label);
		pango_attr_list_insert(attributes, strong);
	}
	pango_layout_set_attributes(layout, attributes);
	pango_attr_list_unref(attributes);
	if (!w->draws)
		w->unknown += (unsigned)pango_layout_get_unknown_glyphs_count(layout);
	return layout;
}

static double height_of(PangoLayout *layout)
{
	int height;
	pango_layout_get_size(layout, NULL, &height);
	return (double)height / PANGO_SCALE;
}

static void show(struct writer *w, PangoLayout *layout, double x, double y)
{
	PangoLayoutIter *iter = w->draws ? pango_layout_get_iter(layout) : NULL;
	if (iter == NULL)
		return;
	do {
		PangoRectangle extents;
		pango_layout_iter_get_line_extents(iter, NULL, &extents);
		minutes_glyphs_show(w->glyphs, w->cairo, pango_layout_iter_get_line_readonly(iter),
				    x + (double)extents.x / PANGO_SCALE,
				    y + (double)pango_layout_iter_get_baseline(iter) / PANGO_SCALE);
	} while (pango_layout_iter_next_line(iter));
	pango_layout_iter_free(iter);
}

/* ---- Pages ---- */

static void line(struct writer *w, double x1, double y1, double x2, double y2)
{
	if (!w->draws)
		return;
	cairo_set_line_width(w->cairo, 0.5);
	cairo_move_to(w->cairo, x1, y1);
	cairo_line_to(w->cairo, x2, y2);
	cairo_stroke(w->cairo);
}

/* In one line, however long the theme. */
static void show_margin(struct writer *w, const char *text, PangoAlignment alignment, double y)
{
	PangoLayout *layout = lay_out(w, NULL, text, 8.5, false, WIDTH);
	pango_layout_set_height(layout, 0);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pango_layout_set_alignment(layout, alignment);
	show(w, layout, SIDE, y);
	g_object_unref(layout);
}

static void begin_page(struct writer *w)
{
	w->page++;
	w->y = TOP;
	/* The first one has the theme as its title. */
	if (w->page > 1) {
		show_margin(w, w->theme, PANGO_ALIGN_LEFT, 34);
		line(w, SIDE, 50, PAGE_WIDTH - SIDE, 50);
	}
	g_autofree char *number =
		g_strdup_printf(minutes_word(w->language, MINUTES_WORD_PAGE), w->page, w->pages);
	show_margin(w, number, PANGO_ALIGN_CENTER, PAGE_HEIGHT - 42);
}

static void next_page(struct writer *w)
{
	if (w->draws)
		cairo_show_page(w->cairo);
	begin_page(w);
}

/* Goes to the next page if there is less room on this one. */
static void need(struct writer *w, double height)
{
	if (w->y + height > PAGE_HEIGHT - BOTTOM && w->y > TOP)
		next_page(w);
}

/* ---- Blocks ---- */

/* Line by line, so that a paragraph may go on overleaf. */
static void write_lines(struct writer *w, PangoLayout *layout, double x)
{
	PangoLayoutIter *iter = pango_layout_get_iter(layout);
	double spacing = (double)pango_layout_get_spacing(layout) / PANGO_SCALE;
	do {
		PangoRectangle extents;
		pango_layout_iter_get_line_extents(iter, NULL, &extents);
		double height = (double)extents.height / PANGO_SCALE;
		double baseline =
			(double)(pango_layout_iter_get_baseline(iter) - extents.y) / PANGO_SCALE;
		need(w, height);
		if (w->draws)
			minutes_glyphs_show(w->glyphs, w->cairo,
					    pango_layout_iter_get_line_readonly(iter),
					    x + (double)extents.x / PANGO_SCALE, w->y + baseline);
		w->y += height + spacing;
	} while (pango_layout_iter_next_line(iter));
	pango_layout_iter_free(iter);
	w->y -= spacing;
}

static void write_text(struct writer *w, const struct minutes_block *block)
{
	const struct look *look = &looks[block->kind];
	bool item = block->kind == BLOCK_ITEM;
	PangoLayout *layout = lay_out(w, block->label, block->text, look->size, look->bold,
				      item ? WIDTH - INDENT : WIDTH);
	bool mirrored = pango_layout_get_direction(layout, 0) == PANGO_DIRECTION_RTL;
	w->y += w->y > TOP ? look->above : 0;
	need(w, look->together > 0 ? height_of(layout) + look->together : look->size * 1.4);
	if (item) {
		PangoLayout *mark = lay_out(w, NULL, "•", look->size, false, -1);
		show(w, mark, mirrored ? PAGE_WIDTH - SIDE - 8 : SIDE + 3, w->y);
		g_object_unref(mark);
	}
	write_lines(w, layout, item && !mirrored ? SIDE + INDENT : SIDE);
	g_object_unref(layout);
}

/* The whole of it on one page, for the place that can be pressed. */
static void write_link(struct writer *w, const struct minutes_block *block)
{
	const struct look *look = &looks[block->kind];
	PangoLayout *layout = lay_out(w, block->label, block->text, look->size, look->bold, WIDTH);
	w->y += look->above;
	need(w, height_of(layout));
	g_auto(GStrv) pieces = g_strsplit_set(block->text, "'\\", -1);
	g_autofree char *uri = g_strjoinv("", pieces);
	g_autofree char *attributes = g_strdup_printf("uri='%s'", uri);
	if (w->draws)
		cairo_tag_begin(w->cairo, CAIRO_TAG_LINK, attributes);
	show(w, layout, SIDE, w->y);
	if (w->draws)
		cairo_tag_end(w->cairo, CAIRO_TAG_LINK);
	w->y += height_of(layout);
	g_object_unref(layout);
}

static const double shares[COLUMNS_MAX] = {0.3, 0.44, 0.26};

static void write_row(struct writer *w, char *const *cells, unsigned columns, bool head)
{
	PangoLayout *layouts[COLUMNS_MAX];
	double height = 0, x = SIDE;
	for (unsigned i = 0; i < columns; i++) {
		layouts[i] = lay_out(w, NULL, cells[i], looks[BLOCK_TABLE].size, head,
				     WIDTH * shares[i] - 2 * PADDING);
		height = MAX(height, height_of(layouts[i]) + 2 * PADDING);
	}
	line(w, SIDE, w->y, PAGE_WIDTH - SIDE, w->y);
	line(w, SIDE, w->y, SIDE, w->y + height);
	for (unsigned i = 0; i < columns; i++) {
		unsigned column = w->mirrored ? columns - 1 - i : i;
		show(w, layouts[column], x + PADDING, w->y + PADDING);
		x += WIDTH * shares[column];
		line(w, x, w->y, x, w->y + height);
		g_object_unref(layouts[column]);
	}
	w->y += height;
	line(w, SIDE, w->y, PAGE_WIDTH - SIDE, w->y);
}

static double row_height(struct writer *w, char *const *cells, unsigned columns)
{
	double height = 0;
	for (unsigned i = 0; i < columns; i++) {
		PangoLayout *layout = lay_out(w, NULL, cells[i], looks[BLOCK_TABLE].size, false,
					      WIDTH * shares[i] - 2 * PADDING);
		height = MAX(height, height_of(layout) + 2 * PADDING);
		g_object_unref(layout);
	}
	return height;
}

static void write_table(struct writer *w, const struct minutes_block *block)
{
	unsigned columns = MIN(block->columns, COLUMNS_MAX);
	double head = row_height(w, block->cells, columns);
	w->y += looks[BLOCK_TABLE].above;
	need(w, head + 20);
	write_row(w, block->cells, columns, true);
	for (char **cells = block->cells + block->columns; *cells != NULL;
	     cells += block->columns) {
		unsigned page = w->page;
		need(w, row_height(w, cells, columns));
		if (w->page != page)
			write_row(w, block->cells, columns, true);
		write_row(w, cells, columns, false);
	}
}

static void write_all(struct writer *w, const GPtrArray *blocks, bool draws)
{
	w->draws = draws;
	w->page = 0;
	begin_page(w);
	for (guint i = 0; i < blocks->len; i++) {
		const struct minutes_block *block = g_ptr_array_index(blocks, i);
		if (block->kind == BLOCK_TABLE)
			write_table(w, block);
		else if (block->kind == BLOCK_LINK)
			write_link(w, block);
		else
			write_text(w, block);
	}
	if (w->unknown > 0) {
		struct minutes_block note = {
			.kind = BLOCK_NOTE,
			.text = (char *)minutes_word(w->language, MINUTES_WORD_NO_FONT)};
		write_text(w, &note);
	}
}

/* ---- The file ---- */

static cairo_status_t collect(void *closure, const unsigned char *data, unsigned length)
{
	GByteArray *bytes = closure;
	if (bytes->len + length > MINUTES_PDF_BYTES)
		return CAIRO_STATUS_WRITE_ERROR;
	g_byte_array_append(bytes, data, length);
	return CAIRO_STATUS_SUCCESS;
}

static void describe(cairo_surface_t *surface, const json_t *sheet, const char *title)
{
	g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(
		json_integer_value(json_object_get(sheet, "at")) / 1000);
	g_autofree char *date = at != NULL ? g_date_time_format_iso8601(at) : NULL;
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Tongsheng");
	if (date != NULL)
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
}

static void write_file(struct writer *w, const json_t *sheet)
{
	g_autoptr(GPtrArray) blocks = minutes_document(sheet);
	w->pages = 9; /* for the length of the words */
	write_all(w, blocks, false);
	if (w->unknown > 0) /* once more with the sentence that says so */
		write_all(w, blocks, false);
	w->pages = w->page;
	write_all(w, blocks, true);
}

GBytes *minutes_pdf(const json_t *sheet, unsigned *ret_unknown, GError **error)
{
	const char *language = minutes_text(sheet, "language");
	const char *theme = minutes_text(json_object_get(sheet, "body"), "theme");
	if (*theme == '\0')
		theme = minutes_word(language, MINUTES_WORD_MINUTES);
	GByteArray *bytes = g_byte_array_new();
	cairo_surface_t *surface =
		cairo_pdf_surface_create_for_stream(collect, bytes, PAGE_WIDTH, PAGE_HEIGHT);
	describe(surface, sheet, theme);
	struct writer writer = {
		.cairo = cairo_create(surface),
		.glyphs = minutes_glyphs_new(),
		.language = language,
		.theme = theme,
		.families = families_of(language),
		.mirrored = minutes_right_to_left(language),
	};
	writer.context = pango_cairo_create_context(writer.cairo);
	pango_cairo_context_set_resolution(writer.context, 72);
	pango_context_set_language(writer.context, pango_language_from_string(language));
	pango_context_set_base_dir(writer.context,
				   writer.mirrored ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
	write_file(&writer, sheet);
	cairo_status_t status = cairo_status(writer.cairo);
	cairo_destroy(writer.cairo);
	cairo_surface_finish(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	g_object_unref(writer.context);
	minutes_glyphs_free(writer.glyphs);
	g_free(writer.families);
	*ret_unknown = writer.unknown;
	if (status == CAIRO_STATUS_SUCCESS)
		return g_byte_array_free_to_bytes(bytes);
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "PDF: %s",
		    bytes->len > MINUTES_PDF_BYTES / 2 ? "it gets too large"
						       : cairo_status_to_string(status));
	g_byte_array_unref(bytes);
	return NULL;
}
