/*
 * Checks text in Prometheus' format 0.0.4: each sample has its HELP and TYPE before it, nothing is
 * there twice, and each series of a histogram has buckets whose bounds rise and whose counts don't
 * fall, the last of them +Inf and as many as its _count.
 */
#pragma once

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

struct exposition {
	GHashTable *seen;
	char *family; /* in seen */
	bool histogram;
	/* The series of a histogram whose buckets were read, and whose sum and count come next. */
	char *labels; /* without le; NULL: none */
	double bound, count;
	bool has_sum;
};

static void exposition_take_bucket(struct exposition *e, const char *labels, const char *le,
				   double count)
{
	double bound = g_str_equal(le, "+Inf") ? INFINITY : g_ascii_strtod(le, NULL);
	if (e->labels && g_str_equal(e->labels, labels)) {
		g_assert_cmpfloat(bound, >, e->bound);
		g_assert_cmpfloat(count, >=, e->count);
	} else {
		g_assert_null(e->labels); /* the one before has ended */
		e->labels = g_strdup(labels);
		e->has_sum = false;
	}
	e->bound = bound;
	e->count = count;
}

static void exposition_take_total(struct exposition *e, const char *suffix, const char *labels,
				  double value)
{
	g_assert_nonnull(e->labels);
	g_assert_cmpstr(labels, ==, e->labels);
	g_assert_true(isinf(e->bound));
	if (g_str_equal(suffix, "_sum")) {
		e->has_sum = true;
		return;
	}
	g_assert_cmpstr(suffix, ==, "_count");
	g_assert_cmpfloat(value, ==, e->count);
	g_assert_true(e->has_sum);
	g_clear_pointer(&e->labels, g_free);
}

static void exposition_take_sample(struct exposition *e, const char *line)
{
	g_autoptr(GRegex) regex = g_regex_new(
		"^([a-z_][a-z0-9_]*)"
		"(?:\\{([a-z]+=\"[^\"]*\"(?:,[a-z]+=\"[^\"]*\")*?)(?:,le=\"([^\"]*)\")?\\})? "
		"([0-9.]+)$",
		0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	if (!g_regex_match(regex, line, 0, &match))
		g_error("no sample: %s", line);
	g_autofree char *name = g_match_info_fetch(match, 1),
			*labels = g_match_info_fetch(match, 2), *le = g_match_info_fetch(match, 3),
			*value = g_match_info_fetch(match, 4);
	g_assert_nonnull(e->family);
	g_assert_true(g_str_has_prefix(name, e->family));
	const char *suffix = name + strlen(e->family);
	double number = g_ascii_strtod(value, NULL);
	if (!e->histogram)
		g_assert_cmpstr(suffix, ==, "");
	else if (g_str_equal(suffix, "_bucket"))
		exposition_take_bucket(e, labels, le, number);
	else
		exposition_take_total(e, suffix, labels, number);
	g_assert_true(g_hash_table_add(e->seen,
				       g_strconcat("sample ", name, " ", labels, " ", le, NULL)));
}

static void exposition_check(const char *text)
{
	struct exposition e = {
		.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		if (!**line) {
			g_assert_null(line[1]); /* only after the last newline */
			continue;
		}
		if (!g_str_has_prefix(*line, "# HELP ")) {
			exposition_take_sample(&e, *line);
			continue;
		}
		g_assert_null(e.labels); /* a histogram's last series has its count */
		char *name = g_strndup(*line + 7, strcspn(*line + 7, " "));
		g_autofree char *type = g_strdup_printf("# TYPE %s ", name);
		g_assert_nonnull(line[1]);
		g_assert_true(g_str_has_prefix(line[1], type));
		g_assert_true(g_hash_table_add(e.seen, name));
		e.family = name;
		e.histogram = g_str_equal(line[1] + strlen(type), "histogram");
		line++;
	}
	g_assert_nonnull(e.family);
	g_assert_null(e.labels);
	g_hash_table_unref(e.seen);
}
