/* Links that the secretariat's page gives out, and takes back. Main thread. */
#pragma once

#include "signaling/meeting.h"
#include <jansson.h>

/* {"url"} for {"role", "name", "languages", "booth", "understands", "pivot", "days"}; asker: whose
 * token it was. NULL: the error names the field. */
json_t *api_link(struct meetings *meetings, const struct store_meeting *row,
		 const struct token *asker, const json_t *body, GError **error);
/* The links of this role that were given out for the meeting stop working; who is in stays. Not
 * those of one's own kind: whoever asks would have locked themselves out. */
bool api_links_withdraw(struct meetings *meetings, const struct store_meeting *row,
			const struct token *asker, enum role role, GError **error);
