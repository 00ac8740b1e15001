// SPDX-License-Identifier: MIT
// Single values: words, numbers, sizes, times. Every refusal names what would be accepted.
#include "harness/base/schema_value.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

struct unit {
    const char *name;
    double factor;
};

// Biggest first among the names that messages use; other spellings follow.
static const struct unit byte_units[] = {
    {"GiB", 0x1p30}, {"MiB", 0x1p20}, {"KiB", 0x1p10}, {"bytes", 1},   {"B", 1}, {"", 1},
    {"GB", 0x1p30},  {"MB", 0x1p20},  {"KB", 0x1p10},  {"kB", 0x1p10}, {NULL, 0}};
static const struct unit time_units[] = {{"days", 86400}, {"h", 3600},    {"min", 60}, {"s", 1},
                                         {"ms", 1e-3},    {"day", 86400}, {NULL, 0}};
static const struct unit no_units[] = {{"", 1}, {NULL, 0}};

static const struct schema_word yes_no[] = {
    {"yes", true}, {"no", false}, {"true", true}, {"false", false}, {NULL, 0}};

static const char *const type_names[] = {
    [SCHEMA_TEXT] = "a text",
    [SCHEMA_NAME] = "a file's name without a folder",
    [SCHEMA_WORD] = "a word",
    [SCHEMA_YES_NO] = "yes or no",
    [SCHEMA_NUMBER] = "a number",
    [SCHEMA_BYTES] = "a size such as 4096, '64 KiB' or '20 MB'",
    [SCHEMA_SECONDS] = "a time with its unit, such as '2 s' or '500 ms'",
    [SCHEMA_EVERY] = "'never', 'end' or 'every N' (operations)",
    [SCHEMA_TEXTS] = "a list of texts such as [a, b]",
    [SCHEMA_GROUP] = "keys of its own, indented below it",
    [SCHEMA_LIST] = "a list, one '- ' an entry",
};

const char *schema_type_name(enum schema_type type)
{
    return type_names[type];
}

static bool refuse(char *reason, size_t reason_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool refuse(char *reason, size_t reason_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, reason_bytes, format, arguments);
    va_end(arguments);
    return false;
}

static const struct schema_word *words_of(const struct schema_key *key)
{
    return key->type == SCHEMA_YES_NO ? yes_no : key->words;
}

static const struct unit *units_of(enum schema_type type)
{
    return type == SCHEMA_BYTES ? byte_units : type == SCHEMA_SECONDS ? time_units : no_units;
}

static void join_words(const struct schema_word *words, const char *separator, char *text,
                       size_t text_bytes)
{
    size_t used = 0;
    for (text[0] = '\0'; words->word != NULL && used < text_bytes; words++) {
        used += (size_t)snprintf(text + used, text_bytes - used, "%s%s", used == 0 ? "" : separator,
                                 words->word);
    }
}

/// "number unit" to a number; NAN when it is none. Not all that strtod takes: no nan, no hex.
static double number_parse(const char *text, const struct unit *units)
{
    char *end = NULL;
    double number = strtod(text, &end);
    if (end == text || !isfinite(number) || strpbrk(text, "xX") != NULL) {
        return NAN;
    }
    end += strspn(end, " ");
    for (; units->name != NULL; units++) {
        if (strcmp(end, units->name) == 0) {
            return number * units->factor;
        }
    }
    return NAN;
}

/// The number in the biggest unit of which there is at least one.
static void number_show(double number, const struct unit *units, char text[32])
{
    while (units[1].name != NULL && units[1].factor < units->factor && number < units->factor) {
        units++;
    }
    double shown = number / units->factor;
    snprintf(text, 32, floor(shown) < shown ? "%.10g%s%s" : "%.0f%s%s", shown,
             units->name[0] == '\0' ? "" : " ", units->name);
}

static bool store_number(const struct schema_key *key, const char *text, void *to, char *reason,
                         size_t reason_bytes)
{
    const struct unit *units = units_of(key->type);
    double number = number_parse(text, units);
    if (isnan(number) || (key->type == SCHEMA_BYTES && floor(number) < number)) {
        return refuse(reason, reason_bytes, "'%s' needs %s, found '%s'", key->name,
                      type_names[key->type], text);
    }
    if (number < key->minimum || number > key->maximum) {
        char low[32];
        char high[32];
        number_show(key->minimum, units, low);
        number_show(key->maximum, units, high);
        return refuse(reason, reason_bytes, "'%s' is %s, allowed are %s to %s", key->name, text,
                      low, high);
    }
    if (key->type == SCHEMA_BYTES) {
        *(uint64_t *)to = (uint64_t)number;
    } else {
        *(double *)to = number;
    }
    return true;
}

/// The word's value in *value; false with the list of the words that are known.
static bool find_word(const struct schema_key *key, const char *text, unsigned *value, char *reason,
                      size_t reason_bytes)
{
    const struct schema_word *words = words_of(key);
    for (const struct schema_word *word = words; word->word != NULL; word++) {
        if (strcmp(word->word, text) == 0) {
            *value = word->value;
            return true;
        }
    }
    char all[256];
    join_words(words, ", ", all, sizeof all);
    if (key->noun != NULL) {
        return refuse(reason, reason_bytes, "unknown %s '%s' (one of %s)", key->noun, text, all);
    }
    return refuse(reason, reason_bytes, "unknown value '%s' of '%s' (one of %s)", text, key->name,
                  all);
}

static bool store_every(const struct schema_key *key, const char *text, uint64_t *to, char *reason,
                        size_t reason_bytes)
{
    if (strcmp(text, "never") == 0 || strcmp(text, "end") == 0) {
        *to = text[0] == 'n' ? 0 : UINT64_MAX;
        return true;
    }
    if (strncmp(text, "every ", 6) == 0 && isdigit((unsigned char)text[6])) {
        char *end = NULL;
        errno = 0;
        uint64_t every = strtoull(text + 6, &end, 10);
        if (errno == 0 && *end == '\0' && every > 0 && every < UINT64_MAX) {
            *to = every;
            return true;
        }
    }
    return refuse(reason, reason_bytes, "'%s' needs %s, found '%s'", key->name,
                  type_names[SCHEMA_EVERY], text);
}

static bool store_text(const struct schema_key *key, const char *text, char **to, char *reason,
                       size_t reason_bytes)
{
    unsigned value = 0;
    if (key->words != NULL && !find_word(key, text, &value, reason, reason_bytes)) {
        return false;
    }
    bool is_name = strchr(text, '/') == NULL && strcmp(text, "..") != 0 && strcmp(text, ".") != 0;
    if (text[0] == '\0' || (key->type == SCHEMA_NAME && !is_name)) {
        return refuse(reason, reason_bytes, "'%s' needs %s, found '%s'", key->name,
                      type_names[key->type], text);
    }
    free(*to);
    *to = xstrdup(text);
    return true;
}

bool schema_value_store(const struct schema_key *key, const char *text, void *to, char *reason,
                        size_t reason_bytes)
{
    unsigned value = 0;
    switch (key->type) {
    case SCHEMA_TEXT:
    case SCHEMA_NAME:
        return store_text(key, text, to, reason, reason_bytes);
    case SCHEMA_NUMBER:
    case SCHEMA_BYTES:
    case SCHEMA_SECONDS:
        return store_number(key, text, to, reason, reason_bytes);
    case SCHEMA_EVERY:
        return store_every(key, text, to, reason, reason_bytes);
    case SCHEMA_YES_NO:
    case SCHEMA_WORD:
        if (!find_word(key, text, &value, reason, reason_bytes)) {
            return false;
        }
        if (key->type == SCHEMA_YES_NO) {
            *(bool *)to = value != 0;
        } else {
            memcpy(to, &value, sizeof value); // an enum without negative values is an unsigned
        }
        return true;
    case SCHEMA_TEXTS:
    case SCHEMA_GROUP:
    case SCHEMA_LIST:
        break;
    }
    return refuse(reason, reason_bytes, "'%s' needs %s, found '%s'", key->name,
                  type_names[key->type], text);
}

void schema_value_allowed(const struct schema_key *key, char *text, size_t text_bytes)
{
    const struct unit *units = units_of(key->type);
    char low[32];
    char high[32];
    if (words_of(key) != NULL) {
        join_words(words_of(key), " | ", text, text_bytes);
    } else if (key->maximum > key->minimum) {
        number_show(key->minimum, units, low);
        number_show(key->maximum, units, high);
        snprintf(text, text_bytes, "%s to %s", low, high);
    } else {
        snprintf(text, text_bytes, "%s", type_names[key->type]);
    }
}
