/*
 * What an attachment is, by its bytes; what whoever sent it says of it counts for nothing. Leaf,
 * on foreign bytes.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct attachment_source {
	uint64_t size;
	/* All length bytes, of which size says that they are there; false: they can't be read. */
	bool (*read)(void *user, uint64_t offset, uint8_t *out, size_t length);
	void *user;
};

struct attachment_kind {
	const char *type;	/* as it is served */
	const char *endings[3]; /* of names, the usual one first */
};
/* NULL: none of the kinds that may be attached. Texts must be called .txt, .md or .csv, and be
 * UTF-8. */
const struct attachment_kind *attachment_kind_of(const struct attachment_source *source,
						 const char *name);
/* The name with an ending of that kind, which it gets behind what it has if it has another. Free
 * it. */
char *attachment_name(const struct attachment_kind *kind, const char *name);
