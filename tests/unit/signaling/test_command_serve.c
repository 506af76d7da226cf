/* The server as a process: this program, called with --serve, is it. */
#include "signaling/commands.h"
#include "signaling/store_recordings.h"
#include "tests/unit/signaling/http_fixture.h"

#include <signal.h>
#include <sys/wait.h>

static char *folder;
static unsigned port;

static GPid start_server(void)
{
	g_autofree char *port_text = g_strdup_printf("%u", port);
	const char *const command[] = {"/proc/self/exe", "--serve",	"--data",
				       folder,		 "--http-port", port_text,
				       "--media-port",	 "0",		"--media-listen",
				       "127.0.0.1",	 NULL};
	GError *error = NULL;
	GPid pid;
	g_spawn_async(NULL, (char **)command, NULL,
		      G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &pid,
		      &error);
	g_assert_no_error(error);
	/* Until it listens, or has ended. */
	for (;;) {
		struct sockaddr_in address = {.sin_family = AF_INET,
					      .sin_port = htons((uint16_t)port),
					      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		bool connected = !connect(fd, (struct sockaddr *)&address, sizeof(address));
		close(fd);
		if (connected)
			return pid;
		g_assert_cmpint(waitpid(pid, NULL, WNOHANG), ==, 0);
		g_usleep(5000);
	}
}

/* The exit status, or the signal that ended it + 128. */
static int wait_for(GPid pid)
{
	int status;
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void assert_healthy(void)
{
	g_autofree char *reply =
		ask(port, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	g_assert_cmpuint(status_of(reply), ==, 200);
	g_assert_true(g_str_has_suffix(reply, "\r\n\r\nok\n"));
}

static void signals_end_and_reload(void)
{
	static const int signals[] = {SIGINT, SIGTERM};
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
		GPid pid = start_server();
		assert_healthy();
		kill(pid, SIGHUP);
		assert_healthy();

		/* Who is here is told to come back. */
		int fd = dial(port);
		say(fd,
		    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
		    "Sec-WebSocket-Protocol: tongsheng\r\n\r\n");
		g_autofree char *reply = hear(fd, true);
		g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 101 "));
		gint64 begin = g_get_monotonic_time();
		kill(pid, signals[i]);
		uint8_t frame[4] = {0};
		g_assert_cmpint(recv(fd, frame, sizeof(frame), MSG_WAITALL), ==, sizeof(frame));
		g_assert_cmphex(frame[0], ==, 0x88);
		g_assert_cmpuint((unsigned)frame[2] << 8 | frame[3], ==, 1012);
		g_assert_cmpint(wait_for(pid), ==, 0); /* though this client does not answer */
		g_assert_cmpint(g_get_monotonic_time() - begin, <, 3 * G_USEC_PER_SEC);
		close(fd);
	}
}

static void a_killed_server_starts_again(void)
{
	GPid pid = start_server();
	kill(pid, SIGKILL);
	g_assert_cmpint(wait_for(pid), ==, 128 + SIGKILL);
	pid = start_server();
	assert_healthy();
	kill(pid, SIGTERM);
	g_assert_cmpint(wait_for(pid), ==, 0);
}

static void one_server_for_a_folder(void)
{
	GPid pid = start_server();
	const char *const command[] = {"/proc/self/exe", "--serve", "--data", folder, NULL};
	g_autofree char *text = NULL;
	int status;
	g_assert_true(g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL,
				   &text, &status, NULL));
	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), ==, 1);
	g_assert_nonnull(strstr(text, "a server runs on this folder already"));
	assert_healthy();
	kill(pid, SIGTERM);
	g_assert_cmpint(wait_for(pid), ==, 0);
}

static void keep_state(void *user, const struct store_recording *recording)
{
	*(enum archive_state *)user = recording->archive;
}

static void wait_for_archive(gint64 meeting, enum archive_state wanted)
{
	for (enum archive_state state = ARCHIVE_NONE; state != wanted; g_usleep(5000)) {
		struct store *store = store_open(folder, NULL);
		g_assert_true(store_recordings(store, meeting, keep_state, &state, NULL));
		store_close(store);
	}
}

/* `tongsheng record`: what it says, and ends with. id may be NULL. */
static int record(const char *verb, const char *meeting, const char *id, char **ret_out,
		  char **ret_err)
{
	const char *const command[] = {"/proc/self/exe", "--record", verb, "--data",
				       folder,		 meeting,    id,   NULL};
	int status;
	g_assert_true(g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_DEFAULT, NULL, NULL,
				   ret_out, ret_err, &status, NULL));
	g_assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void an_archive_is_made_again(void)
{
	char *none[] = {NULL};
	const struct store_meeting row = {.name = (char *)"demo",
					  .title = (char *)"",
					  .zone = (char *)"UTC",
					  .floors = none,
					  .channels = none};
	struct store *store = store_open(folder, NULL);
	gint64 meeting, id;
	g_assert_true(store_meeting_create(store, &row, &meeting, NULL));
	g_assert_true(store_recording_begin(store, meeting, 1000, &id, NULL));
	g_assert_true(store_recording_set_state(store, id, RECORDING_ENDED, 2000, NULL));
	store_close(store);

	GPid pid = start_server();
	wait_for_archive(meeting, ARCHIVE_FAILED);
	g_autofree char *path = g_strdup_printf("%s/recordings/%" G_GINT64_FORMAT, folder, id);
	g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, id);
	g_autofree char *expected = g_strconcat(number, " waiting\n", NULL);
	g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
	g_autofree char *out = NULL, *list = NULL, *problem = NULL;
	g_assert_cmpint(record("list", "demo", NULL, &list, NULL), ==, 0);
	g_assert_true(g_str_has_suffix(list, " archive failed: there is nothing\n"));
	g_assert_cmpint(record("archive", "demo", number, &out, NULL), ==, 0);
	g_assert_cmpstr(out, ==, expected);
	wait_for_archive(meeting, ARCHIVE_DONE);
	g_assert_cmpint(record("archive", "demo", "77", NULL, &problem), ==, 1);
	g_assert_nonnull(strstr(problem, "recording: this meeting has none"));
	kill(pid, SIGTERM);
	g_assert_cmpint(wait_for(pid), ==, 0);
}

/* In place of recordings/archive_job.c. */
static int make_archive(const char *recording)
{
	if (g_file_test(recording, G_FILE_TEST_IS_DIR))
		return 0;
	puts("there is nothing");
	return 1;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--serve"))
		return command_serve(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "--record"))
		return command_record(argc - 1, argv + 1);
	if (argc > 2 && !strcmp(argv[1], "archive")) /* the server calls it by itself */
		return make_archive(argv[2]);
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("tongsheng-XXXXXX", NULL);
	port = free_port();
	g_test_add_func("/command_serve/signals_end_and_reload", signals_end_and_reload);
	g_test_add_func("/command_serve/a_killed_server_starts_again",
			a_killed_server_starts_again);
	g_test_add_func("/command_serve/one_server_for_a_folder", one_server_for_a_folder);
	g_test_add_func("/command_serve/an_archive_is_made_again", an_archive_is_made_again);
	int result = g_test_run();
	const char *const remove[] = {"rm", "-r", folder, NULL};
	g_spawn_sync(NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
		     NULL);
	return result;
}
