#include "signaling/http_path.h"

#include <string.h>

static void paths_that_leave_or_hide_are_refused(void)
{
	static const char *const good[] = {"/",	    "/m/demo", "/a/..b/.c/d..",
					   "/中文", "/a//b",   "/a/..."};
	static const char *const bad[] = {"",	   "m",	    "/..",    "/a/..", "/a/../b", "/.",
					  "/a\nb", "/a\\b", "/a\x7f", "/\xff", "/a/./b"};
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
		g_assert_true(http_path_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(http_path_valid(bad[i], strlen(bad[i])));
	g_assert_false(http_path_valid("/a\0b", 4));
	for (size_t i = 1; i <= 8; i++) /* inside a character: after 4 and 5, 7 and 8 */
		g_assert_cmpint(http_path_valid("/ab中文", i), ==, i < 4 || i == 6);
}

static void query_values_come_back_as_they_were(void)
{
	GString *query = g_string_new(NULL);
	http_query_append(query, "video=stage,camera/p3");
	http_query_append(query, "text=a&b=c;d+e 中");
	http_query_append(query, "empty=");
	http_query_append(query, "bare");
	g_assert_null(strchr(query->str, ' '));
	g_assert_null(strchr(query->str, ';'));

	g_autofree char *video = http_query_find(query->str, "video");
	g_autofree char *text = http_query_find(query->str, "text");
	g_autofree char *empty = http_query_find(query->str, "empty");
	g_assert_cmpstr(video, ==, "stage,camera/p3");
	g_assert_cmpstr(text, ==, "a&b=c;d+e 中");
	g_assert_cmpstr(empty, ==, "");
	g_assert_null(http_query_find(query->str, "b"));
	g_assert_null(http_query_find(query->str, "bare"));
	g_assert_null(http_query_find(query->str, "vid"));
	g_string_free(query, TRUE);

	g_autofree char *form = http_query_find("a=1+2%2B3", "a");
	g_assert_cmpstr(form, ==, "1 2+3");
	g_assert_null(http_query_find("a=%ff", "a"));
	g_assert_null(http_query_find("a=%0", "a"));
	g_assert_null(http_query_find("a=%00", "a"));
}

static void lengths_are_digits(void)
{
	static const char *const bad[] = {"",	"-1",  "+1",  " 1",
					  "1 ", "0x1", "1,1", "9223372036854775808"};
	uint64_t length = 7;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(http_length_parse(bad[i], &length));
	g_assert_cmpuint(length, ==, 7);
	g_assert_true(http_length_parse("0123", &length));
	g_assert_cmpuint(length, ==, 123);
}

static void lists_are_searched_by_element(void)
{
	g_assert_true(http_list_has("gzip", "gzip"));
	g_assert_true(http_list_has("deflate, GZip;q=0.5 , br", "gzip"));
	g_assert_true(http_list_has(",, keep-alive,Upgrade", "upgrade"));
	g_assert_false(http_list_has("x-gzip, gzipped", "gzip"));
	g_assert_false(http_list_has("gzip;q=0, br", "gzip"));
	g_assert_false(http_list_has("gzip; Q=0.000", "gzip"));
	g_assert_false(http_list_has("", "gzip"));
}

static void bearer_tokens(void)
{
	g_assert_cmpstr(http_bearer("Bearer ab.c-_~+/="), ==, "ab.c-_~+/=");
	g_assert_cmpstr(http_bearer("bearer  x"), ==, "x");
	g_assert_null(http_bearer("Bearer "));
	g_assert_null(http_bearer("Bearer"));
	g_assert_null(http_bearer("Basic YTpi"));
	g_assert_null(http_bearer("Bearer a b"));
	g_assert_null(http_bearer("Bearer a, Bearer b"));
}

static void entity_tags_match_weakly(void)
{
	g_assert_true(http_etag_matches("\"a\"", "\"a\""));
	g_assert_true(http_etag_matches("\"b,\", W/\"a\"", "\"a\""));
	g_assert_true(http_etag_matches("*", "\"a\""));
	g_assert_false(http_etag_matches("\"aa\", a, \"b\"a\"", "\"a\""));
	g_assert_false(http_etag_matches("", "\"a\""));
	g_assert_false(http_etag_matches("\"", "\"a\""));
}

static void assert_cookie(const char *cookies, const char *value)
{
	g_autofree char *got = http_cookie_find(cookies, "archive");
	g_assert_cmpstr(got, ==, value);
}

static void cookies_are_found_by_their_whole_name(void)
{
	assert_cookie("archive=a.b-c_d", "a.b-c_d");
	assert_cookie("x=1; archive=t; y=2", "t");
	assert_cookie("x=1;archive=\"t\" ;y", "t");
	assert_cookie("archive=", "");
	assert_cookie("archive=a=b", "a=b");
	assert_cookie("archive=1; archive=2", "1");
	assert_cookie("", NULL);
	assert_cookie("archive", NULL);
	assert_cookie("xarchive=1; archive2=2; Archive=3", NULL);
	assert_cookie("x=\"; archive=t\"", NULL); /* quotes don't hold a cookie together */
	assert_cookie("archive=a b", NULL);
	assert_cookie("archive=a,b", NULL);
	assert_cookie("archive=\xc3\xa9", NULL);
	assert_cookie(";;; ; archive=t;", "t");
}

static void assert_match(const char *pattern, const char *path, const char *rest)
{
	const char *got;
	g_assert_cmpint(http_path_matches(pattern, path, &got), ==, rest != NULL);
	if (rest)
		g_assert_cmpstr(got, ==, rest);
}

static void patterns_stand_for_whole_segments(void)
{
	assert_match("/things", "/things", "");
	assert_match("/things", "/things/", NULL);
	assert_match("/things/", "/things/", "");
	assert_match("/things/", "/things/a/b", "a/b");
	assert_match("/things/", "/things", NULL);
	assert_match("/a/*", "/a/b", "");
	assert_match("/a/*", "/a/", NULL);
	assert_match("/a/*", "/a/b/c", NULL);
	assert_match("/a/*", "/a/b/", NULL);
	assert_match("/a/*/c", "/a/b/c", "");
	assert_match("/a/*/c", "/a//c", NULL);
	assert_match("/a/*/*/", "/a/b/c/d/e", "d/e");
	assert_match("/a/*/*/", "/a/b/c", NULL);
	assert_match("/a/*/*/", "/a/b/c/", "");
	g_autofree char *first = http_path_segment("/a/*/*/", "/a/b\xc3\xa9/c/d", 0);
	g_autofree char *second = http_path_segment("/a/*/*/", "/a/b/c/d", 1);
	g_assert_cmpstr(first, ==, "b\xc3\xa9");
	g_assert_cmpstr(second, ==, "c");
	g_assert_null(http_path_segment("/a/*/*/", "/a/b/c/d", 2));
	g_assert_null(http_path_segment("/a/*", "/x/b", 0));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http_path/paths_that_leave_or_hide_are_refused",
			paths_that_leave_or_hide_are_refused);
	g_test_add_func("/http_path/query_values_come_back_as_they_were",
			query_values_come_back_as_they_were);
	g_test_add_func("/http_path/lengths_are_digits", lengths_are_digits);
	g_test_add_func("/http_path/lists_are_searched_by_element", lists_are_searched_by_element);
	g_test_add_func("/http_path/bearer_tokens", bearer_tokens);
	g_test_add_func("/http_path/entity_tags_match_weakly", entity_tags_match_weakly);
	g_test_add_func("/http_path/cookies_are_found_by_their_whole_name",
			cookies_are_found_by_their_whole_name);
	g_test_add_func("/http_path/patterns_stand_for_whole_segments",
			patterns_stand_for_whole_segments);
	return g_test_run();
}
