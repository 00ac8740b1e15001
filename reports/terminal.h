// SPDX-License-Identifier: MIT
// The parts of the terminal report. For terminal.c only.
#ifndef MMGRADE_REPORTS_TERMINAL_H
#define MMGRADE_REPORTS_TERMINAL_H

#include "harness/base/result.h"
#include "reports/page.h"

/// One line a case, the totals below. Columns are left out, the least important first, until the
/// table fits the page.
void terminal_table(const struct page *page, const struct result *result);

/// What went wrong in each failing case, in full; then the warnings, one block a code.
void terminal_failures(const struct page *page, const struct result *result);
void terminal_warnings(const struct page *page, const struct result *result);

/// One verdict under its head line: message, details, output (or NULL), hint, command.
void terminal_verdict(const struct page *page, const struct verdict *verdict, const char *output);

/// What the rows of the table are: "trace", or "case" when a trace is played on several machines.
const char *terminal_case_noun(const struct result *result);

#endif
