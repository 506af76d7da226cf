#include "recordings/reorder.h"
#include "recordings/track.h"
#include "recordings/track_message.h"
#include "tests/unit/recordings/matroska_reader.h"
#include <string.h>

#define BEGIN_US (INT64_C(1764187200) * 1000000)

struct world {
	struct track *track;
	GByteArray *file;
	uint64_t now_us;
	bool full;    /* the disk */
	bool guessed; /* capture times */
	uint32_t source;
	GString *who; /* what was said of sources */
	unsigned settled;
};

static bool on_append(void *user, const uint8_t *data, size_t length)
{
	struct world *w = user;
	if (w->full)
		return false;
	g_byte_array_append(w->file, data, (guint)length);
	return true;
}

static void on_patch(void *user, uint64_t offset, const uint8_t *data, size_t length)
{
	GByteArray *file = ((struct world *)user)->file;
	g_assert_cmpuint(offset + length, <=, file->len);
	memcpy(file->data + offset, data, length);
}

static void on_who(void *user, uint64_t offset, uint64_t time_ms, uint32_t source)
{
	struct world *w = user;
	if (!w->full)
		g_assert_cmpuint(offset, ==, w->file->len);
	g_string_append_printf(w->who, "%u at %u; ", source, (unsigned)time_ms);
}

/* The disk may have this, and nothing that comes later: no time goes back. */
static void on_settle(void *user)
{
	struct world *w = user;
	struct matroska_file file;
	g_assert_true(matroska_file_read(&file, w->file->data, w->file->len));
	for (guint i = 1; i < file.blocks->len; i++) {
		const struct matroska_block *blocks = (const void *)file.blocks->data;
		g_assert_cmpint((gint64)blocks[i].time_ms, >=, (gint64)blocks[i - 1].time_ms);
	}
	matroska_file_clear(&file);
	w->settled++;
}

static struct world world_new(void)
{
	return (struct world){
		.file = g_byte_array_new(), .now_us = 1000000, .who = g_string_new(NULL)};
}

static void begin(struct world *w, bool video)
{
	const struct track_config config = {.video = video,
					    .name = video ? "stage" : "channel-fr",
					    .language = video ? NULL : "fr",
					    .begin_us = BEGIN_US};
	const struct track_output output = {w, on_append, on_patch, on_who, on_settle};
	w->track = track_new(&config, &output);
}

static void end(struct world *w)
{
	track_free(w->track);
	g_byte_array_unref(w->file);
	g_string_free(w->who, TRUE);
}

/* sequence: of the packet; body: what follows on the header. */
static void receive(struct world *w, uint16_t sequence, uint32_t timestamp, bool marker,
		    const uint8_t *body, size_t length, int64_t capture_ms)
{
	uint8_t rtp[1500] = {0x80,
			     marker ? 0xef : 0x6f,
			     (uint8_t)(sequence >> 8),
			     (uint8_t)sequence,
			     (uint8_t)(timestamp >> 24),
			     (uint8_t)(timestamp >> 16),
			     (uint8_t)(timestamp >> 8),
			     (uint8_t)timestamp,
			     0,
			     0,
			     0,
			     7};
	memcpy(rtp + 12, body, length);
	track_receive(w->track, rtp, 12 + length,
		      (struct capture){BEGIN_US + capture_ms * 1000, w->guessed, w->source},
		      w->now_us);
}

static void receive_sound(struct world *w, uint16_t sequence, int64_t capture_ms)
{
	const uint8_t body[] = {0xf8, (uint8_t)(sequence >> 8), (uint8_t)sequence};
	receive(w, sequence, (uint32_t)capture_ms * 48, false, body, sizeof body, capture_ms);
}

/* Packet i of n of a picture: one byte of descriptor, then what tells the picture. */
static void receive_picture(struct world *w, uint16_t sequence, bool key, unsigned i, unsigned n,
			    int64_t capture_ms)
{
	uint8_t first[] = {0x10, key ? 0 : 1, (uint8_t)capture_ms, 0, 0x9d, 1, 0x2a, 0x80, 2, 0x68,
			   1};
	const uint8_t more[] = {0, (uint8_t)i, (uint8_t)capture_ms};
	receive(w, sequence, (uint32_t)capture_ms * 90, i == n - 1, i == 0 ? first : more,
		i == 0 ? sizeof first : sizeof more, capture_ms);
}

static struct matroska_file read_file(const struct world *w)
{
	struct matroska_file file;
	g_assert_true(matroska_file_read(&file, w->file->data, w->file->len));
	return file;
}

static const struct matroska_block *block(const struct matroska_file *file, unsigned i)
{
	g_assert_cmpuint(i, <, file->blocks->len);
	return &g_array_index(file->blocks, struct matroska_block, i);
}

static void test_sound(void)
{
	struct world w = world_new();
	begin(&w, false);
	for (unsigned i = 0; i < 200; i++) /* with a pause of a minute, and the number's wrap */
		receive_sound(&w, (uint16_t)(65500 + i), 40 + 20 * i + (i >= 100 ? 60000 : 0));
	track_end(w.track);
	struct matroska_file file = read_file(&w);
	g_assert_cmpstr(file.codec, ==, "A_OPUS");
	g_assert_cmpstr(file.name, ==, "channel-fr");
	g_assert_cmpstr(file.language, ==, "fr");
	g_assert_cmpuint(file.type, ==, 2);
	g_assert_cmpuint(file.blocks->len, ==, 200);
	for (unsigned i = 0; i < 200; i++) {
		const uint8_t body[] = {0xf8, (uint8_t)((65500 + i) >> 8), (uint8_t)(65500 + i)};
		g_assert_cmpuint(block(&file, i)->time_ms, ==,
				 40 + 20 * i + (i >= 100 ? 60000 : 0));
		g_assert_cmpmem(block(&file, i)->data, block(&file, i)->length, body, sizeof body);
	}
	g_assert_true(file.segment_ended);
	g_assert_cmpuint(file.open_clusters, ==, 0);
	g_assert_cmpuint(file.clusters, ==, 4); /* two seconds each */
	g_assert_cmpfloat(file.duration_ms, ==, 64020);
	matroska_file_clear(&file);
	end(&w);
}

/* Killed at any byte, it is a file whose whole blocks are all there. */
static void test_cut_anywhere(void)
{
	struct world w = world_new();
	begin(&w, false);
	for (unsigned i = 0; i < 120; i++)
		receive_sound(&w, (uint16_t)i, 20 * i);
	struct matroska_file whole = read_file(&w), cut;
	const uint8_t *first = block(&whole, 0)->data;
	unsigned before = 0;
	for (size_t length = (size_t)(first - w.file->data); length <= w.file->len; length++) {
		g_assert_true(matroska_file_read(&cut, w.file->data, length));
		g_assert_cmpuint(cut.blocks->len, >=, before);
		for (before = 0; before < cut.blocks->len; before++)
			g_assert_cmpuint(block(&cut, before)->time_ms, ==, 20 * before);
		matroska_file_clear(&cut);
	}
	g_assert_cmpuint(before, ==, 120);
	matroska_file_clear(&whole);
	end(&w);
}

static void test_order_and_loss(void)
{
	struct world w = world_new();
	begin(&w, false);
	static const uint16_t sequences[] = {10, 12, 11, 11, 15, 14, 9};
	for (unsigned i = 0; i < G_N_ELEMENTS(sequences); i++)
		receive_sound(&w, sequences[i], 20 * (sequences[i] - 10));
	struct matroska_file file = read_file(&w);
	g_assert_cmpuint(file.blocks->len, ==, 3); /* 13 may still come */
	matroska_file_clear(&file);
	w.now_us += REORDER_WAIT_US - 1;
	track_tick(w.track, w.now_us);
	g_assert_cmpuint(track_counts(w.track).missing, ==, 0);
	w.now_us++;
	track_tick(w.track, w.now_us);
	file = read_file(&w);
	g_assert_cmpuint(file.blocks->len, ==, 5);
	g_assert_cmpuint(block(&file, 3)->time_ms, ==, 80);
	g_assert_cmpuint(track_counts(w.track).missing, ==, 1);
	matroska_file_clear(&file);
	end(&w);
}

/* Its numbers jumped further than there is room for: it goes on from there. */
static void test_jump(void)
{
	struct world w = world_new();
	begin(&w, false);
	receive_sound(&w, 1, 0);
	receive_sound(&w, 3, 40);
	receive_sound(&w, 20000, 60);
	receive_sound(&w, 20001, 80);
	struct matroska_file file = read_file(&w);
	g_assert_cmpuint(file.blocks->len, ==, 3);
	g_assert_cmpuint(block(&file, 2)->time_ms, ==, 80);
	matroska_file_clear(&file);
	end(&w);
}

/* The relay dropped so many, while the disk was full, that the next number looks old. */
static void test_more_than_half_of_all_numbers_are_missing(void)
{
	static const unsigned missing[] = {32767, 32768, 40000, 65535};
	for (unsigned i = 0; i < G_N_ELEMENTS(missing); i++) {
		struct world w = world_new();
		unsigned n = 100 + missing[i];
		begin(&w, false);
		for (unsigned k = 0; k < 100; k++)
			receive_sound(&w, (uint16_t)(65500 + k), 20 * k);
		for (unsigned k = n; k < n + 100; k++)
			receive_sound(&w, (uint16_t)(65500 + k), 20 * (int64_t)k);
		track_end(w.track);
		struct matroska_file file = read_file(&w);
		g_assert_cmpuint(file.blocks->len, ==, 200);
		g_assert_cmpuint(block(&file, 100)->time_ms, ==, 20 * n);
		g_assert_cmpuint(track_counts(w.track).missing, ==, missing[i]);
		matroska_file_clear(&file);
		end(&w);
	}
}

/* A picture can't go on without what is missing. */
static void test_a_picture_after_half_of_all_numbers(void)
{
	struct world w = world_new();
	begin(&w, true);
	receive_picture(&w, 1, true, 0, 1, 0);
	receive_picture(&w, 50000, false, 0, 1, 600000);
	g_assert_true(track_needs_keyframe(w.track));
	receive_picture(&w, 50001, true, 0, 1, 600040);
	struct matroska_file file = read_file(&w);
	g_assert_cmpuint(file.blocks->len, ==, 2);
	g_assert_cmpuint(block(&file, 1)->time_ms, ==, 600040);
	matroska_file_clear(&file);
	end(&w);
}

/* What is sent again too late is still dropped: nothing comes twice. */
static void test_old_numbers(void)
{
	struct world w = world_new();
	begin(&w, false);
	for (unsigned k = 0; k < 100; k++)
		receive_sound(&w, (uint16_t)k, 20 * k);
	receive_sound(&w, 90, 1800);
	receive_sound(&w, 91, 1980 + 10000); /* its time is that of its arrival */
	receive_sound(&w, 101, 2020);
	receive_sound(&w, 40000, 60000); /* while another is waited for */
	receive_sound(&w, 100, 2000);
	track_end(w.track);
	struct matroska_file file = read_file(&w);
	g_assert_cmpuint(file.blocks->len, ==, 102);
	g_assert_cmpuint(block(&file, 101)->time_ms, ==, 2020);
	g_assert_cmpuint(track_counts(w.track).missing, ==, 0);
	matroska_file_clear(&file);
	end(&w);
}

static void test_time_never_goes_back(void)
{
	struct world w = world_new();
	begin(&w, false);
	static const int64_t capture_ms[] = {-50, 10, 5, 30};
	for (unsigned i = 0; i < G_N_ELEMENTS(capture_ms); i++)
		receive_sound(&w, (uint16_t)i, capture_ms[i]);
	struct matroska_file file = read_file(&w);
	static const uint64_t expected[] = {0, 10, 10, 30};
	for (unsigned i = 0; i < G_N_ELEMENTS(expected); i++)
		g_assert_cmpuint(block(&file, i)->time_ms, ==, expected[i]);
	matroska_file_clear(&file);
	end(&w);
}

/* The clock has begun anew since the recording did; and as early and late as times can be. */
static void test_begin_before_the_clock_did(void)
{
	static const int64_t begins_us[] = {-1000, INT64_C(-604800) * 1000000, -TRACK_TIME_MAX};
	static const struct capture captures[] = {{0, true},
						  {20000, true},
						  {40000, false},
						  {TRACK_TIME_MAX - 20000, true},
						  {TRACK_TIME_MAX, false}};
	for (unsigned i = 0; i < G_N_ELEMENTS(begins_us); i++) {
		struct world w = world_new();
		const struct track_config config = {.name = "voice-0", .begin_us = begins_us[i]};
		const struct track_output output = {&w, on_append, on_patch, on_who, on_settle};
		w.track = track_new(&config, &output);
		for (uint8_t k = 0; k < G_N_ELEMENTS(captures); k++) {
			uint8_t rtp[13] = {0x80, 0x6f, 0, k, [12] = 0xf8};
			rtp[6] = (uint8_t)(960 * k >> 8);
			rtp[7] = (uint8_t)(960 * k);
			track_receive(w.track, rtp, sizeof rtp, captures[k], w.now_us);
		}
		track_end(w.track);
		struct matroska_file file = read_file(&w);
		g_assert_cmpuint(file.blocks->len, ==, G_N_ELEMENTS(captures));
		for (unsigned k = 0; k < G_N_ELEMENTS(captures); k++)
			g_assert_cmpuint(block(&file, k)->time_ms, ==,
					 (uint64_t)((captures[k].us - begins_us[i]) / 1000));
		matroska_file_clear(&file);
		end(&w);
	}
}

/* A packet of sound that was taken at taken_ms and came, or is known to be taken, at capture_ms. */
static void receive_taken(struct world *w, uint16_t sequence, int64_t taken_ms, int64_t capture_ms,
			  bool guessed)
{
	const uint8_t body[] = {0xf8, (uint8_t)(sequence >> 8), (uint8_t)sequence};
	w->guessed = guessed;
	receive(w, sequence, (uint32_t)taken_ms * 48, false, body, sizeof body, capture_ms);
	w->guessed = false;
}

/* Until the first report the times are those of arrival; with it they get right, from the first
 * one on. */
static void test_guessed_times(void)
{
	struct world w = world_new();
	begin(&w, false);
	for (unsigned i = 0; i < 10; i++)
		receive_taken(&w, (uint16_t)i, 20 * i, 20 * i, false);
	for (unsigned i = 50; i < 200; i++) /* another sender, 60 to 100 ms late */
		receive_taken(&w, (uint16_t)(i - 40), 20 * i, 20 * i + 60 + 20 * (i % 3), true);
	struct matroska_file file = read_file(&w);
	for (unsigned i = 11; i < 160; i++)
		g_assert_cmpuint(block(&file, i)->time_ms, ==, block(&file, i - 1)->time_ms + 20);
	matroska_file_clear(&file);
	for (unsigned i = 200; i < 300; i++)
		receive_taken(&w, (uint16_t)(i - 40), 20 * i, 20 * i, false);
	track_end(w.track);
	file = read_file(&w);
	g_assert_cmpuint(file.blocks->len, ==, 260);
	g_assert_cmpuint(file.open_clusters, ==, 0);
	for (unsigned i = 0; i < 260; i++)
		g_assert_cmpuint(block(&file, i)->time_ms, ==, 20 * (i < 10 ? i : i + 40));
	matroska_file_clear(&file);
	g_assert_cmpuint(w.settled, >=, 3); /* a cluster each second */
	end(&w);
}

/* Not before what is known of its predecessor; nor by what no report can be right about. */
static void test_guessed_times_have_bounds(void)
{
	struct world w = world_new();
	begin(&w, false);
	receive_taken(&w, 0, 0, 0, false);
	receive_taken(&w, 1, 20, 70, true);
	receive_taken(&w, 2, 40, 90, true);
	receive_taken(&w, 3, 60, 5, false); /* 85 ms earlier, which would be before time 0 */
	receive_taken(&w, 4, 80, 80, true);
	receive_taken(&w, 5, 100, 90000, false);
	receive_taken(&w, 6, 90020, 90020, true);
	receive_taken(&w, 7, 200000, 95000, true); /* its numbers have jumped */
	receive_taken(&w, 8, 200020, 94920, false);
	track_end(w.track);
	struct matroska_file file = read_file(&w);
	static const uint64_t expected[] = {0, 0, 20, 20, 80, 90000, 90020, 94900, 94920};
	g_assert_cmpuint(file.blocks->len, ==, G_N_ELEMENTS(expected));
	for (unsigned i = 0; i < G_N_ELEMENTS(expected); i++)
		g_assert_cmpuint(block(&file, i)->time_ms, ==, expected[i]);
	matroska_file_clear(&file);
	end(&w);
}

/* Nothing before the first keyframe; nothing between a loss and the next one. */
static void test_pictures(void)
{
	struct world w = world_new();
	begin(&w, true);
	g_assert_true(track_needs_keyframe(w.track));
	receive_picture(&w, 1, false, 0, 1, 0);
	g_assert_cmpuint(w.file->len, ==, 0);
	for (unsigned i = 0; i < 3; i++)
		receive_picture(&w, (uint16_t)(2 + i), true, i, 3, 33);
	g_assert_false(track_needs_keyframe(w.track));
	receive_picture(&w, 5, false, 0, 1, 66);
	receive_picture(&w, 7, false, 0, 1, 133); /* 6 never comes */
	receive_picture(&w, 8, true, 0, 1, 166);
	w.now_us += REORDER_WAIT_US;
	track_tick(w.track, w.now_us);
	struct matroska_file file = read_file(&w);
	g_assert_cmpstr(file.codec, ==, "V_VP8");
	g_assert_cmpuint(file.width, ==, 640);
	g_assert_cmpuint(file.height, ==, 360);
	g_assert_cmpuint(file.blocks->len, ==, 3);
	g_assert_cmpuint(block(&file, 0)->time_ms, ==, 33);
	g_assert_true(block(&file, 0)->keyframe);
	g_assert_cmpuint(block(&file, 0)->length, ==, 10 + 2 + 2); /* without descriptors */
	g_assert_cmpuint(block(&file, 1)->time_ms, ==, 66);
	g_assert_false(block(&file, 1)->keyframe);
	g_assert_cmpuint(block(&file, 2)->time_ms, ==, 166);
	g_assert_cmpuint(track_counts(w.track).dropped, ==, 2); /* the first, and that behind 6 */
	matroska_file_clear(&file);
	end(&w);
}

/* What didn't fit is missing, and nothing else is. */
static void test_full_disk(void)
{
	struct world w = world_new();
	begin(&w, false);
	for (unsigned i = 0; i < 400; i++) {
		w.full = i < 10 || (i >= 120 && i < 290);
		receive_sound(&w, (uint16_t)i, 20 * i);
	}
	track_end(w.track);
	g_assert_cmpuint(track_counts(w.track).lost, ==, 180);
	struct matroska_file file = read_file(&w);
	g_assert_cmpuint(file.blocks->len, ==, 220);
	g_assert_cmpuint(block(&file, 0)->time_ms, ==, 200);
	g_assert_cmpuint(block(&file, 109)->time_ms, ==, 2380);
	g_assert_cmpuint(block(&file, 110)->time_ms, ==, 5800);
	g_assert_true(file.segment_ended);
	g_assert_cmpuint(file.open_clusters, ==, 0);
	matroska_file_clear(&file);
	end(&w);
}

static void test_nonsense(void)
{
	struct world w = world_new();
	begin(&w, true);
	uint8_t rtp[64] = {0};
	for (size_t length = 0; length < sizeof rtp; length++)
		track_receive(w.track, rtp, length, (struct capture){.us = BEGIN_US}, w.now_us);
	g_assert_cmpuint(track_counts(w.track).refused, ==, sizeof rtp);
	receive(&w, 1, 0, true, (const uint8_t *)"\x90", 1, 0);
	track_end(w.track);
	g_assert_cmpuint(w.file->len, ==, 0);
	end(&w);
}

/* A packet that comes late is still its sender's. */
static void test_whose(void)
{
	struct world w = world_new();
	begin(&w, false);
	receive_sound(&w, 1, 100); /* nobody has said */
	w.source = 17;
	receive_sound(&w, 2, 120);
	w.source = 4;
	receive_sound(&w, 4, 160);
	w.source = 17;
	receive_sound(&w, 3, 140);
	receive_sound(&w, 5, 180);
	receive_sound(&w, 6, 200);
	track_end(w.track);
	g_assert_cmpstr(w.who->str, ==, "17 at 120; 4 at 160; 17 at 180; ");
	end(&w);
}

/* A picture is whose its first packet is; those that can't be shown don't count. */
static void test_whose_picture(void)
{
	struct world w = world_new();
	begin(&w, true);
	w.source = 17;
	receive_picture(&w, 1, true, 0, 2, 40);
	receive_picture(&w, 2, true, 1, 2, 40);
	w.source = 4;
	receive_picture(&w, 3, false, 0, 1, 80); /* its keyframe is still to come */
	receive_picture(&w, 5, false, 0, 1, 120);
	receive_picture(&w, 6, true, 0, 1, 160);
	track_end(w.track);
	g_assert_cmpstr(w.who->str, ==, "17 at 40; 4 at 80; ");
	end(&w);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/track/sound", test_sound);
	g_test_add_func("/track/cut_anywhere", test_cut_anywhere);
	g_test_add_func("/track/order_and_loss", test_order_and_loss);
	g_test_add_func("/track/jump", test_jump);
	g_test_add_func("/track/more_than_half_of_all_numbers_are_missing",
			test_more_than_half_of_all_numbers_are_missing);
	g_test_add_func("/track/a_picture_after_half_of_all_numbers",
			test_a_picture_after_half_of_all_numbers);
	g_test_add_func("/track/old_numbers", test_old_numbers);
	g_test_add_func("/track/time_never_goes_back", test_time_never_goes_back);
	g_test_add_func("/track/begin_before_the_clock_did", test_begin_before_the_clock_did);
	g_test_add_func("/track/guessed_times", test_guessed_times);
	g_test_add_func("/track/guessed_times_have_bounds", test_guessed_times_have_bounds);
	g_test_add_func("/track/pictures", test_pictures);
	g_test_add_func("/track/full_disk", test_full_disk);
	g_test_add_func("/track/nonsense", test_nonsense);
	g_test_add_func("/track/whose", test_whose);
	g_test_add_func("/track/whose_picture", test_whose_picture);
	return g_test_run();
}
