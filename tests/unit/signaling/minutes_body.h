/* A whole body in the alliance's form, for tests of minutes. */
#pragma once

#include "signaling/minutes_body.h"
#include <glib.h>
#include <stdlib.h>
#include <string.h>

static G_GNUC_UNUSED const char whole_body[] =
	"{\"theme\":\"你打算如何走下去？\",\"time\":{\"starts\":1590717600,\"minutes\":120,"
	"\"zone\":\"Asia/Shanghai\",\"places\":[{\"country\":\"CN\",\"zone\":\"Asia/Shanghai\"},"
	"{\"country\":\"US\",\"zone\":\"America/New_York\"}]},\"venue\":\"Online\","
	"\"parts\":[{\"sharer\":\"Yang Ling\",\"subject\":\"Hello, neighbor\","
	"\"contents\":\"First.\\nSecond.\\n\\n- one\\n- two\"}],"
	"\"questions\":[{\"question\":\"Why?\",\"by\":\"Ana\",\"answer\":\"Because.\","
	"\"answeredBy\":\"Li\"}],"
	"\"participants\":[{\"name\":\"Maisara\",\"organisation\":\"Union\",\"country\":\"TR\"}],"
	"\"recorders\":[\"Ana\",\"Li\"],\"attachments\":[2,1]}";

static G_GNUC_UNUSED json_t *body_from(const char *text)
{
	GError *error = NULL;
	json_t *body = minutes_body_parse(text, strlen(text), &error);
	g_assert_no_error(error);
	return body;
}

/* The whole body with one of its fields changed; a path like "parts.0.contents". */
static G_GNUC_UNUSED json_t *body_with(const char *path, json_t *value)
{
	json_t *body = json_loads(whole_body, 0, NULL), *at = body;
	char **names = g_strsplit(path, ".", -1);
	size_t i;
	for (i = 0; names[i + 1] != NULL; i++)
		at = json_is_array(at) ? json_array_get(at, strtoul(names[i], NULL, 10))
				       : json_object_get(at, names[i]);
	if (json_is_array(at))
		json_array_set_new(at, strtoul(names[i], NULL, 10), value);
	else
		json_object_set_new(at, names[i], value);
	g_strfreev(names);
	return body;
}

/* What writers are given. */
static G_GNUC_UNUSED json_t *sheet_with(const char *language, json_t *body)
{
	return json_pack("{s:s, s:s, s:i, s:b, s:I, s:[{s:i, s:s}], s:o}", "language", language,
			 "link", "https://meet.example.org/archive/demo", "version", 3, "published",
			 1, "at", (json_int_t)1590800000000, "attachments", "id", 1, "name",
			 "slides.pdf", "body", body);
}
