// SPDX-License-Identifier: MIT
// The validator. Every trace, read or generated, is made operation by operation through a builder,
// so a `struct trace` that breaks the rules below cannot exist.
//
//               a            f                r n           r 0
//   never       live         never (NULL)     live (NULL)   emptied (NULL)
//   live        REFUSED      freed            live          emptied
//   freed       live         REFUSED          REFUSED       REFUSED
//   emptied     live         freed            live          emptied
//
// `emptied` is a block after realloc(p, 0): the standard lets realloc give NULL or a block of no
// bytes, so the file may free it, or not, or go on with it.
#ifndef MMGRADE_TRACE_BUILDER_H
#define MMGRADE_TRACE_BUILDER_H

#include "harness/trace/idmap.h"
#include "harness/trace/trace.h"

/// The last line that an operation may stand on: `line` of struct op has 30 bits.
#define TRACE_MAX_LINE ((UINT32_C(1) << 30) - 1)

struct builder_slot;

struct builder {
    struct trace *trace; ///< the caller's, filled step by step
    struct idmap idmap;
    struct builder_slot *slots;
    size_t slots_capacity; ///< of `slots` and of trace->ids
    size_t ops_capacity;
    uint64_t payload_bytes; ///< of the live blocks
    size_t n_live;
    size_t n_allocated; ///< ids that were ever allocated; trace->n_slots counts the mentioned ones
    int64_t largest_id; ///< -1 when there is none
};

/// Empties *trace and names it. Room is made for n_ops operations and n_ids ids; more may come.
void builder_begin(struct builder *builder, struct trace *trace, const char *path, size_t n_ops,
                   size_t n_ids);

/// The slot for op.slot: that of `id` >= 0, a new one when the id is new.
uint32_t builder_slot(struct builder *builder, int64_t id);

/// Appends an operation; false with *error filled when it breaks the rules. The caller has checked
/// the numbers: size <= TRACE_MAX_SIZE, line <= TRACE_MAX_LINE, TRACE_NO_SLOT only in a free.
bool builder_add(struct builder *builder, struct op op, struct error *error);

/// For long traces: call builder_prefetch for some ids, then builder_slot, then builder_add.
void builder_prefetch(const struct builder *builder, int64_t id);

/// Frees the builder's own memory; the trace stays with the caller (trace_free).
void builder_end(struct builder *builder);

#endif
