// SPDX-License-Identifier: MIT
// One function for each kind of value.
#include "reports/json_fields.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"

static_assert(sizeof(size_t) == sizeof(uint64_t), "a count is read into either");

/// "cases[3].status". The caller frees it.
static char *place_text(const struct json_place *place)
{
    if (place->outer == NULL) {
        return xstrdup("");
    }
    char *outer = place_text(place->outer);
    const char *dot = *outer == '\0' ? "" : ".";
    char *text = place->name == NULL ? xasprintf("%s[%zu]", outer, place->idx)
                                     : xasprintf("%s%s%s", outer, dot, place->name);
    free(outer);
    return text;
}

bool json_refuse(const struct json_place *place, const char *reason)
{
    char *text = place_text(place);
    char *safe = printable(text, strlen(text)); // names of metrics are the file's
    error_at(place->error, place->file, 0, 0, "%s %s", *safe == '\0' ? "the whole" : safe, reason);
    free(safe);
    free(text);
    return false;
}

static struct json_place inside(const struct json_place *outer, const char *name, size_t idx)
{
    return (struct json_place){
        .outer = outer, .name = name, .idx = idx, .file = outer->file, .error = outer->error};
}

/// The one copy of a word, on one line. O(words that are kept): a program meets some dozens.
static const char *keep(const char *text)
{
    static char **kept;
    static size_t n_kept;
    static size_t capacity;
    char *word = printable_line(text);
    for (size_t i = 0; i < n_kept; i++) {
        if (strcmp(kept[i], word) == 0) {
            free(word);
            return kept[i];
        }
    }
    kept = array_grow(kept, &capacity, n_kept, sizeof *kept);
    kept[n_kept++] = word;
    return word;
}

bool json_take_text(const struct json_place *place, const struct json_field *field, json_t *value,
                    void *to)
{
    (void)field;
    if (!json_is_string(value)) {
        return json_refuse(place, "must be a text");
    }
    *(char **)to = printable(json_string_value(value), json_string_length(value));
    return true;
}

bool json_take_line(const struct json_place *place, const struct json_field *field, json_t *value,
                    void *to)
{
    (void)field;
    if (!json_is_string(value)) {
        return json_refuse(place, "must be a text");
    }
    *(char **)to = printable_line(json_string_value(value));
    return true;
}

bool json_take_text_or_null(const struct json_place *place, const struct json_field *field,
                            json_t *value, void *to)
{
    return json_is_null(value) || json_take_text(place, field, value, to);
}

bool json_take_word(const struct json_place *place, const struct json_field *field, json_t *value,
                    void *to)
{
    (void)field;
    if (!json_is_string(value)) {
        return json_refuse(place, "must be a text");
    }
    *(const char **)to = keep(json_string_value(value));
    return true;
}

bool json_take_word_or_null(const struct json_place *place, const struct json_field *field,
                            json_t *value, void *to)
{
    return json_is_null(value) || json_take_word(place, field, value, to);
}

bool json_take_number(const struct json_place *place, const struct json_field *field, json_t *value,
                      void *to)
{
    (void)field;
    *(double *)to = json_is_number(value) ? json_number_value(value) : NAN;
    return json_is_number(value) || json_is_null(value) ||
           json_refuse(place, "must be a number or null");
}

bool json_take_count(const struct json_place *place, const struct json_field *field, json_t *value,
                     void *to)
{
    (void)field;
    json_int_t count = json_integer_value(value);
    *(uint64_t *)to = (uint64_t)count;
    return (json_is_integer(value) && count >= 0) ||
           json_refuse(place, "must be a whole number from 0 on");
}

bool json_take_flag(const struct json_place *place, const struct json_field *field, json_t *value,
                    void *to)
{
    (void)field;
    *(bool *)to = json_is_true(value);
    return json_is_boolean(value) || json_refuse(place, "must be true or false");
}

bool json_take_fields(const struct json_place *place, const struct json_shape *shape,
                      json_t *object, void *to)
{
    if (!json_is_object(object)) {
        return json_refuse(place, "must be an object");
    }
    if (shape->defaults != NULL) {
        memcpy(to, shape->defaults, shape->n_bytes);
    }
    for (const struct json_field *field = shape->fields; field->name != NULL; field++) {
        struct json_place here = inside(place, field->name, 0);
        json_t *value = json_object_get(object, field->name);
        if (value == NULL && !field->optional) {
            return json_refuse(&here, "is missing");
        }
        if (value != NULL && !field->take(&here, field, value, (char *)to + field->offset)) {
            return false;
        }
    }
    return true;
}

bool json_take_object(const struct json_place *place, const struct json_field *field, json_t *value,
                      void *to)
{
    return json_take_fields(place, field->shape, value, to);
}

bool json_take_pointed(const struct json_place *place, const struct json_field *field,
                       json_t *value, void *to)
{
    if (json_is_null(value)) {
        return true;
    }
    *(void **)to = xcalloc(1, field->shape->n_bytes);
    return json_take_fields(place, field->shape, value, *(void **)to);
}

/// Room for `n` zeroed elements and their number.
static char *make_list(const struct json_field *field, void *to, size_t n)
{
    *(void **)to = n == 0 ? NULL : xcalloc(n, field->shape->n_bytes);
    *(size_t *)((char *)to + field->count_offset) = n;
    return *(char **)to;
}

bool json_take_list(const struct json_place *place, const struct json_field *field, json_t *value,
                    void *to)
{
    if (!json_is_array(value)) {
        return json_refuse(place, "must be an array");
    }
    size_t n = json_array_size(value);
    char *elements = make_list(field, to, n);
    for (size_t i = 0; i < n; i++) {
        struct json_place here = inside(place, NULL, i);
        if (!json_take_fields(&here, field->shape, json_array_get(value, i),
                              elements + i * field->shape->n_bytes)) {
            return false;
        }
    }
    return true;
}

bool json_take_named(const struct json_place *place, const struct json_field *field, json_t *value,
                     void *to)
{
    if (!json_is_object(value)) {
        return json_refuse(place, "must be an object");
    }
    char *element = make_list(field, to, json_object_size(value));
    const char *name;
    json_t *object;
    json_object_foreach(value, name, object)
    {
        struct json_place here = inside(place, name, 0);
        if (!json_take_fields(&here, field->shape, object, element)) {
            return false;
        }
        *(const char **)element = keep(name);
        element += field->shape->n_bytes;
    }
    return true;
}

/// One column into the member of each element.
static bool take_column(const struct json_place *place, const struct json_field *column,
                        const json_t *cells, char *elements, size_t n_bytes)
{
    for (size_t i = 0; i < json_array_size(cells); i++) {
        struct json_place here = inside(place, NULL, i);
        if (!column->take(&here, column, json_array_get(cells, i),
                          elements + i * n_bytes + column->offset)) {
            return false;
        }
    }
    return true;
}

bool json_take_columns(const struct json_place *place, const struct json_field *field,
                       json_t *value, void *to)
{
    const struct json_shape *shape = field->shape;
    size_t n = json_array_size(json_object_get(value, shape->fields->name));
    char *elements = make_list(field, to, n);
    for (const struct json_field *column = shape->fields; column->name != NULL; column++) {
        struct json_place here = inside(place, column->name, 0);
        const json_t *cells = json_object_get(value, column->name);
        if (!json_is_array(cells) || json_array_size(cells) != n) {
            return json_refuse(&here, "must be an array as long as the other columns");
        }
        if (!take_column(&here, column, cells, elements, shape->n_bytes)) {
            return false;
        }
    }
    return true;
}
