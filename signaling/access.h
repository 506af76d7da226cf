/*
 * Who asks for something over HTTP that isn't being in the room: the archive, its files, minutes,
 * the secretariat's page. A token is of one meeting, or of all (meeting "*": secretariat, viewer,
 * service). Other than in meetings_admit the meeting may have ended. Main thread.
 */
#pragma once

#include "signaling/store.h"
#include "signaling/token.h"

#define ACCESS_ALL_MEETINGS "*"

/* Whether tokens of this role may be for all meetings. */
bool access_role_general(enum role role);
bool access_is_general(const struct token *token); /* it is for all */

/* Whether the token of this meeting's name is of this meeting and of the newest links of its role.
 */
bool access_current(const struct token *token, const struct store_meeting *row, GError **error);

/* Makes it so, of one that is issued now: which may be before the meeting, if the clock was set
 * back since. */
void access_issue(struct token *token, const struct store_meeting *row);

/* The same by the store; also of a token for all meetings. */
bool access_issue_stored(struct store *store, struct token *token, GError **error);

/* The links of the token's kind that were given out stop working. */
bool access_withdraw(struct store *store, const struct token *token, GError **error);

/* The token, checked: signature, expiry, that no newer link has replaced it. NULL bearer is an
 * error, too. */
bool access_token(struct store *store, const struct token_key *key, const char *bearer,
		  struct token *ret, GError **error);

/* Whether the token is good for this action in that meeting (NULL: in all of them). */
bool access_may(const struct token *token, const char *meeting, enum action action, GError **error);

/* Both, and the meeting's row (ret_row may be NULL). A token of another meeting is told no more
 * than that. */
bool access_meeting(struct store *store, const struct token_key *key, const char *bearer,
		    const char *meeting, enum action action, struct store_meeting *ret_row,
		    struct token *ret_token, GError **error);

/*
 * Whether the archive of this meeting may be seen: public ones by everybody (bearer NULL, too),
 * else by its access. *ret_token has role and name if there was a good token, else it is zeroed and
 * *ret_known false.
 */
bool access_archive(struct store *store, const struct token_key *key, const char *bearer,
		    const struct store_meeting *row, struct token *ret_token, bool *ret_known,
		    GError **error);
