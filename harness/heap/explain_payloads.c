// SPDX-License-Identifier: MIT
// What to say about bytes: payloads that changed, data that realloc lost, writes past the break.
#include <inttypes.h>

#include "harness/heap/explain.h"
#include "harness/heap/picture.h"

static int64_t id_of(const struct telling *telling, uint32_t slot)
{
    return telling->session->plan->trace->ids[slot];
}

static void draw_changed(const struct telling *telling, const struct block *block)
{
    struct picture picture = {0};
    const struct breach *breach = telling->breach;
    const struct layout *layout = &telling->session->layout;
    picture_add(&picture, block->offset, block->offset + block->size, '#',
                "block %" PRId64 ", %" PRIu64 " bytes", id_of(telling, breach->slot), block->size);
    picture_add(&picture, block->offset + breach->first_bad,
                block->offset + breach->first_bad + breach->n_shown, '^',
                "bytes %" PRIu64 "..%" PRIu64, breach->first_bad,
                breach->first_bad + breach->n_shown - 1);
    for (int above = 0; above < 2; above++) {
        uint32_t slot = layout_neighbour(layout, block->offset, above, breach->slot);
        if (slot != LAYOUT_NO_SLOT) {
            const struct block *near = &layout->blocks[slot];
            picture_add(&picture, near->offset, near->offset + near->size, '#',
                        "block %" PRId64 ", %" PRIu64 " bytes", id_of(telling, slot), near->size);
        }
    }
    fputc('\n', telling->details);
    picture_draw(&picture, telling->details);
}

static const char *likely_writer(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    const struct trace *trace = telling->session->plan->trace;
    if (breach->first_bad + 16 >= breach->before.size) {
        return "a footer or the next block's header was written inside the payload: the block is "
               "smaller than its payload needs";
    }
    if (breach->first_bad < 16 && breach->changed_op > 0 &&
        trace->ops[breach->changed_op - 1].kind == OP_FREE) {
        return "a free list link was written into a block that is in use: it was freed or coalesced "
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
    fprintf(telling->message, "Block %" PRId64 " no longer holds what was stored in it.",
            id_of(telling, breach->slot));
    fputs("It is ", telling->details);
    tell_block(telling->details, telling->session, breach->slot, &breach->before);
    fputs(".\n", telling->details);
    tell_bytes(telling);
    tell_change(telling);
    draw_changed(telling, &breach->before);
    fputs(likely_writer(telling), telling->hint);
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
    fprintf(telling->message, " %s but lost data: byte %" PRIu64 " of the %" PRIu64
            " that must be kept is wrong.",
            moved ? "moved the block" : "kept the block in place", breach->first_bad, kept);
    fputs("Before: ", telling->details);
    tell_block(telling->details, telling->session, breach->slot, &breach->before);
    fprintf(telling->details, "; now %" PRIu64 " bytes at heap+0x%" PRIx64 ".\n", now->size,
            now->offset);
    tell_bytes(telling);
    if (breach->first_bad == 0) {
        fputs("nothing was copied, or from a wrong address (the header instead of the payload)",
              telling->hint);
    } else {
        fprintf(telling->hint, "the copy stopped after %" PRIu64 " bytes, or a header, footer or link "
                "was written into the payload afterwards; copy min(old payload, new size)",
                breach->first_bad);
    }
}

void explain_past_break(const struct telling *telling)
{
    uint64_t at = telling->breach->past_break;
    uint64_t end = telling->session->arena.break_bytes;
    fprintf(telling->message, "The byte at heap+0x%" PRIx64 " was written, %" PRIu64
            " byte%s past the end of the heap.", at, at - end + 1, at == end ? "" : "s");
    fprintf(telling->details, "The heap ended at heap+0x%" PRIx64
            " then; the write happened in this operation or before.\n", end);
    fputs("the last block's footer or the epilogue header lies past the break: extend the heap by "
          "that much more, or place it within",
          telling->hint);
}
