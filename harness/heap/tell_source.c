// SPDX-License-Identifier: MIT
// The sentences about a line of code: what its access did, to whom, and when.
#include <inttypes.h>
#include <string.h>

#include "harness/heap/explain.h"
#include "harness/heap/inquiry.h"

#define WIDEST_ACCESS 16 // a wider one is a copy or a fill

uint64_t inquiry_offset(const struct inquiry *inquiry)
{
    return inquiry->sighting.address - inquiry->session->arena.base;
}

uint32_t inquiry_block(const struct inquiry *inquiry)
{
    const struct layout *layout = &inquiry->session->layout;
    uint64_t offset = inquiry_offset(inquiry);
    uint32_t slot = layout_find(layout, offset, inquiry->sighting.bytes, LAYOUT_NO_SLOT);
    return slot != LAYOUT_NO_SLOT ? slot : layout_find_history(layout, offset);
}

/// "This store wrote 8 bytes": the subject of most sentences.
static void tell_access(FILE *file, const struct inquiry *inquiry)
{
    const struct sighting *sighting = &inquiry->sighting;
    bool is_wide = sighting->bytes > WIDEST_ACCESS;
    if (sighting->is_store) {
        fputs(is_wide ? "This copy or fill wrote" : "This store wrote", file);
    } else {
        fputs(is_wide ? "This copy read" : "This load read", file);
    }
    fprintf(file, " %u byte%s", (unsigned)sighting->bytes, sighting->bytes == 1 ? "" : "s");
}

static void tell_when(FILE *file, const struct inquiry *inquiry)
{
    fputs("during ", file);
    tell_op(file, inquiry->session->plan->trace, inquiry->sighting.op);
    fputs(".\n", file);
}

static void tell_pointer_to(FILE *file, const struct inquiry *inquiry)
{
    tell_pointer(file, inquiry->session, inquiry->sighting.address);
}

/// " at offset 40 of block 17 (48 bytes ...)", or where it began when that is before the block.
static void tell_place_in_block(FILE *file, const struct inquiry *inquiry)
{
    uint32_t slot = inquiry_block(inquiry);
    uint64_t offset = inquiry_offset(inquiry);
    if (slot == LAYOUT_NO_SLOT) {
        fputs(" at ", file);
        tell_pointer_to(file, inquiry);
        return;
    }
    const struct block *block = &inquiry->session->layout.blocks[slot];
    if (offset >= block->offset) {
        fprintf(file, " at offset %" PRIu64 " of ", offset - block->offset);
    } else {
        fputs(" from ", file);
        tell_pointer_to(file, inquiry);
        fputs(" on, into ", file);
    }
    tell_block(file, inquiry->session, slot, block);
}

static void tell_store_payload(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    tell_place_in_block(file, inquiry);
    fputs(", which was in use,\n", file);
    tell_when(file, inquiry);
}

static void tell_load_payload(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    tell_place_in_block(file, inquiry);
    fputs(", which belongs to the program,\n", file);
    tell_when(file, inquiry);
}

static void tell_load_fresh(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    fputs(" at ", file);
    tell_pointer_to(file, inquiry);
    fputs(" that nobody has written since mem_sbrk handed them out,\n", file);
    tell_when(file, inquiry);
}

static void tell_load_stale(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    tell_place_in_block(file, inquiry);
    fputs(":\nthey hold what the program left there. It happened ", file);
    tell_when(file, inquiry);
}

static void tell_outside(FILE *file, const struct inquiry *inquiry)
{
    uint64_t end = inquiry->session->arena.break_bytes;
    uint64_t offset = inquiry_offset(inquiry);
    tell_access(file, inquiry);
    fputs(" at ", file);
    tell_pointer_to(file, inquiry);
    if (inquiry->sighting.address < inquiry->session->arena.base) {
        fprintf(file, ", %" PRIu64 " bytes below the heap,\n",
                inquiry->session->arena.base - inquiry->sighting.address);
    } else {
        fprintf(file, "; the heap ends at heap+0x%" PRIx64 "%s,\n", end,
                offset < end ? " now" : "");
    }
    tell_when(file, inquiry);
}

static void tell_dead_stack(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    fputs(" on the stack, where no function that runs has a variable of its own that was set,\n",
          file);
    tell_when(file, inquiry);
}

static void tell_leak(FILE *file, const struct inquiry *inquiry)
{
    fputs("Here ", file);
    tell_op(file, inquiry->session->plan->trace, inquiry->sighting.op);
    fputs(" came to its end without a store to", file);
    uint32_t slot = layout_find_history(&inquiry->session->layout, inquiry_offset(inquiry));
    if (slot == LAYOUT_NO_SLOT) {
        fprintf(file, " the old place of the block, heap+0x%" PRIx64 ", or near it.\n",
                inquiry_offset(inquiry));
        return;
    }
    fputs(", or near, ", file);
    tell_block(file, inquiry->session, slot, &inquiry->session->layout.blocks[slot]);
    fputs(".\n", file);
}

static void tell_sbrk(FILE *file, const struct inquiry *inquiry)
{
    fprintf(file, "Here mem_sbrk was asked for %" PRIu64 " bytes ", inquiry->sighting.value);
    tell_when(file, inquiry);
}

static void tell_crash(FILE *file, const struct inquiry *inquiry)
{
    fprintf(file, "Here a %s of %u byte%s at ", inquiry->sighting.is_store ? "store" : "load",
            (unsigned)inquiry->sighting.bytes, inquiry->sighting.bytes == 1 ? "" : "s");
    tell_pointer_to(file, inquiry);
    fputs(" crashed.\n", file);
}

static void tell_last_block(FILE *file, const struct inquiry *inquiry)
{
    (void)inquiry;
    fputs("Here it was when it was stopped.\n", file);
}

static void tell_header(FILE *file, const struct inquiry *inquiry)
{
    const struct sighting *sighting = &inquiry->sighting;
    fputs("This store wrote the header at ", file);
    tell_pointer_to(file, inquiry);
    fprintf(file, " (0x%" PRIx64 ": size %" PRIu64 ", flags %u) that the call has trusted,\n",
            sighting->value, sighting->value & ~UINT64_C(7), (unsigned)(sighting->value & 7));
    tell_when(file, inquiry);
}

static void tell_link(FILE *file, const struct inquiry *inquiry)
{
    fputs("This store wrote the link at ", file);
    tell_pointer_to(file, inquiry);
    fputs(" that has led to the block,\n", file);
    tell_when(file, inquiry);
}

static void tell_last_store(FILE *file, const struct inquiry *inquiry)
{
    fputs("This was the last store to the wrong byte at ", file);
    tell_pointer_to(file, inquiry);
    fputs(",\n", file);
    tell_when(file, inquiry);
}

static void tell_copy_end(FILE *file, const struct inquiry *inquiry)
{
    fputs("This copy ended at ", file);
    tell_pointer_to(file, inquiry);
    fputs(", and nobody has stored the next byte,\n", file);
    tell_when(file, inquiry);
}

static void tell_tag(FILE *file, const struct inquiry *inquiry)
{
    fputs("This was the last store to the header at ", file);
    tell_pointer_to(file, inquiry);
    fputs(",\n", file);
    tell_when(file, inquiry);
}

const struct tale tale_store_payload = {tell_store_payload, NULL, true};
const struct tale tale_load_payload = {tell_load_payload, NULL, true};
const struct tale tale_load_fresh = {
    tell_load_fresh,
    "uninitialised memory: what mem_sbrk gives may hold anything; write a header, link or footer "
    "before it is read",
    true};
const struct tale tale_load_stale = {
    tell_load_stale,
    "use after free, or a link or tag that mm_free should have written: the program's old data is "
    "taken for the allocator's",
    true};
const struct tale tale_outside = {tell_outside, NULL, false};
const struct tale tale_dead_stack = {
    tell_dead_stack,
    "a pointer to a local variable of a function that has returned; what must last belongs into "
    "the heap or into a static variable",
    false};
const struct tale tale_leak = {
    tell_leak,
    "a leak: the block was given up, but never marked as free or put on a free list",
    false};
const struct tale tale_sbrk = {tell_sbrk, NULL, false};
const struct tale tale_crash = {tell_crash, NULL, false};
const struct tale tale_last_block = {tell_last_block, NULL, false};
const struct tale tale_header = {tell_header, NULL, true};
const struct tale tale_link = {tell_link, NULL, true};
const struct tale tale_last_store = {tell_last_store, NULL, false};
const struct tale tale_copy_end = {tell_copy_end, NULL, false};
const struct tale tale_tag = {tell_tag, NULL, false};
