/* The commands token and meeting, as a shell calls them: exit status, output, and what they say of
 * mistakes. */
#include "signaling/access.h"
#include "signaling/commands.h"
#include "signaling/store.h"
#include "signaling/token.h"
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/wait.h>

static char *folder, *program;

/*
 * Runs a command in a child: this program with --run before the words of line, where DIR stands for
 * the folder. Compares exit status and, as patterns, what it printed. Returns stdout without the
 * last newline; free it.
 */
static char *output(const char *line, int status, const char *out_pattern, const char *err_pattern)
{
	char *all = g_strdup_printf("%s --run %s", program, line);
	char **words = g_strsplit(all, " ", -1);
	for (size_t i = 0; words[i] != NULL; i++) {
		if (g_str_equal(words[i], "DIR")) {
			g_free(words[i]);
			words[i] = g_strdup(folder);
		}
	}
	char *out, *err;
	int wait_status;
	GError *error = NULL;
	g_spawn_sync(NULL, words, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &wait_status,
		     &error);
	g_assert_no_error(error);
	g_test_message("%s\n%s%s", line, out, err);
	g_assert_true(WIFEXITED(wait_status));
	g_assert_cmpint(WEXITSTATUS(wait_status), ==, status);
	g_assert_true(g_pattern_match_simple(out_pattern, out));
	g_assert_true(g_pattern_match_simple(err_pattern, err));
	g_strfreev(words);
	g_free(all);
	g_free(err);
	return g_strchomp(out);
}

static void expect(const char *line, int status, const char *out_pattern, const char *err_pattern)
{
	g_free(output(line, status, out_pattern, err_pattern));
}

static void meetings_are_made_listed_shown_and_ended(void)
{
	expect("meeting create --data DIR demo --title 分享会 --starts 2020-05-29T10:00 --zone "
	       "Asia/Shanghai --minutes 120 --floor zh --channel en --channel fr",
	       0, "", "");
	expect("meeting create --data DIR plain", 0, "", "");
	expect("meeting list --data DIR", 0,
	       "*plain *planned *any time *plain\n*demo *planned *2020-05-29 10:00 CST *分享会\n*",
	       "");
	expect("meeting show --data DIR demo", 0,
	       "*title     分享会\nstate     planned\nstarts    2020-05-29 10:00 CST\n"
	       "zone      Asia/Shanghai\nminutes   120\nfloors    zh\nchannels  en fr\n*",
	       "");
	expect("meeting languages --data DIR demo --channel fr --channel ase --channel=", 0, "",
	       "");
	expect("meeting show --data DIR demo", 0, "*channels  fr ase\n*", "");
	expect("meeting languages --data DIR demo --channel no+tag", 1, "",
	       "*--channel: isn't a BCP 47 tag*");
	expect("meeting languages --data DIR demo --channel=", 0, "", "");
	expect("meeting show --data DIR demo", 0, "*channels  -\n*", "");
	expect("meeting end --data DIR demo", 0, "", "");
	expect("meeting show --data DIR demo", 0, "*state     ended\n*", "");
}

static void mistakes_are_named(void)
{
	expect("meeting create --data DIR plain", 1, "",
	       "*name: there is a meeting \"plain\" already\n");
	expect("meeting create --data DIR Plain", 1, "", "*name: \"Plain\" isn't 1 to 64 of*");
	expect("meeting create --data DIR", 2, "", "*NAME: is missing\n");
	expect("meeting create --data DIR a b", 2, "", "*b: isn't expected here\n");
	expect("meeting create --data DIR a --starts soon", 1, "", "*--starts: isn't a time*");
	expect("meeting create --data DIR a --zone Mars/Base", 1, "", "*--zone: isn't a zone*");
	expect("meeting create --data DIR a --floor 7", 1, "", "*--floor: isn't a BCP 47 tag*");
	expect("meeting create --data DIR a --minutes -1", 1, "", "*--minutes: isn't*");
	expect("meeting create --data DIR a --frobnicate", 2, "", "*frobnicate*");
	expect("meeting show --data DIR ghost", 1, "", "*there is no meeting \"ghost\"\n");
	expect("meeting end --data DIR ghost", 1, "", "*there is no meeting \"ghost\"\n");
	expect("meeting dance --data DIR", 2, "",
	       "*dance: create, list, show, languages or end is expected\n");
	expect("meeting", 2, "", "*command: create, list, show, languages or end is expected\n");
	expect("token --data DIR --role host", 2, "", "*--meeting: is missing*");
	expect("token --data DIR --role secretariat --url https://meet.example.org/", 0,
	       "https://meet.example.org/admin#token=*", "");
	expect("token --data DIR --role viewer --url https://meet.example.org", 0,
	       "https://meet.example.org/archive#token=*", "");
	expect("token --data DIR --role viewer --meeting plain --url https://meet.example.org", 0,
	       "https://meet.example.org/archive/plain#token=*", "");
	expect("token --data DIR --meeting plain", 2, "", "*--role: is missing\n");
	expect("token --data DIR --meeting plain --role boss", 2, "", "*--role: isn't host*");
	expect("token --data DIR --meeting ghost --role host", 1, "", "*no meeting \"ghost\"\n");
	expect("token --data DIR --meeting plain --role host --expires never", 2, "",
	       "*--expires: isn't a time*");
	expect("token --data DIR --meeting plain --role host --expires 4000d", 2, "",
	       "*--expires:*");
	expect("token --data DIR --meeting plain --role host --expires 0h", 2, "", "*--expires:*");
	expect("token --data DIR --meeting plain --role interpreter", 2, "",
	       "*--language: an interpreter needs*");
	expect("token --data DIR --meeting plain --role interpreter --language fr --language en "
	       "--language de",
	       2, "", "*--language: is given too often\n");
	expect("token --data DIR --meeting plain --role host --booth B", 2, "", "*--role: booth,*");
	expect("token --data DIR --meeting plain --role host stray", 2, "",
	       "*stray: isn't expected here\n");
}

static bool general_holds(const char *text)
{
	struct store *store = store_open(folder, NULL);
	struct token_key *key = token_key_open(folder, NULL);
	struct token token;
	bool ok = access_token(store, key, text, &token, NULL);
	if (ok)
		token_clear(&token);
	token_key_free(key);
	store_close(store);
	return ok;
}

static void tokens_are_withdrawn(void)
{
	char *all = output("token --data DIR --role secretariat", 0, "eyJ*", "");
	char *one = output("token --data DIR --role member --meeting plain", 0, "eyJ*", "");
	g_strchomp(all);
	g_strchomp(one);
	expect("token --data DIR --withdraw --role member --name Ana --meeting plain", 2, "",
	       "*--withdraw: takes --meeting and --role alone*");
	expect("token --data DIR --withdraw --role member", 2, "", "*--meeting: is missing*");
	expect("token --data DIR --withdraw --role member --meeting ghost", 1, "",
	       "*no meeting \"ghost\"\n");
	g_assert_true(general_holds(all));
	expect("token --data DIR --withdraw --role secretariat", 0, "", "");
	g_assert_false(general_holds(all));
	g_assert_true(general_holds(one));
	expect("token --data DIR --withdraw --role member --meeting plain", 0, "", "");
	g_assert_false(general_holds(one));
	expect("token --data DIR --withdraw --role interpreter --meeting plain", 0, "", "");
	g_free(all);
	all = output("token --data DIR --role secretariat", 0, "eyJ*", "");
	g_assert_true(general_holds(g_strchomp(all)));
	g_free(all);
	g_free(one);
}

static void tokens_verify(void)
{
	expect("token --data DIR --meeting plain --role host", 0, "*eyJ*.*.*\n*", "");
	expect("token --data DIR --meeting plain --role member --url https://meet.example.org/", 0,
	       "*https://meet.example.org/m/plain#token=eyJ*.*.*\n*", "");
	char *text = output("token --data DIR --meeting plain --role interpreter --language fr "
			    "--language pt-BR --booth B --understands zh --pivot en --name 王芳 "
			    "--expires 12h",
			    0, "eyJ*.*.*\n", "");
	GError *error = NULL;
	struct token_key *key = token_key_open(folder, &error);
	struct token token;
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_assert_true(token_verify(key, text, now, &token, &error));
	g_assert_no_error(error);
	g_assert_cmpint(token.role, ==, ROLE_INTERPRETER);
	g_assert_cmpstr(token.name, ==, "王芳");
	g_assert_cmpstr(token.languages[1], ==, "pt-BR");
	g_assert_cmpstr(token.booth, ==, "B");
	g_assert_cmpstr(token.understands[0], ==, "zh");
	g_assert_cmpstr(token.pivot, ==, "en");
	g_assert_cmpint(token.expires - now, <=, 12 * 3600);
	g_assert_cmpint(token.expires - now, >, 12 * 3600 - 60);
	token_clear(&token);
	token_key_free(key);
	g_free(text);
}

static void remove_folder(void)
{
	static const char *const files[] = {"tongsheng.db", "tongsheng.db-wal", "tongsheng.db-shm",
					    "token.key"};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		char *path = g_build_filename(folder, files[i], NULL);
		g_unlink(path);
		g_free(path);
	}
	g_rmdir(folder);
	g_free(folder);
}

int main(int argc, char **argv)
{
	if (argc > 2 && g_str_equal(argv[1], "--run"))
		return g_str_equal(argv[2], "token") ? command_token(argc - 2, argv + 2)
						     : command_meeting(argc - 2, argv + 2);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/commands/meetings_are_made_listed_shown_and_ended",
			meetings_are_made_listed_shown_and_ended);
	g_test_add_func("/commands/mistakes_are_named", mistakes_are_named);
	g_test_add_func("/commands/tokens_verify", tokens_verify);
	g_test_add_func("/commands/tokens_are_withdrawn", tokens_are_withdrawn);
	folder = g_dir_make_tmp("tongsheng-test-XXXXXX", NULL);
	program = g_file_read_link("/proc/self/exe", NULL);
	int status = g_test_run();
	remove_folder();
	g_free(program);
	return status;
}
