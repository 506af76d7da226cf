#include "signaling/api_links.h"
#include "signaling/access.h"
#include "signaling/protocol.h"

#define DAYS_DEFAULT	 30
#define DAYS_MAX	 3650
#define DAY_SECONDS	 86400
#define INTERPRETER_INTO 2
#define LANGUAGES_MAX	 16
#define NAME_CHARACTERS	 80

/* Who makes meetings gives their hosts a link, too; nobody gives out a service's. */
static bool may_invite(const struct token *asker, enum role role, GError **error)
{
	if (role != ROLE_SERVICE &&
	    (access_is_general(asker) || role_may_invite(asker->role, role)))
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
		    "role: %s may not make links for %s", role_name(asker->role), role_name(role));
	return false;
}

bool api_links_withdraw(struct meetings *meetings, const struct store_meeting *row,
			const struct token *asker, enum role role, GError **error)
{
	unsigned generation;
	if (!may_invite(asker, role, error))
		return false;
	if (!access_is_general(asker) && asker->role == role) {
		g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
				    "role: the link that asks is of this role itself");
		return false;
	}
	return store_meeting_next_generation(meetings->store, row->id, role, &generation, error);
}

static bool read_interpreter(const json_t *body, struct token *token, GError **error)
{
	token->understands = field_tags(body, "understands", LANGUAGES_MAX, error);
	if (token->understands == NULL ||
	    !field_text(body, "booth", 0, NAME_CHARACTERS, &token->booth, error) ||
	    !field_text(body, "pivot", 0, NAME_CHARACTERS, &token->pivot, error))
		return false;
	if (token->booth != NULL && token->booth[0] == '\0')
		g_clear_pointer(&token->booth, g_free);
	if (token->pivot != NULL && token->pivot[0] == '\0')
		g_clear_pointer(&token->pivot, g_free);
	if (token->pivot != NULL && !field_tag("pivot", token->pivot, error))
		return false;
	if (token->languages[0] != NULL)
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
		    "languages: an interpreter needs one or two");
	return false;
}

static bool read_token(const json_t *body, struct token *token, GError **error)
{
	json_int_t days = DAYS_DEFAULT;
	bool interprets = token->role == ROLE_INTERPRETER;
	token->languages =
		field_tags(body, "languages", interprets ? INTERPRETER_INTO : LANGUAGES_MAX, error);
	if (token->languages == NULL ||
	    !field_integer(body, "days", false, 1, DAYS_MAX, &days, error) ||
	    !field_text(body, "name", 0, NAME_CHARACTERS, &token->name, error))
		return false;
	if (token->name != NULL && token->name[0] == '\0')
		g_clear_pointer(&token->name, g_free);
	token->issued = g_get_real_time() / G_USEC_PER_SEC;
	token->expires = token->issued + days * DAY_SECONDS;
	return !interprets || read_interpreter(body, token, error);
}

json_t *api_link(struct meetings *meetings, const struct store_meeting *row,
		 const struct token *asker, const json_t *body, GError **error)
{
	struct token token = {.meeting = g_strdup(row->name)};
	json_t *answer = NULL;
	char *text = NULL;
	if (field_role(body, "role", &token.role, error) && may_invite(asker, token.role, error) &&
	    read_token(body, &token, error)) {
		access_issue(&token, row);
		text = token_sign(meetings->key, &token, error);
	}
	if (text != NULL) {
		const char *page = token.role == ROLE_VIEWER ? "archive" : "m";
		g_autofree char *url = g_strdup_printf(
			"%s/%s/%s#token=%s", meetings->config->base_url, page, row->name, text);
		answer = json_pack("{s:s}", "url", url);
	}
	g_free(text);
	token_clear(&token);
	return answer;
}
