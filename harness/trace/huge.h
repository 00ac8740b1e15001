// SPDX-License-Identifier: MIT
// Large tables on large pages. Ids of a long trace hit its tables at random; with 4 KiB pages a TLB
// miss and a page fault each cost more than the work itself (measured: 3 times on sparse ids).
#ifndef MMGRADE_TRACE_HUGE_H
#define MMGRADE_TRACE_HUGE_H

#include <stddef.h>

/// Asks the kernel for 2 MiB pages within memory that was just allocated. Only a hint: nothing
/// happens for small memory or where the kernel has none. Returns `memory`.
void *huge_pages(void *memory, size_t n_bytes);

#endif
