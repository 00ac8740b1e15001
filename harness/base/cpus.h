// SPDX-License-Identifier: MIT
// The CPUs that this process may run on.
#ifndef MMGRADE_BASE_CPUS_H
#define MMGRADE_BASE_CPUS_H

#include <stddef.h>

/// How many there are, at least 1.
size_t cpus_count(void);

/// Keeps this process and those that it starts to its share, when `n_places` places divide the CPUs
/// and it has place `place` (from 0). Places that outnumber the CPUs have one each and share it.
void cpus_take_share(size_t place, size_t n_places);

#endif
