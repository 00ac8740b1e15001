// SPDX-License-Identifier: MIT
// `mmgrade regress` under one rubric: measure, compare, print, accept.
#ifndef MMGRADE_CLI_REGRESS_RUBRIC_H
#define MMGRADE_CLI_REGRESS_RUBRIC_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"
#include "harness/cli/names.h"
#include "reports/regression.h"

struct regress_plan {
    const char *lab;
    struct names references; ///< "segregated", in the order of their names
    bool all_references;     ///< none was named: what the baseline has besides is gone
    bool accept;
    bool no_speed;
};

/// Prints what has changed and adds it up in `counts`; with `accept` writes the baseline. A rubric
/// of another lab is passed over unless the user has named it; one whose worker is missing is
/// skipped with a note. False with *error when the rubric or its baseline is at fault. Once
/// interrupted it prints and writes nothing.
bool regress_rubric(const struct regress_plan *plan, const char *path, bool was_named,
                    size_t counts[CHANGE_KINDS], struct error *error);

#endif
