/* What the parts of the archive's API (archive_*.c) share. */
#pragma once

#include "signaling/access.h"
#include "signaling/api_common.h"
#include "signaling/archive.h"
#include "signaling/archive_removal.h"
#include <jansson.h>

struct archive {
	const struct config *config;
	struct store *store;
	const struct token_key *key;
	struct meetings *meetings;
	struct archive_maker maker;
	int recordings, attachments; /* folders of data */
	char *attachments_path;
	struct archive_removal *removal;
	guint hourly;
};

/* Somebody who may see a meeting's archive. */
struct archive_viewer {
	struct store_meeting row;
	struct token token; /* zeroed unless known */
	bool known, editor; /* there is a good token; it may change the archive */
};
void archive_viewer_clear(struct archive_viewer *viewer);
/* The whole meeting. A host can make a link for the secretariat of this one: that isn't enough. */
bool archive_may_delete(const struct archive_viewer *viewer);
/* The meeting that the path's first "*" names, for whoever asks; by the cookie, too, when something
 * is only read. False: reply says why not. */
bool archive_see(struct archive *archive, const struct http_request *request,
		 struct http_reply *reply, struct archive_viewer *ret);
/* The same for its attachments, which also those see who may be in the meeting, until it has ended:
 * an archive for the secretariat alone is no reason to keep the slides from who is there. */
bool archive_see_attachments(struct archive *archive, const struct http_request *request,
			     struct http_reply *reply, struct archive_viewer *ret);
/* As archive_see, for who may change it: a token, and ACTION_EDIT. */
bool archive_edit(struct archive *archive, const struct http_request *request,
		  struct http_reply *reply, struct archive_viewer *ret);

/* Takes error; always false. */
bool archive_reply_fail(struct http_reply *reply, GError *error);
bool archive_refuse(struct http_reply *reply, enum signaling_error code, const char *reason);
json_t *archive_tags_json(char **tags);
/* A path's segment as the number of something; false: 404 is left to the server. */
bool archive_number(const struct http_request *request, unsigned segment, gint64 *ret);

/* archive_list.c, archive_detail.c, archive_media.c, archive_change.c, archive_again.c,
 * archive_person.c, archive_attachments.c: the handlers. */
void archive_get_list(void *user, const struct http_request *request, struct http_reply *reply);
void archive_get_detail(void *user, const struct http_request *request, struct http_reply *reply);
void archive_get_file(void *user, const struct http_request *request, struct http_reply *reply);
void archive_post_session(void *user, const struct http_request *request, struct http_reply *reply);
void archive_patch(void *user, const struct http_request *request, struct http_reply *reply);
void archive_delete_meeting(void *user, const struct http_request *request,
			    struct http_reply *reply);
void archive_delete_recording(void *user, const struct http_request *request,
			      struct http_reply *reply);
void archive_post_again(void *user, const struct http_request *request, struct http_reply *reply);
void archive_delete_person(void *user, const struct http_request *request,
			   struct http_reply *reply);
bool archive_may_attach(void *user, const struct http_request *request, struct http_reply *reply);
void archive_post_attachment(void *user, const struct http_request *request,
			     struct http_reply *reply);
void archive_get_attachments(void *user, const struct http_request *request,
			     struct http_reply *reply);
void archive_get_attachment(void *user, const struct http_request *request,
			    struct http_reply *reply);
void archive_delete_attachment(void *user, const struct http_request *request,
			       struct http_reply *reply);

json_t *archive_attachments_json(struct archive *archive, const struct store_meeting *row,
				 GError **error);
/* Recordings and attachments of a meeting, with their files. Attachments' are gone for good with
 * the next archive_removal_sync, one for all that goes at once. participant 0: anybody's. */
bool archive_remove_takes(struct archive *archive, gint64 meeting, GError **error);
bool archive_remove_attachments(struct archive *archive, gint64 meeting, gint64 participant,
				unsigned *ret_removed, GError **error);
/* Meetings whose time is over. */
void archive_sweep(struct archive *archive);
/* Somebody is being taken out of its tracks: nothing of them is served. A file in its folder says
 * so for each, with their id behind this; the job removes it (recordings/archive_unrecord.h). */
#define ARCHIVE_REMOVING "removing-"
/* After a restart: who is marked is taken out, whatever the store says of it: a killed request, a
 * power cut or a backup may have left it behind. */
void archive_resume_people(struct archive *archive);
bool archive_is_removing(const struct archive *archive, gint64 take);
/* What was being removed when the program ended. */
void archive_resume(struct archive *archive);
