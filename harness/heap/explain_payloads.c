// SPDX-License-Identifier: MIT
// What to say about bytes: payloads that changed, data that realloc lost, writes past the break.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/heap/explain.h"

static int64_t id_of(const struct telling *telling, uint32_t slot)
{
    return telling->session->plan->trace->ids[slot];
}

/// Marks the changed bytes of a block, which lies at `offset` now.
static void draw_changed(const struct telling *telling, uint64_t offset)
{
    const struct breach *breach = telling->breach;
    uint64_t from = offset + breach->first_bad;
    tell_picture(telling, from, from + breach->n_shown, breach->slot, "bytes %" PRIu64 "..%" PRIu64,
                 breach->first_bad, breach->first_bad + breach->n_shown - 1);
}

/// What the bytes that took the payload's place look like, for the hint. Tags and links are stored
/// at multiples of 4.
static bool tell_stored_value(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    uint64_t heap_bytes = telling->session->arena.break_bytes;
    uint64_t words[2] = {0};
    memcpy(&words[0], breach->seen, 4);
    memcpy(&words[1], breach->seen, 8);
    for (int i = 1; i >= 0; i--) {
        uint64_t size = words[i] & ~UINT64_C(7);
        uint64_t offset = words[i] - telling->session->arena.base;
        if (breach->first_bad % 4 != 0 || breach->n_shown > 8) {
            return false;
        }
        if (words[i] != 0 && offset < heap_bytes) {
            fprintf(telling->details,
                    "The new bytes are the address heap+0x%" PRIx64 ": a link of a list.\n",
                    offset);
            fputs(
                "a list link was written into a block that is in use: it is still in a free list, "
                "or was freed or coalesced by mistake",
                telling->hint);
            return true;
        }
        if (size >= 8 && size <= heap_bytes && breach->n_shown <= (i == 0 ? 4 : 8)) {
            fprintf(telling->details,
                    "The new bytes read as a header or footer: size %" PRIu64 ", flags %" PRIu64
                    ".\n",
                    size, words[i] & 7);
            fputs(
                "a header or footer of a neighbour was written here: its place was computed from a "
                "wrong size or in words for bytes, or a block is smaller than its payload needs",
                telling->hint);
            return true;
        }
    }
    return false;
}

static bool is_filled(const struct breach *breach)
{
    return breach->n_shown > 1 && memcmp(breach->seen, breach->seen + 1, breach->n_shown - 1) == 0;
}

static const char *likely_writer(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    const struct trace *trace = telling->session->plan->trace;
    if (is_filled(breach)) {
        return "a fill or a loop that clears has run too far, or began at a wrong address";
    }
    if (breach->first_bad + 16 >= breach->before.size) {
        return "a footer or the next block's header was written inside the payload: the block is "
               "smaller than its payload needs";
    }
    if (breach->first_bad < 16 && breach->changed_op > 0 &&
        trace->ops[breach->changed_op - 1].kind == OP_FREE) {
        return "a free list link was written into a block that is in use: it was freed or "
               "coalesced "
               "by mistake";
    }
    if (breach->first_bad < 16) {
        return "a free list link or header was written at the start of a block that is in use";
    }
    return "a copy or a header went to a wrong address: check pointer arithmetic and block sizes";
}

void explain_changed(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    size_t n_bytes;
    char *block;
    FILE *stream = xopen_memstream(&block, &n_bytes);
    tell_block(stream, telling->session, breach->slot, &breach->before);
    fclose(stream);
    fprintf(telling->message, "B%s no longer holds what was stored in it.", block + 1);
    free(block);
    tell_bytes(telling);
    tell_change(telling);
    if (!tell_stored_value(telling)) {
        fputs(likely_writer(telling), telling->hint);
    }
    draw_changed(telling, breach->before.offset);
}

void explain_free_null(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    if (breach->grown_bytes > 0) {
        fprintf(telling->message, "mm_free(NULL) grew the heap by %" PRIu64 " bytes.",
                breach->grown_bytes);
    } else {
        fprintf(telling->message, "mm_free(NULL) changed the payload of block %" PRId64 ".",
                id_of(telling, breach->slot));
        tell_bytes(telling);
        draw_changed(telling, breach->before.offset);
    }
    fputs("free(NULL) must do nothing: return at once when the pointer is NULL", telling->hint);
}

void explain_lost_data(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    const struct block *now = &telling->session->layout.blocks[breach->slot];
    bool moved = now->offset != breach->before.offset;
    uint64_t kept = breach->before.size < now->size ? breach->before.size : now->size;
    tell_call(telling->message, telling);
    fprintf(telling->message,
            " %s but lost data: byte %" PRIu64 " of the %" PRIu64 " that must be kept is wrong.",
            moved ? "moved the block" : "kept the block in place", breach->first_bad, kept);
    fputs("Before: ", telling->details);
    tell_block(telling->details, telling->session, breach->slot, &breach->before);
    fprintf(telling->details, "; now %" PRIu64 " bytes at heap+0x%" PRIx64 ".\n", now->size,
            now->offset);
    tell_bytes(telling);
    draw_changed(telling, now->offset);
    if (breach->first_bad == 0) {
        fputs("nothing was copied, or from a wrong address (the header instead of the payload)",
              telling->hint);
    } else {
        fprintf(telling->hint,
                "the copy stopped after %" PRIu64 " bytes, or a header, footer or link "
                "was written into the payload afterwards; copy min(old payload, new size)",
                breach->first_bad);
    }
}

void explain_past_break(const struct telling *telling)
{
    uint64_t at = telling->breach->past_break;
    uint64_t end = telling->session->arena.break_bytes;
    fprintf(telling->message,
            "The byte at heap+0x%" PRIx64 " was written, %" PRIu64
            " byte%s past the end of the heap.",
            at, at - end + 1, at == end ? "" : "s");
    fprintf(telling->details,
            "The heap ended at heap+0x%" PRIx64
            " then; the write happened in this operation or before.\n",
            end);
    tell_picture(telling, at, at + 1, LAYOUT_NO_SLOT, "written");
    fputs("the last block's footer or the epilogue header lies past the break: extend the heap by "
          "that much more, or place it within",
          telling->hint);
}
