#include "recordings/archive_pulse.h"

void archive_pulse_beat(struct archive_pulse *pulse)
{
	if (!pulse ||
	    g_get_monotonic_time() - pulse->said_us < pulse->every_ms * G_TIME_SPAN_MILLISECOND)
		return;
	archive_pulse_said(pulse);
	pulse->say(pulse->user);
}

void archive_pulse_said(struct archive_pulse *pulse)
{
	pulse->said_us = g_get_monotonic_time();
}
