/* What we agree to of an offered m-line: its codecs and header extensions. Leaf of media_session.c.
 */
#pragma once

#include "signaling/media_session.h"
#include "signaling/sdp.h"

/* What the meeting allows of what was offered, the meeting's favourite first. */
void media_choose_codecs(const struct media_policy *policy, const struct sdp_line *line,
			 struct sdp_answer_line *answer);
/* After the codecs. */
void media_choose_extensions(const struct sdp_line *line, struct sdp_answer_line *answer);
