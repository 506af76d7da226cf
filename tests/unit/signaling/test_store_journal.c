#include "signaling/store_journal.h"
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

static struct store *store;
static gint64 meeting, other_meeting;
static char *folder;

static struct store_person person(const char *name)
{
	static const guint8 secret[SECRET_HASH_SIZE] = {1, 2, 3};
	return (struct store_person){
		.name = name,
		.organisation = "Green Hills",
		.country = "MY",
		.speaks = "ms",
		.role = ROLE_MEMBER,
		.device = "0123",
		.secret = secret,
		.generation = 2,
		.joined = 1000,
	};
}

static guint32 added(gint64 to, const char *name)
{
	struct store_person p = person(name);
	guint32 number = 0;
	g_assert_true(store_person_add(store, to, &p, &number, NULL));
	return number;
}

static void append_person(void *user, const struct store_person *p)
{
	g_string_append_printf(user, "%s(%s,%s,%s,%s,%s,%u,%u,%d) ", p->name, p->organisation,
			       p->country, p->speaks, role_name(p->role), p->device, p->generation,
			       p->muted, p->secret != NULL ? p->secret[2] : -1);
}

static void append_number(void *user, guint32 number)
{
	g_string_append_printf(user, "%u ", number);
}

static void append_hand(void *user, guint32 number, gint64 at)
{
	g_string_append_printf(user, "%u@%d ", number, (int)at);
}

static void append_chat(void *user, const struct store_chat *chat)
{
	g_string_append_printf(user, "%u:%s:%s@%d ", chat->from, chat->name, chat->text,
			       (int)chat->at);
}

static void append_bar(void *user, const struct store_bar *bar)
{
	g_string_append_printf(user, "%s/%s/%s@%d ", bar->device, bar->name, bar->folded,
			       (int)bar->at);
}

static void expect(GString *got, const char *expected)
{
	g_assert_cmpstr(got->str, ==, expected);
	g_string_free(got, TRUE);
}

static void people_come_back_until_they_have_left(void)
{
	guint32 ana = added(meeting, "Ana"), li = added(meeting, "Li");
	added(other_meeting, "Elsewhere");
	g_assert_cmpuint(li, >, ana);
	guint8 secret[SECRET_HASH_SIZE] = {7, 8, 9};
	store_person_secret(store, ana, secret);
	store_person_muted(store, li, 5);
	struct store_person changed = person("Ana B.");
	changed.number = ana;
	changed.country = "PE";
	store_person_profile(store, &changed);
	GString *got = g_string_new(NULL);
	g_assert_true(store_people(store, meeting, append_person, got, NULL));
	expect(got, "Ana B.(Green Hills,PE,ms,member,0123,2,0,9) "
		    "Li(Green Hills,MY,ms,member,0123,2,5,3) ");
	store_person_left(store, ana, 2000);
	store_person_left(store, li, 2000);
	got = g_string_new(NULL);
	g_assert_true(store_people(store, meeting, append_person, got, NULL));
	expect(got, "");
	/* Numbers are not used again. */
	guint32 next = added(meeting, "Next");
	g_assert_cmpuint(next, >, li);
	store_person_left(store, next, 2000);
}

static void devices_have_no_secret(void)
{
	struct store_person camera = person("Camera");
	guint32 number = 0;
	camera.secret = NULL;
	g_assert_true(store_person_add(store, meeting, &camera, &number, NULL));
	GString *got = g_string_new(NULL);
	g_assert_true(store_people(store, meeting, append_person, got, NULL));
	expect(got, "Camera(Green Hills,MY,ms,member,0123,2,0,-1) ");
	store_person_left(store, number, 2000);
}

static void hands_keep_their_order(void)
{
	guint32 a = added(meeting, "A"), b = added(meeting, "B"), c = added(meeting, "C");
	store_hand_raise(store, meeting, b, 10);
	store_hand_raise(store, meeting, c, 10);
	store_hand_raise(store, meeting, a, 10);
	store_hand_raise(store, meeting, b, 99); /* up already */
	store_hand_lower(store, c);
	GString *got = g_string_new(NULL);
	g_assert_true(store_hands(store, meeting, append_hand, got, NULL));
	char *expected = g_strdup_printf("%u@10 %u@10 ", b, a);
	expect(got, expected);
	g_free(expected);
	store_person_left(store, b, 20);
	store_person_left(store, a, 20);
	store_person_left(store, c, 20);
	got = g_string_new(NULL);
	g_assert_true(store_hands(store, meeting, append_hand, got, NULL));
	expect(got, "");
}

static void screens_are_a_stack(void)
{
	guint32 a = added(meeting, "A"), b = added(meeting, "B"), c = added(meeting, "C");
	store_person_screen(store, b, true);
	store_person_screen(store, a, true);
	store_person_screen(store, c, true);
	store_person_screen(store, a, false);
	store_person_screen(store, a, true);
	store_person_left(store, c, 20);
	GString *got = g_string_new(NULL);
	g_assert_true(store_screens(store, meeting, append_number, got, NULL));
	char *expected = g_strdup_printf("%u %u ", b, a);
	expect(got, expected);
	g_free(expected);
	store_person_left(store, a, 20);
	store_person_left(store, b, 20);
}

static void the_last_chat_messages_come_oldest_first(void)
{
	guint32 a = added(meeting, "A");
	static const char *const texts[] = {"one", "two", "三"};
	for (int i = 0; i < 3; i++) {
		struct store_chat chat = {.from = a, .name = "A", .text = texts[i], .at = i};
		gint64 before = chat.id, id = 0;
		g_assert_true(store_chat_add(store, meeting, &chat, &id, NULL));
		g_assert_cmpint(id, >, before);
	}
	GString *got = g_string_new(NULL);
	g_assert_true(store_chat_last(store, meeting, 2, append_chat, got, NULL));
	char *expected = g_strdup_printf("%u:A:two@1 %u:A:三@2 ", a, a);
	expect(got, expected);
	g_free(expected);
	got = g_string_new(NULL);
	g_assert_true(store_chat_last(store, other_meeting, 2, append_chat, got, NULL));
	expect(got, "");
	store_person_left(store, a, 20);
}

static enum barred_by check(gint64 in, const char *device, const char *folded)
{
	enum barred_by by;
	g_assert_true(store_bar_check(store, in, device, folded, &by, NULL));
	return by;
}

static gint64 bar_id;

static void remember_bar(void *user, const struct store_bar *bar)
{
	(void)user;
	bar_id = bar->id;
}

static void bars_hold_by_device_and_name(void)
{
	struct store_bar bar = {.device = "d1", .name = "Ana", .folded = "ana", .at = 5};
	g_assert_true(store_bar_add(store, meeting, &bar, NULL));
	bar = (struct store_bar){.device = "", .name = "Cam", .folded = "cam", .at = 6};
	g_assert_true(store_bar_add(store, meeting, &bar, NULL));
	g_assert_cmpint(check(meeting, "d1", "li"), ==, BARRED_DEVICE);
	g_assert_cmpint(check(meeting, "d2", "ana"), ==, BARRED_NAME);
	g_assert_cmpint(check(meeting, "d1", "cam"), ==, BARRED_DEVICE);
	g_assert_cmpint(check(meeting, "", "li"), ==,
			BARRED_NOT); /* no device is no device's bar */
	g_assert_cmpint(check(meeting, "d2", "li"), ==, BARRED_NOT);
	g_assert_cmpint(check(other_meeting, "d1", "ana"), ==, BARRED_NOT);
	GString *got = g_string_new(NULL);
	g_assert_true(store_bars(store, meeting, append_bar, got, NULL));
	expect(got, "d1/Ana/ana@5 /Cam/cam@6 ");
	g_assert_true(store_bars(store, meeting, remember_bar, NULL, NULL));
	GError *error = NULL;
	g_assert_false(store_bar_remove(store, other_meeting, bar_id, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND);
	g_clear_error(&error);
	g_assert_true(store_bar_remove(store, meeting, bar_id, NULL));
	g_assert_cmpint(check(meeting, "d2", "cam"), ==, BARRED_NOT);
}

static void the_pin_is_kept(void)
{
	guint32 a = added(meeting, "A");
	g_assert_cmpuint(store_pinned(store, meeting), ==, 0);
	store_pin(store, meeting, a);
	g_assert_cmpuint(store_pinned(store, meeting), ==, a);
	store_pin(store, meeting, 0);
	g_assert_cmpuint(store_pinned(store, meeting), ==, 0);
	store_person_left(store, a, 20);
}

static void ending_a_meeting_ends_its_people(void)
{
	added(other_meeting, "Still here");
	g_assert_true(store_meeting_set_state(store, other_meeting, "ended", NULL));
	GString *got = g_string_new(NULL);
	g_assert_true(store_people(store, other_meeting, append_person, got, NULL));
	expect(got, "");
}

static gint64 make_meeting(const char *name)
{
	char *none[] = {NULL};
	struct store_meeting row = {.name = (char *)name,
				    .title = (char *)"T",
				    .zone = (char *)"",
				    .floors = none,
				    .channels = none};
	gint64 id = 0;
	g_assert_true(store_meeting_create(store, &row, &id, NULL));
	return id;
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("tongsheng-test-XXXXXX", NULL);
	store = store_open(folder, NULL);
	g_assert_nonnull(store);
	meeting = make_meeting("one");
	other_meeting = make_meeting("two");
	g_test_add_func("/store_journal/people_come_back_until_they_have_left",
			people_come_back_until_they_have_left);
	g_test_add_func("/store_journal/devices_have_no_secret", devices_have_no_secret);
	g_test_add_func("/store_journal/hands_keep_their_order", hands_keep_their_order);
	g_test_add_func("/store_journal/screens_are_a_stack", screens_are_a_stack);
	g_test_add_func("/store_journal/the_last_chat_messages_come_oldest_first",
			the_last_chat_messages_come_oldest_first);
	g_test_add_func("/store_journal/bars_hold_by_device_and_name",
			bars_hold_by_device_and_name);
	g_test_add_func("/store_journal/the_pin_is_kept", the_pin_is_kept);
	g_test_add_func("/store_journal/ending_a_meeting_ends_its_people",
			ending_a_meeting_ends_its_people);
	int status = g_test_run();
	store_close(store); /* the last connection takes -wal and -shm away */
	char *path = g_build_filename(folder, "tongsheng.db", NULL);
	g_unlink(path);
	g_rmdir(folder);
	g_free(path);
	g_free(folder);
	return status;
}
