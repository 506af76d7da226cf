/*
 * One connection's negotiation. All that an offer may change is a value, struct state: an offer
 * works on a copy, which becomes the session's own when the relay has taken it. So an offer that
 * fails has changed nothing.
 */
#include "signaling/media_session.h"
#include "signaling/media_choose.h"
#include "signaling/sdp.h"

#include <stddef.h>
#include <string.h>
#include <sys/random.h>

#define MAX_CANDIDATES 32

/* Within which of a browser's streams a slot is shown; OWN: one of its own. */
enum stream { STREAM_OWN, STREAM_STAGE, STREAM_SCREEN };

/*
 * The description's slots come last, and a session keeps no more of it than the slots that there
 * are: most people have two or three, of 64 that there may be.
 */
struct state {
	bool in_relay;
	struct transport_credentials credentials;
	char remote_password[ICE_PASSWORD_MAX + 1];
	uint8_t streams[PEER_MAX_SLOTS];
	uint64_t sdp_id;
	unsigned sdp_version;
	struct peer_description description;
};

struct media_session {
	struct relay *relay;
	uint32_t room;
	struct media_policy policy;
	struct state *state; /* cut off behind its slots */
	/* What an ICE restart by fragment is answered with, before the credentials (RFC 9725,
	 * section 4.3.2); NULL before an offer. */
	char *fragment_head;
};

static size_t used_size(const struct state *state)
{
	return offsetof(struct state, description.slots) +
	       state->description.n_slots * sizeof state->description.slots[0];
}

static void keep_state(struct media_session *session, const struct state *state)
{
	g_free(session->state);
	session->state = g_memdup2(state, used_size(state));
}

/* Whole again, to be planned with. */
static struct state *copy_state(const struct media_session *session)
{
	struct state *state = g_new0(struct state, 1);
	memcpy(state, session->state, used_size(session->state));
	return state;
}

/* Unguessable letters of RFC 8839's ice-char: 6 bits each. */
static void random_text(char *out, size_t length)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t bytes[64];
	g_assert(length <= sizeof bytes);
	/* Up to 256 bytes getrandom is never interrupted and never short (getrandom(2)). */
	ssize_t got = getrandom(bytes, length, 0);
	g_assert(got == (ssize_t)length);
	for (size_t i = 0; i < length; i++)
		out[i] = letters[bytes[i] & 63];
	out[length] = '\0';
}

static bool fail(GError **error, enum signaling_error code, const char *mid, const char *attribute,
		 const char *what)
{
	g_set_error(error, SIGNALING_ERROR, code, "sdp: mid %s: %s: %s", mid, attribute, what);
	return false;
}

static bool relay_result(enum err err, GError **error)
{
	if (err == OK)
		return true;
	g_set_error(error, SIGNALING_ERROR,
		    err == ERR_FULL ? SIGNALING_ERROR_BUSY : SIGNALING_ERROR_INTERNAL,
		    err == ERR_FULL ? "relay: busy, try again (%s)" : "relay: %s", err_name(err));
	return false;
}

/* Who comes is asked when they join; who is here may not publish more while the relay sheds. */
static bool may_publish_more(const struct media_session *session, const struct state *next,
			     GError **error)
{
	const struct peer_description *before = &session->state->description,
				      *now = &next->description;
	if (!next->in_relay || now->n_publications <= before->n_publications ||
	    session->policy.interprets || !relay_sheds(session->relay, session->room, now->id))
		return true;
	g_set_error(
		error, SIGNALING_ERROR, SIGNALING_ERROR_BUSY,
		"lines: the server is busy: nothing more can be sent now; try again in a while");
	return false;
}

struct media_session *media_session_new(struct relay *relay, uint32_t room, uint32_t peer,
					const struct media_policy *policy)
{
	struct media_session *session = g_new0(struct media_session, 1);
	session->relay = relay;
	session->room = room;
	session->policy = *policy;
	g_autofree struct state *state = g_new0(struct state, 1);
	state->description.id = peer;
	keep_state(session, state);
	return session;
}

void media_session_free(struct media_session *session)
{
	if (session == NULL)
		return;
	if (session->state->in_relay)
		relay_remove_peer(session->relay, session->room, session->state->description.id);
	g_free(session->fragment_head);
	g_free(session->state);
	g_free(session);
}

/* The kind of media that a feed is; an idle slot takes either. */
static bool feed_fits(enum feed_kind feed, enum media_kind kind)
{
	switch (feed) {
	case FEED_NONE:
		return true;
	case FEED_STAGE:
	case FEED_SCREEN:
	case FEED_CAMERA:
	case FEED_CHANNEL_PICTURE:
		return kind == MEDIA_VIDEO;
	default:
		return kind == MEDIA_AUDIO;
	}
}

static bool publication_allowed(const struct media_policy *policy, enum source source)
{
	switch (source) {
	case SOURCE_SCREEN:
	case SOURCE_SCREEN_SOUND:
		return policy->may_screen;
	case SOURCE_BOOTH_MICROPHONE:
	case SOURCE_BOOTH_CAMERA:
		return policy->interprets;
	case SOURCE_PROGRAM:
		return false; /* the studio's, which doesn't come this way */
	default:
		return policy->may_publish;
	}
}

static struct publication_description *find_publication(struct peer_description *description,
							const char *mid)
{
	for (unsigned i = 0; i < description->n_publications; i++)
		if (strcmp(description->publications[i].mid, mid) == 0)
			return &description->publications[i];
	return NULL;
}

static struct slot_description *find_slot(struct peer_description *description, const char *mid)
{
	for (unsigned i = 0; i < description->n_slots; i++)
		if (strcmp(description->slots[i].mid, mid) == 0)
			return &description->slots[i];
	return NULL;
}

static unsigned copy_codecs(struct codec_choice out[static STREAM_MAX_CODECS],
			    const struct sdp_answer_line *answer)
{
	for (unsigned i = 0; i < answer->n_codecs; i++)
		out[i] = (struct codec_choice){answer->codecs[i].codec,
					       answer->codecs[i].payload_type,
					       answer->codecs[i].rtx_payload_type};
	return answer->n_codecs;
}

/* One already known keeps what was agreed; room_update_peer goes by mid. */
static bool plan_publication(struct state *state, const struct media_policy *policy,
			     const struct sdp_line *line, const struct media_line *meant,
			     struct sdp_answer_line *answer, GError **error)
{
	struct peer_description *d = &state->description;
	const struct publication_description *known = find_publication(d, line->mid);
	answer->source = meant->source;
	if (source_kind(meant->source) != line->kind)
		return fail(error, SIGNALING_ERROR_MALFORMED, line->mid,
			    "m=", "not the kind of its source");
	if (find_slot(d, line->mid) != NULL || (known != NULL && known->source != meant->source))
		return fail(error, SIGNALING_ERROR_CONFLICT, line->mid, "source",
			    "was something else in an earlier offer");
	answer->use = line->sends && publication_allowed(policy, meant->source)
			      ? SDP_USE_PUBLICATION
			      : SDP_USE_IDLE;
	if (known != NULL || answer->use == SDP_USE_IDLE)
		return true;
	for (unsigned i = 0; i < d->n_publications; i++)
		if (d->publications[i].source == meant->source)
			return fail(error, SIGNALING_ERROR_CONFLICT, line->mid, "source",
				    "in two m-lines");
	/* Sources differ, and a program is no client's, so they are PEER_MAX_PUBLICATIONS at most.
	 */
	G_STATIC_ASSERT(PEER_MAX_PUBLICATIONS >= SOURCE_COUNT - 1);
	struct publication_description *p = &d->publications[d->n_publications++];
	*p = (struct publication_description){
		.source = meant->source,
		.n_layers = MAX(line->n_rids, 1),
		.nack = answer->codecs[0].nack,
		.pli = answer->codecs[0].pli,
		.transport_cc = answer->codecs[0].transport_cc &&
				line->extension[EXTENSION_TRANSPORT_CC] != 0,
	};
	p->n_codecs = copy_codecs(p->codecs, answer);
	memcpy(p->mid, line->mid, sizeof p->mid);
	memcpy(p->rid, line->rid, sizeof p->rid);
	memcpy(p->ssrc, line->ssrc, sizeof p->ssrc);
	memcpy(p->rtx_ssrc, line->rtx_ssrc, sizeof p->rtx_ssrc);
	return true;
}

/* Browsers keep lip-sync within a stream only: the stage with the first voice, the screen with its
 * sound. */
static enum stream choose_stream(const struct slot_description *slot)
{
	if (slot->feed.kind == FEED_STAGE || (slot->feed.kind == FEED_VOICE && slot->feed.id == 0))
		return STREAM_STAGE;
	if (slot->feed.kind == FEED_SCREEN || slot->feed.kind == FEED_SCREEN_SOUND)
		return STREAM_SCREEN;
	return STREAM_OWN;
}

static void name_stream(struct sdp_answer_line *answer, enum stream stream, const char *mid)
{
	if (stream == STREAM_OWN)
		g_snprintf(answer->stream, sizeof answer->stream, "slot-%s", mid);
	else
		g_strlcpy(answer->stream, stream == STREAM_STAGE ? "stage" : "screen",
			  sizeof answer->stream);
}

static bool plan_slot(struct state *state, struct relay *relay, const struct media_policy *policy,
		      const struct sdp_line *line, const struct media_line *meant,
		      struct sdp_answer_line *answer, GError **error)
{
	struct peer_description *d = &state->description;
	struct slot_description *slot = find_slot(d, line->mid);
	if (!feed_fits(meant->feed.kind, line->kind))
		return fail(error, SIGNALING_ERROR_MALFORMED, line->mid,
			    "m=", "not the kind of its feed");
	if (find_publication(d, line->mid) != NULL || (slot != NULL && slot->kind != line->kind))
		return fail(error, SIGNALING_ERROR_CONFLICT, line->mid, "feed",
			    "was something else in an earlier offer");
	answer->use = line->receives ? SDP_USE_SLOT : SDP_USE_IDLE;
	if (slot == NULL && answer->use == SDP_USE_IDLE)
		return true;
	if (slot == NULL) {
		if (d->n_slots >= MIN(policy->max_slots, PEER_MAX_SLOTS))
			return fail(error, SIGNALING_ERROR_LIMIT, line->mid, "feed",
				    "too many slots");
		slot = &d->slots[d->n_slots++];
		*slot = (struct slot_description){
			.kind = line->kind,
			.ssrc = relay_new_ssrc(relay),
			.rtx_ssrc =
				answer->codecs[0].rtx_payload_type != 0 ? relay_new_ssrc(relay) : 0,
			.nack = answer->codecs[0].nack,
			.feed = meant->feed,
		};
		slot->n_codecs = copy_codecs(slot->codecs, answer);
		memcpy(slot->mid, line->mid, sizeof slot->mid);
		state->streams[slot - d->slots] = (uint8_t)choose_stream(slot);
	}
	slot->feed = meant->feed;
	slot->width = meant->width;
	slot->height = meant->height;
	answer->ssrc = slot->ssrc;
	answer->rtx_ssrc = slot->rtx_ssrc;
	name_stream(answer, state->streams[slot - d->slots], slot->mid);
	return true;
}

static const struct media_line *find_line(const struct media_line *lines, size_t n_lines,
					  const char *mid)
{
	for (size_t i = 0; i < n_lines; i++)
		if (strcmp(lines[i].mid, mid) == 0)
			return &lines[i];
	return NULL;
}

static bool plan_line(struct media_session *session, struct state *state,
		      const struct sdp_line *line, const struct media_line *lines, size_t n_lines,
		      struct sdp_answer_line *answer, GError **error)
{
	if (line->rejected)
		return true;
	const struct media_line *meant = find_line(lines, n_lines, line->mid);
	if (meant == NULL)
		return fail(error, SIGNALING_ERROR_MALFORMED, line->mid, "lines",
			    "doesn't say what it is for");
	media_choose_codecs(&session->policy, line, answer);
	if (answer->n_codecs == 0)
		return fail(error, SIGNALING_ERROR_UNSUPPORTED, line->mid, "rtpmap",
			    "no codec that this meeting allows");
	bool planned = meant->is_slot ? plan_slot(state, session->relay, &session->policy, line,
						  meant, answer, error)
				      : plan_publication(state, &session->policy, line, meant,
							 answer, error);
	if (!planned)
		return false;
	media_choose_extensions(line, answer);
	for (unsigned e = 0; e < EXTENSION_COUNT; e++)
		if (answer->extension[e])
			state->description.extensions.id[e] = line->extension[e];
	return true;
}

static bool offer_has(const struct sdp_offer *offer, const char *mid)
{
	for (unsigned i = 0; i < offer->n_lines; i++)
		if (!offer->lines[i].rejected && strcmp(offer->lines[i].mid, mid) == 0)
			return true;
	return false;
}

/* The relay can't take an m-line back; nobody needs to: an idle slot costs nothing. */
static bool nothing_gone(const struct state *state, const struct sdp_offer *offer, GError **error)
{
	const struct peer_description *d = &state->description;
	for (unsigned i = 0; i < d->n_publications; i++)
		if (!offer_has(offer, d->publications[i].mid))
			return fail(error, SIGNALING_ERROR_CONFLICT, d->publications[i].mid,
				    "m=", "gone since an earlier offer");
	for (unsigned i = 0; i < d->n_slots; i++)
		if (!offer_has(offer, d->slots[i].mid))
			return fail(error, SIGNALING_ERROR_CONFLICT, d->slots[i].mid,
				    "m=", "gone since an earlier offer");
	return true;
}

static void new_credentials(struct state *state, const char *remote_ufrag,
			    const char *remote_password)
{
	random_text(state->credentials.local_ufrag, 8);
	random_text(state->credentials.local_password, 24);
	g_strlcpy(state->credentials.remote_ufrag, remote_ufrag,
		  sizeof state->credentials.remote_ufrag);
	g_strlcpy(state->remote_password, remote_password, sizeof state->remote_password);
}

static bool same_credentials(const struct state *state, const char *ufrag, const char *password)
{
	return strcmp(state->credentials.remote_ufrag, ufrag) == 0 &&
	       strcmp(state->remote_password, password) == 0;
}

/* Another certificate is another connection (RFC 8842, section 3.1), which starts from nothing. */
static void begin(struct state *state, const struct sdp_offer *offer)
{
	bool same = state->in_relay && memcmp(state->credentials.fingerprint, offer->fingerprint,
					      FINGERPRINT_SIZE) == 0;
	if (!same) {
		uint32_t peer = state->description.id;
		*state = (struct state){.description.id = peer};
		random_text(state->description.cname, 16);
		/* RFC 8829, section 5.2.1: a random 63-bit number. */
		ssize_t got = getrandom(&state->sdp_id, sizeof state->sdp_id, 0);
		g_assert(got == (ssize_t)sizeof state->sdp_id);
		state->sdp_id >>= 1;
		memcpy(state->credentials.fingerprint, offer->fingerprint, FINGERPRINT_SIZE);
	}
	if (!same || !same_credentials(state, offer->ufrag, offer->password))
		new_credentials(state, offer->ufrag, offer->password);
	state->sdp_version++;
}

static char *write_answer(struct media_session *session, const struct state *state,
			  const struct sdp_offer *offer, const struct sdp_answer_line *lines)
{
	struct relay_candidate candidates[MAX_CANDIDATES];
	struct sdp_answer answer = {
		.session_id = state->sdp_id,
		.version = state->sdp_version,
		.ufrag = state->credentials.local_ufrag,
		.password = state->credentials.local_password,
		.cname = state->description.cname,
		.candidates = candidates,
		.n_candidates = relay_candidates(session->relay, session->room,
						 state->description.id, candidates, MAX_CANDIDATES),
		.lines = lines,
	};
	relay_fingerprint(session->relay, answer.fingerprint);
	return sdp_answer_write(offer, &answer);
}

/* The one m-line that stands for all in a fragment: the first in use, as in the answer's group. */
static char *fragment_head(const struct sdp_offer *offer, const struct sdp_answer_line *lines)
{
	GString *out = g_string_new("a=ice-lite\r\na=ice-options:trickle ice2\r\n");
	unsigned first = 0;
	sdp_write_bundle(out, offer, lines);
	while (lines[first].use == SDP_USE_NONE) /* an offer has at least one line in use */
		first++;
	g_string_append_printf(out, "m=%s 9 UDP/TLS/RTP/SAVPF %u\r\na=mid:%s\r\n",
			       offer->lines[first].kind == MEDIA_VIDEO ? "video" : "audio",
			       lines[first].codecs[0].payload_type, offer->lines[first].mid);
	return g_string_free(out, FALSE);
}

/* room_update_peer keeps the feeds of slots that were there: those that the new offer shows
 * otherwise are moved. */
static void move_slots(struct media_session *session, const struct state *before,
		       const struct state *now)
{
	for (unsigned i = 0; i < before->description.n_slots; i++) {
		const struct slot_description *a = &before->description.slots[i],
					      *b = &now->description.slots[i];
		if (a->feed.kind != b->feed.kind || a->feed.id != b->feed.id ||
		    a->width != b->width || a->height != b->height)
			relay_set_slot(session->relay, session->room, now->description.id, b->mid,
				       b->feed, b->width, b->height);
	}
}

bool media_session_offer(struct media_session *session, const char *sdp,
			 const struct media_line *lines, size_t n_lines, char **ret_answer,
			 GError **error)
{
	struct sdp_answer_line answer_lines[SDP_MAX_LINES] = {0};
	struct sdp_offer *offer = sdp_offer_parse(sdp, error);
	if (offer == NULL)
		return false;
	g_autofree struct state *next = copy_state(session);
	begin(next, offer);
	next->description.interprets = session->policy.interprets;
	bool update = next->in_relay, ok = nothing_gone(next, offer, error);
	for (unsigned i = 0; ok && i < offer->n_lines; i++)
		ok = plan_line(session, next, &offer->lines[i], lines, n_lines, &answer_lines[i],
			       error);
	ok = ok && may_publish_more(session, next, error);
	if (ok)
		ok = relay_result((update ? relay_update_peer
					  : relay_add_peer)(session->relay, session->room,
							    &next->description, &next->credentials),
				  error);
	if (ok) {
		if (update)
			move_slots(session, session->state, next);
		next->in_relay = true;
		keep_state(session, next);
		g_free(session->fragment_head);
		session->fragment_head = fragment_head(offer, answer_lines);
		*ret_answer = write_answer(session, session->state, offer, answer_lines);
	}
	sdp_offer_free(offer);
	return ok;
}

bool media_session_inspect(const char *sdp, struct offered_line *out, size_t max, size_t *ret_n,
			   GError **error)
{
	struct sdp_offer *offer = sdp_offer_parse(sdp, error);
	size_t n = 0;
	if (offer == NULL)
		return false;
	for (unsigned i = 0; i < offer->n_lines && n < max; i++) {
		const struct sdp_line *line = &offer->lines[i];
		if (line->rejected)
			continue;
		out[n] = (struct offered_line){.kind = line->kind,
					       .client_sends = line->sends,
					       .client_receives = line->receives};
		memcpy(out[n].mid, line->mid, sizeof out[n].mid);
		n++;
	}
	sdp_offer_free(offer);
	*ret_n = n;
	return true;
}

bool media_session_set_slot(struct media_session *session, const char *mid, struct feed_key feed,
			    uint16_t width, uint16_t height, GError **error)
{
	struct slot_description *slot = find_slot(&session->state->description, mid);
	if (slot == NULL) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND, "mid: no such slot");
		return false;
	}
	if (!feed_fits(feed.kind, slot->kind)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "feed: not the kind of the slot %s", mid);
		return false;
	}
	slot->feed = feed;
	slot->width = width;
	slot->height = height;
	relay_set_slot(session->relay, session->room, session->state->description.id, mid, feed,
		       width, height);
	return true;
}

const char *media_session_slot_mid(const struct media_session *session, unsigned slot)
{
	const struct peer_description *d = &session->state->description;
	return slot < d->n_slots ? d->slots[slot].mid : NULL;
}

uint32_t media_session_listens(const struct media_session *session, bool interprets)
{
	const struct peer_description *d = &session->state->description;
	for (unsigned i = 0; i < d->n_slots; i++) {
		struct feed_key feed = d->slots[i].feed;
		bool listens =
			!interprets && (feed.kind == FEED_CHANNEL_PICTURE ||
					(feed.kind == FEED_PROGRAM && feed.id != PROGRAM_FLOOR));
		if (feed.kind == FEED_CHANNEL || listens)
			return feed.id;
	}
	return 0;
}

unsigned media_session_programs(const struct media_session *session, uint32_t *out, unsigned max)
{
	const struct peer_description *d = &session->state->description;
	unsigned n = 0;
	for (unsigned i = 0; i < d->n_slots && n < max; i++)
		if (d->slots[i].feed.kind == FEED_PROGRAM)
			out[n++] = d->slots[i].feed.id;
	return n;
}

uint32_t media_session_peer(const struct media_session *session)
{
	return session->state->description.id;
}

const char *media_session_ice_ufrag(const struct media_session *session)
{
	return session->state->credentials.local_ufrag;
}

bool media_session_patch(struct media_session *session, const char *fragment, char **ret_fragment,
			 GError **error)
{
	char ufrag[ICE_UFRAG_MAX + 2], password[ICE_PASSWORD_MAX + 2];
	*ret_fragment = NULL;
	sdp_fragment_value(fragment, "a=ice-ufrag:", ufrag, sizeof ufrag);
	sdp_fragment_value(fragment, "a=ice-pwd:", password, sizeof password);
	if (!session->state->in_relay) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "fragment: no offer before it");
		return false;
	}
	if ((ufrag[0] == '\0' && password[0] == '\0') ||
	    same_credentials(session->state, ufrag, password))
		return true;
	if (!sdp_ufrag_valid(ufrag) || !sdp_password_valid(password)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "fragment: ice-ufrag or ice-pwd: missing, too short, too long or of "
			    "other letters");
		return false;
	}
	g_autofree struct state *next = copy_state(session);
	new_credentials(next, ufrag, password);
	if (!relay_result(relay_update_peer(session->relay, session->room, &next->description,
					    &next->credentials),
			  error))
		return false;
	keep_state(session, next);
	struct relay_candidate candidates[MAX_CANDIDATES];
	GString *out = g_string_new(session->fragment_head);
	g_string_append_printf(out, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n",
			       next->credentials.local_ufrag, next->credentials.local_password);
	sdp_write_candidates(out, candidates,
			     relay_candidates(session->relay, session->room, next->description.id,
					      candidates, MAX_CANDIDATES));
	*ret_fragment = g_string_free(out, FALSE);
	return true;
}
