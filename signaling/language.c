#include "signaling/language.h"
#include <glib.h>
#include <string.h>

/* Languages of ISO 639-3 that the IANA language subtag registry has under the prefix sgn. */
static const char sign_languages[] = " ads aed aen afg ajs ase asf asp asq asw bfi bfk bog bqn bqy "
				     "bvl bzs cds csc csd cse csf csg csl csn csp csq "
				     "csr csx doq dse dsl dsz ecs ehs esl esn eso eth fcs fse fsl "
				     "fss gds gse gsg gsm gss gus hab haf hds hks hos "
				     "hps hsh hsl icl iks ils inl ins ise isg isr jcs jhs jks jls "
				     "jos jsl jus kgi kvk lbs lls lsb lsc lsg lsl lsn "
				     "lso lsp lst lsv lsw lsy lws mdl mfs mre msd msr mzc mzg mzy "
				     "nbs ncs nsi nsl nsp nsr nzs okl pgz pks prl prz "
				     "psc psd psg psl pso psp psr pys rib rms rnb rsi rsl rsm rsn "
				     "sdl sfb sfs sgg sgx slf sls sqk sqs sqx ssp ssr "
				     "svk swl syy szs tse tsm tsq tss tsy tza ugn ugy ukl uks vgt "
				     "vsi vsl vsv wbs xki xml xms yds ygs yhs ysl ysm "
				     "zib zsl ";

uint32_t language_number(const char *tag)
{
	g_autofree char *lower = g_ascii_strdown(tag, -1);
	return g_quark_from_string(lower);
}

uint32_t language_find(const char *tag)
{
	g_autofree char *lower = g_ascii_strdown(tag, -1);
	return g_quark_try_string(lower);
}

char *language_spell(const char *tag)
{
	char *spelled = g_ascii_strdown(tag, -1);
	for (char *subtag = strchr(spelled, '-'); subtag != NULL; subtag = strchr(subtag, '-')) {
		size_t length = strcspn(++subtag, "-");
		if (length == 1) /* extensions and private use stay small */
			break;
		for (size_t i = 0; i < length && (length == 2 || (length == 4 && i == 0)); i++)
			subtag[i] = g_ascii_toupper(subtag[i]);
	}
	return spelled;
}

bool language_same(const char *a, const char *b)
{
	return g_ascii_strcasecmp(a, b) == 0;
}

bool language_same_primary(const char *a, const char *b)
{
	size_t length = strcspn(a, "-");
	return length > 0 && length == strcspn(b, "-") && g_ascii_strncasecmp(a, b, length) == 0;
}

bool language_is_sign(const char *tag)
{
	size_t length = strcspn(tag, "-");
	if (length != 3)
		return false;
	char word[6] = {
		' ', g_ascii_tolower(tag[0]), g_ascii_tolower(tag[1]), g_ascii_tolower(tag[2]), ' ',
		'\0'};
	return strcmp(word, " sgn ") == 0 || strstr(sign_languages, word) != NULL;
}
