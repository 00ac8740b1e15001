// SPDX-License-Identifier: MIT
// One run of `mmgrade vm`: the trace goes once (twice for OPT) past everything that was chosen.
#ifndef MMGRADE_CLI_VM_PLAY_H
#define MMGRADE_CLI_VM_PLAY_H

#include "harness/cli/vm_choice.h"
#include "harness/cli/vm_curves.h"

/// What was not chosen is NULL or zero.
struct vm_play {
    const struct vm_choice *choice;
    const char *dialect;
    uint64_t n_records; ///< of the trace
    struct machine *machine;
    struct cache cache;
    uint64_t n_fetches; ///< that the cache left out
    struct vm_curves *curves;
    struct vm_curves_figures figures;
};

/// False with *error when the trace cannot be read; false too, with nothing in it, when the user
/// has stopped it. vm_play_close either way.
bool vm_play_run(struct vm_play *play, const struct vm_choice *choice, struct error *error);
void vm_play_close(struct vm_play *play);

/// Faults of all kinds.
uint64_t vm_play_faults(const struct machine_counts *counts);

#endif
