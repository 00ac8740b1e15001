// SPDX-License-Identifier: MIT
// Who stored last in each word of the heap and of the submission's variables.
#ifndef MMGRADE_WORKER_WRITERS_H
#define MMGRADE_WORKER_WRITERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/worker/backtrace.h"

struct writer {
    uint32_t chain; ///< backtrace_number; 0: nobody
    uint32_t op;
};

/// Zeroed memory that costs only where it is touched; NULL when there is none.
void *writers_map(uint64_t bytes);

/// Makes the table of the heap at `base`; false when there is no memory.
bool writers_open(uint64_t base, uint64_t max_bytes);

/// Forgets all, of the heap up to `break_bytes`; finds the variables the first time.
void writers_forget(uint64_t break_bytes);

/// Whether the bytes are variables of the submission.
bool writers_is_variable(uint64_t address, size_t bytes);

/// For bytes of the heap, below its maximum, and of variables alone.
void writers_set(uint64_t address, size_t bytes, uint32_t op, struct call_site site);
struct writer writers_at(uint64_t address);

#endif
