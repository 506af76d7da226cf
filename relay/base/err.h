/*
 * Errors of the media plane. Bad input is an error and is returned; a broken invariant is a bug
 * and is asserted. A function either logs or returns its error; the leaves only return.
 */
#pragma once

#define MUST_CHECK __attribute__((warn_unused_result))

enum err {
	OK = 0,
	ERR_TRUNCATED,	 /* fewer bytes than a length field or a fixed header needs */
	ERR_MALFORMED,	 /* enough bytes, but not a valid message */
	ERR_UNSUPPORTED, /* valid, but nothing that we handle */
	ERR_AUTH,	 /* the authentication tag or credential did not verify */
	ERR_REPLAY,	 /* authentic, but seen before or too old */
	ERR_FULL,	 /* a bounded queue, pool or table has no room */
	ERR_NOT_FOUND,
	ERR_NOT_READY, /* not possible in this state (no keys yet, already closed) */
	ERR_SYSTEM,    /* a system call or library failed; errno or its own log has more */
};

/* A short English name ("truncated"), for logs and test output. */
const char *err_name(enum err err);
