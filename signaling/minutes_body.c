#include "signaling/minutes_body.h"
#include "signaling/minutes_time.h"
#include "signaling/text.h"
#include <string.h>

#define NAME_MAX_LENGTH 200

enum kind {
	LINE,	 /* a text without line breaks */
	LINES,	 /* with them */
	COUNTRY, /* "" or ISO 3166-1 alpha-2 */
	ZONE,	 /* "" or one that this machine knows */
	NUMBER,	 /* 0 to most */
	IDS,	 /* an array of numbers from 1 up, none twice */
	NAMES,	 /* an array of LINE */
	OBJECT,
	OBJECTS, /* an array of them */
};

struct field {
	const char *name; /* NULL: the end of a form */
	enum kind kind;
	gint64 most;		    /* characters, or the number itself, or entries */
	const struct field *fields; /* of an object */
};

static const struct field place_form[] = {
	{"country", COUNTRY, 0, NULL}, {"zone", ZONE, 0, NULL}, {NULL, 0, 0, NULL}};

static const struct field time_form[] = {
	{"starts", NUMBER, G_GINT64_CONSTANT(253402300799), NULL}, /* the end of 9999 */
	{"minutes", NUMBER, 7 * 24 * 60, NULL},
	{"zone", ZONE, 0, NULL},
	{"places", OBJECTS, 100, place_form},
	{NULL, 0, 0, NULL}};

static const struct field part_form[] = {{"sharer", LINE, NAME_MAX_LENGTH, NULL},
					 {"subject", LINE, 300, NULL},
					 {"contents", LINES, 50000, NULL},
					 {NULL, 0, 0, NULL}};

static const struct field question_form[] = {{"question", LINES, 4000, NULL},
					     {"by", LINE, NAME_MAX_LENGTH, NULL},
					     {"answer", LINES, 10000, NULL},
					     {"answeredBy", LINE, NAME_MAX_LENGTH, NULL},
					     {NULL, 0, 0, NULL}};

static const struct field participant_form[] = {{"name", LINE, NAME_MAX_LENGTH, NULL},
						{"organisation", LINE, NAME_MAX_LENGTH, NULL},
						{"country", COUNTRY, 0, NULL},
						{NULL, 0, 0, NULL}};

static const struct field form[] = {{"theme", LINE, 300, NULL},
				    {"time", OBJECT, 0, time_form},
				    {"venue", LINE, 300, NULL},
				    {"parts", OBJECTS, 100, part_form},
				    {"questions", OBJECTS, 300, question_form},
				    {"participants", OBJECTS, 2000, participant_form},
				    {"recorders", NAMES, 50, NULL},
				    {"attachments", IDS, 200, NULL},
				    {NULL, 0, 0, NULL}};

static json_t *refuse(GError **error, const char *path, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static json_t *refuse(GError **error, const char *path, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *reason = g_strdup_vprintf(format, values);
	va_end(values);
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "%s: %s",
		    *path ? path : "body", reason);
	return NULL;
}

static json_t *check_object(const json_t *raw, const struct field *fields, const char *path,
			    GError **error);

static json_t *check_line(const json_t *raw, const struct field *field, const char *path,
			  GError **error)
{
	const char *text = json_string_value(raw);
	if (text == NULL)
		return refuse(error, path, "is no text");
	g_autofree char *clean =
		text_clean(path, text, 0, (unsigned)field->most, field->kind == LINES, error);
	return clean != NULL ? json_string(clean) : NULL;
}

static json_t *check_code(const json_t *raw, const struct field *field, const char *path,
			  GError **error)
{
	const char *text = json_string_value(raw);
	if (text == NULL)
		return refuse(error, path, "is no text");
	if (*text == '\0')
		return json_string("");
	if (field->kind == COUNTRY && !text_country_valid(text))
		return refuse(error, path, "is no country's code of two capitals (ISO 3166-1)");
	if (field->kind == ZONE && !minutes_zone_valid(text))
		return refuse(error, path, "is no time zone like Asia/Shanghai (IANA)");
	return json_string(text);
}

static json_t *check_number(const json_t *raw, gint64 least, gint64 most, const char *path,
			    GError **error)
{
	if (!json_is_integer(raw))
		return refuse(error, path, "is no whole number");
	gint64 value = json_integer_value(raw);
	if (value < least || value > most)
		return refuse(error, path, "is not from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
			      least, most);
	return json_integer(value);
}

static bool has_number(const json_t *array, const json_t *number)
{
	size_t i;
	json_t *one;
	json_array_foreach(array, i, one) if (json_equal(one, number)) return true;
	return false;
}

static json_t *check_entry(const json_t *raw, const struct field *field, const json_t *before,
			   const char *path, GError **error)
{
	if (field->kind == OBJECTS)
		return check_object(raw, field->fields, path, error);
	if (field->kind == NAMES) {
		const struct field name = {field->name, LINE, NAME_MAX_LENGTH, NULL};
		return check_line(raw, &name, path, error);
	}
	json_t *id = check_number(raw, 1, G_MAXINT64, path, error);
	if (id == NULL || !has_number(before, id))
		return id;
	json_decref(id);
	return refuse(error, path, "is there twice");
}

static json_t *check_array(const json_t *raw, const struct field *field, const char *path,
			   GError **error)
{
	if (!json_is_array(raw))
		return refuse(error, path, "is no array");
	if (json_array_size(raw) > (size_t)field->most)
		return refuse(error, path, "%zu entries, at most %" G_GINT64_FORMAT " are allowed",
			      json_array_size(raw), field->most);
	json_t *array = json_array(), *entry;
	size_t i;
	json_array_foreach(raw, i, entry)
	{
		g_autofree char *inner = g_strdup_printf("%s[%zu]", path, i);
		json_t *kept = check_entry(entry, field, array, inner, error);
		if (kept == NULL) {
			json_decref(array);
			return NULL;
		}
		json_array_append_new(array, kept);
	}
	return array;
}

static json_t *check_field(const json_t *raw, const struct field *field, const char *path,
			   GError **error)
{
	switch (field->kind) {
	case LINE:
	case LINES:
		return check_line(raw, field, path, error);
	case COUNTRY:
	case ZONE:
		return check_code(raw, field, path, error);
	case NUMBER:
		return check_number(raw, 0, field->most, path, error);
	case OBJECT:
		return check_object(raw, field->fields, path, error);
	default:
		return check_array(raw, field, path, error);
	}
}

/* The name is the client's: it may hold anything, and be long. */
static bool knows(const struct field *fields, const json_t *raw, const char *path, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)raw, name, value)
	{
		const struct field *field = fields;
		while (field->name != NULL && strcmp(field->name, name) != 0)
			field++;
		if (field->name != NULL)
			continue;
		g_autofree char *quoted = g_utf8_make_valid(name, (gssize)MIN(strlen(name), 40));
		refuse(error, path, "has a field \"%s\", which isn't in the form", quoted);
		return false;
	}
	return true;
}

static json_t *check_object(const json_t *raw, const struct field *fields, const char *path,
			    GError **error)
{
	if (!json_is_object(raw))
		return refuse(error, path, "is no object");
	if (!knows(fields, raw, path, error))
		return NULL;
	json_t *object = json_object();
	for (const struct field *field = fields; field->name != NULL; field++) {
		g_autofree char *inner =
			g_strdup_printf("%s%s%s", path, *path ? "." : "", field->name);
		const json_t *value = json_object_get(raw, field->name);
		json_t *kept = value != NULL ? check_field(value, field, inner, error)
					     : refuse(error, inner, "is missing");
		if (kept == NULL) {
			json_decref(object);
			return NULL;
		}
		json_object_set_new(object, field->name, kept);
	}
	return object;
}

json_t *minutes_body_check(const json_t *raw, GError **error)
{
	return check_object(raw, form, "", error);
}

json_t *minutes_body_parse(const char *text, size_t length, GError **error)
{
	if (length > MINUTES_BODY_BYTES)
		return refuse(error, "", "more than %d bytes", MINUTES_BODY_BYTES);
	json_error_t problem;
	/* jansson refuses what isn't UTF-8, and NUL in a text. */
	json_t *raw = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
	if (raw == NULL) {
		/* It quotes what came, cut within a character. */
		g_autofree char *words = g_utf8_make_valid(problem.text, -1);
		return refuse(error, "", "is no JSON: %s", words);
	}
	json_t *body = minutes_body_check(raw, error);
	json_decref(raw);
	return body;
}

const char *minutes_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL ? text : "";
}
