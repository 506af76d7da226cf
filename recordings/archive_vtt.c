#include "recordings/archive_vtt.h"

void archive_vtt_begin(GString *out)
{
	g_string_append(out, "WEBVTT\n");
}

static void append_time(GString *out, int64_t ms)
{
	g_string_append_printf(out, "%02d:%02d:%02d.%03d", (int)(ms / 3600000),
			       (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
}

/* An empty line would end the cue, "-->" be a time, and marks that turn the direction of writing
 * (Unicode's bidirectional controls) would go on behind the text. */
static void append_text(GString *out, const char *text)
{
	for (const char *c = text; c && *c; c = g_utf8_next_char(c)) {
		gunichar letter = g_utf8_get_char(c);
		if (letter == '&')
			g_string_append(out, "&amp;");
		else if (letter == '<')
			g_string_append(out, "&lt;");
		else if (letter == '>')
			g_string_append(out, "&gt;");
		else if (letter == '\n' || letter == '\r' || letter == '\t' || letter == 0x2028 ||
			 letter == 0x2029)
			g_string_append_c(out, ' ');
		else if (!g_unichar_iscntrl(letter) && !(letter >= 0x202a && letter <= 0x202e) &&
			 !(letter >= 0x2066 && letter <= 0x2069))
			g_string_append_unichar(out, letter);
	}
}

void archive_vtt_cue(GString *out, int64_t from_ms, int64_t to_ms, const char *who,
		     const char *text)
{
	if (to_ms <= from_ms)
		return;
	g_string_append_c(out, '\n');
	append_time(out, from_ms);
	g_string_append(out, " --> ");
	append_time(out, to_ms);
	g_string_append_c(out, '\n');
	if (who && *who) {
		g_string_append(out, "<v ");
		append_text(out, who);
		g_string_append_c(out, '>');
	}
	append_text(out, text);
	g_string_append_c(out, '\n');
}
