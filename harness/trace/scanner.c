// SPDX-License-Identifier: MIT
// Hand-written: sscanf costs 200 ns a line, and 10 million lines must load in under 2 s.
#include "harness/trace/scanner.h"

#include <stdio.h>
#include <string.h>

#define MAX_QUOTE 40

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_blanks(struct scanner *scanner)
{
    while (scanner->at < scanner->end && is_blank(*scanner->at)) {
        scanner->at++;
    }
}

static bool at_line_end(const struct scanner *scanner)
{
    return scanner->at == scanner->end || *scanner->at == '\n';
}

static bool at_word_end(const struct scanner *scanner)
{
    return at_line_end(scanner) || is_blank(*scanner->at);
}

void scanner_init(struct scanner *scanner, const char *path, const char *text, size_t text_bytes,
                  struct error *error)
{
    *scanner = (struct scanner){
        .at = text, .end = text + text_bytes, .line = 1, .path = path, .error = error};
    if (text_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        scanner->at += 3;
    }
}

bool scanner_next_line(struct scanner *scanner)
{
    for (;;) {
        skip_blanks(scanner);
        if (scanner->at == scanner->end) {
            return false;
        }
        if (*scanner->at != '\n') {
            return true;
        }
        scanner->at++;
        scanner->line++;
    }
}

bool scanner_end_line(struct scanner *scanner)
{
    skip_blanks(scanner);
    return at_line_end(scanner) ||
           scanner_refuse_word(scanner, scanner->at, "unexpected", " at the end of the line");
}

bool scanner_letter(struct scanner *scanner, char *letter)
{
    const char *word = scanner->at;
    *letter = *scanner->at++;
    return at_word_end(scanner) ||
           scanner_refuse_word(scanner, word, "unknown operation", " (one of a, f, r)");
}

static bool refuse_number(const struct scanner *scanner, const char *word, const char *what)
{
    char reason[128];
    snprintf(reason, sizeof reason, "%s: bad number", what);
    return scanner_refuse_word(scanner, word, reason, "");
}

bool scanner_number(struct scanner *scanner, const char *what, int64_t *number)
{
    skip_blanks(scanner);
    if (at_line_end(scanner)) {
        return error_at(scanner->error, scanner->path, scanner->line, 0, "%s is missing%s", what,
                        scanner->at == scanner->end ? ": the file ends here" : "");
    }
    const char *word = scanner->at;
    bool negative = *scanner->at == '-';
    scanner->at += negative;
    const char *digits = scanner->at;
    int64_t value = 0;
    while (scanner->at < scanner->end && is_digit(*scanner->at)) {
        bool fits = value <= SCANNER_MAX_NUMBER / 10;
        value = fits ? 10 * value + (*scanner->at - '0') : SCANNER_MAX_NUMBER + 1;
        scanner->at++;
    }
    if (scanner->at == digits || !at_word_end(scanner)) {
        return refuse_number(scanner, word, what);
    }
    *number = negative ? -value : value;
    return true;
}

/// Copies a word with what is not printable as \xNN; tells whether a byte of it is not text.
static bool quote(char text[MAX_QUOTE + 8], const char *word, const char *end)
{
    size_t used = 0;
    bool binary = false;
    text[0] = '\0';
    for (; word < end && !is_blank(*word) && *word != '\n' && used < MAX_QUOTE; word++) {
        bool printable = *word >= ' ' && *word <= '~';
        binary = binary || !printable;
        used += (size_t)sprintf(text + used, printable ? "%c" : "\\x%02x", (unsigned char)*word);
    }
    if (used >= MAX_QUOTE) {
        strcpy(text + used, "...");
    }
    return binary;
}

bool scanner_refuse_word(const struct scanner *scanner, const char *word, const char *reason,
                         const char *more)
{
    char text[MAX_QUOTE + 8];
    bool binary = quote(text, word, scanner->end);
    return error_at(scanner->error, scanner->path, scanner->line, 0, "%s '%s'%s%s", reason, text,
                    more, binary ? ": this is not a text file" : "");
}
