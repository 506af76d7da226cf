/* When something was seen or said. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct capture {
	int64_t us; /* on the relay's clock */
	/* When it arrived: its sender hasn't reported yet how its timestamps stand to its clock, so
	 * it is late by what the sender's microphone, camera and encoder take. */
	bool guessed;
};
