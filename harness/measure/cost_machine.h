// SPDX-License-Identifier: MIT
// Simulated machines that cycles are counted on. The shapes of TLBs and caches are those of the
// presets of harness/vm; what an event costs was calibrated against wall time (README.md).
#ifndef MMGRADE_MEASURE_COST_MACHINE_H
#define MMGRADE_MEASURE_COST_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/worker/ring.h"

struct cost_machine {
    const char *name; ///< as in machine_presets[]; NULL at the end of the table
    uint32_t cycles[RING_EVENTS];
};

extern const struct cost_machine cost_machines[];

/// Fills in the machine of that name; false when there is none.
bool cost_machine_find(const char *name, struct ring_machine *machine);

#endif
