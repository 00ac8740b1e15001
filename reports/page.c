// SPDX-License-Identifier: MIT
// Printing that knows the width and lets nothing unprintable through.
#include "reports/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/printable.h"

#define LEAST_WIDTH 40

const char *page_tone_sequence(enum tone tone)
{
    static const char *const sequences[] = {[TONE_PLAIN] = "",
                                            [TONE_BOLD] = "\033[1m",
                                            [TONE_GOOD] = "\033[32m",
                                            [TONE_BAD] = "\033[1;31m",
                                            [TONE_WARN] = "\033[33m"};
    return sequences[tone];
}

void page_tone(const struct page *page, enum tone tone)
{
    if (page->colors) {
        fputs(tone == TONE_PLAIN ? "\033[0m" : page_tone_sequence(tone), page->stream);
    }
}

void page_text(const struct page *page, const char *text)
{
    if (text != NULL) {
        char *safe = printable(text, strlen(text));
        for (char *at = safe; (at = strpbrk(at, "\n\t")) != NULL;) {
            *at = ' ';
        }
        fputs(safe, page->stream);
        free(safe);
    }
}

void page_lines(const struct page *page, const char *prefix, const char *text)
{
    char *safe = printable(text, strlen(text));
    for (const char *line = safe; *line != '\0';) {
        int length = (int)strcspn(line, "\n");
        if (length > 0) { // an empty line gets no spaces at its end
            fprintf(page->stream, "%s%.*s", prefix, length, line);
        }
        fputc('\n', page->stream);
        line += length + (line[length] == '\n');
    }
    free(safe);
}

/// Columns that `n_bytes` bytes of UTF-8 take: one a character.
static size_t columns(const char *text, size_t n_bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return n;
}

void page_wrap(const struct page *page, const char *first, size_t indent, const char *text)
{
    size_t width = page->width < LEAST_WIDTH ? LEAST_WIDTH : page->width;
    char *safe = printable(text, strlen(text));
    size_t column = strlen(first);
    indent = indent > width / 2 ? 4 : indent; // a narrow page has no room for a hanging paragraph
    bool at_start = true;
    fputs(first, page->stream);
    for (const char *word = safe + strspn(safe, " \n\t"); *word != '\0';) {
        size_t length = strcspn(word, " \n\t");
        size_t needed = columns(word, length);
        if (!at_start && column + 1 + needed > width) {
            fprintf(page->stream, "\n%*s", (int)indent, "");
            column = indent;
            at_start = true;
        }
        fprintf(page->stream, "%s%.*s", at_start ? "" : " ", (int)length, word);
        column += needed + !at_start;
        at_start = false;
        word += length;
        word += strspn(word, " \n\t");
    }
    fputc('\n', page->stream);
    free(safe);
}

void page_points(double score, char text[24])
{
    snprintf(text, 24, "%.1f", score);
}

void page_max_points(double max_score, char text[24])
{
    bool whole = fabs(max_score - round(max_score)) < 0.005;
    snprintf(text, 24, whole ? "%.0f" : "%.1f", max_score);
}
