#include "relay/net/studio_socket.h"
#include "relay/base/studio_wire.h"
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define PADDING_MAX 256

enum err studio_socket_send(int fd, uint8_t slot, const struct rtp_out *out)
{
	uint8_t head[2] = {STUDIO_RTP, slot}, padding[PADDING_MAX] = {0};
	size_t n_padding = out->padding;
	if (n_padding > 0)
		padding[n_padding - 1] = out->padding; /* RFC 3550, section 5.1 */
	struct iovec parts[] = {
		{head, sizeof head},
		{(void *)out->head, out->head_length},
		{(void *)out->body, out->body_length},
		{padding, n_padding},
	};
	const struct msghdr message = {.msg_iov = parts,
				       .msg_iovlen = sizeof parts / sizeof *parts};
	if (sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return OK;
	return errno == EAGAIN || errno == ENOBUFS ? ERR_FULL : ERR_SYSTEM;
}

enum err studio_socket_send_bytes(int fd, const uint8_t *data, size_t length)
{
	if (send(fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return OK;
	return errno == EAGAIN || errno == ENOBUFS ? ERR_FULL : ERR_SYSTEM;
}

enum err studio_socket_receive(int fd, uint8_t *data, size_t capacity, size_t *ret_length)
{
	ssize_t n = recv(fd, data, capacity, MSG_DONTWAIT | MSG_TRUNC);
	*ret_length = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return OK;
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? OK : ERR_SYSTEM;
}

void studio_socket_close(int fd)
{
	close(fd);
}
