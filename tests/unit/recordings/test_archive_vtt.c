#include "recordings/archive_vtt.h"

static void test_cues(void)
{
	g_autoptr(GString) out = g_string_new(NULL);
	archive_vtt_begin(out);
	archive_vtt_cue(out, 3661001, 3662000, "王 <i>&", "a\n\nb --> c\r\n</v>");
	archive_vtt_cue(out, 5, 5, NULL, "no length");
	archive_vtt_cue(out, 0, 36000000, NULL, "\xe2\x80\xaemr\x01 \xf0\x9f\x8e\x88");
	archive_vtt_cue(out, 0, 1, "", NULL);
	g_assert_cmpstr(out->str, ==,
			"WEBVTT\n"
			"\n01:01:01.001 --> 01:01:02.000\n"
			"<v 王 &lt;i&gt;&amp;>a  b --&gt; c  &lt;/v&gt;\n"
			"\n00:00:00.000 --> 10:00:00.000\nmr \xf0\x9f\x8e\x88\n"
			"\n00:00:00.000 --> 00:00:00.001\n\n");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_vtt/cues", test_cues);
	return g_test_run();
}
