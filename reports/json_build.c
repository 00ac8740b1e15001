// SPDX-License-Identifier: MIT
// Thin covers of jansson.
#include "reports/json_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/printable.h"

void json_put(json_t *object, const char *name, json_t *value)
{
    if (value == NULL || json_object_set_new(object, name, value) != 0) {
        die("out of memory");
    }
}

void json_push(json_t *array, json_t *value)
{
    if (value == NULL || json_array_append_new(array, value) != 0) {
        die("out of memory");
    }
}

json_t *json_safe_text(const char *text)
{
    if (text == NULL) {
        return json_null();
    }
    char *safe = printable(text, strlen(text));
    json_t *string = json_string(safe);
    free(safe);
    return string;
}

json_t *json_finite(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

void json_print(json_t *value, FILE *stream, size_t flags)
{
    (void)json_dumpf(value, stream, flags | JSON_DIGITS); // the stream's error flag tells
    json_decref(value);
}

char *json_to_text(json_t *value, size_t flags)
{
    char *text = json_dumps(value, flags | JSON_DIGITS);
    if (text == NULL) {
        die("out of memory");
    }
    json_decref(value);
    return text;
}
