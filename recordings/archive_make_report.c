#include "recordings/archive_job.h"
#include "recordings/archive_speakers.h"
#include "recordings/archive_vtt.h"
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

#define CHAT_MS 8000 /* that a message stays */
#define THUMB_S 30

static double seconds(int64_t ms)
{
	return (double)ms / 1000;
}

static int64_t at(const struct archive_job *job, int64_t t)
{
	return archive_time_at(&job->plan->time, t);
}

static const char *name_of(const struct archive_job *job, const char *id)
{
	const struct archive_person *person = archive_index_person(job->plan->index, id);
	return person && person->name ? person->name : id;
}

/* --- texts --- */

static bool write_text(struct archive_job *job, const char *name, const GString *text,
		       GError **error)
{
	return archive_file_write(job->folder, name, text->str, text->len, error);
}

static int64_t chapter_end(const struct archive_job *job, guint n)
{
	const GArray *chapters = job->plan->index->chapters;
	return n + 1 < chapters->len
		       ? at(job, g_array_index(chapters, struct archive_chapter, n + 1).t)
		       : job->plan->time.duration;
}

static bool write_chapters(struct archive_job *job, GError **error)
{
	const GArray *chapters = job->plan->index->chapters;
	g_autoptr(GString) out = g_string_new(NULL);
	archive_vtt_begin(out);
	for (guint i = 0; i < chapters->len; i++) {
		const struct archive_chapter *chapter =
			&g_array_index(chapters, struct archive_chapter, i);
		if (chapter->number == 0)
			continue;
		g_autofree char *text =
			g_strjoin(": ", chapter->sharer ? chapter->sharer : chapter->subject,
				  chapter->sharer ? chapter->subject : NULL, NULL);
		archive_vtt_cue(out, at(job, chapter->t), chapter_end(job, i), NULL, text);
	}
	return write_text(job, "chapters.vtt", out, error);
}

static bool write_chat(struct archive_job *job, const char *name, bool questions, GError **error)
{
	const GArray *messages = job->plan->index->chat;
	g_autoptr(GString) out = g_string_new(NULL);
	archive_vtt_begin(out);
	for (guint i = 0; i < messages->len; i++) {
		const struct archive_chat *chat = &g_array_index(messages, struct archive_chat, i);
		int64_t from = at(job, chat->t);
		if (!questions || chat->question)
			archive_vtt_cue(out, from, from + CHAT_MS,
					chat->name ? chat->name : name_of(job, chat->from),
					chat->text);
	}
	return write_text(job, name, out, error);
}

static bool write_speakers(struct archive_job *job, GError **error)
{
	g_autoptr(GArray) turns = archive_speakers(job->plan->index, &job->plan->time);
	g_autoptr(GString) out = g_string_new(NULL);
	archive_vtt_begin(out);
	for (guint i = 0; i < turns->len; i++) {
		const struct archive_turn *turn = &g_array_index(turns, struct archive_turn, i);
		archive_vtt_cue(out, turn->at, turn->until, NULL, name_of(job, turn->id));
	}
	return write_text(job, "speakers.vtt", out, error);
}

bool archive_make_texts(struct archive_job *job, GError **error)
{
	return write_chapters(job, error) && write_chat(job, "chat.vtt", false, error) &&
	       write_chat(job, "questions.vtt", true, error) && write_speakers(job, error);
}

/* --- archive.json --- */

/* 0: it isn't there. */
static json_int_t bytes_of(const struct archive_job *job, const char *path)
{
	struct stat st;
	return fstatat(job->folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_size : 0;
}

static json_t *spans_json(const GArray *spans)
{
	json_t *all = json_array();
	for (guint i = 0; i < spans->len; i++) {
		const struct archive_span *span = &g_array_index(spans, struct archive_span, i);
		json_array_append_new(all, json_pack("{s:f, s:f}", "from", seconds(span->from),
						     "to", seconds(span->to)));
	}
	return all;
}

static json_t *cuts_json(const struct archive_job *job)
{
	json_t *all = json_array();
	for (guint i = 0; i < job->plan->time.pieces->len; i++) {
		const struct archive_piece *piece =
			&g_array_index(job->plan->time.pieces, struct archive_piece, i);
		json_array_append_new(
			all, json_pack("{s:I, s:I, s:I}", "from", (json_int_t)piece->from, "to",
				       (json_int_t)piece->to, "at", (json_int_t)piece->at));
	}
	return all;
}

static json_t *programs_json(const struct archive_job *job)
{
	static const char *const kinds[] = {"m4a", "opus", "mp3"};
	json_t *all = json_array();
	for (guint i = 0; i < job->plan->programs->len; i++) {
		const struct archive_program_plan *program = job->plan->programs->pdata[i];
		json_t *files = json_object(), *bytes = json_object();
		for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
			g_autofree char *path =
				g_strdup_printf("audio/%s.%s", program->id, kinds[k]);
			json_object_set_new(files, kinds[k], json_string(path));
			json_object_set_new(bytes, kinds[k], json_integer(bytes_of(job, path)));
		}
		json_array_append_new(all, json_pack("{s:s, s:s?, s:o, s:o}", "id", program->id,
						     "language", program->language, "files", files,
						     "bytes", bytes));
	}
	return all;
}

static json_t *pictures_json(const struct archive_job *job)
{
	json_t *all = json_array();
	for (guint i = 0; i < job->plan->pictures->len; i++) {
		const struct archive_picture_plan *picture = job->plan->pictures->pdata[i];
		g_autofree char *hls = g_strdup_printf("hls/%s.m3u8", picture->id);
		json_t *one = json_pack("{s:s, s:s, s:o}", "id", picture->id, "hls", hls, "spans",
					spans_json(picture->shown));
		if (picture->source->tag)
			json_object_set_new(one, "language", json_string(picture->source->tag));
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *chapters_json(const struct archive_job *job)
{
	const GArray *chapters = job->plan->index->chapters;
	json_t *all = json_array();
	for (guint i = 0; i < chapters->len; i++) {
		const struct archive_chapter *chapter =
			&g_array_index(chapters, struct archive_chapter, i);
		if (chapter->number == 0)
			continue;
		json_array_append_new(all, json_pack("{s:f, s:I, s:s?, s:s?}", "at",
						     seconds(at(job, chapter->t)), "number",
						     (json_int_t)chapter->number, "sharer",
						     chapter->sharer, "subject", chapter->subject));
	}
	return all;
}

static json_t *speakers_json(const struct archive_job *job)
{
	g_autoptr(GArray) turns = archive_speakers(job->plan->index, &job->plan->time);
	json_t *all = json_array();
	for (guint i = 0; i < turns->len; i++) {
		const struct archive_turn *turn = &g_array_index(turns, struct archive_turn, i);
		const struct archive_person *person =
			archive_index_person(job->plan->index, turn->id);
		json_array_append_new(all, json_pack("{s:f, s:f, s:s, s:s?, s:s?, s:s?}", "at",
						     seconds(turn->at), "until",
						     seconds(turn->until), "id", turn->id, "name",
						     name_of(job, turn->id), "organisation",
						     person ? person->organisation : NULL,
						     "country", person ? person->country : NULL));
	}
	return all;
}

static json_t *chat_json(const struct archive_job *job)
{
	const GArray *messages = job->plan->index->chat;
	json_t *all = json_array();
	for (guint i = 0; i < messages->len; i++) {
		const struct archive_chat *chat = &g_array_index(messages, struct archive_chat, i);
		json_array_append_new(
			all,
			json_pack("{s:I, s:f, s:s?, s:s?, s:s, s:b}", "id", (json_int_t)chat->id,
				  "at", seconds(at(job, chat->t)), "from", chat->from, "name",
				  chat->name ? chat->name : name_of(job, chat->from), "text",
				  chat->text, "question", chat->question));
	}
	return all;
}

/* Of t, on the archive's time line; what was cut out as a whole isn't there. */
static json_t *silent_json(const struct archive_job *job, const char *tag)
{
	json_t *all = json_array();
	int64_t from = -1;
	for (guint i = 0; i <= job->plan->index->events->len; i++) {
		const struct archive_event *event =
			i < job->plan->index->events->len
				? &g_array_index(job->plan->index->events, struct archive_event, i)
				: NULL;
		if (event && (event->kind != ARCHIVE_SILENT || g_strcmp0(event->channel, tag) != 0))
			continue;
		int64_t time = event ? at(job, event->t) : job->plan->time.duration;
		if (from >= 0 && time > from && (!event || !event->on))
			json_array_append_new(all, json_pack("{s:f, s:f}", "from", seconds(from),
							     "to", seconds(time)));
		from = !event || !event->on ? -1 : from < 0 ? time : from;
	}
	return all;
}

static json_t *languages_json(const struct archive_job *job)
{
	g_autoptr(GPtrArray) tags = archive_channels(job->plan->index);
	json_t *all = json_array();
	for (guint i = 0; i < tags->len; i++) {
		g_autoptr(GArray) turns =
			archive_interpreters(job->plan->index, &job->plan->time, tags->pdata[i]);
		json_t *spans = json_array();
		for (guint k = 0; k < turns->len; k++) {
			const struct archive_turn *turn =
				&g_array_index(turns, struct archive_turn, k);
			json_array_append_new(spans, json_pack("{s:f, s:f, s:s?}", "from",
							       seconds(turn->at), "to",
							       seconds(turn->until), "interpreter",
							       name_of(job, turn->id)));
		}
		json_array_append_new(all, json_pack("{s:s, s:o, s:o}", "channel", tags->pdata[i],
						     "spans", spans, "silent",
						     silent_json(job, tags->pdata[i])));
	}
	return all;
}

static json_t *notes_json(const struct archive_job *job)
{
	json_t *all = json_array();
	const struct archive_piece *pieces = (const void *)job->plan->time.pieces->data;
	for (guint i = 1; i < job->plan->time.pieces->len; i++)
		json_array_append_new(all, json_pack("{s:f, s:s, s:f}", "at", seconds(pieces[i].at),
						     "what", pieces[i].restart ? "restart" : "cut",
						     "seconds",
						     seconds(pieces[i].from - pieces[i - 1].to)));
	for (guint i = 0; i < job->plan->files.troubles->len; i++)
		json_array_append_new(all,
				      json_pack("{s:f, s:s, s:f, s:s}", "at", 0.0, "what",
						"damaged", "seconds", 0.0, "file",
						(const char *)job->plan->files.troubles->pdata[i]));
	if (job->missing)
		json_array_append_new(all,
				      json_pack("{s:f, s:s, s:f, s:s}", "at", 0.0, "what",
						"missing", "seconds", 0.0, "file", job->missing));
	if (job->plan->time.duration == 0)
		json_array_append_new(all, json_pack("{s:f, s:s, s:f}", "at", 0.0, "what", "empty",
						     "seconds", 0.0));
	return all;
}

static json_t *downloads_json(const struct archive_job *job)
{
	static const char *const names[] = {"meeting.mp4", "meeting.mkv"};
	json_t *all = json_array();
	for (size_t i = 0; i < G_N_ELEMENTS(names) && job->plan->time.duration > 0; i++) {
		json_int_t bytes = bytes_of(job, names[i]);
		if (bytes > 0)
			json_array_append_new(
				all, json_pack("{s:s, s:I}", "file", names[i], "bytes", bytes));
	}
	return all;
}

bool archive_make_report(struct archive_job *job, GError **error)
{
	const struct archive_index *index = job->plan->index;
	bool pictures = job->plan->pictures->len > 0;
	int64_t duration = job->plan->time.duration;
	json_t *report = json_pack(
		"{s:i, s:I, s:s?, s:s?, s:f, s:o, s:o, s:o, s:s?, s:o, s:{s:i, s:I, s:i, s:i}}",
		"version", 1, "begin", (json_int_t)index->begin_ms, "meeting", index->meeting,
		"title", index->title, "duration", seconds(duration), "cuts", cuts_json(job),
		"programs", programs_json(job), "pictures", pictures_json(job), "master",
		duration > 0 ? "hls/master.m3u8" : NULL, "downloads", downloads_json(job), "thumbs",
		"every", THUMB_S, "count",
		(json_int_t)(pictures ? (duration + THUMB_S * 1000 - 1) / (THUMB_S * 1000) : 0),
		"width", 160, "height", 90);
	if (job->recording_number > 0)
		json_object_set_new(report, "recording", json_integer(job->recording_number));
	json_object_set_new(report, "chapters", chapters_json(job));
	json_object_set_new(report, "speakers", speakers_json(job));
	json_object_set_new(report, "chat", chat_json(job));
	json_object_set_new(report, "languages", languages_json(job));
	json_object_set_new(report, "notes", notes_json(job));
	char *text = json_dumps(report, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(report);
	bool fine = archive_file_write(job->folder, "archive.json", text, strlen(text), error);
	free(text);
	return fine;
}
