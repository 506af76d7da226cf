#include "relay/room/command.h"
#include <glib.h>

void command_free(struct mailbox_message *message)
{
	struct command *command = (struct command *)message;
	if (!command)
		return;
	g_free(command->description);
	if (command->credentials)
		explicit_bzero(command->credentials, sizeof *command->credentials);
	g_free(command->credentials);
	g_free(command->remote);
	g_free(command);
}
