// SPDX-License-Identifier: MIT
// What a child does to itself between fork and exec of anything untrusted: Landlock, rlimits.
#ifndef MMGRADE_SANDBOX_CONFINE_H
#define MMGRADE_SANDBOX_CONFINE_H

#include <stdbool.h>
#include <stdint.h>

struct confinement {
    const char *const *readable; ///< files and folders that may be read and run; NULL at the end.
                                 ///< NULL: no Landlock (bubblewrap does the work)
    const char *writable;        ///< the one folder that may be written, or NULL
    uint64_t memory_bytes;       ///< address space
    uint64_t file_bytes;         ///< largest file that may be written
    uint64_t cpu_seconds;
    uint64_t stack_bytes; ///< 0: as it is
};

/// The version of this kernel's Landlock, 0 without. From 4 on it bounds the network, from 6 on
/// signals and abstract sockets.
int confine_landlock_version(void);

/// Whether this kernel has Landlock.
bool confine_has_landlock(void);

/// Confines the calling process for good. Async-signal-safe. 0, or an errno with *step set to what
/// failed. Paths that do not exist are passed over. Where Landlock is missing it goes without:
/// confine_has_landlock() tells the report.
int confine_self(const struct confinement *confinement, const char **step);

#endif
