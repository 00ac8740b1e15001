// SPDX-License-Identifier: MIT
// The dialects of .rep files. All share the operations and two of the four header numbers:
//
//   line   heap            ranges              largest
//   1      heap bytes >3   weight 0-3          weight 0-3
//   2      ids             ids                 ids
//   3      operations      operations          operations
//   4      weight          ignore ranges 0-1   largest allocation in bytes
//
// A dialect is found by content, never by name. Adding one: an entry of readers[] in reader.c.
#ifndef MMGRADE_TRACE_READER_H
#define MMGRADE_TRACE_READER_H

#include "harness/trace/trace.h"

enum header_line { HEADER_FIRST, HEADER_IDS, HEADER_OPS, HEADER_LAST, HEADER_LINES };

struct reader {
    const char *name;
    const char *description; ///< one line for people
    /// Whether the header is of this dialect, given the largest size among the operations.
    bool (*matches)(const uint64_t header[HEADER_LINES], uint64_t largest_size);
    /// Takes what the header says beyond the counts into the trace.
    void (*take)(struct trace *trace, const uint64_t header[HEADER_LINES]);
    /// The reverse, for the writer: fills HEADER_FIRST and HEADER_LAST. A dialect keeps of weight,
    /// heap bytes and ignore_ranges only what it has a number for.
    void (*give)(const struct trace *trace, uint64_t header[HEADER_LINES]);
};

extern const struct reader readers[];
extern const size_t n_readers;

/// The reader of that name, or NULL.
const struct reader *reader_find(const char *name);

/// The first reader that the header matches, or NULL.
const struct reader *reader_for(const uint64_t header[HEADER_LINES], uint64_t largest_size);

#endif
