// SPDX-License-Identifier: MIT
// The state of each block while a trace is made, and the totals that come with it.
#include "harness/trace/builder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/trace/huge.h"

enum block_state { BLOCK_NEVER, BLOCK_LIVE, BLOCK_FREED, BLOCK_EMPTIED };

struct builder_slot {
    uint32_t size;      ///< bytes while live
    uint32_t line : 30; ///< where it was allocated (live) or freed
    uint32_t state : 2; ///< enum block_state
};
static_assert(sizeof(struct builder_slot) == 8, "one cache line holds eight blocks");
static_assert(TRACE_MAX_SIZE <= UINT32_MAX, "struct builder_slot keeps sizes in 32 bits");

static void reserve_slots(struct builder *builder, size_t n_slots)
{
    struct trace *trace = builder->trace;
    builder->slots_capacity = n_slots;
    builder->slots = xreallocarray(builder->slots, n_slots, sizeof *builder->slots);
    trace->ids = xreallocarray(trace->ids, n_slots, sizeof *trace->ids);
    huge_pages(builder->slots, n_slots * sizeof *builder->slots);
    huge_pages(trace->ids, n_slots * sizeof *trace->ids);
}

void builder_begin(struct builder *builder, struct trace *trace, const char *path, size_t n_ops,
                   size_t n_ids)
{
    const char *slash = strrchr(path, '/');
    *trace =
        (struct trace){.path = xstrdup(path), .name = xstrdup(slash == NULL ? path : slash + 1)};
    *builder = (struct builder){.trace = trace, .largest_id = -1, .ops_capacity = n_ops};
    trace->ops = xreallocarray(NULL, n_ops, sizeof *trace->ops);
    huge_pages(trace->ops, n_ops * sizeof *trace->ops);
    reserve_slots(builder, n_ids);
    // A trace with dense ids has fewer ids than operations.
    idmap_init(&builder->idmap, n_ops, n_ids);
}

void builder_end(struct builder *builder)
{
    struct trace *trace = builder->trace;
    trace->ops = xreallocarray(trace->ops, trace->n_ops, sizeof *trace->ops);
    trace->ids = xreallocarray(trace->ids, trace->n_slots, sizeof *trace->ids);
    idmap_free(&builder->idmap);
    free(builder->slots);
}

void builder_prefetch(const struct builder *builder, int64_t id)
{
    idmap_prefetch(&builder->idmap, id);
}

uint32_t builder_slot(struct builder *builder, int64_t id)
{
    struct trace *trace = builder->trace;
    uint32_t slot = idmap_slot(&builder->idmap, id);
    if (slot < trace->n_slots) {
        __builtin_prefetch(&builder->slots[slot], 1);
        return slot;
    }
    if (trace->n_slots == builder->slots_capacity) {
        reserve_slots(builder, 2 * builder->slots_capacity + 16);
    }
    builder->slots[slot] = (struct builder_slot){.state = BLOCK_NEVER};
    trace->ids[slot] = id;
    trace->n_slots++;
    builder->largest_id = id > builder->largest_id ? id : builder->largest_id;
    return slot;
}

/// The rules of the table in builder.h.
static bool check_rules(const struct builder *builder, struct op op, struct error *error)
{
    const struct builder_slot *slot = &builder->slots[op.slot];
    const struct trace *trace = builder->trace;
    if (op.kind == OP_ALLOC && slot->state == BLOCK_LIVE) {
        return error_at(error, trace->path, op.line, 0,
                        "alloc of id %lld, which is still allocated (since line %u)",
                        (long long)trace->ids[op.slot], (unsigned)slot->line);
    }
    if (op.kind != OP_ALLOC && slot->state == BLOCK_FREED) {
        return error_at(error, trace->path, op.line, 0,
                        "%s of id %lld, which is not allocated (freed at line %u)",
                        op.kind == OP_FREE ? "free" : "realloc", (long long)trace->ids[op.slot],
                        (unsigned)slot->line);
    }
    return true;
}

static void end_block(struct builder *builder, struct builder_slot *slot, enum block_state state,
                      uint32_t line)
{
    if (slot->state == BLOCK_LIVE) {
        builder->payload_bytes -= slot->size;
        builder->n_live--;
    }
    builder->n_allocated += slot->state == BLOCK_NEVER;
    *slot = (struct builder_slot){.state = state & 3, .line = line & TRACE_MAX_LINE};
}

static void set_live(struct builder *builder, struct builder_slot *slot, struct op op)
{
    if (slot->state == BLOCK_LIVE) {
        builder->payload_bytes -= slot->size;
    } else {
        builder->n_live++;
        builder->n_allocated += slot->state == BLOCK_NEVER;
        *slot = (struct builder_slot){.state = BLOCK_LIVE, .line = op.line};
    }
    slot->size = (uint32_t)op.size;
    builder->payload_bytes += op.size;
}

static void add_totals(struct builder *builder, struct op op)
{
    struct trace *trace = builder->trace;
    if (op.size > trace->largest_size) {
        trace->largest_size = op.size;
    }
    if (builder->payload_bytes > trace->peak_payload) {
        trace->peak_payload = builder->payload_bytes;
    }
    if (builder->n_live > trace->peak_live) {
        trace->peak_live = builder->n_live;
    }
    trace->ops = array_grow(trace->ops, &builder->ops_capacity, trace->n_ops, sizeof *trace->ops);
    trace->ops[trace->n_ops++] = op;
}

bool builder_add(struct builder *builder, struct op op, struct error *error)
{
    assert(op.size <= TRACE_MAX_SIZE);
    assert(op.slot < builder->trace->n_slots || (op.slot == TRACE_NO_SLOT && op.kind == OP_FREE));
    if (op.slot != TRACE_NO_SLOT) {
        if (!check_rules(builder, op, error)) {
            return false;
        }
        struct builder_slot *slot = &builder->slots[op.slot];
        if (op.kind == OP_REALLOC && op.size == 0) {
            end_block(builder, slot, BLOCK_EMPTIED, op.line);
        } else if (op.kind != OP_FREE) {
            set_live(builder, slot, op);
        } else if (slot->state != BLOCK_NEVER) {
            end_block(builder, slot, BLOCK_FREED, op.line);
        }
    }
    add_totals(builder, op);
    return true;
}
