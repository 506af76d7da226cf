/* Roles and what each may do: one table, asked from one place (protocol.c, whip.c), printed in
 * PROTOCOL.md. */
#pragma once

#include <stdbool.h>

enum role {
	ROLE_HOST,
	ROLE_SECRETARIAT,
	ROLE_MEMBER,
	ROLE_INTERPRETER,
	ROLE_LISTENER,
	ROLE_VIEWER,
	ROLE_SERVICE,
	ROLE_COUNT
};

enum action {
	ACTION_JOIN,	/* be in the room */
	ACTION_PUBLISH, /* microphone and camera on the floor */
	ACTION_SCREEN,	/* share a screen */
	ACTION_CHAT,
	ACTION_HAND,
	ACTION_GIVE_FLOOR, /* pin the stage */
	ACTION_MUTE,	   /* others */
	ACTION_REMOVE,	   /* people, and readmit them */
	ACTION_INVITE,	   /* reissue links */
	ACTION_END,	   /* the meeting */
	ACTION_LANGUAGES,  /* choose floor languages and channels */
	ACTION_RECORD,	   /* start, pause, stop, list recordings */
	ACTION_INTERPRET,  /* speak into a language channel */
	ACTION_ARCHIVE,	   /* see the archive */
	ACTION_SCHEDULE,   /* make and change meetings, their agenda; links by /admin */
	ACTION_EDIT,	   /* the archive: who may see it, minutes, attachments, deleting */
	ACTION_WATCH,	   /* the server: /metrics and /status */
	ACTION_COUNT
};

const char *role_name(enum role role);
bool role_from_name(const char *name, enum role *ret);
const char *action_name(enum action action); /* "give-floor" */
bool role_may(enum role role, enum action action);
/* Whether a person of this role may make links for that one: nobody gives away more than they may
 * themselves. */
bool role_may_invite(enum role role, enum role invited);
