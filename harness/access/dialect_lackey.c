// SPDX-License-Identifier: MIT
// What valgrind's lackey prints (--trace-mem=yes) and the cache lab's two dialects of it:
//
//   ==28239== Lackey, an example Valgrind tool     skipped, as all lines of that kind
//   I  0401ab70,3                                  fetch; address in hexadecimal, size in bytes
//    L 1ffefff6f8,8     S ...     M ...            load, store, both
//   L 1ffefff6f8,8                                 cache lab: the letter in column 1, no fetches
//
// Older files of the cache lab are as lackey's. Refused: other letters, sizes of 0.
#include "harness/access/dialects.h"

CURSOR_INLINE bool read_place(struct cursor *cursor, const char **at, struct access *record)
{
    const char *word = *at;
    uint64_t address = 0;
    uint64_t bytes = 0;
    if (!cursor_hex(cursor, at, ',', "address", &address)) {
        return false;
    }
    const char *size = ++*at;
    if (!cursor_decimal(cursor, at, "size", &bytes) || !cursor_end_line(cursor, at)) {
        return false;
    }
    if (__builtin_expect(bytes == 0, 0)) {
        return cursor_refuse(cursor, size, "an access has a size of 1 or more, not", "");
    }
    if (__builtin_expect(address + (bytes - 1) < address, 0)) {
        return cursor_refuse(cursor, cursor_skip_blanks(word),
                             "address and size:", " reaches past the last of 64-bit addresses");
    }
    record->address = address;
    record->bytes = bytes;
    return true;
}

CURSOR_INLINE enum cursor_found read_line(struct cursor *cursor, const char **at,
                                          struct access *record, bool has_fetches)
{
    enum access_kind kind;
    switch (**at) {
    case 'L':
        kind = ACCESS_READ;
        break;
    case 'S':
        kind = ACCESS_WRITE;
        break;
    case 'M':
        kind = ACCESS_MODIFY;
        break;
    case '=':
        if ((*at)[1] == '=') {
            *at = cursor_skip_line(cursor, *at);
            return CURSOR_NOTHING;
        }
        kind = ACCESS_SWITCH;
        break;
    default:
        kind = has_fetches && **at == 'I' ? ACCESS_FETCH : ACCESS_SWITCH;
    }
    if (__builtin_expect(kind == ACCESS_SWITCH || !cursor_at_blank(*at + 1), 0)) {
        return cursor_found(
            cursor_refuse(cursor, *at, "unknown access",
                          has_fetches ? " (one of I, L, S, M)" : " (one of L, S, M)"));
    }
    *record = (struct access){.kind = (uint8_t)kind};
    ++*at;
    return cursor_found(read_place(cursor, at, record));
}

static inline enum cursor_found read_lackey(struct cursor *cursor, const char **at,
                                            struct access *record)
{
    return read_line(cursor, at, record, true);
}

static inline enum cursor_found read_cachelab(struct cursor *cursor, const char **at,
                                              struct access *record)
{
    return read_line(cursor, at, record, false);
}

size_t dialect_read_lackey(struct cursor *cursor, struct access *records, size_t n)
{
    return cursor_lines(cursor, records, n, read_lackey);
}

size_t dialect_read_cachelab(struct cursor *cursor, struct access *records, size_t n)
{
    return cursor_lines(cursor, records, n, read_cachelab);
}

bool dialect_is_cachelab(const char *sample, size_t n_bytes)
{
    struct error ignored;
    struct access record;
    struct cursor cursor = {
        .at = sample, .end = sample + n_bytes + 1, .path = "", .error = &ignored};
    const char *line = sample;
    while (line < cursor.end && (*line == '\n' || *line == '\r' || *line == '=')) {
        line = cursor_skip_line(&cursor, line) + 1;
    }
    return line < cursor.end && *line != ' ' && *line != '\t' &&
           dialect_read_cachelab(&cursor, &record, 1) == 1;
}
