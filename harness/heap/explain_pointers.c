// SPDX-License-Identifier: MIT
// What to say about pointers that came back: NULL, outside, unaligned, overlapping, different.
#include <inttypes.h>

#include "harness/heap/explain.h"

static const struct op *op_of(const struct telling *telling)
{
    return &telling->session->plan->trace->ops[telling->breach->op - 1];
}

static uint64_t offset_of(const struct telling *telling)
{
    return telling->breach->pointer - telling->session->arena.base;
}

static void draw_returned(const struct telling *telling)
{
    uint64_t size = op_of(telling)->size;
    tell_picture(telling, offset_of(telling), offset_of(telling) + size, telling->breach->other,
                 "returned for block %" PRId64 ", %" PRIu64 " bytes",
                 telling->session->plan->trace->ids[telling->breach->slot], size);
}

static void tell_returned(const struct telling *telling)
{
    tell_call(telling->message, telling);
    fputs(" returned ", telling->message);
    tell_pointer(telling->message, telling->session, telling->breach->pointer);
}

void explain_exhausted(const struct telling *telling)
{
    const struct session *session = telling->session;
    tell_returned(telling);
    fprintf(telling->message,
            " because mem_sbrk(%" PRIu64 ") would take the heap past its maximum.",
            telling->breach->refused_bytes);
    fprintf(telling->details,
            "The heap has %" PRIu64 " of at most %" PRIu64 " bytes; live payload is %" PRIu64
            " bytes (%.1f %% of the heap).\n",
            session->arena.break_bytes, session->plan->settings->max_bytes,
            session->layout.payload_bytes,
            session->arena.break_bytes == 0 ? 0.0
                                            : 100.0 * (double)session->layout.payload_bytes /
                                                  (double)session->arena.break_bytes);
    fputs(telling->breach->refused_bytes > session->plan->settings->max_bytes
              ? "the size passed to mem_sbrk has overflowed or was computed from a damaged header"
              : "free blocks are not found again or not coalesced, so the heap only grows",
          telling->hint);
}

void explain_null(const struct telling *telling)
{
    tell_returned(telling);
    fputs(" although the heap may still grow.", telling->message);
    fprintf(telling->details,
            "The heap has %" PRIu64 " of at most %" PRIu64
            " bytes, and mem_sbrk was %s in this call.\n",
            telling->session->arena.break_bytes, telling->session->plan->settings->max_bytes,
            telling->breach->grown_bytes > 0 ? "called with success" : "not called");
    bool null_first = op_of(telling)->kind == OP_REALLOC && !telling->breach->before.live;
    fputs(null_first ? "realloc(NULL, n) must do what malloc(n) does"
                     : "when no free block fits, extend the heap and place the block there",
          telling->hint);
}

void explain_bad_zero(const struct telling *telling)
{
    tell_returned(telling);
    bool is_malloc = op_of(telling)->kind == OP_ALLOC;
    const char *name = is_malloc ? "malloc(0)" : "realloc(p, 0)";
    fprintf(telling->message, ", which is neither NULL nor a fresh pointer into the heap.");
    if (telling->breach->other != LAYOUT_NO_SLOT) {
        fputs("That place belongs to ", telling->details);
        tell_block(telling->details, telling->session, telling->breach->other,
                   &telling->session->layout.blocks[telling->breach->other]);
        fputs(", which is in use: freeing one would free the other.\n", telling->details);
        draw_returned(telling);
    }
    fprintf(telling->hint, "%s returns NULL, or a pointer of its own that can be freed", name);
}

void explain_outside(const struct telling *telling)
{
    const struct session *session = telling->session;
    tell_returned(telling);
    uint64_t offset = offset_of(telling);
    uint64_t end = session->arena.break_bytes;
    bool starts_inside = offset < end;
    if (starts_inside) {
        fprintf(telling->message,
                ": the last %" PRIu64 " of its %" PRIu64 " bytes lie past the end of the heap.",
                offset + op_of(telling)->size - end, op_of(telling)->size);
        draw_returned(telling);
        fputs("the heap was extended by too little (header, footer or rounding forgotten), or the "
              "block's size in its header is too large",
              telling->hint);
        return;
    }
    fputs(", which is not in the heap.", telling->message);
    fprintf(telling->details,
            "The heap is [heap+0x0, heap+0x%" PRIx64 "), with heap+0x0 at 0x%" PRIx64 ".\n", end,
            session->arena.base);
    if (telling->breach->pointer >> 32 == 0 && session->arena.base >> 32 != 0) {
        fputs("the upper half of the pointer is gone: it went through an int or an unsigned, or a "
              "function without a prototype returned it",
              telling->hint);
    } else if ((uint32_t)telling->breach->pointer == UINT32_MAX) {
        fputs("mem_sbrk failed with (void *)-1 and nobody looked", telling->hint);
    } else {
        fputs("the pointer was read from a place that holds something else, such as a free list "
              "link in a payload",
              telling->hint);
    }
}

void explain_unaligned(const struct telling *telling)
{
    unsigned alignment = telling->session->plan->settings->alignment;
    tell_returned(telling);
    fprintf(telling->message, ", which is not a multiple of %u.", alignment);
    fprintf(telling->details,
            "The address is 0x%" PRIx64 ", that is %u byte%s past a multiple of %u.\n",
            telling->breach->pointer, (unsigned)(telling->breach->pointer % alignment),
            telling->breach->pointer % alignment == 1 ? "" : "s", alignment);
    draw_returned(telling);
    fprintf(telling->hint,
            "payloads start right behind their headers: the first header must end at a "
            "multiple of %u, and every block size must be one",
            alignment);
}

void explain_overlap(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    tell_returned(telling);
    fputs(", inside a block that is in use.", telling->message);
    if (breach->other == LAYOUT_NO_SLOT) {
        fputs("It shares an alignment unit with a live block.\n", telling->details);
        return;
    }
    const struct block *other = &telling->session->layout.blocks[breach->other];
    uint64_t offset = offset_of(telling);
    uint64_t size = op_of(telling)->size;
    uint64_t from = offset > other->offset ? offset : other->offset;
    uint64_t to =
        offset + size < other->offset + other->size ? offset + size : other->offset + other->size;
    fputs("It collides with ", telling->details);
    tell_block(telling->details, telling->session, breach->other, other);
    fprintf(telling->details, ".\nBoth own the bytes heap+0x%" PRIx64 "..heap+0x%" PRIx64 ".\n",
            from, to > from ? to - 1 : from);
    draw_returned(telling);
    if (offset == other->offset) {
        fputs(
            "the block was handed out twice: it stayed in the free list, or its header still says "
            "free",
            telling->hint);
    } else {
        fputs("the size in some header is larger than the block: look at what splitting and "
              "coalescing write, and whether a header lies where the last payload ended",
              telling->hint);
    }
}

void explain_difference(const struct telling *telling)
{
    tell_returned(telling);
    if (telling->breach->pointer == telling->breach->wanted_pointer) {
        fputs(", which the heap does not reach this time.", telling->message);
        return;
    }
    fputs(", but ", telling->message);
    tell_pointer(telling->message, telling->session, telling->breach->wanted_pointer);
    fputs(" in the first run.", telling->message);
}
