#include "tests/unit/signaling/fake_relay.h"

#include <glib.h>
#include <string.h>

struct fake_relay fake_relay;

static enum err take(const struct peer_description *description,
		     const struct transport_credentials *credentials, unsigned *count)
{
	if (fake_relay.result != OK)
		return fake_relay.result;
	(*count)++;
	fake_relay.description = *description;
	fake_relay.credentials = *credentials;
	return OK;
}

enum err relay_add_peer(struct relay *relay, uint32_t room,
			const struct peer_description *description,
			const struct transport_credentials *credentials)
{
	g_assert_cmpuint(room, ==, 7);
	return take(description, credentials, &fake_relay.added);
}

enum err relay_update_peer(struct relay *relay, uint32_t room,
			   const struct peer_description *description,
			   const struct transport_credentials *credentials)
{
	g_assert_cmpuint(room, ==, 7);
	return take(description, credentials, &fake_relay.updated);
}

bool relay_sheds(const struct relay *relay, uint32_t room, uint32_t peer)
{
	return fake_relay.sheds;
}

void relay_remove_peer(struct relay *relay, uint32_t room, uint32_t peer)
{
	fake_relay.removed++;
}

void relay_set_slot(struct relay *relay, uint32_t room, uint32_t peer, const char *mid,
		    struct feed_key feed, uint16_t width, uint16_t height)
{
	fake_relay.slots_set++;
	fake_relay.feed = feed;
	fake_relay.width = width;
	fake_relay.height = height;
}

uint32_t relay_new_ssrc(struct relay *relay)
{
	static uint32_t next = 5000;
	return next++;
}

void relay_fingerprint(const struct relay *relay, uint8_t ret[static FINGERPRINT_SIZE])
{
	memset(ret, 0x5a, FINGERPRINT_SIZE);
}

unsigned relay_candidates(struct relay *relay, uint32_t room, uint32_t peer,
			  struct relay_candidate *out, unsigned max)
{
	g_assert_cmpuint(peer, ==, fake_relay.description.id);
	g_assert_cmpuint(max, >=, 1);
	out[0] = (struct relay_candidate){"192.0.2.1", 40000, false};
	return 1;
}
