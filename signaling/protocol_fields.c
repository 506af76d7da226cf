#include "signaling/feed_name.h"
#include "signaling/language.h"
#include "signaling/protocol.h"
#include "signaling/text.h"
#include <string.h>

/* What follows the last dot is the key: "lines[3].feed". */
static const json_t *find(const json_t *object, const char *field)
{
	const char *dot = strrchr(field, '.');
	const json_t *value = json_object_get(object, dot != NULL ? dot + 1 : field);
	return json_is_null(value) ? NULL : value;
}

static bool refuse(GError **error, const char *field, const char *what)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "%s: %s", field, what);
	return false;
}

bool field_string(const json_t *object, const char *field, bool required, const char **ret,
		  GError **error)
{
	const json_t *value = find(object, field);
	if (value == NULL)
		return !required || refuse(error, field, "is missing");
	if (!json_is_string(value))
		return refuse(error, field, "isn't a string");
	*ret = json_string_value(value);
	return true;
}

bool field_bool(const json_t *object, const char *field, bool *ret, GError **error)
{
	const json_t *value = find(object, field);
	if (value == NULL)
		return true;
	if (!json_is_boolean(value))
		return refuse(error, field, "isn't true or false");
	*ret = json_is_true(value);
	return true;
}

bool field_integer(const json_t *object, const char *field, bool required, json_int_t minimum,
		   json_int_t maximum, json_int_t *ret, GError **error)
{
	const json_t *value = find(object, field);
	if (value == NULL)
		return !required || refuse(error, field, "is missing");
	if (!json_is_integer(value))
		return refuse(error, field, "isn't an integer");
	json_int_t number = json_integer_value(value);
	if (number < minimum || number > maximum)
		return refuse(error, field, "is out of range");
	*ret = number;
	return true;
}

bool field_participant(const struct request *request, const char *field, bool required,
		       struct participant **ret, GError **error)
{
	const char *id = NULL;
	uint32_t number = 0;
	*ret = NULL;
	if (!field_string(request->message, field, required, &id, error))
		return false;
	if (id == NULL)
		return true;
	if (!participant_parse_id(id, &number))
		return refuse(error, field, "isn't a participant's id");
	*ret = meeting_find(request->participant->meeting, number);
	if (*ret == NULL)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND, "%s: %s isn't here",
			    field, id);
	return *ret != NULL;
}

bool field_role(const json_t *object, const char *field, enum role *ret, GError **error)
{
	const char *name = NULL;
	if (!field_string(object, field, true, &name, error))
		return false;
	return role_from_name(name, ret) || refuse(error, field, "isn't a role");
}

bool field_tag(const char *field, const char *tag, GError **error)
{
	return text_language_valid(tag) ||
	       refuse(error, field, "isn't a BCP 47 tag like fr or zh-Hans");
}

char **field_tags(const json_t *object, const char *field, size_t max, GError **error)
{
	const json_t *list = find(object, field);
	size_t n = json_array_size(list);
	if (list != NULL && (!json_is_array(list) || n > max)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "%s: isn't an array of at most %zu tags", field, max);
		return NULL;
	}
	g_autoptr(GStrvBuilder) tags = g_strv_builder_new();
	for (size_t i = 0; i < n; i++) {
		const char *tag = json_string_value(json_array_get(list, i));
		g_autofree char *entry = g_strdup_printf("%s[%zu]", field, i);
		if (!field_tag(entry, tag != NULL ? tag : "", error))
			return NULL;
		g_autofree char *spelled = language_spell(tag);
		g_strv_builder_add(tags, spelled);
	}
	return g_strv_builder_end(tags);
}

bool field_text(const json_t *object, const char *field, unsigned minimum, unsigned maximum,
		char **ret, GError **error)
{
	const char *raw = NULL;
	if (!field_string(object, field, false, &raw, error))
		return false;
	if (raw != NULL)
		*ret = text_clean(field, raw, minimum, maximum, false, error);
	return raw == NULL || *ret != NULL;
}

#define NAME_MAX_CHARACTERS	    80
#define ORGANISATION_MAX_CHARACTERS 120

bool field_profile(const json_t *object, struct profile *ret, GError **error)
{
	*ret = (struct profile){0};
	if (!field_text(object, "name", 1, NAME_MAX_CHARACTERS, &ret->name, error) ||
	    !field_text(object, "organisation", 0, ORGANISATION_MAX_CHARACTERS, &ret->organisation,
			error) ||
	    !field_text(object, "country", 0, 2, &ret->country, error) ||
	    !field_text(object, "speaks", 0, 35, &ret->speaks, error))
		return false;
	if (ret->country != NULL && ret->country[0] != '\0' && !text_country_valid(ret->country))
		return refuse(error, "country", "isn't an ISO 3166 code like MY");
	if (ret->speaks != NULL && ret->speaks[0] != '\0' && !text_language_valid(ret->speaks))
		return refuse(error, "speaks", "isn't a BCP 47 tag like zh-Hans");
	return true;
}
