// SPDX-License-Identifier: MIT
// What a built submission could keep outside of the heap that it is given: an allocator that hides
// its blocks or its bookkeeping there looks thriftier than it is.
#ifndef MMGRADE_SANDBOX_STORAGE_H
#define MMGRADE_SANDBOX_STORAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/result.h"

struct storage_limits {
    uint64_t static_bytes; ///< of static and thread-local variables together
    bool library_memory;   ///< whether it may call malloc, mmap, sbrk and the like
};

/// Looks at `folder`/out/submission.so, `folder` being struct build's. False with result->ok false
/// and the verdict OUTSIDE_STORAGE when it has more. About 15 ms.
///
/// Calls are known by the names in its symbol table. System calls made without the C library leave
/// no name there: struct worker_plan's storage_bytes bounds what they get.
bool storage_check(const char *folder, const struct storage_limits *limits,
                   struct build_result *result);

/// Bytes of the variables that a shared object of either width gives its process: its writable
/// segments, those of one thread included. The linker's own tables are a part, some 600 bytes.
/// False when it is none.
bool storage_measure(const char *library, uint64_t *static_bytes);

#endif
