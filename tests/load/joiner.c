#include "tests/load/joiner.h"

#include "relay/base/mailbox.h"
#include <pthread.h>

#define CAPACITY 65536

struct job {
	struct mailbox_message message; /* first: a job is a message */
	struct client *client;
	void *user;
	struct job *next;
};

struct joiner {
	struct mailbox *done;
	unsigned n;
	pthread_t *threads;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Guarded by lock. */
	struct job *first, *last;
	bool ending;
};

static void free_message(struct mailbox_message *message)
{
	g_free(message);
}

/* NULL: it ends. */
static struct job *next_job(struct joiner *joiner)
{
	pthread_mutex_lock(&joiner->lock);
	while (joiner->first == NULL && !joiner->ending)
		pthread_cond_wait(&joiner->changed, &joiner->lock);
	struct job *job = joiner->first;
	if (job != NULL)
		joiner->first = job->next;
	pthread_mutex_unlock(&joiner->lock);
	return job;
}

static void *run(void *data)
{
	struct joiner *joiner = data;
	for (struct job *job; (job = next_job(joiner)) != NULL;) {
		client_signal(job->client);
		if (mailbox_post(joiner->done, &job->message) != OK)
			g_error("more joins than CAPACITY");
	}
	return NULL;
}

struct joiner *joiner_new(unsigned threads)
{
	struct joiner *joiner = g_new0(struct joiner, 1);
	joiner->done = mailbox_new(CAPACITY, free_message);
	joiner->n = threads;
	joiner->threads = g_new(pthread_t, threads);
	pthread_mutex_init(&joiner->lock, NULL);
	pthread_cond_init(&joiner->changed, NULL);
	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&joiner->threads[i], NULL, run, joiner) != 0)
			g_error("no thread to be had");
	return joiner;
}

void joiner_free(struct joiner *joiner)
{
	if (joiner == NULL)
		return;
	pthread_mutex_lock(&joiner->lock);
	joiner->ending = true;
	pthread_cond_broadcast(&joiner->changed);
	pthread_mutex_unlock(&joiner->lock);
	for (unsigned i = 0; i < joiner->n; i++)
		pthread_join(joiner->threads[i], NULL);
	pthread_mutex_destroy(&joiner->lock);
	pthread_cond_destroy(&joiner->changed);
	mailbox_free(joiner->done);
	g_free(joiner->threads);
	g_free(joiner);
}

void joiner_add(struct joiner *joiner, struct client *client, void *user)
{
	struct job *job = g_new0(struct job, 1);
	*job = (struct job){.client = client, .user = user};
	pthread_mutex_lock(&joiner->lock);
	if (joiner->first == NULL)
		joiner->first = job;
	else
		joiner->last->next = job;
	joiner->last = job;
	pthread_cond_signal(&joiner->changed);
	pthread_mutex_unlock(&joiner->lock);
}

int joiner_fd(const struct joiner *joiner)
{
	return mailbox_fd(joiner->done);
}

void joiner_take(struct joiner *joiner, void (*each)(void *context, void *user), void *context)
{
	struct mailbox_message *message = mailbox_take_all(joiner->done);
	while (message != NULL) {
		struct job *job = (struct job *)message;
		message = message->next;
		each(context, job->user);
		g_free(job);
	}
}
