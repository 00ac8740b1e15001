// SPDX-License-Identifier: MIT
// Reads a YAML mapping into a C struct by a const table of its keys. The table is used three times:
// to read, to say what is allowed when a value is wrong, and to list the keys for people.
//
//   key         one name on the left of a colon in a file; the schema lists all that are known
//   fallback    the value that a key has when the file leaves it out, as one would write it
//
// schema.c is the only file that knows libyaml.
#ifndef MMGRADE_BASE_SCHEMA_H
#define MMGRADE_BASE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "harness/base/error.h"

#define SCHEMA_VISIT_DEPTH 8

enum schema_type {
    SCHEMA_TEXT,    ///< char *, owned by the struct; one of `words` when there are some
    SCHEMA_NAME,    ///< the same, and without a slash: the name of a file in a folder
    SCHEMA_WORD,    ///< an enum or unsigned: the value of one of `words`
    SCHEMA_YES_NO,  ///< bool
    SCHEMA_NUMBER,  ///< double
    SCHEMA_BYTES,   ///< uint64_t: "4096", "64 KiB", "20 MB"; K, M and G are powers of 1024
    SCHEMA_SECONDS, ///< double: "2 s", "500 ms", "1 min"; the unit is required
    SCHEMA_EVERY,   ///< uint64_t: "never" 0, "every 100" 100, "end" UINT64_MAX
    SCHEMA_TEXTS,   ///< char ** and a count: a list of texts
    SCHEMA_GROUP,   ///< a mapping; its keys store into the same struct
    SCHEMA_LIST,    ///< a list of mappings, each read into an element of a growing array
};

struct schema_word {
    const char *word; ///< NULL ends a list of words
    unsigned value;
};

/// Where in the file a check stands.
struct schema_place;

struct schema_key {
    const char *name; ///< NULL ends a table
    enum schema_type type;
    bool required;
    size_t offset;       ///< of the value in the struct
    size_t count_offset; ///< of the size_t that counts the elements: SCHEMA_TEXTS, SCHEMA_LIST
    double minimum;      ///< of numbers, bytes and seconds
    double maximum;
    const struct schema_word *words;
    const char *noun;              ///< "unknown NOUN 'x'"; NULL: the key's name
    const char *fallback;          ///< NULL: zero. Of SCHEMA_TEXTS: separated by spaces
    const struct schema_key *keys; ///< of SCHEMA_GROUP and SCHEMA_LIST
    size_t element_bytes;          ///< of SCHEMA_LIST
    /// Called after each element of a SCHEMA_LIST was read; false with schema_refuse().
    bool (*check)(const struct schema_place *place, void *whole, void *element);
    const char *help; ///< for people: what the key decides
};

/// Reads `text` into *into, which must be zeroed; `path` is for messages only. On failure *error
/// names file, line and column and what is allowed. Either way schema_clear() frees.
/// `check` (or NULL) runs at the end, its place is the whole file.
bool schema_read(const struct schema_key *keys, void *into, const char *path, const char *text,
                 size_t text_bytes, bool (*check)(const struct schema_place *place, void *whole),
                 struct error *error);

/// Visits every scalar of a YAML file whose keys nobody knows beforehand, in the file's order.
/// `keys` are the `n_keys` keys above it, the outermost first; elements of lists are counted from
/// "0". What lies deeper than SCHEMA_VISIT_DEPTH keys is passed over. False with *error when it is
/// no YAML.
bool schema_visit(const char *path, const char *text, size_t text_bytes,
                  void (*visit)(void *context, const char *const *keys, size_t n_keys,
                                const char *value),
                  void *context, struct error *error);

/// Frees every text and list that the table knows of and sets them to zero.
void schema_clear(const struct schema_key *keys, void *into);

/// Prints every key with what it takes, its fallback and its help, one a line.
void schema_print(const struct schema_key *keys, FILE *stream);

/// For checks: was the key ("weight", from the file's top "heap.base") written in the file?
bool schema_has(const struct schema_place *place, const char *key);

/// For checks: refuses the value of `key`, or the mapping itself when the key is not there.
/// Returns false.
bool schema_refuse(const struct schema_place *place, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
