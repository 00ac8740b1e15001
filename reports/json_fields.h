// SPDX-License-Identifier: MIT
// From a JSON object to a struct along a table: one line a name. For json_read.c only, which has
// the tables.
#ifndef MMGRADE_REPORTS_JSON_FIELDS_H
#define MMGRADE_REPORTS_JSON_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"

/// Where a value stands, from the inside out, for errors: "cases[3].status".
struct json_place {
    const struct json_place *outer; ///< NULL: the whole
    const char *name;               ///< NULL: an element, by its index
    size_t idx;
    const char *file;
    struct error *error;
};

struct json_field {
    const char *name;
    /// Takes a value into `to`, the member itself. False with the place's *error.
    bool (*take)(const struct json_place *place, const struct json_field *field, json_t *value,
                 void *to);
    size_t offset;                  ///< of the member in its struct
    const struct json_shape *shape; ///< of an object, or of a list's elements
    size_t count_offset;            ///< of a list: of its number of elements, from the member on
    bool optional;                  ///< when absent, the member keeps its default
};

/// The table of one struct.
struct json_shape {
    const struct json_field *fields; ///< the name is NULL at the end
    size_t n_bytes;
    const void *defaults; ///< of optional members; NULL: zeros
};

/// A field whose name is the member's; JSON_LIST has the number of elements in n_<member>.
#define JSON_FIELD(type, member, how)                                                              \
    .name = #member, .take = (how), .offset = offsetof(type, member)
#define JSON_LIST(type, member, how)                                                               \
    JSON_FIELD(type, member, how),                                                                 \
        .count_offset = offsetof(type, n_##member) - offsetof(type, member)

/// Takes the whole object into *to, zeroed by the caller. What was taken before a refusal is there
/// and owned; lists are as long as they say.
bool json_take_fields(const struct json_place *place, const struct json_shape *shape,
                      json_t *object, void *to);

/// Fills the place's *error with what stands where and `reason`. Returns false.
bool json_refuse(const struct json_place *place, const char *reason);

/// What a field can be. Texts are copies made printable, as they were when they were written: a
/// file that somebody has changed by hand is no more dangerous. Words are kept once until the
/// program ends, for members that otherwise point to static strings.
bool json_take_text(const struct json_place *place, const struct json_field *field, json_t *value,
                    void *to); ///< char *
bool json_take_text_or_null(const struct json_place *place, const struct json_field *field,
                            json_t *value, void *to); ///< char *
bool json_take_line(const struct json_place *place, const struct json_field *field, json_t *value,
                    void *to); ///< char *, for what reports print on one line without asking
bool json_take_word(const struct json_place *place, const struct json_field *field, json_t *value,
                    void *to); ///< const char *
bool json_take_word_or_null(const struct json_place *place, const struct json_field *field,
                            json_t *value, void *to); ///< const char *
bool json_take_number(const struct json_place *place, const struct json_field *field, json_t *value,
                      void *to); ///< double; null is NAN
bool json_take_count(const struct json_place *place, const struct json_field *field, json_t *value,
                     void *to); ///< size_t or uint64_t
bool json_take_flag(const struct json_place *place, const struct json_field *field, json_t *value,
                    void *to); ///< bool
bool json_take_object(const struct json_place *place, const struct json_field *field, json_t *value,
                      void *to); ///< a struct
bool json_take_pointed(const struct json_place *place, const struct json_field *field,
                       json_t *value, void *to); ///< a struct behind a pointer; null is NULL
bool json_take_list(const struct json_place *place, const struct json_field *field, json_t *value,
                    void *to); ///< an array of structs

/// An object of objects: the names are the words that each struct begins with.
bool json_take_named(const struct json_place *place, const struct json_field *field, json_t *value,
                     void *to);

/// An object of columns, arrays of one length, into an array of structs.
bool json_take_columns(const struct json_place *place, const struct json_field *field,
                       json_t *value, void *to);

#endif
