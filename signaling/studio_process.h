/*
 * The studio's process: started when something is wanted of it, and again when it dies, ever later
 * when it dies soon. One that an earlier server started may still be there, and is joined. Main
 * thread.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct studio_process;

/* folder: where it works, and its socket is, studio-NAME.sock; executable NULL: our own. */
struct studio_process *studio_process_new(const char *folder, const char *name,
					  const char *executable, void (*ended)(void *user),
					  void *user);
/* The process ends by itself, and may be found again before that. NULL is allowed. */
void studio_process_free(struct studio_process *process);

/* A connection, non-blocking. -1: it doesn't listen (yet); then it is started, unless that has
 * just been done. */
int studio_process_connect(struct studio_process *process);
/* It hangs. An earlier server's can't be killed, and is only left. */
void studio_process_kill(struct studio_process *process);
