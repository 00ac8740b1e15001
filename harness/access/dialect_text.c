// SPDX-License-Identifier: MIT
// The project's own text form. It has what no other has: processes, and what the operating system
// does between accesses.
//
//   # mmgrade access trace          the first line; elsewhere # starts a comment, to the line's end
//   map 0x400000 8192 r-xu-         8192 bytes from there on become valid
//   protect 0x400000 4096 rw-u-     they get other rights
//   unmap 0x400000 8192
//   F 0x400000 4                    fetch, of 4 bytes
//   R 0x601000 8 user               read, in user mode
//   W 0x601008 1                    write
//   M 0x601008 4                    a read, then a write
//   switch 2                        from here on process 2 runs; 0 does at the start
//   R 0x601000 8 p1                 by process 1 all the same; any line but `switch` takes it
//
// Addresses are hexadecimal with 0x, sizes and processes decimal. Rights are letters of `rwxuL` in
// any order, '-' stands for none: read (always), write, execute, user mode, large pages.
// Refused: other words, addresses without 0x, sizes of 0, rights without r, what reaches past the
// last address.
#include <stdio.h>

#include "harness/access/dialects.h"

#define HEADER "# mmgrade access trace"

static const struct {
    const char *word;
    enum access_kind kind;
} events[] = {
    {"map", ACCESS_MAP},
    {"unmap", ACCESS_UNMAP},
    {"protect", ACCESS_PROTECT},
    {"switch", ACCESS_SWITCH},
};

static bool word_is(const char *at, const char *word)
{
    size_t n = strlen(word);
    return strncmp(at, word, n) == 0 && cursor_at_blank(at + n);
}

static bool read_event(struct cursor *cursor, const char **at, struct access *record)
{
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        if (word_is(*at, events[i].word)) {
            *at += strlen(events[i].word);
            record->kind = (uint8_t)events[i].kind;
            return true;
        }
    }
    return cursor_refuse(cursor, *at, "unknown record",
                         " (one of F, R, W, M, map, unmap, protect, switch)");
}

static inline bool read_kind(struct cursor *cursor, const char **at, struct access *record)
{
    static const char letters[] = "FRWM"; // in the order of enum access_kind
    const char *letter = memchr(letters, **at, sizeof letters - 1);
    if (letter == NULL || !cursor_at_blank(*at + 1)) {
        return read_event(cursor, at, record);
    }
    record->kind = (uint8_t)(letter - letters);
    ++*at;
    return true;
}

static inline bool read_range(struct cursor *cursor, const char **at, struct access *record)
{
    const char *word = cursor_skip_blanks(*at);
    if (*word != '\n' && (word[0] != '0' || word[1] != 'x')) {
        return cursor_refuse(cursor, word, "address:", " does not start with 0x");
    }
    return cursor_hex(cursor, at, ' ', "address", &record->address) &&
           cursor_decimal(cursor, at, "size", &record->bytes);
}

static bool refuse_record(struct cursor *cursor, const char *word, const char *fault)
{
    char more[80];
    snprintf(more, sizeof more, ": %s", fault);
    return cursor_refuse(cursor, word, "record at", more);
}

static bool read_rights(struct cursor *cursor, const char **at, struct access *record)
{
    static const char letters[] = "rwxuL"; // bit by bit of enum access_flags
    const char *word = cursor_skip_blanks(*at);
    if (*word == '\n') {
        return cursor_refuse_number(cursor, word, "permission");
    }
    for (*at = word; !cursor_at_blank(*at); ++*at) {
        const char *letter = memchr(letters, **at, sizeof letters - 1);
        if (letter == NULL && **at != '-') {
            return cursor_refuse(cursor, word, "rights:", " is not of the letters rwxuL and -");
        }
        if (letter != NULL) {
            record->flags = (uint8_t)(record->flags | 1 << (letter - letters));
        }
    }
    return (record->flags & ACCESS_MAY_READ) != 0 ||
           cursor_refuse(cursor, word, "rights:", " lack r: what is mapped can be read");
}

static bool read_process(struct cursor *cursor, const char **at, struct access *record)
{
    const char *word = cursor_skip_blanks(*at);
    uint64_t process = 0;
    if (!cursor_decimal(cursor, at, "process", &process)) {
        return false;
    }
    record->process = (uint16_t)process;
    return process <= UINT16_MAX || cursor_refuse(cursor, word, "process", " is more than 65535");
}

/// pN, `user` and a comment, in this order.
static inline bool read_rest(struct cursor *cursor, const char **at, struct access *record)
{
    *at = cursor_skip_blanks(*at);
    if (**at == 'p') {
        ++*at;
        if (cursor_at_blank(*at)) {
            return cursor_refuse(cursor, *at - 1, "process: bad number", "");
        }
        if (!read_process(cursor, at, record)) {
            return false;
        }
        *at = cursor_skip_blanks(*at);
    }
    if (record->kind <= ACCESS_MODIFY && word_is(*at, "user")) {
        record->flags = ACCESS_MAY_USER;
        *at = cursor_skip_blanks(*at + strlen("user"));
    }
    if (**at == '#') {
        *at = cursor_skip_line(cursor, *at);
    }
    return cursor_end_line(cursor, at);
}

static bool read_switch(struct cursor *cursor, const char **at, struct access *record)
{
    if (!read_process(cursor, at, record)) {
        return false;
    }
    cursor->process = record->process;
    *at = cursor_skip_blanks(*at);
    if (**at == '#') {
        *at = cursor_skip_line(cursor, *at);
    }
    return cursor_end_line(cursor, at);
}

static inline enum cursor_found read_line(struct cursor *cursor, const char **at,
                                          struct access *record)
{
    if (**at == '#') {
        *at = cursor_skip_line(cursor, *at);
        return CURSOR_NOTHING;
    }
    *record = (struct access){.process = cursor->process};
    if (!read_kind(cursor, at, record)) {
        return CURSOR_REFUSED;
    }
    if (record->kind == ACCESS_SWITCH) {
        return cursor_found(read_switch(cursor, at, record));
    }
    const char *place = cursor_skip_blanks(*at);
    bool has_rights = record->kind == ACCESS_MAP || record->kind == ACCESS_PROTECT;
    if (!read_range(cursor, at, record) || (has_rights && !read_rights(cursor, at, record)) ||
        !read_rest(cursor, at, record)) {
        return CURSOR_REFUSED;
    }
    const char *fault = access_fault(record);
    return cursor_found(fault == NULL || refuse_record(cursor, place, fault));
}

size_t dialect_read_text(struct cursor *cursor, struct access *records, size_t n)
{
    return cursor_lines(cursor, records, n, read_line);
}

bool dialect_is_text(const char *sample, size_t n_bytes)
{
    size_t n = strlen(HEADER);
    return n_bytes >= n && memcmp(sample, HEADER, n) == 0 && cursor_at_blank(sample + n);
}
