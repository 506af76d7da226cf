#include "signaling/access.h"

static bool refuse(GError **error, enum signaling_error code, const char *reason)
{
	g_set_error_literal(error, SIGNALING_ERROR, code, reason);
	return false;
}

bool access_role_general(enum role role)
{
	return role == ROLE_SECRETARIAT || role == ROLE_VIEWER || role == ROLE_SERVICE;
}

bool access_is_general(const struct token *token)
{
	return g_str_equal(token->meeting, ACCESS_ALL_MEETINGS);
}

void access_issue(struct token *token, const struct store_meeting *row)
{
	token->generation = row->generation[token->role];
	token->issued = MAX(token->issued, row->made);
}

bool access_issue_stored(struct store *store, struct token *token, GError **error)
{
	if (access_is_general(token))
		return store_general_generation(store, token->role, &token->generation, error);
	struct store_meeting row;
	if (!store_meeting_find(store, token->meeting, &row, error))
		return false;
	access_issue(token, &row);
	store_meeting_clear(&row);
	return true;
}

bool access_withdraw(struct store *store, const struct token *token, GError **error)
{
	unsigned generation;
	if (access_is_general(token))
		return store_general_next_generation(store, token->role, &generation, error);
	struct store_meeting row;
	if (!store_meeting_find(store, token->meeting, &row, error))
		return false;
	bool ok = store_meeting_next_generation(store, row.id, token->role, &generation, error);
	store_meeting_clear(&row);
	return ok;
}

bool access_current(const struct token *token, const struct store_meeting *row, GError **error)
{
	if (token->issued < row->made)
		return refuse(error, SIGNALING_ERROR_UNAUTHORIZED,
			      "token: is for an earlier meeting of this name");
	return token->generation == row->generation[token->role] ||
	       refuse(error, SIGNALING_ERROR_UNAUTHORIZED,
		      "token: this link has been replaced; ask for the new one");
}

static bool general_current(struct store *store, const struct token *token, GError **error)
{
	unsigned generation;
	if (!access_role_general(token->role))
		return refuse(error, SIGNALING_ERROR_UNAUTHORIZED,
			      "token: links of this role are for one meeting");
	return store_general_generation(store, token->role, &generation, error) &&
	       (token->generation == generation ||
		refuse(error, SIGNALING_ERROR_UNAUTHORIZED,
		       "token: this link has been replaced; ask for the new one"));
}

static bool is_current(struct store *store, const struct token *token, GError **error)
{
	struct store_meeting row;
	if (access_is_general(token))
		return general_current(store, token, error);
	if (!store_meeting_find(store, token->meeting, &row, error))
		return false;
	bool ok = access_current(token, &row, error);
	store_meeting_clear(&row);
	return ok;
}

bool access_token(struct store *store, const struct token_key *key, const char *bearer,
		  struct token *ret, GError **error)
{
	struct token token;
	if (bearer == NULL)
		return refuse(error, SIGNALING_ERROR_UNAUTHORIZED, "token: is missing");
	if (!token_verify(key, bearer, g_get_real_time() / G_USEC_PER_SEC, &token, error))
		return false;
	bool ok = is_current(store, &token, error);
	if (ok)
		*ret = token;
	else
		token_clear(&token);
	return ok;
}

bool access_may(const struct token *token, const char *meeting, enum action action, GError **error)
{
	if (!access_is_general(token) && (meeting == NULL || !g_str_equal(token->meeting, meeting)))
		return refuse(error, SIGNALING_ERROR_UNAUTHORIZED, "token: is for another meeting");
	if (role_may(token->role, action))
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN, "role: %s may not %s",
		    role_name(token->role), action_name(action));
	return false;
}

bool access_meeting(struct store *store, const struct token_key *key, const char *bearer,
		    const char *meeting, enum action action, struct store_meeting *ret_row,
		    struct token *ret_token, GError **error)
{
	struct token token;
	struct store_meeting row;
	if (!access_token(store, key, bearer, &token, error))
		return false;
	if (!access_may(&token, meeting, action, error) ||
	    !store_meeting_find(store, meeting, &row, error)) {
		token_clear(&token);
		return false;
	}
	*ret_token = token;
	if (ret_row != NULL)
		*ret_row = row;
	else
		store_meeting_clear(&row);
	return true;
}

bool access_archive(struct store *store, const struct token_key *key, const char *bearer,
		    const struct store_meeting *row, struct token *ret_token, bool *ret_known,
		    GError **error)
{
	bool is_public = g_str_equal(row->access, "public");
	enum action action = g_str_equal(row->access, "secretariat") ? ACTION_EDIT : ACTION_ARCHIVE;
	g_autoptr(GError) problem = NULL;
	struct token token;
	*ret_token = (struct token){0};
	*ret_known = false;
	if (access_token(store, key, bearer, &token, &problem)) {
		if (access_may(&token, row->name, action, &problem)) {
			*ret_token = token;
			*ret_known = true;
			return true;
		}
		if (access_is_general(&token)) { /* it isn't told what it may not see */
			g_clear_error(&problem);
			store_meeting_missing(row->name, &problem);
		}
		token_clear(&token);
	}
	if (is_public) /* a token that doesn't hold gives no less than none */
		return true;
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}
