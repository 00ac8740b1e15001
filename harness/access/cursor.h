// SPDX-License-Identifier: MIT
// Where a dialect's parser stands in a window of text, and the words that all dialects are made
// of. The functions are inline so that each dialect's loop over its lines is one tight loop.
//
// A line ends with a line feed that is always there, so no word can run out of the window; a
// carriage return is a blank, so CRLF needs no rule of its own; a NUL is neither and is refused.
#ifndef MMGRADE_ACCESS_CURSOR_H
#define MMGRADE_ACCESS_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/access/access.h"

#define CURSOR_INLINE static inline __attribute__((always_inline))

struct cursor {
    const char *at;   ///< what comes next; while a batch is read: where it began
    const char *end;  ///< of the window
    uint64_t line;    ///< that `at` stands on, from 1; of a binary trace the next record's number
    uint16_t process; ///< that runs (dialect_text.c)
    uint64_t bytes;   ///< binary: the next record's size, when it does not hold it itself
    bool pages;       ///< binary: addresses are page numbers
    bool keeps_lines; ///< binary: lines are those of the text that was converted, not numbers
    bool ended;       ///< binary: the end mark has been read
    bool failed;      ///< with *error
    const char *refused; ///< the word that was, or NULL
    const char *path;
    struct error *error;
};

/// What a character is worth as a hexadecimal digit; 16 for what is none.
extern const uint8_t cursor_digits[256];

/// Refuse the word at `word`; always false. "file:line: reason 'word'more" and "what is missing".
bool cursor_refuse(struct cursor *cursor, const char *word, const char *reason, const char *more);
bool cursor_refuse_number(struct cursor *cursor, const char *word, const char *what);

/// The slow ways: numbers of more digits than 64 bits surely hold, and those after 0x.
bool cursor_long_hex(struct cursor *cursor, const char *word, const char **at, const char *what,
                     uint64_t *value);
bool cursor_long_decimal(struct cursor *cursor, const char *word, const char **at, const char *what,
                         uint64_t *value);

CURSOR_INLINE const char *cursor_skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t' || *at == '\r') {
        at++;
    }
    return at;
}

CURSOR_INLINE bool cursor_at_blank(const char *at)
{
    return *at == ' ' || *at == '\t' || *at == '\r' || *at == '\n';
}

CURSOR_INLINE const char *cursor_skip_line(const struct cursor *cursor, const char *at)
{
    return memchr(at, '\n', (size_t)(cursor->end - at));
}

/// Takes a hexadecimal number, with or without 0x, that ends before `after` or, when that is a
/// blank, before any blank. `what` names it in a refusal ("address").
CURSOR_INLINE bool cursor_hex(struct cursor *cursor, const char **at, char after, const char *what,
                              uint64_t *value)
{
    const char *word = cursor_skip_blanks(*at);
    const char *digit = word;
    uint64_t number = 0;
    for (unsigned worth; (worth = cursor_digits[(unsigned char)*digit]) < 16; digit++) {
        number = number << 4 | worth;
    }
    if (__builtin_expect(digit == word || digit - word > 16 || (*digit | 32) == 'x', 0) &&
        !cursor_long_hex(cursor, word, &digit, what, &number)) {
        return false;
    }
    if (__builtin_expect(after == ' ' ? !cursor_at_blank(digit) : *digit != after, 0)) {
        return cursor_refuse_number(cursor, word, what);
    }
    *at = digit;
    *value = number;
    return true;
}

/// Takes a decimal number; the caller looks at what follows it.
CURSOR_INLINE bool cursor_digits_decimal(struct cursor *cursor, const char **at, const char *what,
                                         uint64_t *value)
{
    const char *word = cursor_skip_blanks(*at);
    const char *digit = word;
    uint64_t number = 0;
    for (unsigned worth; (worth = (unsigned)*digit - '0') < 10; digit++) {
        number = 10 * number + worth;
    }
    if (__builtin_expect(digit == word || digit - word > 19, 0) &&
        !cursor_long_decimal(cursor, word, &digit, what, &number)) {
        return false;
    }
    *at = digit;
    *value = number;
    return true;
}

/// Takes a decimal number that ends before a blank.
CURSOR_INLINE bool cursor_decimal(struct cursor *cursor, const char **at, const char *what,
                                  uint64_t *value)
{
    const char *word = *at;
    return cursor_digits_decimal(cursor, at, what, value) &&
           (cursor_at_blank(*at) || cursor_refuse_number(cursor, cursor_skip_blanks(word), what));
}

/// Goes to the line feed; refuses what still stands before it.
CURSOR_INLINE bool cursor_end_line(struct cursor *cursor, const char **at)
{
    *at = cursor_skip_blanks(*at);
    return __builtin_expect(**at == '\n', 1) ||
           cursor_refuse(cursor, *at, "unexpected", " at the end of the line");
}

/// What a dialect's line holds: a record, nothing, or something that was refused.
enum cursor_found { CURSOR_NOTHING, CURSOR_RECORD, CURSOR_REFUSED };

CURSOR_INLINE enum cursor_found cursor_found(bool ok)
{
    return ok ? CURSOR_RECORD : CURSOR_REFUSED;
}

/// Reads up to n records, each from a line of its own, by `read`: it gets the line's first word,
/// and leaves *at on the line feed. Lines of blanks are passed over.
CURSOR_INLINE size_t cursor_lines(struct cursor *cursor, struct access *records, size_t n,
                                  enum cursor_found (*read)(struct cursor *, const char **at,
                                                            struct access *))
{
    const char *at = cursor->at;
    uint64_t line = cursor->line;
    size_t n_read = 0;
    while (n_read < n && at < cursor->end) {
        at = cursor_skip_blanks(at);
        if (*at != '\n') {
            enum cursor_found found = read(cursor, &at, &records[n_read]);
            if (found == CURSOR_REFUSED) {
                cursor->failed = true;
                break;
            }
            records[n_read].line = (uint32_t)line;
            n_read += found == CURSOR_RECORD;
        }
        at++;
        line++;
    }
    cursor->at = at;
    cursor->line = line;
    return n_read;
}

#endif
