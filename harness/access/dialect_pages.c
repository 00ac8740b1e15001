// SPDX-License-Identifier: MIT
// Page traces: numbers of pages, which the stream scales to addresses. An access is of one byte.
//
//   page-kinds   L 41f          I fetch, L load, S store, M both; the page in hexadecimal
//   pages        1055           one decimal page a line, read
//   page-list    7,0,1,2,0,3    decimal pages between commas, over as many lines as one likes
#include "harness/access/dialects.h"

static inline enum cursor_found read_kind(struct cursor *cursor, const char **at,
                                          struct access *record)
{
    static const char letters[] = "ILSM";
    static const uint8_t kinds[] = {ACCESS_FETCH, ACCESS_READ, ACCESS_WRITE, ACCESS_MODIFY};
    const char *letter = memchr(letters, **at, sizeof letters - 1);
    if (letter == NULL || !cursor_at_blank(*at + 1)) {
        return cursor_found(cursor_refuse(cursor, *at, "unknown access", " (one of I, L, S, M)"));
    }
    ++*at;
    *record = (struct access){.bytes = 1, .kind = kinds[letter - letters]};
    return cursor_found(cursor_hex(cursor, at, ' ', "page", &record->address) &&
                        cursor_end_line(cursor, at));
}

static inline enum cursor_found read_page(struct cursor *cursor, const char **at,
                                          struct access *record)
{
    *record = (struct access){.bytes = 1, .kind = ACCESS_READ};
    return cursor_found(cursor_decimal(cursor, at, "page", &record->address) &&
                        cursor_end_line(cursor, at));
}

size_t dialect_read_page_kinds(struct cursor *cursor, struct access *records, size_t n)
{
    return cursor_lines(cursor, records, n, read_kind);
}

size_t dialect_read_pages(struct cursor *cursor, struct access *records, size_t n)
{
    return cursor_lines(cursor, records, n, read_page);
}

/// A number and the comma or line feed after it, which is where *at is left when it is a feed.
static inline bool read_element(struct cursor *cursor, const char **at, struct access *record)
{
    const char *word = *at;
    *record = (struct access){.bytes = 1, .kind = ACCESS_READ};
    if (!cursor_digits_decimal(cursor, at, "page", &record->address)) {
        return false;
    }
    const char *after = cursor_skip_blanks(*at);
    if (*after != ',' && *after != '\n') {
        return after == *at ? cursor_refuse_number(cursor, word, "page")
                            : cursor_refuse(cursor, after, "unexpected", " where a comma goes");
    }
    *at = *after == ',' ? after + 1 : after;
    return true;
}

size_t dialect_read_page_list(struct cursor *cursor, struct access *records, size_t n)
{
    const char *at = cursor->at;
    uint64_t line = cursor->line;
    size_t n_read = 0;
    while (n_read < n && at < cursor->end) {
        at = cursor_skip_blanks(at);
        if (*at == '\n') {
            at++;
            line++;
            continue;
        }
        if (!read_element(cursor, &at, &records[n_read])) {
            cursor->failed = true;
            break;
        }
        records[n_read++].line = (uint32_t)line;
    }
    cursor->at = at;
    cursor->line = line;
    return n_read;
}
