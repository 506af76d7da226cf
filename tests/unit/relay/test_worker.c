/* What a worker finds when it runs late: datagrams and commands that came meanwhile. */
#include "relay/base/clock.h"
#include "relay/base/studio_wire.h"
#include "relay/room/worker.h"
#include "tests/peer/client_transport.h"
#include <arpa/inet.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM	1
#define PEER	7
#define PROGRAM 8
#define TRACK	9
#define CHANNEL 1

static struct {
	struct dtls_certificate *certificate;
	struct mailbox *events;
	struct worker *worker;
	struct client_transport *client;
	struct transport_credentials credentials;
	int fd;
} late;

static void free_event(struct mailbox_message *message)
{
	g_free(message);
}

static void client_sends(void *user, const uint8_t *data, size_t length)
{
	g_assert_cmpint(send(late.fd, data, length, 0), ==, length);
}

static void post(enum command_type type)
{
	struct command *command = g_new0(struct command, 1);
	command->type = type;
	command->room = ROOM;
	command->peer = PEER;
	if (type == COMMAND_ADD_PEER) {
		command->description = g_new0(struct peer_description, 1);
		command->description->id = PEER;
		command->credentials = g_memdup2(&late.credentials, sizeof late.credentials);
	}
	g_assert_cmpint(worker_post(late.worker, command), ==, OK);
}

static uint64_t count(enum counter which)
{
	return counter_get(worker_counters(late.worker), which);
}

static void setup(void)
{
	g_assert_cmpint(dtls_certificate_new(&late.certificate), ==, OK);
	late.events = mailbox_new(100, free_event);
	const struct worker_config config = {.listen = "127.0.0.1",
					     .certificate = late.certificate,
					     .max_half_open = 10,
					     .max_packets = 100,
					     .events = late.events};
	g_assert_cmpint(worker_new(&config, &late.worker), ==, OK);
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(worker_port(late.worker)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	late.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(connect(late.fd, (struct sockaddr *)&to, sizeof to), ==, 0);
	const struct client_config client = {.send = client_sends, .nominate = true};
	late.client = client_transport_new(&client);
	struct transport_credentials *c = &late.credentials;
	*c = (struct transport_credentials){.local_ufrag = "relay",
					    .local_password = "secret of 22 characters"};
	strcpy(c->remote_ufrag, client_transport_ufrag(late.client));
	client_transport_fingerprint(c->fingerprint);
}

/* The client's first check, into the socket. */
static void check(void)
{
	uint8_t fingerprint[FINGERPRINT_SIZE];
	uint64_t now_us = (uint64_t)g_get_monotonic_time();
	dtls_certificate_fingerprint(late.certificate, fingerprint);
	client_transport_start(late.client, late.credentials.local_ufrag,
			       late.credentials.local_password, fingerprint, now_us);
	client_transport_tick(late.client, now_us);
}

/* Its thread runs until it has done all that was there. */
static void run(void)
{
	g_assert_cmpint(worker_start(late.worker), ==, OK);
	while (count(COUNTER_DATAGRAMS_IN) == 0)
		g_usleep(100);
	worker_stop(late.worker); /* what it has read it has dealt with */
}

static void teardown(void)
{
	worker_clear(late.worker);
	worker_free(late.worker);
	mailbox_free(late.events);
	dtls_certificate_free(late.certificate);
	client_transport_free(late.client);
	close(late.fd);
}

static void who_was_added_meanwhile_is_known(void)
{
	setup();
	check();
	post(COMMAND_OPEN_ROOM);
	post(COMMAND_ADD_PEER);
	run();
	g_assert_cmpuint(count(COUNTER_DROP_STUN_UNKNOWN_USER), ==, 0);
	g_assert_cmpuint(count(COUNTER_STUN_OK), ==, 1);
	teardown();
}

static void who_went_meanwhile_is_still_known(void)
{
	setup();
	check();
	post(COMMAND_OPEN_ROOM);
	post(COMMAND_ADD_PEER);
	post(COMMAND_REMOVE_PEER);
	post(COMMAND_CLOSE_ROOM);
	run();
	g_assert_cmpuint(count(COUNTER_DROP_STUN_UNKNOWN_USER), ==, 0);
	g_assert_cmpuint(count(COUNTER_STUN_OK), ==, 1);
	teardown();
}

static void what_was_not_run_is_freed(void)
{
	setup();
	check();
	post(COMMAND_OPEN_ROOM);
	post(COMMAND_STOP);
	post(COMMAND_ADD_PEER);
	g_assert_cmpint(worker_start(late.worker), ==, OK);
	worker_stop(late.worker);
	post(COMMAND_CLOSE_ROOM);
	teardown();
}

static struct command *new_command(enum command_type type, uint32_t peer)
{
	struct command *command = g_new0(struct command, 1);
	command->type = type;
	command->room = ROOM;
	command->peer = peer;
	command->channel = CHANNEL;
	return command;
}

/* Returns the studio's end of its socket. */
static int add_to_studio(enum command_type type, uint32_t peer)
{
	static const struct codec_choice opus = {CODEC_OPUS, STUDIO_PAYLOAD_TYPE, 0};
	struct command *command = new_command(type, peer);
	struct peer_description *d = g_new0(struct peer_description, 1);
	int ends[2];
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), ==, 0);
	d->id = peer;
	if (type == COMMAND_ADD_PROGRAM)
		d->publications[d->n_publications++] =
			(struct publication_description){.source = SOURCE_PROGRAM,
							 .mid = "0",
							 .n_codecs = 1,
							 .codecs = {opus},
							 .n_layers = 1};
	else
		d->slots[d->n_slots++] = (struct slot_description){.mid = "0",
								   .kind = MEDIA_AUDIO,
								   .ssrc = 17,
								   .n_codecs = 1,
								   .codecs = {opus},
								   .feed = {FEED_PROGRAM, CHANNEL}};
	command->description = d;
	command->session = 1;
	command->fd = ends[0];
	g_assert_cmpint(worker_post(late.worker, command), ==, OK);
	return ends[1];
}

/* Its studio takes all and writes nothing: when its time is over it is closed, and that counted. */
static void what_is_not_written_in_time_is_given_up(void)
{
	enum { N = 20, HOLD_MS = 300 };
	uint8_t packet[] = {0x80, STUDIO_PAYLOAD_TYPE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0xf8, 1};
	uint8_t message[STUDIO_MESSAGE_MAX];
	unsigned n = 0;
	ssize_t length;
	setup();
	g_assert_cmpint(worker_post(late.worker, new_command(COMMAND_OPEN_ROOM, 0)), ==, OK);
	int program = add_to_studio(COMMAND_ADD_PROGRAM, PROGRAM);
	int track = add_to_studio(COMMAND_ADD_TRACK, TRACK);
	g_assert_cmpint(worker_post(late.worker, new_command(COMMAND_SET_PROGRAM, PROGRAM)), ==,
			OK);
	g_assert_cmpint(worker_start(late.worker), ==, OK);
	while (n < N) {
		packet[3]++;
		g_assert_cmpint(send(program, packet, sizeof packet, 0), ==, sizeof packet);
		do
			length = recv(track, message, sizeof message, 0);
		while (length > 0 && message[0] == STUDIO_SOURCE);
		g_assert_cmpint(length, ==, STUDIO_MEDIA_HEAD + (gssize)sizeof packet);
		n++;
	}
	struct command *removal = new_command(COMMAND_REMOVE_PEER, TRACK);
	uint64_t removed_us = clock_now_us();
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*20 packets were not written");
	removal->hold_us = HOLD_MS * US_PER_MS;
	g_assert_cmpint(worker_post(late.worker, removal), ==, OK);
	g_assert_cmpint(recv(track, message, sizeof message, 0), ==, 0);
	g_test_assert_expected_messages();
	g_assert_cmpuint(clock_now_us() - removed_us, >=, HOLD_MS * US_PER_MS);
	g_assert_cmpuint(count(COUNTER_DROP_RECORDING_FULL), ==, N);
	worker_stop(late.worker);
	close(program);
	close(track);
	teardown();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/worker/who_was_added_meanwhile_is_known",
			who_was_added_meanwhile_is_known);
	g_test_add_func("/worker/who_went_meanwhile_is_still_known",
			who_went_meanwhile_is_still_known);
	g_test_add_func("/worker/what_was_not_run_is_freed", what_was_not_run_is_freed);
	g_test_add_func("/worker/what_is_not_written_in_time_is_given_up",
			what_is_not_written_in_time_is_given_up);
	return g_test_run();
}
