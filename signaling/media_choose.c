#include "signaling/media_choose.h"

/* What the meeting allows of what was offered, the meeting's favourite first. */
void media_choose_codecs(const struct media_policy *policy, const struct sdp_line *line,
			 struct sdp_answer_line *answer)
{
	static const enum codec sound[] = {CODEC_OPUS, CODEC_NONE};
	const enum codec *wanted = line->kind == MEDIA_AUDIO ? sound : policy->video_codecs;
	size_t n = line->kind == MEDIA_AUDIO ? G_N_ELEMENTS(sound)
					     : G_N_ELEMENTS(policy->video_codecs);
	for (size_t w = 0; w < n && wanted[w] != CODEC_NONE; w++)
		for (unsigned c = 0; c < line->n_codecs; c++)
			if (line->codecs[c].codec == wanted[w])
				answer->codecs[answer->n_codecs++] = line->codecs[c];
}

void media_choose_extensions(const struct sdp_line *line, struct sdp_answer_line *answer)
{
	bool publication = answer->use == SDP_USE_PUBLICATION, used = answer->use != SDP_USE_IDLE;
	bool av1 = false;
	for (unsigned i = 0; i < answer->n_codecs; i++)
		av1 |= answer->codecs[i].codec == CODEC_AV1;
	const bool wanted[EXTENSION_COUNT] = {
		[EXTENSION_MID] = true,
		[EXTENSION_RID] = publication && line->n_rids > 0,
		[EXTENSION_REPAIRED_RID] = publication && line->n_rids > 0,
		[EXTENSION_AUDIO_LEVEL] = used && line->kind == MEDIA_AUDIO,
		[EXTENSION_TRANSPORT_CC] = publication && answer->codecs[0].transport_cc,
		/* Transport-wide feedback says more than this does. */
		[EXTENSION_ABS_SEND_TIME] = publication && !answer->codecs[0].transport_cc,
		/* Firefox can't turn a picture by it: unless it is refused, phones would be seen
		   lying on their side. */
		[EXTENSION_VIDEO_ORIENTATION] = false,
		[EXTENSION_DEPENDENCY_DESCRIPTOR] = used && av1,
	};
	enum sdp_direction way = publication ? SDP_SENDONLY : SDP_RECVONLY;
	for (unsigned e = 0; e < EXTENSION_COUNT; e++) {
		enum sdp_direction said = line->extension_direction[e];
		answer->extension[e] = wanted[e] && line->extension[e] != 0 &&
				       (said == SDP_UNSAID || said == SDP_SENDRECV || said == way);
	}
}
