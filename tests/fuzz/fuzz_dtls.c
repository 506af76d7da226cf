/*
 * A handshake between a real client and a transport whose address has passed its check, with the
 * fuzzer on the way between them. Each byte is a step (its value modulo 8): the client's next
 * datagram arrives, arrives twice, is lost, has a byte changed (two bytes: where, how), or waits; a
 * datagram of the fuzzer's arrives from the client's address (a byte: length); time passes (a byte:
 * tenths of a second); the client says goodbye.
 */
#include "tests/unit/net/link.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t take(struct input *in)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return *in->data++;
}

static void to_client(struct link *link)
{
	struct send_batch *batch = link->relay->environment.batch;
	for (size_t i = 0; i < send_batch_count(batch); i++) {
		uint8_t buffer[PACKET_CAPACITY];
		const struct net_path *path;
		size_t length;
		memcpy(buffer, send_batch_at(batch, i, &length, &path), PACKET_CAPACITY);
		(void)client_transport_receive(link->client, buffer, &length, link_now_us);
	}
	send_batch_clear(batch);
}

static void inject(struct link *link, const uint8_t *data, size_t length)
{
	if (length > 0)
		(void)link_inject(link, &link->path, data, length);
}

/* The client's next datagram, with what the way does to it. */
static void pass(struct link *link, struct input *in, uint8_t step)
{
	GBytes *bytes = g_queue_pop_head(link->to_relay);
	uint8_t buffer[PACKET_CAPACITY];
	if (!bytes)
		return;
	size_t length = g_bytes_get_size(bytes);
	memcpy(buffer, g_bytes_get_data(bytes, NULL), length);
	g_bytes_unref(bytes);
	if (step == 3) {
		size_t at = take(in);
		buffer[at % length] ^= take(in);
	}
	if (step != 2)
		inject(link, buffer, length);
	if (step == 1)
		inject(link, buffer, length);
}

static void do_step(struct link *link, struct input *in)
{
	uint8_t step = take(in) % 8, length;
	switch (step) {
	case 4:
		length = take(in);
		length = length < in->size ? length : (uint8_t)in->size;
		inject(link, in->data, length);
		in->data += length;
		in->size -= length;
		break;
	case 5:
		link_now_us += take(in) * 100 * US_PER_MS;
		(void)transport_tick(link->transport, link_now_us);
		(void)client_transport_tick(link->client, link_now_us);
		break;
	case 6:
		client_transport_close(link->client);
		break;
	case 7:
		break;
	default:
		pass(link, in, step);
	}
	to_client(link);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct link_relay relay;
	if (!relay.certificate)
		link_relay_init(&relay, 1);
	struct input in = {data, size};
	struct link *link = link_new(&relay, take(&in) & 1 ? "SRTP_AES128_CM_SHA1_80" : NULL,
				     "192.0.2.1", 4000);
	link_start(link);
	client_transport_check(link->client, true, link_now_us);
	pass(link, &in, 0);
	to_client(link);
	assert(transport_state(link->transport) == TRANSPORT_CHECKED);
	for (unsigned i = 0; i < 100 && in.size > 0; i++)
		do_step(link, &in);
	assert(transport_state(link->transport) != TRANSPORT_OPEN ||
	       transport_profile(link->transport));
	link_free(link);
	/* One place for half-open handshakes: whatever happened, it is free again. */
	assert(send_batch_count(relay.environment.batch) == 0);
	return 0;
}
