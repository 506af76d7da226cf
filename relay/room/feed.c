#include "relay/room/feed.h"
#include "relay/room/publication.h"
#include "relay/room/slot.h"

struct feeds {
	GHashTable *by_key; /* struct feed, its own key; owned */
};

/* What each kind carries, and whether its id must be one of few. */
static const struct {
	enum media_kind media;
	uint32_t ids; /* 0: a peer's id, or a channel's number */
	bool own;     /* asked for by name, so one may have one's own */
} kinds[FEED_KIND_COUNT] = {
	[FEED_STAGE] = {MEDIA_VIDEO, 1, false},
	[FEED_SCREEN] = {MEDIA_VIDEO, 1, false},
	[FEED_SCREEN_SOUND] = {MEDIA_AUDIO, 1, false},
	[FEED_VOICE] = {MEDIA_AUDIO, VOICE_SEATS, false},
	[FEED_CAMERA] = {MEDIA_VIDEO, 0, true},
	[FEED_MICROPHONE] = {MEDIA_AUDIO, 0, true},
	[FEED_CHANNEL] = {MEDIA_AUDIO, 0, false},
	[FEED_CHANNEL_PICTURE] = {MEDIA_VIDEO, 0, false},
	[FEED_BOOTH] = {MEDIA_AUDIO, 0, true},
	[FEED_PROGRAM] = {MEDIA_AUDIO, 0, false},
};

bool feed_key_valid(struct feed_key key, enum media_kind *ret_kind)
{
	if (key.kind <= FEED_NONE || key.kind >= FEED_KIND_COUNT)
		return false;
	if (kinds[key.kind].ids ? key.id >= kinds[key.kind].ids : key.id == 0)
		return false;
	*ret_kind = kinds[key.kind].media;
	return true;
}

static guint key_hash(gconstpointer p)
{
	const struct feed_key *key = p;
	return key->id * 31 + key->kind;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
	return feed_key_equal(*(const struct feed_key *)a, *(const struct feed_key *)b);
}

static void free_feed(gpointer p)
{
	struct feed *feed = p;
	g_ptr_array_unref(feed->slots);
	g_free(feed);
}

struct feeds *feeds_new(void)
{
	struct feeds *feeds = g_new0(struct feeds, 1);
	feeds->by_key = g_hash_table_new_full(key_hash, key_equal, NULL, free_feed);
	return feeds;
}

void feeds_free(struct feeds *feeds)
{
	if (!feeds)
		return;
	g_hash_table_unref(feeds->by_key);
	g_free(feeds);
}

struct feed *feeds_find(const struct feeds *feeds, struct feed_key key)
{
	return g_hash_table_lookup(feeds->by_key, &key);
}

void feed_leave(struct feeds *feeds, struct slot *slot, uint64_t now_us)
{
	struct feed *feed = slot->feed;
	publication_detach(slot, now_us);
	slot->feed = NULL;
	if (!feed)
		return;
	g_ptr_array_remove_fast(feed->slots, slot);
	if (feed->slots->len == 0)
		g_hash_table_remove(feeds->by_key, &feed->key);
}

bool feed_join(struct feeds *feeds, struct slot *slot, struct feed_key key, uint64_t now_us)
{
	struct feed *feed = feeds_find(feeds, key), *old = slot->feed;
	bool is_new = !feed;
	if (is_new) {
		feed = g_new0(struct feed, 1);
		feed->key = key;
		feed->slots = g_ptr_array_new();
		g_hash_table_insert(feeds->by_key, &feed->key, feed);
	}
	/* Not by feed_leave: until it has another to show, the slot goes on with what it shows. */
	if (old)
		g_ptr_array_remove_fast(old->slots, slot);
	slot->key = key;
	slot->feed = feed;
	g_ptr_array_add(feed->slots, slot);
	if (old && old->slots->len == 0)
		g_hash_table_remove(feeds->by_key, &old->key);
	if (!is_new)
		feed_resolve(slot, now_us);
	return is_new;
}

static struct publication *meaning(const struct feed *feed, const struct peer *receiver)
{
	if (!feed || !receiver->connected)
		return NULL;
	if (kinds[feed->key.kind].own || !feed->target || feed->target->peer != receiver)
		return feed->target;
	return feed->alternate && feed->alternate->peer != receiver ? feed->alternate : NULL;
}

void feed_resolve(struct slot *slot, uint64_t now_us)
{
	struct publication *publication = meaning(slot->feed, slot->peer);
	if (!publication)
		publication_detach(slot, now_us);
	else if (publication != slot->publication)
		publication_attach(publication, slot, now_us);
}

void feed_point(struct feed *feed, struct publication *target, struct publication *alternate,
		uint64_t now_us)
{
	feed->target = target;
	feed->alternate = alternate;
	for (unsigned i = 0; i < feed->slots->len; i++)
		feed_resolve(feed->slots->pdata[i], now_us);
}
