// SPDX-License-Identifier: MIT
// The first phases of translation, as far as directives need them: line splices go, a comment
// becomes a space. The line feeds within both are put back behind the line, so that the lines after
// it keep their numbers.
#include "harness/sandbox/directives.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

struct output {
    char *bytes;
    size_t n_bytes;
    size_t n_owed; ///< line feeds to put back at the end of the line
};

static void put(struct output *output, char c)
{
    output->bytes[output->n_bytes++] = c;
    while (c == '\n' && output->n_owed > 0) {
        output->bytes[output->n_bytes++] = '\n';
        output->n_owed--;
    }
}

/// The bytes of a backslash with the line feed that it takes away, which compilers let stand apart;
/// 0 when there is none.
static size_t splice_bytes(const char *at, const char *end)
{
    const char *next = at + 1;
    if (*at != '\\') {
        return 0;
    }
    while (next < end && *next != '\n' && isspace((unsigned char)*next)) {
        next++;
    }
    return next < end && *next == '\n' ? (size_t)(next + 1 - at) : 0;
}

static void join_lines(struct output *output, const char *text, size_t n_bytes)
{
    const char *end = text + n_bytes;
    while (text < end) {
        size_t n = splice_bytes(text, end);
        if (n > 0) {
            output->n_owed++;
            text += n;
        } else {
            // Compilers take a zero byte for a blank.
            put(output, *text == '\0' ? ' ' : *text);
            text++;
        }
    }
}

/// Passes a comment; returns where it ends.
static const char *skip_comment(struct output *output, const char *at, const char *end)
{
    bool block = at[1] == '*';
    for (at += 2; at < end; at++) {
        if (!block && *at == '\n') {
            break;
        }
        if (block && *at == '*' && end - at > 1 && at[1] == '/') {
            at += 2;
            break;
        }
        output->n_owed += *at == '\n';
    }
    put(output, ' ');
    return at;
}

static const char *copy_quoted(struct output *output, const char *at, const char *end)
{
    char quote = *at;
    put(output, *at++);
    while (at < end && *at != quote && *at != '\n') {
        if (*at == '\\' && end - at > 1 && at[1] != '\n') {
            put(output, *at++);
        }
        put(output, *at++);
    }
    if (at < end && *at == quote) {
        put(output, *at++);
    }
    return at;
}

/// Whether the quote at `at` starts a raw string: R, LR, uR, UR or u8R stands before it.
static bool starts_raw(const char *start, const char *at)
{
    static const char *const prefixes[] = {"R", "LR", "uR", "UR", "u8R"};
    const char *word = at;
    while (word > start && (isalnum((unsigned char)word[-1]) || word[-1] == '_')) {
        word--;
    }
    for (size_t i = 0; *at == '"' && i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t n = strlen(prefixes[i]);
        if ((size_t)(at - word) == n && memcmp(word, prefixes[i], n) == 0) {
            return true;
        }
    }
    return false;
}

/// Stops at a raw string; true when there is one.
static bool drop_comments(struct output *output, const char *text, size_t n_bytes)
{
    const char *end = text + n_bytes;
    for (const char *at = text; at < end;) {
        if (*at == '/' && end - at > 1 && (at[1] == '*' || at[1] == '/')) {
            at = skip_comment(output, at, end);
        } else if (*at == '"' || *at == '\'') {
            if (starts_raw(text, at)) {
                return true;
            }
            at = copy_quoted(output, at, end);
        } else {
            put(output, *at++);
        }
    }
    return false;
}

static const char *after_blanks(const char *at)
{
    return at + strspn(at, " \t\v\f\r");
}

/// "#line" or "# 1" when the line at `at` forges where code comes from.
static const char *forged(const char *at)
{
    at = after_blanks(at);
    size_t n = *at == '#' ? 1 : strncmp(at, "%:", 2) == 0 ? 2 : 0;
    at = after_blanks(at + n);
    size_t n_digits = strspn(at, "0123456789");
    if (n == 0) {
        return NULL;
    }
    if (strncmp(at, "line", 4) == 0 && !isalnum((unsigned char)at[4]) && at[4] != '_') {
        return "#line";
    }
    const char *name = after_blanks(at + n_digits);
    return n_digits > 0 && *name != '\0' && *name != '\n' ? "# 1" : NULL;
}

/// A carriage return inside a line ends it for clang, not for gcc.
static size_t line_of_lone_return(const char *text, size_t n_bytes)
{
    size_t line = 1;
    for (size_t i = 0; i < n_bytes; i++) {
        line += text[i] == '\n';
        if (text[i] == '\r' && (i + 1 == n_bytes || text[i + 1] != '\n')) {
            return line;
        }
    }
    return 0;
}

static const char *find_forged(const char *text, size_t n_bytes, size_t *line)
{
    *line = 1;
    for (const char *at = text; at < text + n_bytes; at += strcspn(at, "\n") + 1, (*line)++) {
        const char *found = forged(at);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

const char *directives_find(const char *text, size_t n_bytes, size_t *line)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    if (n_bytes >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
        text += 3;
        n_bytes -= 3;
    }
    *line = line_of_lone_return(text, n_bytes);
    if (*line > 0) {
        return "\\r";
    }
    // Neither gets longer: a splice or a comment has more bytes than it gives back.
    struct output joined = {.bytes = xcalloc(n_bytes + 1, 1)};
    struct output plain = {.bytes = xcalloc(n_bytes + 1, 1)};
    join_lines(&joined, text, n_bytes);
    bool raw = drop_comments(&plain, joined.bytes, joined.n_bytes);
    const char *found = find_forged(plain.bytes, plain.n_bytes, line);
    if (found == NULL && raw) {
        found = "R\"";
        *line -= plain.n_bytes > 0 && plain.bytes[plain.n_bytes - 1] != '\n';
    }
    free(joined.bytes);
    free(plain.bytes);
    return found;
}
