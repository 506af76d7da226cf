/* Links that the secretariat's page gives out. Main thread. */
#pragma once

#include "signaling/meeting.h"
#include <jansson.h>

/* {"url"} for {"role", "name", "languages", "booth", "understands", "pivot", "days"}; asker: whose
 * token it was. NULL: the error names the field. */
json_t *api_link(struct meetings *meetings, const struct store_meeting *row,
		 const struct token *asker, const json_t *body, GError **error);
