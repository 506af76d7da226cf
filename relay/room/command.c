#include "relay/room/command.h"
#include "relay/net/studio_socket.h"
#include <glib.h>

void command_free(struct mailbox_message *message)
{
	struct command *command = (struct command *)message;
	if (!command)
		return;
	bool has_fd = command->type == COMMAND_ADD_PROGRAM || command->type == COMMAND_ADD_TRACK;
	if (has_fd && command->fd >= 0)
		studio_socket_close(command->fd);
	g_free(command->description);
	if (command->credentials)
		explicit_bzero(command->credentials, sizeof *command->credentials);
	g_free(command->credentials);
	g_free(command->remote);
	g_free(command);
}
