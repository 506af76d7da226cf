/*
 * Errors of signalling, as GError: what a person or a client's author reads. message names the
 * field and the reason
 * ("sdp: m-line 3 (mid 4): no codec that this meeting allows"), code says the kind, and gives the
 * HTTP status and the protocol's "code".
 */
#pragma once

#include <glib.h>

#define SIGNALING_ERROR (signaling_error_quark())
GQuark signaling_error_quark(void);

enum signaling_error {
	SIGNALING_ERROR_MALFORMED,    /* 400 "malformed" */
	SIGNALING_ERROR_UNAUTHORIZED, /* 401 "unauthorized": no token, a bad or an expired one */
	SIGNALING_ERROR_FORBIDDEN,    /* 403 "forbidden": the role may not */
	SIGNALING_ERROR_NOT_FOUND,    /* 404 "not-found" */
	SIGNALING_ERROR_CONFLICT,     /* 409 "conflict": e.g. already here in another tab */
	SIGNALING_ERROR_LIMIT,	      /* 429 "limit": too many, too fast, too large */
	SIGNALING_ERROR_UNSUPPORTED,  /* 415/422 "unsupported" */
	SIGNALING_ERROR_GONE,	      /* 410 "gone": meeting ended, person removed */
	SIGNALING_ERROR_BUSY,	  /* 503 "busy": the relay is overloaded; try again in a while */
	SIGNALING_ERROR_INTERNAL, /* 500 "internal" */
};
unsigned signaling_error_status(const GError *error);  /* HTTP status */
const char *signaling_error_code(const GError *error); /* "malformed", ... */
/* The message for the client. What is ours to repair says how we are made: that goes to the log
 * instead, once. */
const char *signaling_error_words(const GError *error);
