// SPDX-License-Identifier: MIT
// Indices that may leave a local variable unchecked. gcc makes no callback for an access to a local
// variable, wherever the index leads. An index by the variable's own type, `copy[i].link`, is
// checked when it runs (build_command.c). One through a pointer to another type, or into an array
// within a structure, which may be its end, is not, and is refused.
#ifndef MMGRADE_SANDBOX_HIDDEN_INDICES_H
#define MMGRADE_SANDBOX_HIDDEN_INDICES_H

#include "harness/sandbox/gcc_report.h"

/// Adds a place when one of an assignment's operands, which begin at `operands`, has such an index.
void hidden_indices_check(const struct gcc_report *report, struct text line, struct text operands);

#endif
