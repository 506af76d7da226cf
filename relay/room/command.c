#include "relay/room/command.h"
#include "relay/net/studio_socket.h"
#include <glib.h>

void command_free(struct mailbox_message *message)
{
	struct command *command = (struct command *)message;
	if (!command)
		return;
	if (command->type == COMMAND_ADD_PROGRAM && command->fd >= 0)
		studio_socket_close(command->fd);
	g_free(command->description);
	if (command->credentials)
		explicit_bzero(command->credentials, sizeof *command->credentials);
	g_free(command->credentials);
	g_free(command->remote);
	g_free(command);
}
