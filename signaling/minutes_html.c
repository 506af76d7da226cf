#include "signaling/minutes_document.h"
#include "signaling/minutes_words.h"
#include <string.h>

static const char style[] =
	"@page{size:A4;margin:20mm}"
	"html{font:11pt/1.5 system-ui,\"Noto Sans\",\"Noto Sans CJK SC\",sans-serif;"
	"color:#000;background:#fff}"
	"body{max-width:44em;margin:2em auto;padding:0 1em;overflow-wrap:anywhere}"
	"h1{font-size:1.6em;line-height:1.3;margin:0}"
	"h2{font-size:1.25em;margin:1.5em 0 .5em;border-bottom:1px solid #000}"
	"h3{font-size:1.05em;margin:1em 0 .3em}"
	"h1,h2,h3{break-after:avoid}"
	"p{margin:.4em 0;white-space:pre-line}"
	".note{font-size:.85em}"
	"ul{margin:.4em 0;padding-inline-start:1.5em}"
	"table{border-collapse:collapse;width:100%;margin:.5em 0}"
	"th,td{border:1px solid #000;padding:.25em .5em;text-align:start;vertical-align:top}"
	"tr{break-inside:avoid}thead{display:table-header-group}"
	"a{color:#000}"
	"@media print{body{margin:0;padding:0;max-width:none}}";

char *minutes_html_policy(void)
{
	guint8 digest[32];
	gsize size = sizeof digest;
	GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(checksum, (const guchar *)style, (gssize)strlen(style));
	g_checksum_get_digest(checksum, digest, &size);
	g_checksum_free(checksum);
	g_autofree char *hash = g_base64_encode(digest, size);
	return g_strdup_printf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
			       "form-action 'none'; frame-ancestors 'none'; sandbox allow-popups",
			       hash);
}

/* What somebody wrote: escaped, and in its own direction. */
static void element(GString *out, const char *name, const char *label, const char *text)
{
	g_autofree char *escaped = g_markup_escape_text(text, -1);
	g_string_append_printf(out, "<%s dir=\"auto\">", name);
	if (label != NULL) {
		g_autofree char *words = g_markup_escape_text(label, -1);
		g_string_append_printf(out, "<b>%s</b>", words);
	}
	g_string_append_printf(out, "%s</%s>\n", escaped, name);
}

static void write_table(GString *out, const struct minutes_block *block)
{
	g_string_append(out, "<table>\n");
	for (size_t i = 0; block->cells[i] != NULL; i += block->columns) {
		bool head = i == 0;
		g_string_append(out, head ? "<thead><tr>\n" : "<tr>\n");
		for (unsigned column = 0; column < block->columns; column++) {
			const char *text = block->cells[i + column];
			if (!head) {
				element(out, "td", NULL, text);
				continue;
			}
			g_autofree char *escaped = g_markup_escape_text(text, -1);
			g_string_append_printf(out, "<th scope=\"col\">%s</th>\n", escaped);
		}
		g_string_append(out, head ? "</tr></thead>\n<tbody>\n" : "</tr>\n");
	}
	g_string_append(out, "</tbody></table>\n");
}

static void write_block(GString *out, const struct minutes_block *block)
{
	static const char *const names[] = {
		[BLOCK_TITLE] = "h1", [BLOCK_HEADING] = "h2", [BLOCK_SUBHEADING] = "h3",
		[BLOCK_TEXT] = "p",   [BLOCK_ITEM] = "li",
	};
	g_autofree char *text = NULL, *label = NULL;
	switch (block->kind) {
	case BLOCK_TABLE:
		write_table(out, block);
		break;
	case BLOCK_NOTE:
		text = g_markup_escape_text(block->text, -1);
		g_string_append_printf(out, "<p class=\"note\">%s</p>\n", text);
		break;
	case BLOCK_LINK:
		text = g_markup_escape_text(block->text, -1);
		label = g_markup_escape_text(block->label, -1);
		g_string_append_printf(out, "<p class=\"note\">%s<a href=\"%s\">%s</a></p>\n",
				       label, text, text);
		break;
	default:
		element(out, names[block->kind], block->label, block->text);
	}
}

char *minutes_html(const json_t *sheet)
{
	const char *language = minutes_text(sheet, "language");
	const char *theme = minutes_text(json_object_get(sheet, "body"), "theme");
	g_autofree char *title = g_markup_escape_text(
		*theme ? theme : minutes_word(language, MINUTES_WORD_MINUTES), -1);
	GString *out = g_string_new("<!doctype html>\n");
	/* The language is a tag: letters, digits and "-". */
	g_string_append_printf(out,
			       "<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
			       "<meta name=\"viewport\" content=\"width=device-width, "
			       "initial-scale=1\">\n"
			       "<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n",
			       language, minutes_right_to_left(language) ? "rtl" : "ltr", title,
			       style);
	g_autoptr(GPtrArray) blocks = minutes_document(sheet);
	bool list = false;
	for (guint i = 0; i < blocks->len; i++) {
		const struct minutes_block *block = g_ptr_array_index(blocks, i);
		bool item = block->kind == BLOCK_ITEM;
		if (item != list)
			g_string_append(out, item ? "<ul>\n" : "</ul>\n");
		list = item;
		write_block(out, block);
	}
	g_string_append_printf(out, "%s</main>\n</body>\n</html>\n", list ? "</ul>\n" : "");
	return g_string_free(out, FALSE);
}
