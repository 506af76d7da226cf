#include "tests/unit/signaling/world.h"
#include <ftw.h>
#include <stdio.h>
#include <string.h>

struct world world;

struct websocket {
	void *user;
	GQueue came; /* json_t */
	unsigned closed;
	char *secret;
};

struct media_session {
	uint32_t peer, listens, program;
};

/* --- stand-ins for the HTTP server --- */

void *websocket_user(const struct websocket *socket)
{
	return socket->user;
}

const char *websocket_address(const struct websocket *socket)
{
	(void)socket;
	return "192.0.2.1";
}

void websocket_send(struct websocket *socket, const char *text, size_t length)
{
	g_assert_cmpuint(socket->closed, ==, 0);
	json_t *message = json_loadb(text, length, 0, NULL);
	g_assert_nonnull(message);
	g_queue_push_tail(&socket->came, message);
}

void websocket_close(struct websocket *socket, unsigned code, const char *reason)
{
	g_assert_cmpuint(socket->closed, ==, 0);
	g_assert_true(g_utf8_validate(reason, -1, NULL) && strlen(reason) <= 123);
	socket->closed = code;
}

/* --- a stand-in for the studio, whose own test is test_studio.c --- */

struct studio *studio_new(const struct studio_config *config)
{
	struct studio *studio = g_new0(struct studio, 1);
	studio->config = *config;
	g_assert_null(world.studio);
	world.studio = studio;
	world.programs = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	world.states = g_hash_table_new(NULL, NULL);
	return studio;
}

void studio_free(struct studio *studio)
{
	if (studio == NULL)
		return;
	g_clear_pointer(&world.programs, g_hash_table_unref);
	g_clear_pointer(&world.states, g_hash_table_unref);
	world.studio = NULL;
	g_free(studio);
}

void studio_want(struct studio *studio, GHashTable *tags)
{
	GHashTableIter iterator;
	gpointer channel, tag;
	g_hash_table_remove_all(world.programs);
	g_hash_table_iter_init(&iterator, tags);
	while (g_hash_table_iter_next(&iterator, &channel, &tag))
		g_hash_table_insert(world.programs, channel, g_strdup(tag));
}

void studio_set_state(struct studio *studio, uint32_t channel, enum studio_state state)
{
	g_hash_table_insert(world.states, GUINT_TO_POINTER(channel), GUINT_TO_POINTER(state));
}

void studio_peer_state(struct studio *studio, uint32_t peer, enum transport_state state)
{
	world.studio_peer = peer;
}

void studio_publication(struct studio *studio, const struct publication_state *state)
{
	studio->config.program(studio->config.user, state->peer, state->active);
}

/* --- stand-ins for the relay --- */

uint32_t relay_open_room(struct relay *relay)
{
	(void)relay;
	return ++world.rooms_opened;
}

void relay_close_room(struct relay *relay, uint32_t room)
{
	(void)relay;
	g_assert_cmpuint(room, <=, world.rooms_opened);
	world.rooms_closed++;
}

uint32_t relay_new_peer_id(struct relay *relay)
{
	static uint32_t next = 1u << 31;
	(void)relay;
	return next++;
}

void relay_pin_stage(struct relay *relay, uint32_t room, uint32_t peer)
{
	(void)relay;
	(void)room;
	world.pinned = peer;
}

void relay_set_screen(struct relay *relay, uint32_t room, uint32_t peer)
{
	(void)relay;
	(void)room;
	world.screen = peer;
}

void relay_set_channel(struct relay *relay, uint32_t room, uint32_t channel, uint32_t peer,
		       unsigned hold_ms, bool sign)
{
	(void)relay;
	g_assert_cmpuint(room, ==, world.rooms_opened);
	world.channels_set++;
	g_free(world.tracks_on_air);
	world.tracks_on_air = g_strdup(world.tracks->str);
	world.channel = channel;
	world.on_air = peer;
	world.hold_ms = hold_ms;
	world.sign = sign;
}

static char *muted_key(uint32_t peer, enum source source)
{
	return g_strdup_printf("%u/%s", peer, source_name(source));
}

void relay_set_muted(struct relay *relay, uint32_t room, uint32_t peer, enum source source,
		     bool muted)
{
	(void)relay;
	(void)room;
	if (muted) {
		g_hash_table_add(world.muted, muted_key(peer, source));
		return;
	}
	char *key = muted_key(peer, source);
	g_hash_table_remove(world.muted, key);
	g_free(key);
}

bool relay_sheds(const struct relay *relay, uint32_t room, uint32_t peer)
{
	(void)relay;
	(void)peer;
	g_assert_cmpuint(room, <=, world.rooms_opened);
	return world.sheds;
}

uint64_t relay_refused(const struct relay *relay)
{
	(void)relay;
	return 0;
}

/* --- stand-ins for media sessions --- */

const char *media_session_slot_mid(const struct media_session *session, unsigned slot)
{
	static const char *const mids[] = {"8", "9", "10"};
	(void)session;
	return slot < G_N_ELEMENTS(mids) ? mids[slot] : NULL;
}

struct media_session *media_session_new(struct relay *relay, uint32_t room, uint32_t peer,
					const struct media_policy *policy)
{
	(void)relay;
	g_assert_cmpuint(room, ==, world.rooms_opened);
	g_assert_cmpint(policy->video_codecs[0], ==, CODEC_VP8);
	world.sessions++;
	world.may_publish = policy->may_publish;
	world.may_screen = policy->may_screen;
	struct media_session *session = g_new0(struct media_session, 1);
	session->peer = peer;
	return session;
}

void media_session_free(struct media_session *session)
{
	if (session != NULL)
		world.sessions_freed++;
	g_free(session);
}

uint32_t media_session_peer(const struct media_session *session)
{
	return session->peer;
}

bool media_session_offer(struct media_session *session, const char *sdp,
			 const struct media_line *lines, size_t n_lines, char **ret_answer,
			 GError **error)
{
	g_assert_nonnull(session);
	if (world.refuse_offers || sdp[0] == '\0') {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "sdp: refused");
		return false;
	}
	world.offers++;
	world.n_lines = n_lines;
	memcpy(world.lines, lines, n_lines * sizeof *lines);
	*ret_answer = g_strdup("v=0");
	return true;
}

bool media_session_set_slot(struct media_session *session, const char *mid, struct feed_key feed,
			    uint16_t width, uint16_t height, GError **error)
{
	(void)width;
	(void)height;
	if (strcmp(mid, "99") == 0) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND, "mid: 99: no slot");
		return false;
	}
	session->listens = feed.kind == FEED_CHANNEL ? feed.id : 0;
	session->program = feed.kind == FEED_PROGRAM ? feed.id : 0;
	world.slots_set++;
	return true;
}

/* By the slot that was set last. */
unsigned media_session_programs(const struct media_session *session, uint32_t *out, unsigned max)
{
	g_assert_cmpuint(max, >=, 1);
	out[0] = session->program;
	return session->program != 0 ? 1 : 0;
}

uint32_t media_session_listens(const struct media_session *session, bool interprets)
{
	(void)interprets;
	return session->listens;
}

/* --- the server --- */

static gint64 world_clock(void)
{
	return world.now;
}

static void start(void)
{
	GError *error = NULL;
	world.store = store_open(world.folder, &error);
	g_assert_no_error(error);
	world.key = token_key_open(world.folder, &error);
	g_assert_no_error(error);
	world.meetings = meetings_new(&world.config, world.store, world.key);
	world.meetings->clock = world_clock;
	meetings_websocket_events(world.meetings, &world.events);
	meetings_relay_events(world.meetings, &world.relay_events);
	meetings_start(world.meetings, NULL);
}

static void stop(void)
{
	meetings_free(world.meetings);
	token_key_free(world.key);
	store_close(world.store);
}

void world_open(void)
{
	GError *error = NULL;
	world = (struct world){
		.folder = g_dir_make_tmp("tongsheng-test-XXXXXX", &error),
		.config = {.participants = 20, .base_url = (char *)"https://meet.example.org"},
		.now = 1000 * G_USEC_PER_SEC,
		.muted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
	g_assert_no_error(error);
	world.config.data = world.folder;
	world_recording_open();
	start();
	char *none[] = {NULL};
	struct store_meeting demo = {.name = (char *)"demo",
				     .title = (char *)"Sharing meeting",
				     .zone = (char *)"Asia/Shanghai",
				     .starts = 1590717600,
				     .minutes = 120,
				     .floors = none,
				     .channels = none};
	gint64 id;
	store_meeting_create(world.store, &demo, &id, &error);
	g_assert_no_error(error);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

void world_close(void)
{
	stop();
	nftw(world.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	g_free(world.folder);
	g_hash_table_destroy(world.muted);
	g_string_free(world.tracks, TRUE);
	g_free(world.tracks_on_air);
}

void world_restart(void)
{
	stop();
	g_hash_table_remove_all(world.muted);
	world.pinned = world.screen = 0;
	start();
}

void world_advance(unsigned seconds)
{
	for (; seconds > 0; seconds--) {
		world.now += G_USEC_PER_SEC;
		meetings_tick(world.meetings);
	}
}

static char *sign(const char *meeting, enum role role, const char *name, char **languages)
{
	GError *error = NULL;
	struct store_meeting row;
	store_meeting_find(world.store, meeting, &row, &error);
	g_assert_no_error(error);
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	char *text = token_sign(world.key,
				&(struct token){.meeting = row.name,
						.role = role,
						.name = (char *)name,
						.languages = languages,
						.generation = row.generation[role],
						.issued = now,
						.expires = now + 3600},
				&error);
	g_assert_no_error(error);
	store_meeting_clear(&row);
	return text;
}

char *world_token(const char *meeting, enum role role, const char *name)
{
	return sign(meeting, role, name, NULL);
}

char *world_booth_token(void)
{
	char *languages[] = {(char *)"en", (char *)"zh", NULL};
	return sign("demo", ROLE_INTERPRETER, NULL, languages);
}

char *world_sign_token(void)
{
	char *languages[] = {(char *)"ase", NULL};
	return sign("demo", ROLE_INTERPRETER, NULL, languages);
}

void world_media(uint32_t peer, enum transport_state state)
{
	world.relay_events.peer_state(world.relay_events.user, world.rooms_opened, peer, state,
				      "AEAD_AES_128_GCM");
}

bool world_muted(uint32_t peer, enum source source)
{
	char *key = muted_key(peer, source);
	bool muted = g_hash_table_contains(world.muted, key);
	g_free(key);
	return muted;
}

/* --- pages --- */

struct websocket *page_open(void)
{
	struct websocket *page = g_new0(struct websocket, 1);
	g_queue_init(&page->came);
	page->user = world.events.opened(world.events.user, page);
	return page;
}

void page_forget(struct websocket *page)
{
	json_t *message;
	while ((message = g_queue_pop_head(&page->came)) != NULL)
		json_decref(message);
}

void page_free(struct websocket *page)
{
	page_forget(page);
	g_free(page->secret);
	g_free(page);
}

void page_drop(struct websocket *page)
{
	world.events.closed(world.events.user, page);
	page_free(page);
}

void page_say(struct websocket *page, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	char *text = g_strdup_vprintf(format, values);
	va_end(values);
	world.events.message(world.events.user, page, text, strlen(text));
	g_free(text);
}

json_t *page_take(struct websocket *page, const char *type)
{
	for (GList *at = page->came.head; at != NULL; at = at->next) {
		json_t *message = at->data;
		if (g_str_equal(json_string_value(json_object_get(message, "type")), type)) {
			g_queue_delete_link(&page->came, at);
			return message;
		}
	}
	return NULL;
}

unsigned page_closed(const struct websocket *page)
{
	return page->closed;
}

void page_try_join(struct websocket *page, const char *name, char device, enum role role)
{
	char digits[33];
	char *token =
		role == ROLE_INTERPRETER ? world_booth_token() : world_token("demo", role, NULL);
	memset(digits, device, 32);
	digits[32] = '\0';
	page_say(page,
		 "{\"type\":\"join\",\"id\":1,\"version\":1,\"token\":\"%s\",\"name\":\"%s\","
		 "\"device\":\"%s\"}",
		 token, name, digits);
	g_free(token);
}

char *page_join(struct websocket *page, enum role role, const char *name, char device)
{
	page_try_join(page, name, device, role);
	json_t *joined = page_take(page, "joined");
	g_assert_nonnull(joined);
	char *id = g_strdup(page_text(joined, "participant"));
	g_free(page->secret);
	page->secret = g_strdup(page_text(joined, "secret"));
	json_decref(joined);
	return id;
}

char *page_secret(struct websocket *page)
{
	return g_strdup(page->secret);
}

void page_resume(struct websocket *page, enum role role, const char *id, const char *secret)
{
	char *token = world_token("demo", role, NULL);
	page_say(page,
		 "{\"type\":\"join\",\"id\":1,\"version\":1,\"token\":\"%s\","
		 "\"device\":\"cccccccccccccccccccccccccccccccc\","
		 "\"resume\":{\"participant\":\"%s\",\"secret\":\"%s\"}}",
		 token, id, secret);
	g_free(token);
}

void page_offer(struct websocket *page)
{
	page_say(page,
		 "{\"type\":\"offer\",\"id\":2,\"sdp\":\"v=0\",\"lines\":["
		 "{\"mid\":\"0\",\"source\":\"microphone\"},{\"mid\":\"1\",\"feed\":\"stage\"}]}");
	page_expect(page, "answer", "sdp", "v=0");
}

void page_expect(struct websocket *page, const char *type, const char *key, const char *value)
{
	json_t *message = page_take(page, type);
	g_assert_nonnull(message);
	if (key != NULL)
		g_assert_cmpstr(page_text(message, key), ==, value);
	json_decref(message);
}

void page_expect_ok(struct websocket *page)
{
	page_expect(page, "ok", NULL, NULL);
}

void page_expect_none(struct websocket *page, const char *type)
{
	g_assert_null(page_take(page, type));
}

void page_expect_error(struct websocket *page, const char *code, const char *field)
{
	json_t *message = page_take(page, "error");
	g_assert_nonnull(message);
	g_test_message("%s", page_text(message, "message"));
	g_assert_cmpstr(page_text(message, "code"), ==, code);
	g_assert_cmpstr(page_text(message, "field"), ==, field);
	json_decref(message);
}

json_t *page_expect_person(struct websocket *page)
{
	json_t *message = page_take(page, "person");
	g_assert_nonnull(message);
	json_t *person = json_incref(json_object_get(message, "person"));
	json_decref(message);
	return person;
}

const char *page_text(const json_t *message, const char *key)
{
	return json_string_value(json_object_get(message, key));
}

uint32_t page_number(const char *id)
{
	return (uint32_t)g_ascii_strtoull(id + 1, NULL, 10);
}

struct websocket *host, *member;
char *host_id, *member_id;

void two_people(void)
{
	world_open();
	host = page_open();
	member = page_open();
	host_id = page_join(host, ROLE_HOST, "Ana", 'a');
	member_id = page_join(member, ROLE_MEMBER, "Li", 'b');
	page_forget(host);
}

void two_leave(void)
{
	page_drop(host);
	page_drop(member);
	g_free(host_id);
	g_free(member_id);
	world_close();
}
