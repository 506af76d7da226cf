/*
 * A meeting's recording: who may see that it runs (everybody), which tracks there are to be, and
 * where they go: DATA/recordings/ID/PART. Beside the parts index.jsonl says what happened, a line
 * each, with its time on the tracks' time line. Main thread.
 */
#pragma once

#include "signaling/meeting_internal.h"
#include "signaling/store_recordings.h"

struct recording;

struct recording *recording_new(struct meeting *meeting);
void recording_free(struct recording *recording); /* it goes on when the meeting is there again */

/* Recording on from off begins an archive entry. The same again changes nothing. */
bool meeting_record(struct meeting *meeting, enum recording_state state, GError **error);
/* Nobody is left: what ends now is nobody's wish, and may begin by itself again. */
void meeting_recording_leave(struct meeting *meeting);
/* Of the store, after a restart: goes on. */
bool meeting_recording_restore(struct meeting *meeting, GError **error);
bool meeting_records(const struct meeting *meeting); /* paused or not */
/* Every second: begins, if the meeting says that it does so by itself. */
void meeting_recording_tick(struct meeting *meeting);
/* After the channels have changed: the tracks are those that there should be. */
void meeting_recording_follow(struct meeting *meeting);
json_t *meeting_recording_json(const struct meeting *meeting); /* for joined, and `recording` */
/* The studio's: see studio.h; user: the meeting. */
char *meeting_recording_new_part(void *user);
void meeting_recording_changed(void *user);
/* A line of the index, if there is a recording, paused or not; takes the reference, and adds the
 * time. */
void meeting_recording_note(const struct meeting *meeting, json_t *line);
/* What somebody wrote: not while it is paused. Takes the reference; adds type and time. */
void meeting_recording_quote(const struct meeting *meeting, const char *type, json_t *line);
/* Who came, or is called otherwise now. */
void meeting_recording_person(const struct participant *participant);
