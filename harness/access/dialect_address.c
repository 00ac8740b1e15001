// SPDX-License-Identifier: MIT
// Lists of addresses without sizes, each of one byte, numbers in hexadecimal:
//
//   din         0 1ffefff6f8     0 read, 1 write, 2 fetch (Hill's dinero)
//   addresses   0041f7a0 R       R read, W write
//   mixed       I 0401ab70       I fetch, D data: read
#include "harness/access/dialects.h"

/// A lone character of `known`; its place there, or -1 when it was refused.
CURSOR_INLINE int read_letter(struct cursor *cursor, const char **at, const char *known,
                              const char *reason, const char *more)
{
    const char *word = cursor_skip_blanks(*at);
    for (int i = 0; known[i] != '\0'; i++) {
        if (*word == known[i] && cursor_at_blank(word + 1)) {
            *at = word + 1;
            return i;
        }
    }
    if (*word == '\n') {
        cursor_refuse_number(cursor, word, reason + strlen("unknown "));
    } else {
        cursor_refuse(cursor, word, reason, more);
    }
    return -1;
}

CURSOR_INLINE enum cursor_found letter_and_address(struct cursor *cursor, const char **at,
                                                   struct access *record, const char *known,
                                                   const uint8_t *kinds, const char *more)
{
    int letter = read_letter(cursor, at, known, "unknown access", more);
    if (letter < 0) {
        return CURSOR_REFUSED;
    }
    *record = (struct access){.bytes = 1, .kind = kinds[letter]};
    return cursor_found(cursor_hex(cursor, at, ' ', "address", &record->address) &&
                        cursor_end_line(cursor, at));
}

static inline enum cursor_found read_din(struct cursor *cursor, const char **at,
                                         struct access *record)
{
    static const uint8_t kinds[] = {ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH};
    return letter_and_address(cursor, at, record, "012", kinds, " (one of 0, 1, 2)");
}

static inline enum cursor_found read_mixed(struct cursor *cursor, const char **at,
                                           struct access *record)
{
    static const uint8_t kinds[] = {ACCESS_FETCH, ACCESS_READ};
    return letter_and_address(cursor, at, record, "ID", kinds, " (one of I, D)");
}

static inline enum cursor_found read_address(struct cursor *cursor, const char **at,
                                             struct access *record)
{
    static const uint8_t kinds[] = {ACCESS_READ, ACCESS_WRITE};
    uint64_t address = 0;
    if (!cursor_hex(cursor, at, ' ', "address", &address)) {
        return CURSOR_REFUSED;
    }
    int letter = read_letter(cursor, at, "RW", "unknown access", " (one of R, W)");
    if (letter < 0) {
        return CURSOR_REFUSED;
    }
    *record = (struct access){.address = address, .bytes = 1, .kind = kinds[letter]};
    return cursor_found(cursor_end_line(cursor, at));
}

size_t dialect_read_din(struct cursor *cursor, struct access *records, size_t n)
{
    return cursor_lines(cursor, records, n, read_din);
}

size_t dialect_read_mixed(struct cursor *cursor, struct access *records, size_t n)
{
    return cursor_lines(cursor, records, n, read_mixed);
}

size_t dialect_read_addresses(struct cursor *cursor, struct access *records, size_t n)
{
    return cursor_lines(cursor, records, n, read_address);
}

/// A file of `I hexnumber` lines may hold pages as well (dialect_pages.c): the first other letter
/// decides, and if there is none the digits of the first number, of which addresses have eight.
bool dialect_is_mixed(const char *sample, size_t n_bytes)
{
    struct error ignored;
    struct access record;
    struct cursor cursor = {
        .at = sample, .end = sample + n_bytes + 1, .path = "", .error = &ignored};
    if (dialect_read_mixed(&cursor, &record, 1) == 0) {
        return false;
    }
    const char *digits = cursor_skip_blanks(sample + strcspn(sample, "ID") + 1);
    bool long_number = strspn(digits, "0123456789abcdefABCDEF") >= 8;
    do {
        if (record.kind == ACCESS_READ) {
            return true;
        }
    } while (dialect_read_mixed(&cursor, &record, 1) == 1);
    // Refused, and not because the sample was cut there: a letter of the other dialect.
    bool other_letter = cursor.failed && memchr("LSM", *cursor_skip_blanks(cursor.at), 3) != NULL;
    return !other_letter && long_number;
}
