/*
 * Language tags (BCP 47, RFC 5646) as the meeting uses them. A channel's language has a number, by
 * which relay and feeds know it. Leaf.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The tag's number, the same for all that differ by case alone; made when first asked for, and kept
 * as long as the process. So only for tags that a host has set. */
uint32_t language_number(const char *tag);
uint32_t language_find(const char *tag); /* 0: no channel ever had it */
/* The letters of a tag as people write them (RFC 5646, section 2.1.1): "zh-hans-cn" ->
 * "zh-Hans-CN". */
char *language_spell(const char *tag);
bool language_same(const char *a, const char *b);	  /* whatever their case */
bool language_same_primary(const char *a, const char *b); /* "pt-BR" and "pt"; false if one is "" */
bool language_is_sign(const char *tag);			  /* "ase", "sgn-BE-FR" */
