/* tongsheng token: prints an invitation, or takes back those that were given out, whether the
 * server runs or not. */
#include "signaling/access.h"
#include "signaling/commands.h"
#include "signaling/store.h"
#include "signaling/text.h"
#include "signaling/token.h"
#include <stdio.h>
#include <string.h>

#define EXPIRES_MAX ((gint64)3650 * 86400)

struct options {
	char *data, *meeting, *role, *name, *booth, *pivot, *expires, *url;
	char **languages, **understands;
	gboolean withdraw;
};

static void options_clear(struct options *o)
{
	g_free(o->data);
	g_free(o->meeting);
	g_free(o->role);
	g_free(o->name);
	g_free(o->booth);
	g_free(o->pivot);
	g_free(o->expires);
	g_free(o->url);
	g_strfreev(o->languages);
	g_strfreev(o->understands);
}

static bool fail(GError **error, const char *option, const char *what)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "%s: %s", option, what);
	return false;
}

static bool parse_options(int *argc, char ***argv, struct options *o, GError **error)
{
	const GOptionEntry entries[] = {
		{"data", 'd', 0, G_OPTION_ARG_FILENAME, &o->data, "folder of the store (./var)",
		 "DIR"},
		{"meeting", 'm', 0, G_OPTION_ARG_STRING, &o->meeting,
		 "the meeting's name; without one the link is for all (secretariat, viewer, "
		 "service)",
		 "NAME"},
		{"role", 'r', 0, G_OPTION_ARG_STRING, &o->role,
		 "host, secretariat, member, interpreter, listener, viewer or service", "ROLE"},
		{"name", 'n', 0, G_OPTION_ARG_FILENAME, &o->name,
		 "names the person, who then can't choose another name", "TEXT"},
		{"language", 'l', 0, G_OPTION_ARG_STRING_ARRAY, &o->languages,
		 "interpreter: speaks into this channel (once or twice); others: hears it first",
		 "TAG"},
		{"booth", 0, 0, G_OPTION_ARG_FILENAME, &o->booth,
		 "interpreter: the booth; default: its languages", "NAME"},
		{"understands", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->understands,
		 "interpreter: works from this language (may be repeated)", "TAG"},
		{"pivot", 0, 0, G_OPTION_ARG_STRING, &o->pivot,
		 "interpreter: takes relay from this channel", "TAG"},
		{"expires", 'e', 0, G_OPTION_ARG_STRING, &o->expires,
		 "30d, 12h, 90m or 45s from now (30d)", "TIME"},
		{"url", 'u', 0, G_OPTION_ARG_STRING, &o->url,
		 "prints the whole link: https://meet.example.org", "BASE"},
		{"withdraw", 0, 0, G_OPTION_ARG_NONE, &o->withdraw,
		 "prints none: the role's links for this meeting, or those for all, stop working",
		 NULL},
		G_OPTION_ENTRY_NULL,
	};
	GOptionContext *context = g_option_context_new(NULL);
	g_option_context_set_summary(
		context,
		"Prints an invitation to a meeting, or withdraws those that were given out.");
	g_option_context_add_main_entries(context, entries, NULL);
	bool ok = g_option_context_parse(context, argc, argv, error);
	g_option_context_free(context);
	if (ok && *argc > 1)
		return fail(error, (*argv)[1], "isn't expected here");
	return ok;
}

static bool parse_duration(const char *text, gint64 *ret_seconds, GError **error)
{
	static const struct {
		char unit;
		gint64 seconds;
	} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
	char *end;
	gint64 n = g_ascii_strtoll(text, &end, 10);
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		if (end[0] == units[i].unit && end[1] == '\0' && n > 0 &&
		    n <= EXPIRES_MAX / units[i].seconds) {
			*ret_seconds = n * units[i].seconds;
			return true;
		}
	}
	return fail(error, "--expires", "isn't a time like 30d, 12h or 90m (3650d at most)");
}

/* What says more of a link than which ones are meant. */
static bool check_withdraw(const struct options *o, GError **error)
{
	return !o->withdraw ||
	       (o->name == NULL && o->booth == NULL && o->pivot == NULL && o->expires == NULL &&
		o->url == NULL && o->languages == NULL && o->understands == NULL) ||
	       fail(error, "--withdraw", "takes --meeting and --role alone: all of a role go");
}

static bool check_tags(const char *option, char **tags, unsigned maximum, GError **error)
{
	for (unsigned i = 0; tags != NULL && tags[i] != NULL; i++) {
		if (i >= maximum)
			return fail(error, option, "is given too often");
		if (!text_language_valid(tags[i]))
			return fail(error, option, "isn't a BCP 47 tag like fr or zh-Hans");
	}
	return true;
}

static bool check_interpreter(const struct options *o, enum role role, GError **error)
{
	if (role == ROLE_INTERPRETER) {
		if (o->languages == NULL)
			return fail(error, "--language", "an interpreter needs one or two");
		if (!check_tags("--language", o->languages, 2, error))
			return false;
	} else if (o->booth != NULL || o->understands != NULL || o->pivot != NULL) {
		return fail(error, "--role", "booth, understands and pivot are an interpreter's");
	}
	if (o->pivot != NULL && !text_language_valid(o->pivot))
		return fail(error, "--pivot", "isn't a BCP 47 tag like en");
	return check_tags("--language", o->languages, 16, error) &&
	       check_tags("--understands", o->understands, 16, error);
}

/* *ret borrows from options. */
static bool make_token(struct options *o, struct token *ret, GError **error)
{
	gint64 seconds = 0;
	if (o->role == NULL)
		return fail(error, "--role", "is missing");
	if (!role_from_name(o->role, &ret->role))
		return fail(error, "--role",
			    "isn't host, secretariat, member, interpreter, listener, viewer or "
			    "service");
	if (o->meeting == NULL && !access_role_general(ret->role))
		return fail(error, "--meeting",
			    "is missing: only secretariat, viewer and service may be for all");
	if (!parse_duration(o->expires != NULL ? o->expires : "30d", &seconds, error) ||
	    !check_withdraw(o, error) || (!o->withdraw && !check_interpreter(o, ret->role, error)))
		return false;
	char **texts[] = {&o->name, &o->booth};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		if (*texts[i] == NULL)
			continue;
		char *clean =
			text_clean(i == 0 ? "--name" : "--booth", *texts[i], 1, 80, false, error);
		if (clean == NULL)
			return false;
		g_free(*texts[i]);
		*texts[i] = clean;
	}
	ret->meeting = o->meeting != NULL ? o->meeting : (char *)ACCESS_ALL_MEETINGS;
	ret->name = o->name;
	ret->languages = o->languages;
	ret->booth = o->booth;
	ret->understands = o->understands;
	ret->pivot = o->pivot;
	ret->issued = g_get_real_time() / G_USEC_PER_SEC;
	ret->expires = ret->issued + seconds;
	return true;
}

static char *sign(const char *data, struct token *token, GError **error)
{
	char *text = NULL;
	struct token_key *key = NULL;
	struct store *store = store_open(data, error);
	if (store != NULL && access_issue_stored(store, token, error))
		key = token_key_open(data, error);
	if (key != NULL)
		text = token_sign(key, token, error);
	token_key_free(key);
	store_close(store);
	return text;
}

/* To the page that is the role's. */
static void print_link(const char *base, int length, const struct token *token, const char *text)
{
	bool general = access_is_general(token);
	if (general && token->role == ROLE_SECRETARIAT)
		printf("%.*s/admin#token=%s\n", length, base, text);
	else if (general)
		printf("%.*s/archive#token=%s\n", length, base, text);
	else
		printf("%.*s/%s/%s#token=%s\n", length, base,
		       token->role == ROLE_VIEWER ? "archive" : "m", token->meeting, text);
}

static bool withdraw(const char *data, const struct token *token, GError **error)
{
	struct store *store = store_open(data, error);
	bool ok = store != NULL && access_withdraw(store, token, error);
	store_close(store);
	return ok;
}

static void print_token(const char *base, const struct token *token, const char *text)
{
	size_t length = base != NULL ? strlen(base) : 0;
	while (length > 0 && base[length - 1] == '/')
		length--;
	if (base != NULL)
		print_link(base, (int)length, token, text);
	else
		printf("%s\n", text);
}

int command_token(int argc, char **argv)
{
	struct options options = {0};
	struct token token = {0};
	GError *error = NULL;
	bool usage = parse_options(&argc, &argv, &options, &error) &&
		     make_token(&options, &token, &error);
	const char *data = options.data != NULL ? options.data : "./var";
	char *text = usage && !options.withdraw ? sign(data, &token, &error) : NULL;
	bool ok = text != NULL || (usage && options.withdraw && withdraw(data, &token, &error));
	if (text != NULL)
		print_token(options.url, &token, text);
	if (!ok) {
		fprintf(stderr, "tongsheng token: %s\n", error->message);
		g_error_free(error);
	}
	g_free(text);
	options_clear(&options);
	return ok ? 0 : usage ? 1 : 2;
}
