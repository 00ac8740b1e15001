// SPDX-License-Identifier: MIT
// The rare cases: refusals and long numbers.
#include "harness/access/cursor.h"

#include <stdio.h>

#include "harness/trace/scanner.h"

#define NONE_16 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16
#define LETTERS 16, 10, 11, 12, 13, 14, 15, 16, 16, 16, 16, 16, 16, 16, 16, 16

const uint8_t cursor_digits[256] = {
    NONE_16, NONE_16, NONE_16,                                        // up to '/'
    0,       1,       2,       3,       4,       5,       6,       7, // '0'
    8,       9,       16,      16,      16,      16,      16,      16,
    LETTERS, NONE_16, LETTERS, NONE_16, // '@' to DEL
    NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16};

/// Of the line on which `word` stands. Counted here so that no loop has to store it.
static size_t line_of(const struct cursor *cursor, const char *word)
{
    size_t line = cursor->line;
    const char *at = cursor->at;
    while ((at = memchr(at, '\n', (size_t)(word - at))) != NULL) {
        at++;
        line++;
    }
    return line;
}

bool cursor_refuse(struct cursor *cursor, const char *word, const char *reason, const char *more)
{
    struct scanner scanner = {.at = word,
                              .end = cursor->end,
                              .line = line_of(cursor, word),
                              .path = cursor->path,
                              .error = cursor->error};
    cursor->refused = word;
    return scanner_refuse_word(&scanner, word, reason, more);
}

bool cursor_refuse_number(struct cursor *cursor, const char *word, const char *what)
{
    if (*word == '\n') {
        cursor->refused = word;
        return error_at(cursor->error, cursor->path, line_of(cursor, word), 0, "%s is missing",
                        what);
    }
    char reason[80];
    snprintf(reason, sizeof reason, "%s: bad number", what);
    return cursor_refuse(cursor, word, reason, "");
}

static bool refuse_large(struct cursor *cursor, const char *word, const char *what)
{
    return cursor_refuse(cursor, word, what, " has more than 64 bits");
}

bool cursor_long_hex(struct cursor *cursor, const char *word, const char **at, const char *what,
                     uint64_t *value)
{
    const char *digit = word[0] == '0' && (word[1] == 'x' || word[1] == 'X') ? word + 2 : word;
    const char *first = digit;
    uint64_t number = 0;
    for (unsigned worth; (worth = cursor_digits[(unsigned char)*digit]) < 16; digit++) {
        if (number >> 60 != 0) {
            return refuse_large(cursor, word, what);
        }
        number = number << 4 | worth;
    }
    *at = digit;
    *value = number;
    return digit > first || cursor_refuse_number(cursor, word, what);
}

bool cursor_long_decimal(struct cursor *cursor, const char *word, const char **at, const char *what,
                         uint64_t *value)
{
    const char *digit = word;
    uint64_t number = 0;
    for (unsigned worth; (worth = (unsigned)*digit - '0') < 10; digit++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, worth, &number)) {
            return refuse_large(cursor, word, what);
        }
    }
    *at = digit;
    *value = number;
    return digit > word || cursor_refuse_number(cursor, word, what);
}
