#include "signaling/attachment_type.h"

#include <string.h>

#define TEXT_LOOK    65536	/* of a text that is looked at */
#define DIRECTORY    (1u << 20) /* of a zip file's list of contents */
#define END_OF_ZIP   22		/* bytes of the end record without its comment */
#define COMMENT_MAX  65535
#define LOCAL_HEADER 30
#define ENTRY	     46

enum { PDF, PNG, JPEG, GIF, WEBP, PPTX, DOCX, XLSX, ODP, ODT, ODS, TEXT, MARKDOWN, CSV };

#define OOXML "application/vnd.openxmlformats-officedocument."
#define ODF   "application/vnd.oasis.opendocument."

static const struct attachment_kind kinds[] = {
	[PDF] = {"application/pdf", {".pdf"}},
	[PNG] = {"image/png", {".png"}},
	[JPEG] = {"image/jpeg", {".jpg", ".jpeg"}},
	[GIF] = {"image/gif", {".gif"}},
	[WEBP] = {"image/webp", {".webp"}},
	[PPTX] = {OOXML "presentationml.presentation", {".pptx"}},
	[DOCX] = {OOXML "wordprocessingml.document", {".docx"}},
	[XLSX] = {OOXML "spreadsheetml.sheet", {".xlsx"}},
	[ODP] = {ODF "presentation", {".odp"}},
	[ODT] = {ODF "text", {".odt"}},
	[ODS] = {ODF "spreadsheet", {".ods"}},
	[TEXT] = {"text/plain; charset=utf-8", {".txt"}},
	[MARKDOWN] = {"text/markdown; charset=utf-8", {".md"}},
	[CSV] = {"text/csv; charset=utf-8", {".csv"}},
};

static uint32_t number(const uint8_t *bytes, unsigned n)
{
	uint32_t value = 0;
	for (unsigned i = n; i-- > 0;)
		value = value << 8 | bytes[i];
	return value;
}

static bool ends_like(const char *name, const char *ending)
{
	size_t length = strlen(name), n = strlen(ending);
	return length > n && g_ascii_strcasecmp(name + length - n, ending) == 0;
}

static bool has_ending(const struct attachment_kind *kind, const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kind->endings) && kind->endings[i] != NULL; i++)
		if (ends_like(name, kind->endings[i]))
			return true;
	return false;
}

/* ---- Zip: APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.16. Without zip64, which begins at 4 GB. ----
 */

/* The list of contents, from the file's end; NULL: it has none. Free it. */
static uint8_t *read_directory(const struct attachment_source *source, uint32_t *ret_size)
{
	uint64_t tail = MIN(source->size, END_OF_ZIP + COMMENT_MAX);
	if (tail < END_OF_ZIP)
		return NULL;
	g_autofree uint8_t *bytes = g_malloc(tail);
	if (!source->read(source->user, source->size - tail, bytes, tail))
		return NULL;
	for (size_t i = (size_t)tail - END_OF_ZIP + 1; i-- > 0;) {
		const uint8_t *end = bytes + i;
		if (memcmp(end, "PK\5\6", 4) != 0 ||
		    i + END_OF_ZIP + number(end + 20, 2) != (size_t)tail)
			continue;
		uint32_t size = number(end + 12, 4), offset = number(end + 16, 4);
		if (size > DIRECTORY || size < ENTRY ||
		    (uint64_t)offset + size > source->size - tail + i)
			return NULL;
		g_autofree uint8_t *directory = g_malloc(size);
		if (!source->read(source->user, offset, directory, size))
			return NULL;
		*ret_size = size;
		return g_steal_pointer(&directory);
	}
	return NULL;
}

static bool is_called(const uint8_t *entry, uint32_t length, const char *name)
{
	return length == strlen(name) && memcmp(entry + ENTRY, name, length) == 0;
}

static bool holds_macros(const uint8_t *entry, uint32_t length)
{
	static const char macros[] = "/vbaProject.bin";
	uint32_t n = sizeof macros - 1;
	return length >= n && memcmp(entry + ENTRY + length - n, macros, n) == 0;
}

static const struct attachment_kind *kind_of_directory(const uint8_t *directory, uint32_t size)
{
	const struct attachment_kind *kind = NULL;
	bool types = false, macros = false;
	for (uint32_t at = 0; size - at >= ENTRY && memcmp(directory + at, "PK\1\2", 4) == 0;) {
		const uint8_t *entry = directory + at;
		uint32_t length = number(entry + 28, 2);
		uint32_t whole = ENTRY + length + number(entry + 30, 2) + number(entry + 32, 2);
		if (whole > size - at)
			return NULL;
		types |= is_called(entry, length, "[Content_Types].xml");
		macros |= holds_macros(entry, length);
		if (is_called(entry, length, "ppt/presentation.xml"))
			kind = &kinds[PPTX];
		else if (is_called(entry, length, "word/document.xml"))
			kind = &kinds[DOCX];
		else if (is_called(entry, length, "xl/workbook.xml"))
			kind = &kinds[XLSX];
		at += whole;
	}
	return types && !macros ? kind : NULL;
}

/* OpenDocument 1.3, part 2, section 3.3: the first member is called mimetype, is not compressed,
 * and says it. */
static const struct attachment_kind *kind_of_first(const uint8_t *head, size_t size)
{
	static const char member[] = "mimetype";
	size_t name = sizeof member - 1;
	if (size < LOCAL_HEADER + name || number(head + 8, 2) != 0 ||
	    number(head + 26, 2) != name || memcmp(head + LOCAL_HEADER, member, name) != 0)
		return NULL;
	size_t begin = LOCAL_HEADER + name + number(head + 28, 2), length = number(head + 18, 4);
	for (unsigned i = ODP; i <= ODS; i++)
		if (length == strlen(kinds[i].type) && begin + length <= size &&
		    memcmp(head + begin, kinds[i].type, length) == 0)
			return &kinds[i];
	return NULL;
}

static const struct attachment_kind *kind_of_zip(const struct attachment_source *source,
						 const uint8_t *head, size_t size)
{
	uint32_t length;
	g_autofree uint8_t *directory = read_directory(source, &length);
	if (directory == NULL)
		return NULL;
	const struct attachment_kind *kind = kind_of_first(head, size);
	return kind != NULL ? kind : kind_of_directory(directory, length);
}

/* ---- Texts ---- */

static bool is_text(const struct attachment_source *source)
{
	size_t size = (size_t)MIN(source->size, TEXT_LOOK);
	g_autofree uint8_t *bytes = g_malloc(size + 1);
	const char *valid;
	if (size == 0 || !source->read(source->user, 0, bytes, size))
		return false;
	for (size_t i = 0; i < size; i++)
		if ((bytes[i] < 0x20 && strchr("\t\n\r\f", bytes[i]) == NULL) || bytes[i] == 0 ||
		    bytes[i] == 0x7f)
			return false;
	if (g_utf8_validate_len((const char *)bytes, size, &valid))
		return true;
	/* Where the look ends it may end within a character. */
	return size < source->size && (const char *)bytes + size - valid < 4;
}

const struct attachment_kind *attachment_kind_of(const struct attachment_source *source,
						 const char *name)
{
	static const struct {
		const char *magic;
		size_t length;
		unsigned kind;
	} magics[] = {
		{"%PDF-", 5, PDF},	   {"\x89PNG\r\n\x1a\n", 8, PNG},
		{"\xff\xd8\xff", 3, JPEG}, {"GIF87a", 6, GIF},
		{"GIF89a", 6, GIF},
	};
	uint8_t head[256] = {0};
	size_t size = (size_t)MIN(source->size, sizeof head);
	if (size == 0 || !source->read(source->user, 0, head, size))
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(magics); i++)
		if (size > magics[i].length && memcmp(head, magics[i].magic, magics[i].length) == 0)
			return &kinds[magics[i].kind];
	if (size > 12 && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0)
		return &kinds[WEBP];
	if (size > 4 && memcmp(head, "PK\3\4", 4) == 0)
		return kind_of_zip(source, head, size);
	for (unsigned i = TEXT; i <= CSV; i++)
		if (has_ending(&kinds[i], name))
			return is_text(source) ? &kinds[i] : NULL;
	return NULL;
}

char *attachment_name(const struct attachment_kind *kind, const char *name)
{
	return has_ending(kind, name) ? g_strdup(name) : g_strconcat(name, kind->endings[0], NULL);
}
