#include "signaling/minutes_words.h"
#include "signaling/language.h"
#include <glib.h>
#include <string.h>

static const struct {
	const char *english, *chinese;
} words[] = {
#define X(symbol, english, chinese) {english, chinese},
	MINUTES_WORDS(X)
#undef X
};

bool minutes_in_chinese(const char *language)
{
	return language_same_primary(language, "zh");
}

const char *minutes_word(const char *language, enum minutes_word word)
{
	return minutes_in_chinese(language) ? words[word].chinese : words[word].english;
}

bool minutes_right_to_left(const char *language)
{
	static const char *const tags[] = {"ar", "ckb", "dv", "fa", "he",
					   "ps", "sd",	"ug", "ur", "yi"};
	for (size_t i = 0; i < G_N_ELEMENTS(tags); i++)
		if (language_same_primary(language, tags[i]))
			return strcasestr(language, "-Latn") == NULL;
	return false;
}
