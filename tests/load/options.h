/* The load generator's command line. */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct options {
	char *url, *size, *profiles;
	char **meetings, **tokens; /* as many of each */
	gboolean janus, channel, others, simulcast, even, rush, mix;
	int rooms;		     /* Janus's; else as many as there are meetings */
	int publish, talk, pictures; /* of each meeting */
	int speech;		     /* percent of the time that one who talks does */
	int view, voices, cameras;   /* of each meeting; of each viewer */
	int kilobits, rate, seconds, warm_ms, every_ms, at_once, decrypt_each;
};

/* Prints what is wrong; false then. */
bool options_read(int argc, char **argv, struct options *ret);
