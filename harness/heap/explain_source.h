// SPDX-License-Identifier: MIT
// The explain pass: names the line of code that broke a rule, by a run of the submission in which
// each of its accesses is seen.
#ifndef MMGRADE_HEAP_EXPLAIN_SOURCE_H
#define MMGRADE_HEAP_EXPLAIN_SOURCE_H

#include <stdio.h>

#include "harness/base/result.h"
#include "harness/heap/breach.h"
#include "harness/heap/session.h"

/// Fills `source` and `places` of the verdict, and its hint where the code tells more. `pointers`
/// are those of the graded run, up to the breach. Never changes what is judged: when the
/// instrumented submission cannot be built, or behaves differently, `source` says so. Does nothing
/// when the plan has no sources, or when no line of code can be at fault.
void explain_source(const struct session_plan *plan, const struct breach *breach,
                    const uint64_t *pointers, struct verdict *verdict);

/// The same for what is refused where cycles are counted alone, in one of the operations up to
/// `last_op`: a store (FORGED_REPLY), or an index (INDEX_OUT_OF_BOUNDS).
void explain_uncounted(const struct session_plan *plan, size_t last_op, struct verdict *verdict);

/// What accesses of a submission that has passed break a rule without harm.
enum strict_kind {
    STRICT_PAYLOAD_WRITE,
    STRICT_PAYLOAD_READ,
    STRICT_FRESH_READ,
    STRICT_NOT_SEEN, ///< none: the submission cannot be built so, or behaves differently then
    STRICT_KINDS
};

/// Plays a whole trace that has passed, with these pointers, and fills found[] with a verdict for
/// each kind that was seen and that the rubric does not ignore, else NULL. Plays nothing when it
/// ignores all, or when the plan has no sources.
void explain_strict(const struct session_plan *plan, const uint64_t *pointers,
                    struct verdict *found[STRICT_KINDS]);

/// What the rubric says to a kind.
enum finding_policy explain_strict_policy(const struct finding_settings *findings,
                                          enum strict_kind kind);

/// Lists the codes, each with the rule that it stands for.
void explain_strict_print_rules(FILE *file);

#endif
