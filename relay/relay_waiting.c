#include "relay/relay_waiting.h"
#include <string.h>

struct waiting {
	GQueue commands;    /* owned */
	GHashTable *values; /* command that sets a value -> its link in commands */
};

/* What a command sets; false: nothing that a later one could take back. */
static bool sets_value(const struct command *c)
{
	switch (c->type) {
	case COMMAND_SET_SLOT:
	case COMMAND_SET_MUTED:
	case COMMAND_PIN_STAGE:
	case COMMAND_SET_SCREEN:
	case COMMAND_SET_CHANNEL:
	case COMMAND_SET_PROGRAM:
		return true;
	default:
		return false;
	}
}

/* Of the stage, the screen and the channels the peer is the value. */
static bool is_of_peer(const struct command *c)
{
	return c->type == COMMAND_SET_SLOT || c->type == COMMAND_SET_MUTED;
}

static guint hash_value(gconstpointer p)
{
	const struct command *c = p;
	guint hash = (guint)c->type + c->room * 31 + g_str_hash(c->mid) + (guint)c->source * 17 +
		     c->channel * 7;
	return is_of_peer(c) ? hash + c->peer * 101 : hash;
}

static gboolean same_value(gconstpointer a, gconstpointer b)
{
	const struct command *c = a, *d = b;
	return c->type == d->type && c->room == d->room && c->source == d->source &&
	       c->channel == d->channel && strcmp(c->mid, d->mid) == 0 &&
	       (!is_of_peer(c) || c->peer == d->peer);
}

struct waiting *waiting_new(void)
{
	struct waiting *waiting = g_new0(struct waiting, 1);
	g_queue_init(&waiting->commands);
	waiting->values = g_hash_table_new(hash_value, same_value);
	return waiting;
}

void waiting_free(struct waiting *waiting)
{
	struct command *command;
	if (!waiting)
		return;
	g_hash_table_unref(waiting->values);
	while ((command = g_queue_pop_head(&waiting->commands)))
		command_free(&command->message);
	g_free(waiting);
}

void waiting_push(struct waiting *waiting, struct command *command)
{
	GList *before = sets_value(command) ? g_hash_table_lookup(waiting->values, command) : NULL;
	if (before) {
		struct command *old = before->data;
		g_hash_table_remove(waiting->values, old);
		g_queue_delete_link(&waiting->commands, before);
		command_free(&old->message);
	}
	/* At the end, not in the old one's place: whom it names may only wait to be told of. */
	g_queue_push_tail(&waiting->commands, command);
	if (sets_value(command))
		g_hash_table_insert(waiting->values, command, waiting->commands.tail);
}

struct command *waiting_take(struct waiting *waiting)
{
	struct command *command = g_queue_pop_head(&waiting->commands);
	if (command && sets_value(command))
		g_hash_table_remove(waiting->values, command);
	return command;
}

void waiting_return(struct waiting *waiting, struct command *command)
{
	g_queue_push_head(&waiting->commands, command);
	if (sets_value(command))
		g_hash_table_insert(waiting->values, command, waiting->commands.head);
}

unsigned waiting_length(const struct waiting *waiting)
{
	return waiting->commands.length;
}
