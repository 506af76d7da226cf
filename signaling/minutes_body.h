/*
 * Minutes in the alliance's form, as JSON: BODY of PROTOCOL.md. Leaf: what somebody sent becomes
 * what is kept, or an error that names the field ("parts[2].subject: is empty").
 */
#pragma once

#include "signaling/error.h"
#include <jansson.h>
#include <stdbool.h>

#define MINUTES_BODY_BYTES (1 << 20) /* of JSON; 300 pages */

/* A new object with exactly the fields of the form, their texts without control characters and
 * bidirectional overrides (text_clean). A field that is missing, or unknown, is an error, too. */
json_t *minutes_body_check(const json_t *raw, GError **error);
/* The same from text, at most MINUTES_BODY_BYTES. */
json_t *minutes_body_parse(const char *text, size_t length, GError **error);

/* A field's text; "" if there is none. For bodies that were checked. */
const char *minutes_text(const json_t *object, const char *name);
