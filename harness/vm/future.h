// SPDX-License-Identifier: MIT
// The next use of every use, which OPT asks for (Belady, "A study of replacement algorithms for a
// virtual-storage computer", IBM Systems Journal 5(2), 1966). Two passes over a trace:
//
//   first     future_add(page) for each use, then future_ready() once
//   second    next = future_next() for each use, in the same order; paging_use(..., next)
//
// Memory grows with distinct pages alone: the 8 bytes a use lie in an unlinked temporary file,
// which is worked through in blocks. Dies when that file cannot be written or read.
#ifndef MMGRADE_VM_FUTURE_H
#define MMGRADE_VM_FUTURE_H

#include <stdint.h>

#define FUTURE_NEVER UINT64_MAX

struct future; ///< opaque

struct future *future_open(void);
void future_close(struct future *future); ///< takes NULL

/// The trace's next use, of any page but UINT64_MAX.
void future_add(struct future *future, uint64_t page);

/// After the last future_add: works the answers out, from the end of the trace to its start.
void future_ready(struct future *future);

/// When the page of the next use in line is used again: the number of that use, from 0, or
/// FUTURE_NEVER. At most once for each future_add, after future_ready. One answer serves any number
/// of paging machines that run side by side.
uint64_t future_next(struct future *future);

/// Back to the answer for the first use, for another run.
void future_rewind(struct future *future);

#endif
