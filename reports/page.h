// SPDX-License-Identifier: MIT
// Text on a terminal: indented, wrapped at its width, coloured when wanted, and always printable.
// For the terminal format only.
#ifndef MMGRADE_REPORTS_PAGE_H
#define MMGRADE_REPORTS_PAGE_H

#include <stdio.h>

#include "reports/formats.h"

enum tone { TONE_PLAIN, TONE_BOLD, TONE_GOOD, TONE_BAD, TONE_WARN };

struct page {
    FILE *stream;
    size_t width;
    bool colors;
};

/// The escape sequence that begins a tone, for page_tone() and smartcols; "" for TONE_PLAIN.
const char *page_tone_sequence(enum tone tone);

/// Switches colours when the page has them; TONE_PLAIN ends every other tone.
void page_tone(const struct page *page, enum tone tone);

/// Prints `text` made printable, on one line: a name with a line feed must not forge a line of the
/// report. NULL prints nothing.
void page_text(const struct page *page, const char *text);

/// Each line of `text` behind `prefix`. Lines are not wrapped: they may be pictures.
void page_lines(const struct page *page, const char *prefix, const char *text);

/// `text` in words, wrapped; `first` stands before the first line, as many spaces as `indent`
/// before the others.
void page_wrap(const struct page *page, const char *first, size_t indent, const char *text);

/// "9.5" of 10 as people write points: one digit after the point, none for whole maxima.
void page_points(double score, char text[24]);
void page_max_points(double max_score, char text[24]);

#endif
