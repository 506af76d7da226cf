/*
 * Minutes as a sequence of blocks in the alliance's form: what page, print and Markdown have in
 * common. Each writer says only how a block looks. Leaf.
 *
 * The sheet is what all writers are given, as JSON, so that it can go to another process:
 *   {"language": TAG, "link": URL, "version": N, "published": bool, "at": Unix ms,
 *    "attachments": [{"id", "name"}], "body": BODY (checked)}
 */
#pragma once

#include "signaling/minutes_body.h"
#include <glib.h>

enum minutes_block_kind {
	BLOCK_TITLE,
	BLOCK_NOTE, /* small: published when */
	BLOCK_HEADING,
	BLOCK_SUBHEADING,
	BLOCK_TEXT, /* a paragraph; may hold line breaks */
	BLOCK_ITEM, /* of a list */
	BLOCK_TABLE,
	BLOCK_LINK,
};

struct minutes_block {
	enum minutes_block_kind kind;
	char *label;  /* before a text or a table, with its colon; NULL: none */
	char *text;   /* NULL for a table */
	char **cells; /* of a table, row by row, the first one are the columns' names */
	unsigned columns;
};

/* Array of struct minutes_block *; free it with g_ptr_array_unref. */
GPtrArray *minutes_document(const json_t *sheet);

/* Words alone, a line for each block: for search. */
char *minutes_plain(const json_t *sheet);
/* CommonMark with tables. */
char *minutes_markdown(const json_t *sheet);
/* A whole page, for reading and for printing on A4. */
char *minutes_html(const json_t *sheet);
/* The Content-Security-Policy that fits it: its style, and nothing else. */
char *minutes_html_policy(void);
