#include "relay/base/mailbox.h"
#include <assert.h>
#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct mailbox {
	size_t capacity;
	void (*free_message)(struct mailbox_message *);
	int fd;
	pthread_mutex_t lock;
	/* Guarded by lock. The eventfd is written and read under it too, so it is readable exactly
	 * while count > 0. The count may be looked at without. */
	struct mailbox_message *first, **end;
	atomic_size_t count;
};

struct mailbox *mailbox_new(size_t capacity, void (*free_message)(struct mailbox_message *))
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (fd < 0)
		return NULL;
	struct mailbox *mailbox = g_new0(struct mailbox, 1);
	mailbox->capacity = capacity;
	mailbox->free_message = free_message;
	mailbox->fd = fd;
	mailbox->end = &mailbox->first;
	pthread_mutex_init(&mailbox->lock, NULL);
	return mailbox;
}

void mailbox_free(struct mailbox *mailbox)
{
	if (!mailbox)
		return;
	struct mailbox_message *message = mailbox->first;
	while (message) {
		struct mailbox_message *next = message->next;
		mailbox->free_message(message);
		message = next;
	}
	pthread_mutex_destroy(&mailbox->lock);
	close(mailbox->fd);
	g_free(mailbox);
}

enum err mailbox_post(struct mailbox *mailbox, struct mailbox_message *message)
{
	enum err err = ERR_FULL;
	pthread_mutex_lock(&mailbox->lock);
	if (mailbox->count < mailbox->capacity) {
		err = OK;
		message->next = NULL;
		*mailbox->end = message;
		mailbox->end = &message->next;
		if (mailbox->count++ == 0) {
			int wrote = eventfd_write(mailbox->fd, 1);
			assert(wrote == 0); /* it was 0: it can't overflow */
			(void)wrote;
		}
	}
	pthread_mutex_unlock(&mailbox->lock);
	return err;
}

struct mailbox_message *mailbox_take_all(struct mailbox *mailbox)
{
	pthread_mutex_lock(&mailbox->lock);
	struct mailbox_message *first = mailbox->first;
	if (first) {
		eventfd_t value;
		int got = eventfd_read(mailbox->fd, &value);
		assert(got == 0); /* count > 0, so it was written */
		(void)got;
		mailbox->first = NULL;
		mailbox->end = &mailbox->first;
		mailbox->count = 0;
	}
	pthread_mutex_unlock(&mailbox->lock);
	return first;
}

bool mailbox_waiting(const struct mailbox *mailbox)
{
	return atomic_load_explicit(&mailbox->count, memory_order_acquire) > 0;
}

int mailbox_fd(const struct mailbox *mailbox)
{
	return mailbox->fd;
}
