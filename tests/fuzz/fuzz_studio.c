/* A message of a program's socket: the first one is '{' and what follows, any other a kind and a
 * slot or state. */
#include "recordings/studio_message.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char program[PROGRAM_NAME_MAX];
	struct studio_message message;
	if (studio_hello_parse((const char *)data, size, program) == OK && !program[0])
		abort();
	if (studio_message_parse(data, size, &message) != OK || message.kind != STUDIO_RTP)
		return 0;
	if (message.slot >= STUDIO_SLOTS || message.rtp < data ||
	    message.rtp + message.length > data + size)
		abort();
	return 0;
}
