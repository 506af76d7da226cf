#include "signaling/http_path.h"
#include "signaling/http_range.h"

#include <string.h>

static void assert_range(const char *range, uint64_t size, enum http_range kind, uint64_t first,
			 uint64_t length)
{
	uint64_t got_first = 99, got_length = 99;
	enum http_range got = http_range_parse(range, size, &got_first, &got_length);
	if (got != kind || got_first != first || got_length != length)
		g_test_message("%s of %zu: %d, %zu+%zu", range, (size_t)size, (int)got,
			       (size_t)got_first, (size_t)got_length);
	g_assert_cmpint((int)got, ==, (int)kind);
	g_assert_cmpuint(got_first, ==, first);
	g_assert_cmpuint(got_length, ==, length);
}

static void parts(void)
{
	assert_range("bytes=0-0", 100, HTTP_RANGE_PART, 0, 1);
	assert_range("bytes=10-19", 100, HTTP_RANGE_PART, 10, 10);
	assert_range("BYTES=10-", 100, HTTP_RANGE_PART, 10, 90);
	assert_range("bytes= 99-200 ", 100, HTTP_RANGE_PART, 99, 1);
	assert_range("bytes=-1", 100, HTTP_RANGE_PART, 99, 1);
	assert_range("bytes=-100", 100, HTTP_RANGE_PART, 0, 100);
	assert_range("bytes=-1000", 100, HTTP_RANGE_PART, 0, 100);
	assert_range("bytes=0-99999999999999999999999", 100, HTTP_RANGE_PART, 0, 100);
	/* beyond 2 GB and 4 GB */
	assert_range("bytes=5368709120-5368709129", (uint64_t)6 << 30, HTTP_RANGE_PART, 5368709120,
		     10);
}

static void beyond_the_end(void)
{
	assert_range("bytes=100-", 100, HTTP_RANGE_BEYOND, 0, 0);
	assert_range("bytes=100-200", 100, HTTP_RANGE_BEYOND, 0, 0);
	assert_range("bytes=99999999999999999999999-", 100, HTTP_RANGE_BEYOND, 0, 0);
	assert_range("bytes=18446744073709551616-", 100, HTTP_RANGE_BEYOND, 0, 0);
	assert_range("bytes=-0", 100, HTTP_RANGE_BEYOND, 0, 0);
	assert_range("bytes=0-0", 0, HTTP_RANGE_BEYOND, 0, 0);
	assert_range("bytes=-5", 0, HTTP_RANGE_BEYOND, 0, 0);
}

/* RFC 9110, section 14.2: what is invalid, or not supported, is ignored. */
static void nonsense_is_the_whole(void)
{
	static const char *const texts[] = {
		"",	      "bytes",	    "bytes=",	     "bytes=-",
		"bytes=a-b",  "bytes=5-4",  "bytes=0-1,5-6", "bytes=0-1,",
		"bytes=1",    "bytes=--1",  "bytes=1--2",    "bytes=+1-2",
		"bytes=1-+2", "lines=0-1",  "bytes 0-1",     "bytes=0x1-2",
		"bytes=0-1;", " bytes=0-1", "bytes=0 - 1",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_range(texts[i], 100, HTTP_RANGE_WHOLE, 0, 100);
	assert_range(NULL, 100, HTTP_RANGE_WHOLE, 0, 100);
	assert_range(NULL, 0, HTTP_RANGE_WHOLE, 0, 0);
}

static void if_range_is_strong(void)
{
	g_assert_true(http_if_range_holds(NULL, "\"a\""));
	g_assert_true(http_if_range_holds("\"a\"", "\"a\""));
	g_assert_false(http_if_range_holds("W/\"a\"", "\"a\""));
	g_assert_false(http_if_range_holds("\"b\"", "\"a\""));
	g_assert_false(http_if_range_holds("Wed, 21 Oct 2015 07:28:00 GMT", "\"a\""));
}

static void assert_name(const char *name, const char *expected)
{
	g_autofree char *disposition = http_disposition(name);
	g_assert_cmpstr(disposition, ==, expected);
}

static void names_of_downloads(void)
{
	assert_name("slides.pdf", "attachment; filename=\"slides.pdf\"");
	assert_name("a b.pdf", "attachment; filename=\"a b.pdf\"");
	assert_name("声 é.pdf", "attachment; filename=\"_ _.pdf\"; "
				"filename*=UTF-8''%E5%A3%B0%20%C3%A9.pdf");
	assert_name("😀", "attachment; filename=\"_\"; filename*=UTF-8''%F0%9F%98%80");
	assert_name("50%41.txt",
		    "attachment; filename=\"50_41.txt\"; filename*=UTF-8''50%2541.txt");
	/* nothing that ends the header, the quotes, the folder */
	assert_name("a\"b\\c\r\nX: y", "attachment; filename=\"a_b_cX_ y\"");
	assert_name("../../etc/passwd", "attachment; filename=\"_.._etc_passwd\"");
	assert_name("/", "attachment; filename=\"_\"");
	assert_name("..", "attachment; filename=\"file\"");
	assert_name(" . ", "attachment; filename=\"file\"");
	assert_name("", "attachment; filename=\"file\"");
	assert_name("report\xe2\x80\xae"
		    "fdp.exe",
		    "attachment; filename=\"reportfdp.exe\"");
	assert_name("\xff.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%EF%BF%BD.txt");
}

static void long_names_end_within_no_character(void)
{
	GString *name = g_string_new(NULL);
	for (unsigned i = 0; i < 200; i++)
		g_string_append(name, "声");
	g_autofree char *clean = http_file_name(name->str);
	g_assert_cmpuint(strlen(clean), <, 255);
	g_assert_cmpuint(strlen(clean), >, 100);
	g_assert_true(g_utf8_validate(clean, -1, NULL));
	g_string_free(name, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http_range/parts", parts);
	g_test_add_func("/http_range/beyond_the_end", beyond_the_end);
	g_test_add_func("/http_range/nonsense_is_the_whole", nonsense_is_the_whole);
	g_test_add_func("/http_range/if_range_is_strong", if_range_is_strong);
	g_test_add_func("/http_range/names_of_downloads", names_of_downloads);
	g_test_add_func("/http_range/long_names_end_within_no_character",
			long_names_end_within_no_character);
	return g_test_run();
}
