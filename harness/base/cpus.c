// SPDX-License-Identifier: MIT
#include "harness/base/cpus.h"

#include <sched.h>
#include <stdbool.h>

/// False where the kernel has more CPUs than fit a cpu_set_t: nothing is known, nothing is moved.
static bool read_allowed(cpu_set_t *set)
{
    return sched_getaffinity(0, sizeof *set, set) == 0 && CPU_COUNT(set) > 0;
}

size_t cpus_count(void)
{
    cpu_set_t set;
    return read_allowed(&set) ? (size_t)CPU_COUNT(&set) : 1;
}

void cpus_take_share(size_t place, size_t n_places)
{
    cpu_set_t allowed;
    cpu_set_t share;
    if (!read_allowed(&allowed)) {
        return;
    }
    size_t n_cpus = (size_t)CPU_COUNT(&allowed);
    size_t n_shares = n_places < n_cpus ? n_places : n_cpus;
    size_t idx = 0; // among those allowed
    CPU_ZERO(&share);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &allowed) && idx++ % n_shares == place % n_shares) {
            CPU_SET(cpu, &share);
        }
    }
    sched_setaffinity(0, sizeof share, &share);
}
