// SPDX-License-Identifier: MIT
// Cells of CSV for spreadsheets (RFC 4180), with foreign text in them.
#ifndef MMGRADE_REPORTS_CSV_PRINT_H
#define MMGRADE_REPORTS_CSV_PRINT_H

#include <stddef.h>
#include <stdio.h>

/// The text made printable, in quotes when it needs them. A text that a spreadsheet would take for
/// a formula (it begins with = + - @ or a tab) gets a ' in front. NULL is an empty cell.
void csv_print_text(const char *text, FILE *stream);

/// A number in as few digits as it was meant; NAN is an empty cell.
void csv_print_number(double number, FILE *stream);

/// Takes away the ' of csv_print_text, in place, and returns `text`.
char *csv_unguard(char *text);

#endif
