#include "signaling/http_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A read that has to wait for the disk holds up the main loop: so the system is told before that
 * the file will be read. */
#define READ_AHEAD ((uint64_t)1 << 20)

void outgoing_start(struct outgoing *out, struct http_reply *reply, bool head_only, bool close)
{
	*out = (struct outgoing){.head = http_reply_head(reply, close), .fd = -1};
	if (head_only)
		return;
	if (reply->fd >= 0) {
		out->fd = reply->fd;
		out->first = out->asked = reply->first;
		out->length = reply->length;
		reply->fd = -1;
	} else if (reply->body) {
		out->content = g_bytes_ref(reply->body);
	}
}

static size_t fill_bytes(GBytes *bytes, uint64_t *offset, uint8_t *chunk, size_t size)
{
	gsize have = 0;
	const uint8_t *data = bytes ? g_bytes_get_data(bytes, &have) : NULL;
	if (*offset >= have) {
		*offset -= have;
		return 0;
	}
	size_t n = MIN(have - *offset, size);
	memcpy(chunk, data + *offset, n);
	*offset = 0;
	return n;
}

static void read_ahead(struct outgoing *out, uint64_t position)
{
	if (position + READ_AHEAD / 2 < out->asked || out->asked >= out->first + out->length)
		return;
	posix_fadvise(out->fd, (off_t)out->asked, (off_t)READ_AHEAD, POSIX_FADV_WILLNEED);
	out->asked += READ_AHEAD;
}

static ssize_t fill_file(struct outgoing *out, uint64_t offset, uint8_t *chunk, size_t size)
{
	ssize_t n;
	if (offset >= out->length || !size)
		return 0;
	read_ahead(out, out->first + offset);
	size = MIN(size, out->length - offset);
	do {
		n = pread(out->fd, chunk, size, (off_t)(out->first + offset));
	} while (n < 0 && errno == EINTR);
	/* It became shorter, or the disk is broken: the client learns by the end of the
	   connection that this wasn't all. */
	return n > 0 ? n : -1;
}

ssize_t outgoing_fill(struct outgoing *out, uint8_t *chunk, size_t size)
{
	uint64_t offset = out->sent;
	size_t n = fill_bytes(out->head, &offset, chunk, size);
	n += fill_bytes(out->content, &offset, chunk + n, size - n);
	if (out->fd < 0)
		return (ssize_t)n;
	ssize_t more = fill_file(out, offset, chunk + n, size - n);
	return more < 0 ? -1 : (ssize_t)n + more;
}

void outgoing_clear(struct outgoing *out)
{
	g_clear_pointer(&out->head, g_bytes_unref);
	g_clear_pointer(&out->content, g_bytes_unref);
	if (out->fd >= 0)
		close(out->fd);
	out->fd = -1;
}
