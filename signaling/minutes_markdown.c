#include "signaling/minutes_document.h"
#include <string.h>

/*
 * Everything that CommonMark or GitHub's tables could take for more than a letter is escaped, also
 * where it would do no harm: the rules for when it does are long. Letters that matter at the
 * beginning of a line alone are escaped there, so that dates and names stay readable.
 */
static void escape(GString *out, const char *text, const char *line_break)
{
	bool begins = true; /* nothing but digits yet in this line */
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n') {
			g_string_append(out, line_break);
			begins = true;
			continue;
		}
		bool digit = g_ascii_isdigit(*p);
		if (strchr("\\`*_[]<>&|~#!$", *p) != NULL ||
		    (begins && strchr("+-=.):", *p) != NULL))
			g_string_append_c(out, '\\');
		g_string_append_c(out, *p);
		begins = begins && digit;
	}
}

static void write_row(GString *out, char *const *cells, unsigned columns)
{
	for (unsigned i = 0; i < columns; i++) {
		g_string_append(out, "| ");
		escape(out, cells[i], " ");
		g_string_append_c(out, ' ');
	}
	g_string_append(out, "|\n");
}

static void write_table(GString *out, const struct minutes_block *block)
{
	for (size_t i = 0; block->cells[i] != NULL; i += block->columns) {
		write_row(out, block->cells + i, block->columns);
		for (unsigned column = 0; i == 0 && column < block->columns; column++)
			g_string_append(out, column + 1 < block->columns ? "| --- " : "| --- |\n");
	}
}

static void write_block(GString *out, const struct minutes_block *block)
{
	static const char *const begin[] = {
		[BLOCK_TITLE] = "# ",	     [BLOCK_NOTE] = "", [BLOCK_HEADING] = "## ",
		[BLOCK_SUBHEADING] = "### ", [BLOCK_TEXT] = "", [BLOCK_ITEM] = "- ",
		[BLOCK_TABLE] = "",	     [BLOCK_LINK] = "",
	};
	g_string_append(out, begin[block->kind]);
	if (block->label != NULL) {
		g_autoptr(GString) label = g_string_new(NULL);
		escape(label, block->label, " ");
		g_strchomp(label->str);
		/* The space stays outside: "**label: **" isn't bold. */
		g_string_append_printf(out, "**%s** ", label->str);
	}
	if (block->kind == BLOCK_TABLE)
		write_table(out, block);
	else if (block->kind == BLOCK_LINK)
		g_string_append_printf(out, "<%s>", block->text);
	else
		escape(out, block->text, "\\\n");
	if (block->kind != BLOCK_TABLE) /* whose rows end by themselves */
		g_string_append_c(out, '\n');
}

char *minutes_markdown(const json_t *sheet)
{
	GString *out = g_string_new(NULL);
	g_autoptr(GPtrArray) blocks = minutes_document(sheet);
	for (guint i = 0; i < blocks->len; i++) {
		const struct minutes_block *block = g_ptr_array_index(blocks, i);
		const struct minutes_block *last = i > 0 ? g_ptr_array_index(blocks, i - 1) : NULL;
		/* Entries of one list follow each other closely. */
		if (last != NULL && !(last->kind == BLOCK_ITEM && block->kind == BLOCK_ITEM))
			g_string_append_c(out, '\n');
		write_block(out, block);
	}
	return g_string_free(out, FALSE);
}
