// SPDX-License-Identifier: MIT
// JSON for other programs, made of a result tree: dies when memory runs out, lets no escape
// sequence through, and writes numbers as people meant them.
#ifndef MMGRADE_REPORTS_JSON_BUILD_H
#define MMGRADE_REPORTS_JSON_BUILD_H

#include <jansson.h>
#include <stdio.h>

/// Digits that print every decimal of 15 digits as it was meant: 0.1, not 0.10000000000000001.
#define JSON_DIGITS JSON_REAL_PRECISION(15)

/// Adds a member or an element, which the container owns from then on.
void json_put(json_t *object, const char *name, json_t *value);
void json_push(json_t *array, json_t *value);

/// The text made printable; NULL is null.
json_t *json_safe_text(const char *text);

/// A number; null when it is not finite.
json_t *json_finite(double number);

/// Writes the value with jansson's flags (JSON_DIGITS comes along) and gives it back.
void json_print(json_t *value, FILE *stream, size_t flags);

/// The same into a fresh string; the caller frees it.
char *json_to_text(json_t *value, size_t flags);

#endif
