// SPDX-License-Identifier: MIT
// Malloc traces: one operation record for every dialect, and the validated trace that holds them.
//
//   id     the block's name in the file: any number, in any order, with gaps
//   slot   the same block's index here: 0 .. n_slots - 1, dense, in order of first mention
//   op     one request; operations count from 1 for people, from 0 in the array
//
// A trace that was read is valid: no block is allocated twice, freed twice or reallocated after
// its free. Freeing or reallocating a block that was never allocated passes NULL, as do `f -1`.
#ifndef MMGRADE_TRACE_TRACE_H
#define MMGRADE_TRACE_TRACE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/base/error.h"

enum op_kind { OP_ALLOC, OP_FREE, OP_REALLOC };

/// The slot of `f -1`: no block, the pointer is NULL.
#define TRACE_NO_SLOT UINT32_MAX

/// Larger requests are refused: they belong to traces for sparse heaps. Fits a 32-bit size_t.
#define TRACE_MAX_SIZE UINT64_C(0xffffffff)

struct op {
    uint64_t size; ///< bytes asked for; 0 for OP_FREE
    uint32_t slot;
    uint32_t line : 30; ///< in the file, from 1
    uint32_t kind : 2;  ///< enum op_kind
};
static_assert(sizeof(struct op) == 16, "10 million operations take 160 MB");

/// What a trace counts for in the score besides correctness: "none" is for traces that are too
/// small or too odd for figures.
enum trace_weight { WEIGHT_NONE, WEIGHT_BOTH, WEIGHT_UTILIZATION, WEIGHT_SPEED };

struct reader;

struct trace {
    char *path;
    char *name;                  ///< the path's last part
    const struct reader *reader; ///< its dialect; NULL when it was generated
    struct op *ops;
    size_t n_ops;
    int64_t *ids; ///< slot -> id in the file
    size_t n_slots;
    uint64_t suggested_heap_bytes; ///< 0 when the dialect has none
    enum trace_weight weight;
    bool ignore_ranges;    ///< the second dialect's flag
    uint64_t peak_payload; ///< largest sum of live sizes after any operation, in bytes
    uint64_t largest_size; ///< largest single request, in bytes
    size_t peak_live;      ///< most blocks alive at once
};

/// Reads and validates a file; false with *error filled ("file:line: reason"). On success the
/// caller calls trace_free. About 100 ns an operation, 150 when the ids are sparse.
bool trace_read(struct trace *trace, const char *path, struct error *error);

/// The same for text in memory; `path` is for names and messages only.
bool trace_parse(struct trace *trace, const char *path, const char *text, size_t text_bytes,
                 struct error *error);

void trace_free(struct trace *trace);

/// The operation as the trace file says it ("a 3 48"), in a static buffer per call of at least
/// 64 bytes that the caller gives.
const char *trace_op_text(const struct trace *trace, size_t op_idx, char buffer[64]);

/// Writes a .rep file in the given dialect (harness/trace/reader.h; NULL: the classic one); false
/// with *error filled. Reading it again gives the same operations. The header keeps only what the
/// dialect has numbers for, and where the largest size is 0 or 1 the dialect `largest` cannot be
/// told from `ranges`.
bool trace_write(const struct trace *trace, const struct reader *dialect, const char *path,
                 struct error *error);

/// The same into an open stream, which stays open; false after a write error.
bool trace_print(const struct trace *trace, const struct reader *dialect, FILE *file);

#endif
