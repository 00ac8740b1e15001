// SPDX-License-Identifier: MIT
// Single values of a rubric: from text to C and back to text for messages. For schema.c only.
#ifndef MMGRADE_BASE_SCHEMA_VALUE_H
#define MMGRADE_BASE_SCHEMA_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/schema.h"

/// Stores `text` as the key's type says. False with a reason ("needs a number, found 'x'") in
/// `reason` when it is not of that type, not one of its words or out of range.
bool schema_value_store(const struct schema_key *key, const char *text, void *to, char *reason,
                        size_t reason_bytes);

/// What the key takes, for people: "gcc | clang", "0 to 100", "64 KiB to 1 GiB".
void schema_value_allowed(const struct schema_key *key, char *text, size_t text_bytes);

/// What a value of that type is called: "a number".
const char *schema_type_name(enum schema_type type);

#endif
