/*
 * A data folder's copy, made while a server runs on it: the database as it is at one moment, then
 * all files. Once more into the same folder copies what is new and removes what is gone. The copy
 * is a data folder itself. Any thread.
 */
#pragma once

#include "signaling/error.h"
#include <stdbool.h>

struct backup_count {
	guint64 files, bytes;	      /* in the copy */
	guint64 copied, copied_bytes; /* of them, now */
	guint64 removed, vanished;    /* vanished: deleted while it was copied */
};

/* to is made if it isn't there; one that is no copy of ours is refused, unless it is empty. */
bool backup_make(const char *from, const char *to, struct backup_count *ret, GError **error);
