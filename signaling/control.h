/*
 * DATA/control.sock (mode 0600): how commands of the shell reach the running server. A request is
 * one line of JSON,
 * {"command":"meeting-end","name":"demo"}; so is its reply: {"ok":true, ...} or
 * {"error":{"code":"not-found","message":"..."}}. One request for each connection. Server side:
 * main thread. Whoever may open the socket may do everything.
 */
#pragma once

#include "signaling/error.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct control_command {
	const char *name;
	/* Fills *ret_reply with an object (or leaves it: {"ok":true}); or returns false with an
	 * error of signaling/error.h. */
	bool (*handle)(void *user, const json_t *request, json_t **ret_reply, GError **error);
	void *user;
};

struct control_server;
/* commands must outlive the server. A socket that nobody listens on any more is replaced; one of a
 * running server is an error. */
struct control_server *control_server_new(const char *data_folder,
					  const struct control_command *commands, size_t n_commands,
					  GError **error);
/* Removes the socket. NULL is allowed. */
void control_server_free(struct control_server *server);

/*
 * The client: blocks, at most 10 s. *ret_reply (may be NULL) is the reply's object, to json_decref.
 * G_IO_ERROR_NOT_CONNECTED: no server runs on this folder; a SIGNALING_ERROR: the server's own
 * answer.
 */
bool control_call(const char *data_folder, const json_t *request, json_t **ret_reply,
		  GError **error);
