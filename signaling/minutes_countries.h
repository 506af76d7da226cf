/* Names of countries, for minutes that are read away from a browser. Leaf. */
#pragma once

struct minutes_country {
	char code[3]; /* ISO 3166-1 alpha-2 */
	const char *english, *chinese;
};
const struct minutes_country *minutes_country_find(const char *code); /* NULL: not known */
