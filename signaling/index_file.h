/*
 * A recording's index.jsonl: lines are written, in their order, on a thread of its own, and brought
 * to the disk within two seconds. Who adds one goes on when it is written, but doesn't wait for a
 * disk that is slow; what a full one doesn't take is tried again. A half line that a power cut has
 * left gets its end, so that none is lost with it. Main thread.
 */
#pragma once

#include <glib.h>

struct index_file;

/* Made with the first line; its folder and the two above it are brought to the disk with it. */
struct index_file *index_file_new(const char *path);
/* When what was added is on the disk; that can't be waited for for ever, and goes on without us.
 * NULL is allowed. */
void index_file_free(struct index_file *file);
/* Without the end of the line. */
void index_file_add(struct index_file *file, const char *line);
