// SPDX-License-Identifier: MIT
// The figures of `mmgrade vm` for programs. A documented interface, with exactly these names:
//
//   {"replacement": [{"policy", "frames", "references", "faults", "writebacks"}],
//    "tlb": [{"name", "hits", "misses"}],
//    "caches": [{"name", "hits", "misses", "evictions", "writebacks"}],
//    "faults", "walk_references", "amat_cycles"}
//
// The machine's caches stand before that of --cache, whose name is its s,E,b. The last three are
// the machine's, null without one; amat_cycles is that without overlap of TLB and L1.
#ifndef MMGRADE_CLI_VM_JSON_H
#define MMGRADE_CLI_VM_JSON_H

#include <stdio.h>

#include "harness/cli/vm_play.h"

void vm_json_write(const struct vm_play *play, FILE *stream);

#endif
