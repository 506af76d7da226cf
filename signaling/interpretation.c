#include "signaling/interpretation.h"
#include "signaling/language.h"
#include <string.h>

struct booth {
	char *name;
	unsigned hold; /* seconds */
};

struct interpretation {
	struct interpretation_events events;
	GPtrArray *channels;	 /* struct channel, owned, in the host's order */
	GPtrArray *interpreters; /* struct interpreter, owned, in order of coming */
	GPtrArray *booths;	 /* struct booth, owned: those that ever set something */
};

static void free_channel(void *data)
{
	struct channel *channel = data;
	g_free(channel->tag);
	g_free(channel);
}

static void clear_interpreter(struct interpreter *one)
{
	g_free(one->booth);
	g_strfreev(one->languages);
	g_strfreev(one->understands);
	g_free(one->pivot);
}

static void free_interpreter(void *data)
{
	clear_interpreter(data);
	g_free(data);
}

static void free_booth(void *data)
{
	struct booth *booth = data;
	g_free(booth->name);
	g_free(booth);
}

struct interpretation *interpretation_new(const struct interpretation_events *events)
{
	struct interpretation *i = g_new0(struct interpretation, 1);
	i->events = *events;
	i->channels = g_ptr_array_new_with_free_func(free_channel);
	i->interpreters = g_ptr_array_new_with_free_func(free_interpreter);
	i->booths = g_ptr_array_new_with_free_func(free_booth);
	return i;
}

void interpretation_free(struct interpretation *i)
{
	if (i == NULL)
		return;
	g_ptr_array_unref(i->channels);
	g_ptr_array_unref(i->interpreters);
	g_ptr_array_unref(i->booths);
	g_free(i);
}

static bool refuse(GError **error, enum signaling_error code, const char *field, const char *why)
{
	g_set_error(error, SIGNALING_ERROR, code, "%s: %s", field, why);
	return false;
}

/* --- who there is --- */

const struct channel *interpretation_channel(const struct interpretation *i, unsigned n)
{
	return n < i->channels->len ? i->channels->pdata[n] : NULL;
}

static struct channel *find_channel(const struct interpretation *i, uint32_t number)
{
	for (guint n = 0; number != 0 && n < i->channels->len; n++) {
		struct channel *channel = i->channels->pdata[n];
		if (channel->number == number)
			return channel;
	}
	return NULL;
}

const struct channel *interpretation_find_channel(const struct interpretation *i, uint32_t number)
{
	return find_channel(i, number);
}

static struct channel *named_channel(const struct interpretation *i, const char *tag,
				     GError **error)
{
	struct channel *channel = find_channel(i, language_find(tag));
	if (channel == NULL)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
			    "language: this meeting has no channel \"%.40s\"", tag);
	return channel;
}

static struct channel *channel_of(const struct interpretation *i, uint32_t who)
{
	for (guint n = 0; n < i->channels->len; n++) {
		struct channel *channel = i->channels->pdata[n];
		if (channel->on_air == who)
			return channel;
	}
	return NULL;
}

static struct interpreter *find(const struct interpretation *i, uint32_t who)
{
	for (guint n = 0; n < i->interpreters->len; n++) {
		struct interpreter *one = i->interpreters->pdata[n];
		if (one->number == who)
			return one;
	}
	return NULL;
}

const struct interpreter *interpretation_find(const struct interpretation *i, uint32_t who)
{
	return find(i, who);
}

bool interpretation_partners(const struct interpretation *i, uint32_t a, uint32_t b)
{
	const struct interpreter *one = find(i, a), *other = find(i, b);
	return one != NULL && other != NULL && g_str_equal(one->booth, other->booth);
}

unsigned interpretation_members(const struct interpretation *i, const char *booth,
				uint32_t ret[static BOOTH_MEMBERS_MAX])
{
	unsigned members = 0;
	for (guint n = 0; n < i->interpreters->len && members < BOOTH_MEMBERS_MAX; n++) {
		const struct interpreter *one = i->interpreters->pdata[n];
		if (g_str_equal(one->booth, booth))
			ret[members++] = one->number;
	}
	return members;
}

static bool speaks_into(const struct interpreter *one, const struct channel *channel)
{
	for (char **tag = one->languages; *tag != NULL; tag++) {
		if (language_same(*tag, channel->tag))
			return true;
	}
	return false;
}

bool interpretation_staffed(const struct interpretation *i, const struct channel *channel)
{
	for (guint n = 0; n < i->interpreters->len; n++) {
		if (speaks_into(i->interpreters->pdata[n], channel))
			return true;
	}
	return false;
}

bool interpretation_insufficient(const struct interpretation *i, const struct channel *channel)
{
	for (guint n = 0; n < i->interpreters->len; n++) {
		const struct interpreter *one = i->interpreters->pdata[n];
		if (one->insufficient && speaks_into(one, channel))
			return true;
	}
	return false;
}

static struct booth *find_booth(const struct interpretation *i, const char *name)
{
	for (guint n = 0; n < i->booths->len; n++) {
		struct booth *booth = i->booths->pdata[n];
		if (g_str_equal(booth->name, name))
			return booth;
	}
	return NULL;
}

unsigned interpretation_hold(const struct interpretation *i, const char *name)
{
	const struct booth *booth = find_booth(i, name);
	return booth != NULL ? booth->hold : HOLD_DEFAULT_S;
}

/* --- on air --- */

static void tell_relay(const struct interpretation *i, const struct channel *channel)
{
	const struct interpreter *one = find(i, channel->on_air);
	unsigned hold = one != NULL ? interpretation_hold(i, one->booth) : 0;
	i->events.air(i->events.user, channel, hold * 1000);
}

static void end_handover(struct interpretation *i, struct channel *channel,
			 enum handover_result result)
{
	struct handover handover = channel->handover;
	if (handover.by == 0)
		return;
	channel->handover = (struct handover){0};
	i->events.handover_ended(i->events.user, channel, &handover, result);
}

/* At most one channel for a person: whoever comes from another one leaves that. */
static void set_air(struct interpretation *i, struct channel *channel, uint32_t who,
		    enum handover_result result, gint64 now)
{
	struct channel *before = who != 0 ? channel_of(i, who) : NULL;
	if (before == channel)
		return;
	if (before != NULL)
		set_air(i, before, 0, HANDOVER_GONE, now);
	channel->on_air = who;
	channel->since = who != 0 ? now : 0;
	channel->air = who != 0 ? CHANNEL_SPEECH : CHANNEL_OFF; /* until the relay says more */
	tell_relay(i, channel);
	end_handover(i, channel, result);
	i->events.changed(i->events.user);
}

static void take_off(struct interpretation *i, struct channel *channel, uint32_t by,
		     enum handover_result result, gint64 now)
{
	uint32_t who = channel->on_air;
	set_air(i, channel, by, result, now);
	if (who != 0)
		i->events.off_air(i->events.user, channel, who, by);
}

/* Whether one who is on air in `target` would hear, over others, themselves. */
static bool is_loop(const struct interpretation *i, uint32_t heard, uint32_t target)
{
	for (guint steps = 0; heard != 0 && steps <= i->channels->len; steps++) {
		const struct channel *channel = find_channel(i, heard);
		if (heard == target)
			return true;
		if (channel == NULL || channel->on_air == 0)
			return false;
		heard = i->events.incoming(i->events.user, channel->on_air);
	}
	return false;
}

static bool refuse_loop(GError **error, const char *field)
{
	return refuse(
		error, SIGNALING_ERROR_CONFLICT, field,
		"would be a loop: that channel is interpreted, perhaps over others, from the one "
		"that is spoken into");
}

bool interpretation_may_listen(const struct interpretation *i, uint32_t who, uint32_t channel,
			       const char *field, GError **error)
{
	const struct channel *own = channel_of(i, who);
	return own == NULL || !is_loop(i, channel, own->number) || refuse_loop(error, field);
}

/* The channel, if it is one of theirs. */
static struct channel *own_channel(const struct interpretation *i, uint32_t who, const char *tag,
				   GError **error)
{
	struct channel *channel = named_channel(i, tag, error);
	if (channel == NULL || speaks_into(find(i, who), channel))
		return channel;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
		    "language: %s isn't one that you interpret into", channel->tag);
	return NULL;
}

static bool may_take(const struct interpretation *i, uint32_t who, const struct channel *channel,
		     bool take, GError **error)
{
	if (channel->on_air == 0 || channel->on_air == who)
		return true;
	bool partner = interpretation_partners(i, who, channel->on_air);
	if (take && (partner || channel->override))
		return true;
	const struct interpreter *there = find(i, channel->on_air);
	if (partner)
		return refuse(error, SIGNALING_ERROR_CONFLICT, "language",
			      "your partner is on air there; ask for the hand-over, or take over");
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
		    "language: engaged by the booth %s%s", there->booth,
		    channel->override ? "; take it over if you must" : "");
	return false;
}

bool interpretation_air(struct interpretation *i, uint32_t who, const char *tag, bool take,
			gint64 now, GError **error)
{
	if (tag == NULL) {
		struct channel *channel = channel_of(i, who);
		if (channel != NULL)
			set_air(i, channel, 0, HANDOVER_GONE, now);
		return true;
	}
	struct channel *channel = own_channel(i, who, tag, error);
	if (channel == NULL || !may_take(i, who, channel, take, error))
		return false;
	if (is_loop(i, i->events.incoming(i->events.user, who), channel->number))
		return refuse_loop(error, "incoming");
	if (channel->on_air == who)
		return true;
	take_off(i, channel, who, HANDOVER_TAKEN, now);
	return true;
}

bool interpretation_handover(struct interpretation *i, uint32_t who, const char *tag, uint32_t to,
			     gint64 now, GError **error)
{
	struct channel *channel = own_channel(i, who, tag, error);
	if (channel == NULL)
		return false;
	if (channel->handover.by != 0)
		return refuse(error, SIGNALING_ERROR_CONFLICT, "language",
			      "a hand-over is under way there");
	if (channel->on_air == 0)
		return refuse(error, SIGNALING_ERROR_CONFLICT, "language",
			      "nobody is on air there; just go on air");
	uint32_t taker = channel->on_air == who ? to : who;
	if (channel->on_air != who && to != 0 && to != who)
		return refuse(error, SIGNALING_ERROR_FORBIDDEN, "to",
			      "only who is on air may choose another");
	if (taker == 0 || taker == channel->on_air)
		return refuse(error, SIGNALING_ERROR_MALFORMED, "to", "names no partner");
	if (!interpretation_partners(i, channel->on_air, taker))
		return refuse(error, SIGNALING_ERROR_FORBIDDEN,
			      channel->on_air == who ? "to" : "language", "that is another booth");
	if (!speaks_into(find(i, taker), channel))
		return refuse(error, SIGNALING_ERROR_FORBIDDEN, "to",
			      "doesn't interpret into this language");
	channel->handover = (struct handover){channel->on_air, taker, who, now + HANDOVER_MS};
	i->events.handover(i->events.user, channel);
	return true;
}

bool interpretation_answer(struct interpretation *i, uint32_t who, const char *tag, bool accept,
			   gint64 now, GError **error)
{
	struct channel *channel = own_channel(i, who, tag, error);
	if (channel == NULL)
		return false;
	const struct handover h = channel->handover;
	if (h.by == 0)
		return refuse(error, SIGNALING_ERROR_CONFLICT, "language",
			      "no hand-over is under way there");
	if (who != h.from && who != h.to)
		return refuse(error, SIGNALING_ERROR_FORBIDDEN, "language",
			      "that hand-over is between two others");
	if (who == h.by && accept)
		return refuse(error, SIGNALING_ERROR_FORBIDDEN, "accept", "the other one answers");
	if (accept && is_loop(i, i->events.incoming(i->events.user, h.to), channel->number))
		return refuse_loop(error, "incoming");
	if (accept)
		set_air(i, channel, h.to, HANDOVER_DONE, now);
	else
		end_handover(i, channel, who == h.by ? HANDOVER_WITHDRAWN : HANDOVER_DECLINED);
	return true;
}

void interpretation_set_hold(struct interpretation *i, uint32_t who, unsigned seconds)
{
	const struct interpreter *one = find(i, who);
	struct booth *booth = find_booth(i, one->booth);
	if (booth == NULL) {
		booth = g_new0(struct booth, 1);
		booth->name = g_strdup(one->booth);
		g_ptr_array_add(i->booths, booth);
	}
	booth->hold = seconds;
	for (guint n = 0; n < i->channels->len; n++) {
		const struct channel *channel = i->channels->pdata[n];
		if (channel->on_air != 0 && interpretation_partners(i, who, channel->on_air))
			tell_relay(i, channel);
	}
	i->events.booth(i->events.user, one->booth);
}

void interpretation_set_insufficient(struct interpretation *i, uint32_t who, bool on)
{
	struct interpreter *one = find(i, who);
	if (one->insufficient == on)
		return;
	one->insufficient = on;
	i->events.changed(i->events.user);
}

bool interpretation_set_override(struct interpretation *i, const char *tag, bool allowed,
				 GError **error)
{
	struct channel *channel = named_channel(i, tag, error);
	if (channel == NULL)
		return false;
	if (channel->override != allowed) {
		channel->override = allowed;
		i->events.changed(i->events.user);
	}
	return true;
}

void interpretation_take_air(struct interpretation *i, uint32_t number, uint32_t who,
			     enum channel_air air)
{
	struct channel *channel = find_channel(i, number);
	if (channel == NULL || channel->on_air != who || channel->air == air)
		return;
	channel->air = air;
	i->events.changed(i->events.user);
}

void interpretation_tell_relay(const struct interpretation *i)
{
	for (guint n = 0; n < i->channels->len; n++) {
		const struct channel *channel = i->channels->pdata[n];
		if (channel->on_air != 0)
			tell_relay(i, channel);
	}
}

/* --- coming and going --- */

static char *booth_name(const struct interpreter_terms *terms)
{
	if (terms->booth != NULL)
		return g_strdup(terms->booth);
	g_autofree char *name = g_strjoinv("-", terms->languages);
	return g_ascii_strdown(name, -1);
}

bool interpretation_has_space(const struct interpretation *i, const struct interpreter_terms *terms,
			      GError **error)
{
	uint32_t members[BOOTH_MEMBERS_MAX];
	g_autofree char *booth = booth_name(terms);
	if (interpretation_members(i, booth, members) < BOOTH_MEMBERS_MAX)
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_LIMIT,
		    "booth: %s has its %d interpreters already", booth, BOOTH_MEMBERS_MAX);
	return false;
}

bool interpretation_enter(struct interpretation *i, uint32_t who,
			  const struct interpreter_terms *terms, GError **error)
{
	struct interpreter *one = find(i, who);
	g_autofree char *booth = booth_name(terms);
	bool there = one != NULL && g_str_equal(one->booth, booth);
	if (!there && !interpretation_has_space(i, terms, error))
		return false;
	if (one == NULL) {
		one = g_new0(struct interpreter, 1);
		one->number = who;
		g_ptr_array_add(i->interpreters, one);
	} else {
		clear_interpreter(one);
	}
	one->booth = g_steal_pointer(&booth);
	one->languages = g_strdupv(terms->languages);
	one->understands = g_strdupv(terms->understands);
	one->pivot = g_strdup(terms->pivot != NULL ? terms->pivot : "");
	i->events.booth(i->events.user, one->booth);
	i->events.changed(i->events.user);
	return true;
}

void interpretation_leave(struct interpretation *i, uint32_t who, gint64 now)
{
	struct interpreter *one = find(i, who);
	if (one == NULL)
		return;
	struct channel *own = channel_of(i, who);
	if (own != NULL)
		set_air(i, own, 0, HANDOVER_GONE, now);
	for (guint n = 0; n < i->channels->len; n++) {
		struct channel *channel = i->channels->pdata[n];
		if (channel->handover.from == who || channel->handover.to == who)
			end_handover(i, channel, HANDOVER_GONE);
	}
	g_autofree char *booth = g_strdup(one->booth);
	g_ptr_array_remove(i->interpreters, one);
	i->events.booth(i->events.user, booth);
	i->events.changed(i->events.user);
}

/* --- the host's list --- */

static struct channel *new_channel(const char *tag)
{
	struct channel *channel = g_new0(struct channel, 1);
	channel->tag = language_spell(tag);
	channel->number = language_number(tag);
	channel->sign = language_is_sign(tag);
	return channel;
}

static struct channel *take_from(GPtrArray *channels, uint32_t number)
{
	for (guint n = 0; n < channels->len; n++) {
		const struct channel *channel = channels->pdata[n];
		if (channel->number == number)
			return g_ptr_array_steal_index(channels, n);
	}
	return NULL;
}

void interpretation_set_channels(struct interpretation *i, char **tags, gint64 now)
{
	GPtrArray *before = i->channels;
	i->channels = g_ptr_array_new_with_free_func(free_channel);
	for (char **tag = tags; *tag != NULL && i->channels->len < LANGUAGES_CHANNELS_MAX; tag++) {
		uint32_t number = language_number(*tag);
		if (find_channel(i, number) != NULL)
			continue;
		struct channel *kept = take_from(before, number);
		g_ptr_array_add(i->channels, kept != NULL ? kept : new_channel(*tag));
	}
	for (guint n = 0; n < before->len; n++)
		take_off(i, before->pdata[n], 0, HANDOVER_GONE, now);
	g_ptr_array_unref(before);
	i->events.changed(i->events.user);
}

void interpretation_tick(struct interpretation *i, gint64 now)
{
	for (guint n = 0; n < i->channels->len; n++) {
		struct channel *channel = i->channels->pdata[n];
		if (channel->handover.by != 0 && now >= channel->handover.until)
			end_handover(i, channel, HANDOVER_EXPIRED);
	}
}

const char *handover_result_name(enum handover_result result)
{
	static const char *const names[] = {
		[HANDOVER_DONE] = "done",	    [HANDOVER_DECLINED] = "declined",
		[HANDOVER_WITHDRAWN] = "withdrawn", [HANDOVER_EXPIRED] = "expired",
		[HANDOVER_TAKEN] = "taken",	    [HANDOVER_GONE] = "gone"};
	return names[result];
}
