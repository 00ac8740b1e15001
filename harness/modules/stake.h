// SPDX-License-Identifier: MIT
// Whether a case is worth points: a submission that does nothing must not earn them.
#ifndef MMGRADE_MODULES_STAKE_H
#define MMGRADE_MODULES_STAKE_H

#include "harness/modules/pipeline.h"

/// Whether the trace, on that machine, asks the judged modules anything to which doing nothing is a
/// wrong answer: an address or a page table; a TLB entry that must be found; a line that must be
/// found or give way; a victim among more than one frame. Of `plan` session, choices and watcher
/// are not used. Plays golden parts alone, up to the first such call: O(records) at worst. True as
/// well when the machine cannot play the trace, which the case itself will report.
bool stake_exists(const struct pipeline_plan *plan);

#endif
