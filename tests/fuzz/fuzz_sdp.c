/* An offer, read and answered: what a participant may send. */
#include "signaling/sdp.h"

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	struct sdp_offer *offer = sdp_offer_parse(text, NULL);
	if (offer != NULL) {
		struct sdp_answer_line lines[SDP_MAX_LINES] = {0};
		struct sdp_answer answer = {
			.ufrag = "u", .password = "p", .cname = "c", .lines = lines};
		for (unsigned i = 0; i < offer->n_lines; i++) {
			const struct sdp_line *line = &offer->lines[i];
			if (line->rejected || line->n_codecs == 0)
				continue;
			lines[i].use = line->sends ? SDP_USE_PUBLICATION : SDP_USE_SLOT;
			lines[i].stream[0] = 's';
			lines[i].ssrc = 1;
			lines[i].n_codecs = line->n_codecs;
			for (unsigned c = 0; c < line->n_codecs; c++)
				lines[i].codecs[c] = line->codecs[c];
			for (unsigned e = 0; e < EXTENSION_COUNT; e++)
				lines[i].extension[e] = line->extension[e] != 0;
		}
		g_free(sdp_answer_write(offer, &answer));
	}
	sdp_offer_free(offer);
	return 0;
}
