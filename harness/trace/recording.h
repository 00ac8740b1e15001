// SPDX-License-Identifier: MIT
// The log that the preloaded recorder (preload/record.c) writes for each process, and its reader.
//
//     head | entry | entry | ...        a sparse file, mapped shared: what was written stays when
//                                       the process crashes or ends with _exit
#ifndef MMGRADE_TRACE_RECORDING_H
#define MMGRADE_TRACE_RECORDING_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/trace/trace.h"

#define RECORDING_MAGIC "mmgrec1"
#define RECORDING_FOLDER "MMGRADE_RECORD_FOLDER" ///< environment: where logs go
#define RECORDING_MAX_ENTRIES (UINT64_C(1) << 28)

enum recording_kind {
    RECORDING_NONE, ///< not written: the process ended in between
    RECORDING_ALLOC,
    RECORDING_ALIGNED, ///< memalign and its kin: replayed as plain allocations
    RECORDING_FREE,
    RECORDING_REALLOC,
};

struct recording_entry {
    uint64_t kind;
    uint64_t pointer; ///< returned, or freed
    uint64_t old;     ///< REALLOC: what was given
    uint64_t size;    ///< bytes asked for
};
static_assert(sizeof(struct recording_entry) == 32, "two a cache line");

struct recording_head {
    char magic[8];
    uint32_t pid;
    char name[20];      ///< of the program, as the kernel knows it
    uint64_t start_ns;  ///< monotonic clock
    uint64_t n_entries; ///< may pass RECORDING_MAX_ENTRIES: the rest was lost
    uint64_t unused[2];
};
static_assert(sizeof(struct recording_head) == 64, "entries start aligned");

/// What a trace cannot say of a recording.
struct recording_losses {
    size_t n_unknown; ///< frees and reallocations of blocks from before the recording (or a fork)
    size_t n_aligned; ///< requests with an alignment of their own
    size_t n_huge;    ///< requests over TRACE_MAX_SIZE
    size_t n_cut;     ///< events after the log was full
};

/// Reads a log into a trace called `name`, block by block under ids in order of allocation. False
/// with *error when it is no log. A log without events gives a trace without operations.
bool recording_read(struct trace *trace, const char *path, const char *name,
                    struct recording_head *head, struct recording_losses *losses,
                    struct error *error);

#endif
