// SPDX-License-Identifier: MIT
// The judge's clock. Never a submission's.
#ifndef MMGRADE_BASE_CLOCK_H
#define MMGRADE_BASE_CLOCK_H

#include <stdint.h>

/// Nanoseconds on the monotonic clock, from an arbitrary start.
uint64_t clock_ns(void);

#endif
