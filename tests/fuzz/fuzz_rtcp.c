/* A compound packet, decrypted: each item is read, written by our writer and read again. */
#include "relay/rtp/rtcp_write.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_NUMBERS 4096

static bool write_item(struct rtcp_writer *w, const struct rtcp_item *item, const uint16_t *numbers,
		       size_t n)
{
	switch (item->type) {
	case RTCP_SENDER_REPORT:
		return rtcp_add_sender_report(w, item->sender_ssrc, item->ntp, item->rtp_timestamp,
					      item->packets, item->octets);
	case RTCP_RECEIVER_REPORT:
		return rtcp_add_receiver_report(w, item->sender_ssrc, item->reports,
						item->n_reports);
	case RTCP_BYE:
		return rtcp_add_bye(w, item->sender_ssrc);
	case RTCP_NACK:
		return rtcp_add_nack(w, item->sender_ssrc, item->media_ssrc, numbers, n);
	case RTCP_PLI:
		return rtcp_add_pli(w, item->sender_ssrc, item->media_ssrc);
	case RTCP_FIR:
		return rtcp_add_fir(w, item->sender_ssrc, item->media_ssrc, item->fir_sequence);
	case RTCP_TRANSPORT_CC:
		return item->fci_length % 4 == 0 &&
		       rtcp_add_transport_feedback(w, 15, item->sender_ssrc, item->media_ssrc,
						   item->fci, item->fci_length);
	case RTCP_REMB:
	case RTCP_OTHER:
		break;
	}
	return false;
}

static void check_same(const struct rtcp_item *a, const struct rtcp_item *b)
{
	assert(a->type == b->type && a->sender_ssrc == b->sender_ssrc);
	assert(a->ntp == b->ntp && a->rtp_timestamp == b->rtp_timestamp);
	assert(a->packets == b->packets && a->octets == b->octets &&
	       a->fir_sequence == b->fir_sequence);
	assert(a->type == RTCP_SENDER_REPORT || a->n_reports == b->n_reports);
	for (unsigned i = 0; i < b->n_reports; i++) {
		assert(a->reports[i].ssrc == b->reports[i].ssrc);
		assert(a->reports[i].cumulative_lost == b->reports[i].cumulative_lost);
		assert(a->reports[i].delay_since_sr == b->reports[i].delay_since_sr);
	}
	if (a->type == RTCP_TRANSPORT_CC)
		assert(a->fci_length == b->fci_length &&
		       memcmp(a->fci, b->fci, a->fci_length) == 0);
}

/* The same numbers, in whatever pairs. */
static void check_numbers(const uint16_t *a, size_t n_a, const uint16_t *b, size_t n_b)
{
	static bool asked[0x10000];
	for (size_t i = 0; i < n_a; i++)
		asked[a[i]] = true;
	for (size_t i = 0; i < n_b; i++)
		assert(asked[b[i]]);
	for (size_t i = 0; i < n_b; i++)
		asked[b[i]] = false;
	for (size_t i = 0; i < n_a; i++)
		assert(!asked[a[i]]);
}

static void round_trip(const struct rtcp_item *item)
{
	static uint8_t out[65536 * 2];
	static uint16_t numbers[MAX_NUMBERS], again_numbers[MAX_NUMBERS];
	static struct rtcp_item again;
	struct rtcp_writer w;
	struct rtcp_reader reader;
	size_t n = item->type == RTCP_NACK ? rtcp_nack_numbers(item, numbers, MAX_NUMBERS) : 0;
	rtcp_writer_init(&w, out, sizeof out);
	if (!write_item(&w, item, numbers, n))
		return;
	rtcp_reader_init(&reader, out, w.length);
	enum err err = rtcp_next(&reader, &again);
	assert(err == OK);
	check_same(item, &again);
	if (item->type == RTCP_NACK)
		check_numbers(numbers, n, again_numbers,
			      rtcp_nack_numbers(&again, again_numbers, MAX_NUMBERS));
	err = rtcp_next(&reader, &again);
	assert(err == ERR_NOT_FOUND);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rtcp_item item;
	struct rtcp_reader reader;
	rtcp_reader_init(&reader, data, size);
	while (rtcp_next(&reader, &item) == OK)
		round_trip(&item);
	return 0;
}
