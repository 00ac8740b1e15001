// SPDX-License-Identifier: MIT
// What the tests of reading and of generating traces share.
#ifndef MMGRADE_TESTS_UNIT_TRACES_H
#define MMGRADE_TESTS_UNIT_TRACES_H

#include "harness/trace/reader.h"
#include "harness/trace/trace.h"

/// The file's text, which the caller frees.
char *traces_print(const struct trace *trace, const struct reader *dialect, size_t *n_bytes);

/// Fails the test unless operations, ids and totals are the same.
void traces_check_same(const struct trace *a, const struct trace *b);

/// Writes a trace in each dialect and reads it back.
void traces_check_round_trip(const struct trace *trace);

#endif
