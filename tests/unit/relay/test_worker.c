/* What a worker finds when it runs late: datagrams and commands that came meanwhile. */
#include "relay/room/worker.h"
#include "tests/peer/client_transport.h"
#include <arpa/inet.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM 1
#define PEER 7

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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/worker/who_was_added_meanwhile_is_known",
			who_was_added_meanwhile_is_known);
	g_test_add_func("/worker/who_went_meanwhile_is_still_known",
			who_went_meanwhile_is_still_known);
	g_test_add_func("/worker/what_was_not_run_is_freed", what_was_not_run_is_freed);
	return g_test_run();
}
