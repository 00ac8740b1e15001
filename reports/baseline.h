// SPDX-License-Identifier: MIT
// The stored figures of the references under one rubric: what `mmgrade regress` compares with, and
// what plots show beside a submission. They lie beside the rubric: malloc.yaml has
// malloc.baseline.jsonl, one JSON object a line, one line a reference and trace, so that a diff
// shows what changed.
#ifndef MMGRADE_REPORTS_BASELINE_H
#define MMGRADE_REPORTS_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"

struct baseline_row {
    char *reference;     ///< "segregated": reference/LAB/segregated.c
    char *trace;         ///< the case's name: "binary.rep"
    double utilization;  ///< ratio: peak payload / final heap size; NAN when the case failed
    double heap_bytes;   ///< final heap size; NAN when the case failed
    double ops_per_sbrk; ///< operations of the trace a call of mem_sbrk that grew the heap; NAN
                         ///< when the case failed or its heap never grew
    double cycles_ratio; ///< simulated cycles, against the rubric's reference; NAN when none were
                         ///< counted
    double speed_ratio;  ///< wall time, against the rubric's reference; NAN when it was not timed
    char *failure;       ///< "NULL_RETURN at operation 812"; NULL when the case passed
};

/// Rows ordered by reference, then as the rubric orders the traces.
struct baseline {
    struct baseline_row *rows;
    size_t n_rows;
};

/// "grading/rubrics/malloc.baseline.jsonl" for "grading/rubrics/malloc.yaml". The caller frees it.
char *baseline_path(const char *rubric_path);

/// Reads a baseline; a line that is no row, or a second one of the same case, is refused. On
/// failure false, with file and line in *error, and nothing to free.
bool baseline_read(struct baseline *baseline, const char *path, struct error *error);

/// Writes it beside `path` and renames, so that readers see the old file or the whole new one.
/// Reading gives every number back as it was.
bool baseline_write(const struct baseline *baseline, const char *path, struct error *error);

/// Appends a row, copying its strings.
void baseline_add(struct baseline *baseline, const struct baseline_row *row);

/// The row of that reference and trace, or NULL. O(n_rows).
const struct baseline_row *baseline_find(const struct baseline *baseline, const char *reference,
                                         const char *trace);

void baseline_free(struct baseline *baseline);

#endif
