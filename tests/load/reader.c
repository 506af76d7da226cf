#include "tests/load/reader.h"

#include "relay/base/clock.h"
#include <string.h>
#include <sys/socket.h>

#define DATAGRAM_MAX 1536
#define HEAD_MAX     160 /* holds an alert of DTLS whole */
#define CONTROL_SIZE CMSG_SPACE(sizeof(struct timespec))

/* What the kernel writes is set again for those that it used. */
struct batch {
	struct mmsghdr messages[READER_BATCH];
	struct iovec vectors[READER_BATCH];
	uint8_t controls[READER_BATCH][CONTROL_SIZE];
	uint8_t buffers[READER_BATCH][DATAGRAM_MAX];
	size_t size;
};

static _Thread_local struct batch whole, heads_only;

static void prepare(struct batch *batch, size_t size)
{
	if (batch->size != 0)
		return;
	batch->size = size;
	for (unsigned i = 0; i < READER_BATCH; i++) {
		batch->vectors[i] = (struct iovec){batch->buffers[i], size};
		batch->messages[i].msg_hdr = (struct msghdr){.msg_iov = &batch->vectors[i],
							     .msg_iovlen = 1,
							     .msg_control = batch->controls[i],
							     .msg_controllen = CONTROL_SIZE};
	}
}

static uint64_t arrival_us(struct msghdr *header)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(header);
	struct timespec ts;
	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPNS)
		return 0;
	memcpy(&ts, CMSG_DATA(c), sizeof ts);
	return (uint64_t)ts.tv_sec * US_PER_SEC + (uint64_t)ts.tv_nsec / 1000;
}

bool reader_want_times(int fd)
{
	int on = 1;
	return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0;
}

int reader_read(int fd, bool heads, struct datagram *out)
{
	struct batch *batch = heads ? &heads_only : &whole;
	prepare(batch, heads ? HEAD_MAX : DATAGRAM_MAX);
	int got = recvmmsg(fd, batch->messages, READER_BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
	for (int i = 0; i < got; i++) {
		struct mmsghdr *message = &batch->messages[i];
		out[i] = (struct datagram){.data = batch->buffers[i],
					   .length = message->msg_len,
					   .cut = message->msg_len > batch->size,
					   .arrived_us = arrival_us(&message->msg_hdr)};
		message->msg_hdr.msg_controllen = CONTROL_SIZE;
		message->msg_hdr.msg_flags = 0;
	}
	return got;
}
