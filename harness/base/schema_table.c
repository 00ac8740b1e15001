// SPDX-License-Identifier: MIT
// Tables of keys: lookup, fallbacks, lists in the struct that a table describes, the printed list.
#include "harness/base/schema_table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/schema_value.h"

void *schema_field(void *base, size_t offset)
{
    return (char *)base + offset;
}

const struct schema_key *schema_key_find(const struct schema_key *keys, const char *name)
{
    for (; keys->name != NULL; keys++) {
        if (strcmp(keys->name, name) == 0) {
            return keys;
        }
    }
    return NULL;
}

void schema_keys_join(const struct schema_key *keys, char *text, size_t text_bytes)
{
    size_t used = 0;
    for (text[0] = '\0'; keys->name != NULL && used < text_bytes; keys++) {
        used += (size_t)snprintf(text + used, text_bytes - used, "%s%s", used == 0 ? "" : ", ",
                                 keys->name);
    }
}

/// Levenshtein's distance; names longer than the row count as far away.
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[40];
    size_t n_b = strlen(b);
    if (n_b >= sizeof row / sizeof row[0]) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= n_b; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n_b; j++) {
            size_t best = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            best = best < diagonal + 1 ? best : diagonal + 1;
            row[j + 1] = best < row[j] + 1 ? best : row[j] + 1;
        }
    }
    return row[n_b];
}

/// The known key that is at most a third of its letters away, or NULL.
const char *schema_key_nearest(const struct schema_key *keys, const char *name)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (; keys->name != NULL; keys++) {
        size_t distance = edit_distance(name, keys->name);
        if (distance < least && distance <= (strlen(keys->name) + 2) / 3) {
            nearest = keys->name;
            least = distance;
        }
    }
    return nearest;
}

// The pointer to a list has the element's type, unknown here: memcpy keeps to the aliasing rules.
static char *list_load(const struct schema_key *key, const void *base)
{
    char *list = NULL;
    memcpy(&list, (const char *)base + key->offset, sizeof list);
    return list;
}

static void list_store(const struct schema_key *key, void *base, char *list)
{
    memcpy(schema_field(base, key->offset), &list, sizeof list);
}

void *schema_list_append(const struct schema_key *key, void *base)
{
    size_t *count = schema_field(base, key->count_offset);
    char *list = xreallocarray(list_load(key, base), *count + 1, key->element_bytes);
    list_store(key, base, list);
    return memset(list + (*count)++ * key->element_bytes, 0, key->element_bytes);
}

void schema_texts_clear(char ***texts, size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        free((*texts)[i]);
    }
    free(*texts);
    *texts = NULL;
    *count = 0;
}

void schema_texts_append(char ***texts, size_t *count, const char *text, size_t text_bytes)
{
    *texts = xreallocarray(*texts, *count + 1, sizeof **texts);
    (*texts)[(*count)++] = xasprintf("%.*s", (int)text_bytes, text);
}

/// Stores the fallbacks of a table; they are part of the program, so a bad one is our own fault.
void schema_store_fallbacks(const struct schema_key *keys, void *base)
{
    for (; keys->name != NULL; keys++) {
        char reason[256];
        if (keys->type == SCHEMA_GROUP) {
            schema_store_fallbacks(keys->keys, base);
        } else if (keys->fallback != NULL && keys->type == SCHEMA_TEXTS) {
            const char *text = keys->fallback;
            for (size_t n = 0; *text != '\0'; text += n + (text[n] == ' ')) {
                n = strcspn(text, " ");
                schema_texts_append(schema_field(base, keys->offset),
                                    schema_field(base, keys->count_offset), text, n);
            }
        } else if (keys->fallback != NULL &&
                   !schema_value_store(keys, keys->fallback, schema_field(base, keys->offset),
                                       reason, sizeof reason)) {
            die("the schema's own fallback is bad: %s", reason);
        }
    }
}

static void list_clear(const struct schema_key *key, void *base)
{
    size_t *count = schema_field(base, key->count_offset);
    char *list = list_load(key, base);
    for (size_t i = 0; i < *count; i++) {
        schema_clear(key->keys, list + i * key->element_bytes);
    }
    free(list);
    list_store(key, base, NULL);
    *count = 0;
}

static void text_clear(char **text)
{
    free(*text);
    *text = NULL;
}

void schema_clear(const struct schema_key *keys, void *into)
{
    for (; keys->name != NULL; keys++) {
        if (keys->type == SCHEMA_TEXT || keys->type == SCHEMA_NAME) {
            text_clear(schema_field(into, keys->offset));
        } else if (keys->type == SCHEMA_TEXTS) {
            schema_texts_clear(schema_field(into, keys->offset),
                               schema_field(into, keys->count_offset));
        } else if (keys->type == SCHEMA_GROUP) {
            schema_clear(keys->keys, into);
        } else if (keys->type == SCHEMA_LIST) {
            list_clear(keys, into);
        }
    }
}

static void print_key(const struct schema_key *key, const char *name, FILE *stream)
{
    char allowed[256];
    schema_value_allowed(key, allowed, sizeof allowed);
    fprintf(stream, "%s: %s", name, allowed);
    if (key->required) {
        fputs("  (required)", stream);
    } else if (key->fallback != NULL) {
        fprintf(stream, "  (else: %s)", key->fallback);
    }
    fprintf(stream, "\n    %s\n", key->help);
}

static void print_keys(const struct schema_key *keys, const char *prefix, FILE *stream)
{
    for (; keys->name != NULL; keys++) {
        char *name = xasprintf("%s%s", prefix, keys->name);
        if (keys->keys == NULL) {
            print_key(keys, name, stream);
        } else {
            char *below = xasprintf("%s%s", name, keys->type == SCHEMA_LIST ? "[]." : ".");
            print_keys(keys->keys, below, stream);
            free(below);
        }
        free(name);
    }
}

void schema_print(const struct schema_key *keys, FILE *stream)
{
    print_keys(keys, "", stream);
}
