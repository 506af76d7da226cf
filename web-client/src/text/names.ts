/** Countries and languages by their names in the page's language. The browser knows the names (Intl.DisplayNames), but not the lists. */

/** ISO 3166-1, without six places where nobody lives. */
const COUNTRIES =
  "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN " +
  "CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK " +
  "HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG " +
  "MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE " +
  "RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA " +
  "VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/** ISO 639-1 and, of the rest, languages of many speakers that browsers can name. */
const LANGUAGES =
  "aa ab af ak am ar as ast ay az ba be bg bho bi bm bn bo br bs ca ceb ckb co cs cv cy da de doi dv dz ee el en eo es et eu fa ff fi fil fj fo fr " +
  "fy ga gd gl gn gu gsw ha haw he hi hmn hr ht hu hy id ig ilo is it ja jv ka kk kl km kn ko kok kri ks ku ky la lb lg ln lo lt lus lv mai mg mi " +
  "mk ml mn mni mr ms mt my ne nl nn nb ny oc om or pa pag pam pl ps pt qu rm rn ro ru rw sa sat sc sd sg shn si sk sl sm sn so sq sr ss st su sv " +
  "sw ta te tg th ti tk tn to tpi tr ts tt tw ug uk ur uz ve vi war wo wuu xh yi yo yue za zh zu";

/** Sign languages by the names that their signers write; browsers know none of them. */
const SIGN_LANGUAGES: Readonly<Record<string, string>> = {
  ase: "American Sign Language", asf: "Auslan", bfi: "British Sign Language", bzs: "Língua brasileira de sinais", csl: "中国手语", eth: "የኢትዮጵያ ምልክት ቋንቋ",
  fsl: "Langue des signes française", gsg: "Deutsche Gebärdensprache", ils: "International Sign", ins: "Indian Sign Language", ise: "Lingua dei segni italiana",
  jos: "لغة الإشارة", jsl: "日本手話", prl: "Lengua de señas peruana", psp: "Filipino Sign Language", ssp: "Lengua de signos española",
};

export interface Choice {
  code: string;
  label: string;
}

const cache = new Map<string, Intl.DisplayNames | null>();

/** Null where the browser has no names at all (WebViews before 2021). */
function displayNames(language: string, type: "region" | "language"): Intl.DisplayNames | null {
  const key = `${type} ${language}`;
  let names = cache.get(key);
  if (names === undefined) {
    try {
      names = new Intl.DisplayNames([language], { type });
    } catch {
      names = null;
    }
    cache.set(key, names);
  }
  return names;
}

function nameOf(language: string, type: "region" | "language", code: string): string {
  try {
    return (code && displayNames(language, type)?.of(code)) || code;
  } catch {
    return code; // a code of somebody else's client that is none
  }
}

export function countryName(uiLanguage: string, code: string): string {
  return nameOf(uiLanguage, "region", code);
}

/** In the page's language. */
export function languageName(uiLanguage: string, tag: string): string {
  return SIGN_LANGUAGES[tag.toLowerCase()] ?? nameOf(uiLanguage, "language", tag);
}

/** In the language's own name, which the person who speaks it finds first. */
export function ownLanguageName(tag: string): string {
  const name = SIGN_LANGUAGES[tag.toLowerCase()] ?? nameOf(tag, "language", tag);
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

function sorted(uiLanguage: string, choices: Choice[]): Choice[] {
  const { compare } = new Intl.Collator(uiLanguage);
  return choices.sort((a, b) => compare(a.label, b.label));
}

export function countryChoices(uiLanguage: string): Choice[] {
  return sorted(
    uiLanguage,
    COUNTRIES.split(" ").map((code) => ({ code, label: countryName(uiLanguage, code) })),
  );
}

/** "Français · French": found by either name. */
export function languageChoice(uiLanguage: string, tag: string): Choice {
  const own = ownLanguageName(tag);
  const here = languageName(uiLanguage, tag);
  const known = own.toLocaleLowerCase() !== here.toLocaleLowerCase();
  return { code: tag, label: known ? `${here} · ${own}` : own };
}

export function languageChoices(uiLanguage: string): Choice[] {
  return sorted(
    uiLanguage,
    [...LANGUAGES.split(" "), ...Object.keys(SIGN_LANGUAGES)].map((tag) => languageChoice(uiLanguage, tag)),
  );
}

/** A language by its name in the page's language or in itself, or by its tag (BCP 47); null: none. */
export function languageOf(written: string, all: readonly Choice[]): string | null {
  const words = written.trim().toLocaleLowerCase();
  if (words === "") return null;
  const named = all.find(({ code, label }) => code === words || label.toLocaleLowerCase() === words || label.toLocaleLowerCase().split(" · ").includes(words));
  if (named) return named.code;
  try {
    // A word of five to eight letters is well formed, but no language that anybody has registered.
    return /^[a-z]{2,3}(-|$)/i.test(words) ? (Intl.getCanonicalLocales(words)[0] ?? null) : null;
  } catch {
    return null;
  }
}

/** Regions that the browser's languages name ("pt-BR", "zh-CN"): the person's own is likely among them. */
export function likelyCountries(browserLanguages: readonly string[]): string[] {
  const codes = browserLanguages.map((tag) => /-([A-Z]{2})\b/.exec(tag)?.[1] ?? "");
  return [...new Set(codes)].filter((code) => COUNTRIES.includes(code) && code !== "");
}

/** Letters for the place of a picture: "Yang Ling" YL, "Maisara" M, "陈小玲" 小玲 (a name in characters ends with the given name). */
export function initials(name: string): string {
  const trimmed = name.trim();
  if (/^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}ー\s]+$/u.test(trimmed)) {
    return [...(trimmed.split(/\s+/).pop() ?? "")].slice(-2).join("");
  }
  // "Yang Ling 杨玲": one spelling is enough.
  const words = trimmed.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word) && !(/^\p{Script=Latin}/u.test(trimmed) && !/\p{Script=Latin}|\p{N}/u.test(word)));
  const first = (word: string | undefined): string => [...(word ?? "")].find((c) => /[\p{L}\p{N}]/u.test(c)) ?? "";
  const letters = words.length > 1 ? first(words[0]) + first(words[words.length - 1]) : first(words[0]);
  return letters.toLocaleUpperCase() || "?";
}
