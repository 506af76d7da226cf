#include "relay/base/err.h"

const char *err_name(enum err err)
{
	switch (err) {
	case OK:
		return "ok";
	case ERR_TRUNCATED:
		return "truncated";
	case ERR_MALFORMED:
		return "malformed";
	case ERR_UNSUPPORTED:
		return "unsupported";
	case ERR_AUTH:
		return "not authentic";
	case ERR_REPLAY:
		return "replayed";
	case ERR_FULL:
		return "full";
	case ERR_NOT_FOUND:
		return "not found";
	case ERR_NOT_READY:
		return "wrong state";
	case ERR_SYSTEM:
		return "system error";
	}
	return "unknown error";
}
