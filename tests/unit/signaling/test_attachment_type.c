#include "signaling/attachment_type.h"

#include <string.h>

struct memory {
	const uint8_t *bytes;
	uint64_t size, readable; /* what is beyond readable can't be read */
};

static bool read_memory(void *user, uint64_t offset, uint8_t *out, size_t length)
{
	const struct memory *memory = user;
	g_assert_cmpuint(offset, <=, memory->size);
	g_assert_cmpuint(length, <=, memory->size - offset); /* no more than there is */
	if (offset + length > memory->readable)
		return false;
	memcpy(out, memory->bytes + offset, length);
	return true;
}

static const struct attachment_kind *kind_of(const void *bytes, size_t size, const char *name)
{
	struct memory memory = {bytes, size, size};
	const struct attachment_source source = {size, read_memory, &memory};
	return attachment_kind_of(&source, name);
}

static void assert_kind(const void *bytes, size_t size, const char *name, const char *type)
{
	const struct attachment_kind *kind = kind_of(bytes, size, name);
	g_assert_cmpstr(kind ? kind->type : NULL, ==, type);
}

static void assert_text(const char *text, const char *name, const char *type)
{
	assert_kind(text, strlen(text), name, type);
}

static char *corpus(const char *name, gsize *ret_size)
{
	char *data;
	g_autofree char *path =
		g_build_filename(SOURCE_ROOT, "tests/fuzz/corpus/attachment", name, NULL);
	g_assert_true(g_file_get_contents(path, &data, ret_size, NULL));
	return data;
}

static void assert_corpus(const char *name, const char *type)
{
	gsize size;
	g_autofree char *data = corpus(name, &size);
	assert_kind(data, size, "whatever", type);
}

static void plain_kinds(void)
{
	assert_text("%PDF-1.4\n", "a.exe", "application/pdf");
	assert_text("\x89PNG\r\n\x1a\n...", "", "image/png");
	assert_text("\xff\xd8\xff\xe0", "a.txt", "image/jpeg");
	assert_text("GIF89a.", "", "image/gif");
	assert_text("GIF87a.", "", "image/gif");
	assert_kind("RIFF\1\0\0\0WEBPVP8 ", 16, "", "image/webp");
	assert_kind("RIFF\1\0\0\0WAVEfmt ", 16, "a.webp", NULL);
	assert_text("%PD", "a.pdf", NULL);
	assert_text("\x7f"
		    "ELF",
		    "a.pdf", NULL);
	assert_text("", "a.txt", NULL);
}

static void texts_go_by_their_name(void)
{
	assert_text("声 é\r\n\tx", "a.txt", "text/plain; charset=utf-8");
	assert_text("# x", "A.MD", "text/markdown; charset=utf-8");
	assert_text("a,b", "a.csv", "text/csv; charset=utf-8");
	assert_text("<html>", "a.html", NULL);
	assert_text("x", ".txt", NULL);
	assert_text("x", "txt", NULL);
	assert_text("\xff\xfe", "a.txt", NULL);
	assert_text("a\x01", "a.txt", NULL);
	assert_text("a\x1b[2J", "a.txt", NULL);
	assert_kind("a\0b", 3, "a.txt", NULL);
	assert_text("cut \xe5\xa3", "a.txt", NULL);
}

/* The look ends within a character, but the text doesn't. */
static void long_texts(void)
{
	GString *text = g_string_new("x");
	while (text->len < 100000)
		g_string_append(text, "声");
	assert_text(text->str, "a.txt", "text/plain; charset=utf-8");
	text->str[60000] = (char)0xff;
	assert_text(text->str, "a.txt", NULL);
	g_string_free(text, TRUE);
}

static void office(void)
{
#define OOXML "application/vnd.openxmlformats-officedocument."
#define ODF   "application/vnd.oasis.opendocument."
	assert_corpus("pptx", OOXML "presentationml.presentation");
	assert_corpus("docx", OOXML "wordprocessingml.document");
	assert_corpus("xlsx", OOXML "spreadsheetml.sheet");
	assert_corpus("odp", ODF "presentation");
	assert_corpus("odt", ODF "text");
	assert_corpus("ods", ODF "spreadsheet");
	assert_corpus("macros", NULL);
	assert_corpus("epub", NULL);
	assert_corpus("zip", NULL);
}

static void cut_anywhere(void)
{
	static const char *const names[] = {"pptx", "docx", "odp"};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		gsize size;
		g_autofree char *data = corpus(names[i], &size);
		for (gsize n = 0; n < size; n++)
			assert_kind(data, n, "a", NULL);
		/* and each byte wrong: whatever it is, nothing is read beyond */
		for (gsize n = 0; n < size; n++) {
			data[n] = (char)~data[n];
			kind_of(data, size, "a");
			data[n] = (char)~data[n];
		}
		struct memory memory = {(const uint8_t *)data, size, size - 1};
		const struct attachment_source source = {size, read_memory, &memory};
		g_assert_null(attachment_kind_of(&source, "a"));
	}
}

static void names_get_the_right_ending(void)
{
	const struct attachment_kind *jpeg = kind_of("\xff\xd8\xff\xe0", 4, "");
	static const struct {
		const char *name, *kept;
	} names[] = {{"a.jpg", "a.jpg"}, {"a.JPEG", "a.JPEG"}, {"a.exe", "a.exe.jpg"},
		     {"a", "a.jpg"},	 {".jpg", ".jpg.jpg"}, {"a.jpg.html", "a.jpg.html.jpg"}};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *name = attachment_name(jpeg, names[i].name);
		g_assert_cmpstr(name, ==, names[i].kept);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/attachment_type/plain_kinds", plain_kinds);
	g_test_add_func("/attachment_type/texts_go_by_their_name", texts_go_by_their_name);
	g_test_add_func("/attachment_type/long_texts", long_texts);
	g_test_add_func("/attachment_type/office", office);
	g_test_add_func("/attachment_type/cut_anywhere", cut_anywhere);
	g_test_add_func("/attachment_type/names_get_the_right_ending", names_get_the_right_ending);
	return g_test_run();
}
