/* Replies from files. */
#include "signaling/http_internal.h"
#include "signaling/http_path.h"
#include "signaling/http_range.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Another file by that name is another tag, even one of the same size in the same moment. */
static char *tag_of(const struct stat *status)
{
	return g_strdup_printf("\"%llx-%llx-%llx.%lx\"", (unsigned long long)status->st_ino,
			       (unsigned long long)status->st_size,
			       (unsigned long long)status->st_mtim.tv_sec,
			       (unsigned long)status->st_mtim.tv_nsec);
}

static void say_range(struct http_reply *reply, const struct stat *status, enum http_range kind)
{
	unsigned long long size = (unsigned long long)status->st_size;
	g_autofree char *text =
		kind == HTTP_RANGE_BEYOND
			? g_strdup_printf("bytes */%llu", size)
			: g_strdup_printf("bytes %llu-%llu/%llu", (unsigned long long)reply->first,
					  (unsigned long long)(reply->first + reply->length - 1),
					  size);
	http_reply_header(reply, "Content-Range", text);
}

void http_reply_file(struct http_reply *reply, const struct http_request *request, int fd,
		     const char *content_type)
{
	struct stat status;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		http_reply_problem(reply, 404, "not-found", "path: there is nothing here");
		return;
	}
	/* In the order of RFC 9110, section 13.2.2. */
	g_autofree char *tag = tag_of(&status);
	http_reply_header(reply, "ETag", tag);
	if (request->if_none_match && http_etag_matches(request->if_none_match, tag)) {
		close(fd);
		http_reply_status(reply, 304);
		return;
	}
	/* For GET alone (section 14.2). */
	const char *range =
		!strcmp(request->method, "GET") && http_if_range_holds(request->if_range, tag)
			? request->range
			: NULL;
	enum http_range kind =
		http_range_parse(range, (uint64_t)status.st_size, &reply->first, &reply->length);
	http_reply_header(reply, "Accept-Ranges", "bytes");
	if (kind != HTTP_RANGE_WHOLE)
		say_range(reply, &status, kind);
	if (kind == HTTP_RANGE_BEYOND) {
		close(fd);
		http_reply_problem(reply, 416, "malformed", "Range: the file has no such bytes");
		return;
	}
	http_reply_status(reply, kind == HTTP_RANGE_PART ? 206 : 200);
	http_reply_header(reply, "Content-Type", content_type);
	reply->fd = fd;
}

void http_reply_download(struct http_reply *reply, const char *name)
{
	g_autofree char *disposition = http_disposition(name);
	http_reply_header(reply, "Content-Disposition", disposition);
}

void http_reply_foreign(struct http_reply *reply)
{
	http_reply_header(reply, "Content-Security-Policy", "sandbox; default-src 'none'");
}
