#include "signaling/error.h"

G_DEFINE_QUARK(signaling - error, signaling_error)

static const struct {
	unsigned status;
	const char *code;
} kinds[] = {
	[SIGNALING_ERROR_MALFORMED] = {400, "malformed"},
	[SIGNALING_ERROR_UNAUTHORIZED] = {401, "unauthorized"},
	[SIGNALING_ERROR_FORBIDDEN] = {403, "forbidden"},
	[SIGNALING_ERROR_NOT_FOUND] = {404, "not-found"},
	[SIGNALING_ERROR_CONFLICT] = {409, "conflict"},
	[SIGNALING_ERROR_LIMIT] = {429, "limit"},
	[SIGNALING_ERROR_UNSUPPORTED] = {422, "unsupported"},
	[SIGNALING_ERROR_GONE] = {410, "gone"},
	[SIGNALING_ERROR_BUSY] = {503, "busy"},
	[SIGNALING_ERROR_INTERNAL] = {500, "internal"},
};

/* Errors of other domains (files, SQLite, ...) are ours to repair, not the client's. */
static unsigned kind_of(const GError *error)
{
	if (error->domain == SIGNALING_ERROR && error->code >= 0 &&
	    (size_t)error->code < G_N_ELEMENTS(kinds))
		return (unsigned)error->code;
	return SIGNALING_ERROR_INTERNAL;
}

unsigned signaling_error_status(const GError *error)
{
	return kinds[kind_of(error)].status;
}

const char *signaling_error_code(const GError *error)
{
	return kinds[kind_of(error)].code;
}

const char *signaling_error_words(const GError *error)
{
	if (kind_of(error) != SIGNALING_ERROR_INTERNAL)
		return error->message;
	g_warning("%s", error->message);
	return "something went wrong in the server";
}
