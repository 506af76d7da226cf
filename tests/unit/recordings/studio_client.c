#include "tests/unit/recordings/studio_client.h"
#include "relay/base/wire.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define TURN_US	      (TONE_FRAME * G_GINT64_CONSTANT(1000000) / TONE_RATE)
#define PATIENCE_US   (20 * G_USEC_PER_SEC)
#define CONCEALED_MAX 50

void studio_process_start(struct studio_process *process, const char *away)
{
	const char *program = g_getenv("TONGSHENG");
	g_assert_nonnull(program);
	process->folder = g_dir_make_tmp("tongsheng-studio-XXXXXX", NULL);
	process->path = g_build_filename(process->folder, "studio.sock", NULL);
	process->pid = fork();
	if (process->pid == 0) {
		dup2(STDERR_FILENO, STDOUT_FILENO); /* the test's own output is TAP */
		if (chdir(process->folder) < 0)
			_exit(126);
		execl(program, program, "studio", "--socket", process->path, away ? "--away" : NULL,
		      away, NULL);
		_exit(127);
	}
	int fd;
	for (gint64 until = g_get_monotonic_time() + PATIENCE_US;
	     (fd = studio_connect(process)) < 0;) {
		g_assert_cmpint(g_get_monotonic_time(), <, until);
		g_assert_cmpint(waitpid(process->pid, NULL, WNOHANG), ==, 0);
		g_usleep(10000);
	}
	close(fd);
}

int studio_process_wait(struct studio_process *process)
{
	int status = -1;
	for (gint64 until = g_get_monotonic_time() + PATIENCE_US;
	     waitpid(process->pid, &status, WNOHANG) == 0;) {
		g_assert_cmpint(g_get_monotonic_time(), <, until);
		g_usleep(10000);
	}
	process->pid = 0;
	return status;
}

void studio_process_stop(struct studio_process *process)
{
	if (process->pid) {
		kill(process->pid, SIGTERM);
		int status = studio_process_wait(process);
		g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	g_assert_false(g_file_test(process->path, G_FILE_TEST_EXISTS));
	g_rmdir(process->folder);
	g_free(process->path);
	g_free(process->folder);
}

int studio_connect(const struct studio_process *process)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_strlcpy(address.sun_path, process->path, sizeof address.sun_path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	g_assert_cmpint(fd, >=, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

void studio_client_init(struct studio_client *client, const struct studio_process *process,
			const char *program)
{
	int error;
	*client = (struct studio_client){.fd = studio_connect(process)};
	g_assert_cmpint(client->fd, >=, 0);
	client->decoder = opus_decoder_create(TONE_RATE, 1, &error);
	g_assert_cmpint(error, ==, OPUS_OK);
	client->sound = g_array_new(FALSE, FALSE, sizeof(float));
	g_autofree char *hello =
		g_strdup_printf("{\"version\":%d,\"program\":\"%s\"}", STUDIO_VERSION, program);
	studio_client_send(client, hello, strlen(hello));
	client->turn_us = g_get_monotonic_time();
}

void studio_client_clear(struct studio_client *client)
{
	close(client->fd);
	opus_decoder_destroy(client->decoder);
	g_array_unref(client->sound);
}

void studio_client_send(struct studio_client *client, const void *data, size_t length)
{
	g_assert_cmpint(send(client->fd, data, length, MSG_NOSIGNAL), ==, (gssize)length);
}

void studio_client_set_state(struct studio_client *client, enum studio_state state)
{
	const uint8_t message[] = {STUDIO_STATE, (uint8_t)state};
	studio_client_send(client, message, sizeof message);
}

/* data NULL: lost. */
static void decode(struct studio_client *client, const uint8_t *data, size_t length)
{
	float samples[TONE_FRAME * 6];
	int n = opus_decode_float(client->decoder, data, (opus_int32)length, samples,
				  data ? TONE_FRAME * 6 : TONE_FRAME, 0);
	g_assert_cmpint(n, ==, TONE_FRAME);
	g_array_append_vals(client->sound, samples, (guint)n);
}

static void take_packet(struct studio_client *client, const uint8_t *data, size_t length)
{
	g_assert_cmpuint(length, >, 12);
	g_assert_cmpuint(data[0] & 0xdf, ==, 0x80);
	g_assert_cmpuint(data[1] & 0x7f, ==, STUDIO_PAYLOAD_TYPE);
	uint16_t sequence = wire_get16(data + 2),
		 missing = (uint16_t)(sequence - client->sequence - 1);
	if (client->n_packets > 0) {
		client->n_lost += missing;
		g_assert_cmpuint(missing, <, CONCEALED_MAX);
		for (unsigned i = 0; i < missing; i++)
			decode(client, NULL, 0);
	}
	client->sequence = sequence;
	client->n_packets++;
	client->n_bytes += (unsigned)length;
	decode(client, data + 12, length - 12);
}

void studio_client_take(struct studio_client *client)
{
	uint8_t data[2000];
	ssize_t n;
	while ((n = recv(client->fd, data, sizeof data, MSG_DONTWAIT)) > 0)
		take_packet(client, data, (size_t)n);
	client->ended |= n == 0 || errno != EAGAIN;
}

static void send_voices(struct studio_client *client)
{
	uint8_t message[2 + TONE_MAX] = {STUDIO_RTP};
	for (unsigned slot = 0; slot < STUDIO_SLOTS; slot++) {
		if (!client->voice[slot])
			continue;
		message[1] = (uint8_t)slot;
		size_t length = tone_next(client->voice[slot], message + 2);
		if (length > 0)
			studio_client_send(client, message, 2 + length);
	}
}

void studio_client_play(struct studio_client *client, unsigned ms)
{
	for (unsigned turn = 0; turn < ms / 20; turn++) {
		struct pollfd readable = {.fd = client->fd, .events = POLLIN};
		gint64 wait_us;
		while ((wait_us = client->turn_us - g_get_monotonic_time()) > 0 && !client->ended) {
			poll(&readable, 1, (int)(wait_us + 999) / 1000);
			studio_client_take(client);
		}
		g_assert_false(client->ended);
		send_voices(client);
		client->turn_us += TURN_US;
	}
}

static gint compare_levels(gconstpointer a, gconstpointer b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double studio_client_level(const struct studio_client *client, double hz, unsigned ms)
{
	guint n = ms / WINDOW_MS;
	g_assert_cmpuint(client->sound->len, >=, n * WINDOW);
	g_autoptr(GArray) levels = g_array_new(FALSE, FALSE, sizeof(double));
	for (guint i = 1; i <= n; i++) {
		double level = tone_measure(
			&g_array_index(client->sound, float, client->sound->len - i * WINDOW),
			WINDOW, hz);
		g_array_append_val(levels, level);
	}
	g_array_sort(levels, compare_levels);
	return g_array_index(levels, double, n / 2);
}

void studio_client_until(struct studio_client *client, double hz, unsigned ms, double db,
			 double tolerance)
{
	double level = 0;
	for (gint64 until = g_get_monotonic_time() + PATIENCE_US; g_get_monotonic_time() < until;) {
		studio_client_play(client, 100);
		if (client->sound->len < ms * TONE_RATE / 1000)
			continue;
		level = studio_client_level(client, hz, ms);
		if (level > db - tolerance && level < db + tolerance)
			return;
	}
	g_error("%.0f Hz is at %.1f dBFS, not at %.1f", hz, level, db);
}
