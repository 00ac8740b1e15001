// SPDX-License-Identifier: MIT
// Tables of keys and the structs that they describe. For schema.c only.
#ifndef MMGRADE_BASE_SCHEMA_TABLE_H
#define MMGRADE_BASE_SCHEMA_TABLE_H

#include <stddef.h>

#include "harness/base/schema.h"

/// The key of that name, or NULL.
const struct schema_key *schema_key_find(const struct schema_key *keys, const char *name);

/// The known key that is at most a third of its letters away, or NULL.
const char *schema_key_nearest(const struct schema_key *keys, const char *name);

/// All names, separated by commas.
void schema_keys_join(const struct schema_key *keys, char *text, size_t text_bytes);

/// Stores the fallbacks of a table. They are part of the program: dies when one is bad.
void schema_store_fallbacks(const struct schema_key *keys, void *base);

/// The member at `offset` of the struct at `base`.
void *schema_field(void *base, size_t offset);

/// A zeroed new element at the end of the list that `key` (SCHEMA_LIST) describes.
void *schema_list_append(const struct schema_key *key, void *base);

void schema_texts_append(char ***texts, size_t *count, const char *text, size_t text_bytes);
void schema_texts_clear(char ***texts, size_t *count);

#endif
