#include "relay/base/mailbox.h"
#include <glib.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>

struct note {
	struct mailbox_message message;
	unsigned sender, number;
};

static unsigned n_freed;

static void free_note(struct mailbox_message *message)
{
	n_freed++;
	g_free(message);
}

static struct mailbox_message *note(unsigned sender, unsigned number)
{
	struct note *n = g_new0(struct note, 1);
	n->sender = sender;
	n->number = number;
	return &n->message;
}

static bool readable(const struct mailbox *mailbox)
{
	struct pollfd p = {.fd = mailbox_fd(mailbox), .events = POLLIN};
	return poll(&p, 1, 0) == 1;
}

static void test_messages_come_in_order(void)
{
	struct mailbox *mailbox = mailbox_new(10, free_note);
	for (unsigned i = 0; i < 10; i++)
		g_assert_cmpint(mailbox_post(mailbox, note(0, i)), ==, OK);
	struct mailbox_message *m = mailbox_take_all(mailbox);
	for (unsigned i = 0; i < 10; i++) {
		struct mailbox_message *next = m->next;
		g_assert_cmpuint(((struct note *)m)->number, ==, i);
		g_free(m);
		m = next;
	}
	g_assert_null(m);
	g_assert_null(mailbox_take_all(mailbox));
	mailbox_free(mailbox);
}

static void test_readable_while_messages_wait(void)
{
	struct mailbox *mailbox = mailbox_new(10, free_note);
	g_assert_false(readable(mailbox));
	for (int round = 0; round < 3; round++) {
		g_assert_cmpint(mailbox_post(mailbox, note(0, 0)), ==, OK);
		g_assert_true(readable(mailbox));
		free_note(mailbox_take_all(mailbox));
		g_assert_false(readable(mailbox));
	}
	mailbox_free(mailbox);
}

static void test_full_mailbox_leaves_the_message_to_its_sender(void)
{
	struct mailbox *mailbox = mailbox_new(2, free_note);
	struct mailbox_message *third = note(0, 3);
	g_assert_cmpint(mailbox_post(mailbox, note(0, 1)), ==, OK);
	g_assert_cmpint(mailbox_post(mailbox, note(0, 2)), ==, OK);
	g_assert_cmpint(mailbox_post(mailbox, third), ==, ERR_FULL);
	g_free(third);
	n_freed = 0;
	mailbox_free(mailbox);
	g_assert_cmpuint(n_freed, ==, 2);
	mailbox_free(NULL);
}

enum { SENDERS = 3, NOTES = 20000 };

struct sender {
	pthread_t thread;
	unsigned index;
	struct mailbox *mailbox;
};

static void *send_notes(void *data)
{
	struct sender *s = data;
	for (unsigned i = 0; i < NOTES; i++) {
		struct mailbox_message *m = note(s->index, i);
		while (mailbox_post(s->mailbox, m) == ERR_FULL)
			sched_yield();
	}
	return NULL;
}

static void test_each_senders_order_is_kept(void)
{
	struct mailbox *mailbox = mailbox_new(64, free_note);
	struct sender senders[SENDERS];
	unsigned next[SENDERS] = {0}, total = 0;
	for (unsigned i = 0; i < SENDERS; i++) {
		senders[i].index = i;
		senders[i].mailbox = mailbox;
		g_assert_cmpint(pthread_create(&senders[i].thread, NULL, send_notes, &senders[i]),
				==, 0);
	}
	while (total < SENDERS * NOTES) {
		struct pollfd p = {.fd = mailbox_fd(mailbox), .events = POLLIN};
		g_assert_cmpint(poll(&p, 1, 10000), ==, 1);
		struct mailbox_message *m = mailbox_take_all(mailbox);
		while (m) {
			struct note *n = (struct note *)m;
			m = m->next;
			g_assert_cmpuint(n->number, ==, next[n->sender]++);
			g_free(n);
			total++;
		}
	}
	for (unsigned i = 0; i < SENDERS; i++)
		pthread_join(senders[i].thread, NULL);
	mailbox_free(mailbox);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mailbox/messages_come_in_order", test_messages_come_in_order);
	g_test_add_func("/mailbox/readable_while_messages_wait", test_readable_while_messages_wait);
	g_test_add_func("/mailbox/full_mailbox_leaves_the_message_to_its_sender",
			test_full_mailbox_leaves_the_message_to_its_sender);
	g_test_add_func("/mailbox/each_senders_order_is_kept", test_each_senders_order_is_kept);
	return g_test_run();
}
