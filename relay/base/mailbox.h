/*
 * Messages from any thread to one owner thread: bounded, mutex + eventfd (TSan sees both).
 * A message is a heap block that begins with struct mailbox_message; posting hands it over whole.
 * Messages carry ids and values, never pointers to things that the sender goes on using.
 */
#pragma once

#include "relay/base/err.h"
#include <stdbool.h>
#include <stddef.h>

struct mailbox_message {
	struct mailbox_message *next;
};

struct mailbox;

/* free_message is called on messages still inside when the mailbox is freed. NULL: no eventfd to be
 * had (errno). */
struct mailbox *mailbox_new(size_t capacity, void (*free_message)(struct mailbox_message *));
void mailbox_free(struct mailbox *mailbox);

/* Any thread, never blocks for long. ERR_FULL: the message remains the caller's. */
enum err mailbox_post(struct mailbox *mailbox, struct mailbox_message *message) MUST_CHECK;

/* Owner thread: all messages in order as a list (the caller frees each), or NULL. Clears the
 * eventfd. */
struct mailbox_message *mailbox_take_all(struct mailbox *mailbox);

/* Whether there are any; takes no lock. */
bool mailbox_waiting(const struct mailbox *mailbox);
/* Readable while messages wait. For epoll or a GSource. */
int mailbox_fd(const struct mailbox *mailbox);
