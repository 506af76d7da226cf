#include "signaling/role.h"
#include <glib.h>

#define MAY(action) (1u << ACTION_##action)
#define FLOOR	    (MAY(JOIN) | MAY(PUBLISH) | MAY(CHAT) | MAY(HAND))

/* The table of PROTOCOL.md, section Roles; test_role.c compares the two. */
static const struct {
	const char *name;
	unsigned may;
} roles[ROLE_COUNT] = {
	[ROLE_HOST] = {"host", FLOOR | MAY(SCREEN) | MAY(GIVE_FLOOR) | MAY(MUTE) | MAY(REMOVE) |
				       MAY(INVITE) | MAY(END) | MAY(LANGUAGES) | MAY(RECORD) |
				       MAY(ARCHIVE) | MAY(SCHEDULE) | MAY(EDIT)},
	[ROLE_SECRETARIAT] = {"secretariat", FLOOR | MAY(SCREEN) | MAY(INVITE) | MAY(RECORD) |
						     MAY(ARCHIVE) | MAY(SCHEDULE) | MAY(EDIT)},
	[ROLE_MEMBER] = {"member", FLOOR | MAY(SCREEN) | MAY(ARCHIVE)},
	[ROLE_INTERPRETER] = {"interpreter", FLOOR | MAY(INTERPRET) | MAY(ARCHIVE)},
	[ROLE_LISTENER] = {"listener", MAY(JOIN) | MAY(CHAT) | MAY(HAND) | MAY(ARCHIVE)},
	[ROLE_VIEWER] = {"viewer", MAY(ARCHIVE)},
	[ROLE_SERVICE] = {"service", MAY(JOIN) | MAY(PUBLISH) | MAY(SCREEN) | MAY(RECORD) |
					     MAY(ARCHIVE) | MAY(WATCH)},
};

static const char *const actions[ACTION_COUNT] = {
	[ACTION_JOIN] = "join",		  [ACTION_PUBLISH] = "publish",
	[ACTION_SCREEN] = "screen",	  [ACTION_CHAT] = "chat",
	[ACTION_HAND] = "hand",		  [ACTION_GIVE_FLOOR] = "give-floor",
	[ACTION_MUTE] = "mute",		  [ACTION_REMOVE] = "remove",
	[ACTION_INVITE] = "invite",	  [ACTION_END] = "end",
	[ACTION_LANGUAGES] = "languages", [ACTION_RECORD] = "record",
	[ACTION_INTERPRET] = "interpret", [ACTION_ARCHIVE] = "archive",
	[ACTION_SCHEDULE] = "schedule",	  [ACTION_EDIT] = "edit",
	[ACTION_WATCH] = "watch",
};

const char *role_name(enum role role)
{
	return roles[role].name;
}

bool role_from_name(const char *name, enum role *ret)
{
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		if (g_str_equal(roles[role].name, name)) {
			*ret = role;
			return true;
		}
	}
	return false;
}

const char *action_name(enum action action)
{
	return actions[action];
}

bool role_may(enum role role, enum action action)
{
	return (roles[role].may >> action & 1u) != 0;
}

bool role_may_invite(enum role role, enum role invited)
{
	/* Interpreting is a task, not a power over others. */
	unsigned more = roles[invited].may & ~roles[role].may & ~MAY(INTERPRET);
	return role_may(role, ACTION_INVITE) && more == 0;
}
