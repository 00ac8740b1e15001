// SPDX-License-Identifier: MIT
// The sentences about a line of code: what its access did, to whom, and when.
#include <inttypes.h>

#include "harness/heap/explain.h"
#include "harness/heap/inquiry.h"

#define NEAR_HEAP (UINT64_C(1) << 20)

/// "This store wrote 8 bytes": the subject of most sentences.
static void tell_access(FILE *file, const struct inquiry *inquiry)
{
    const struct sighting *sighting = &inquiry->sighting;
    bool is_wide = sighting->bytes > INQUIRY_WIDEST_ACCESS;
    if (sighting->is_store) {
        fputs(is_wide ? "This copy or fill wrote" : "This store wrote", file);
    } else {
        fputs(is_wide ? "This copy read" : "This load read", file);
    }
    fprintf(file, " %u byte%s", (unsigned)sighting->bytes, sighting->bytes == 1 ? "" : "s");
}

static void tell_when(FILE *file, const struct inquiry *inquiry)
{
    fputs("It happened during ", file);
    tell_op(file, inquiry->session->plan->trace, inquiry->sighting.op);
    fputs(".\n", file);
}

static void tell_pointer_to(FILE *file, const struct inquiry *inquiry)
{
    tell_pointer(file, inquiry->session, inquiry->sighting.address);
}

/// " at offset 40 of" and, on the next line, "block 17 (48 bytes ...)"; or where it began, when
/// that is before the block.
static void tell_place_in_block(FILE *file, const struct inquiry *inquiry)
{
    uint32_t slot = inquiry_block(inquiry);
    uint64_t offset = inquiry_offset(inquiry);
    if (slot == LAYOUT_NO_SLOT) { // it has moved since
        fputs(" at ", file);
        tell_pointer_to(file, inquiry);
        fputs(" of a block", file);
        return;
    }
    const struct block *block = &inquiry->session->layout.blocks[slot];
    uint64_t end = offset + inquiry->sighting.bytes;
    if (offset >= block->offset) {
        fprintf(file, " at offset %" PRIu64 " of\n", offset - block->offset);
    } else {
        fputs(" at ", file);
        tell_pointer_to(file, inquiry);
        fprintf(file, "; the last %" PRIu64 " of them lie in\n", end - block->offset);
    }
    tell_block(file, inquiry->session, slot, block);
}

static void tell_store_payload(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    tell_place_in_block(file, inquiry);
    fputs(", which was in use.\n", file);
    tell_when(file, inquiry);
}

static void tell_load_payload(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    tell_place_in_block(file, inquiry);
    fputs(", which belongs to the program.\n", file);
    tell_when(file, inquiry);
}

static void tell_load_fresh(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    fputs(" at ", file);
    tell_pointer_to(file, inquiry);
    fputs(", which nobody has written since mem_sbrk handed them out.\n", file);
    tell_when(file, inquiry);
}

static void tell_load_stale(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    tell_place_in_block(file, inquiry);
    fputs(".\nThey hold what the program left there.\n", file);
    tell_when(file, inquiry);
}

static void tell_load_lost(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    fputs(" at ", file);
    tell_pointer_to(file, inquiry);
    fputs(", the old payload, but too late:\nthe same call had overwritten some of them before.\n",
          file);
    tell_when(file, inquiry);
}

static void tell_outside(FILE *file, const struct inquiry *inquiry)
{
    uint64_t end = inquiry->session->arena.break_bytes;
    uint64_t base = inquiry->session->arena.base;
    tell_access(file, inquiry);
    fputs(" at ", file);
    tell_pointer_to(file, inquiry);
    if (inquiry->sighting.address < base) {
        fprintf(file, ", %" PRIu64 " bytes below the heap.\n", base - inquiry->sighting.address);
    } else if (inquiry_offset(inquiry) + inquiry->sighting.bytes > end) {
        fprintf(file, ", but the heap ends at heap+0x%" PRIx64 ".\n", end);
    } else {
        fputs(", which the heap did not reach then.\n", file);
    }
    tell_when(file, inquiry);
}

static void tell_wild(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    fputs(" at ", file);
    tell_pointer_to(file, inquiry);
    fputs(", which is neither heap nor stack\nnor a variable of the submission.\n", file);
    tell_when(file, inquiry);
}

static void tell_dead_stack(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    fputs(" of the stack that no function that runs has set.\n", file);
    tell_when(file, inquiry);
}

static void tell_dead_pointer(FILE *file, const struct inquiry *inquiry)
{
    struct sighting load = session_latest(inquiry->session, SIGHTING_DEAD_STACK);
    fputs("This store kept the address of a local variable, which ", file);
    tell_op(file, inquiry->session->plan->trace, load.op);
    fputs("\nused after the function had returned.\n", file);
}

static void tell_leak(FILE *file, const struct inquiry *inquiry)
{
    fputs("Here ", file);
    tell_op(file, inquiry->session->plan->trace, inquiry->sighting.op);
    fputs(" came to its end. It has stored nothing in or beside\n", file);
    uint32_t slot = layout_find_history(&inquiry->session->layout, inquiry_offset(inquiry));
    if (slot == LAYOUT_NO_SLOT) {
        fprintf(file, "the old place of the block, heap+0x%" PRIx64, inquiry_offset(inquiry));
    } else {
        tell_block(file, inquiry->session, slot, &inquiry->session->layout.blocks[slot]);
    }
    fputs(":\nnothing in the heap says that these bytes are free.\n", file);
}

static void tell_sbrk(FILE *file, const struct inquiry *inquiry)
{
    fprintf(file, "Here mem_sbrk was asked for %" PRIu64 " bytes.\n", inquiry->sighting.value);
    tell_when(file, inquiry);
}

static void tell_crash(FILE *file, const struct inquiry *inquiry)
{
    fprintf(file, "Here a %s of %u byte%s at ", inquiry->sighting.is_store ? "store" : "load",
            (unsigned)inquiry->sighting.bytes, inquiry->sighting.bytes == 1 ? "" : "s");
    tell_pointer_to(file, inquiry);
    fputs(" crashed.\n", file);
}

static void tell_stopped(FILE *file, const struct inquiry *inquiry)
{
    (void)inquiry;
    fputs("Here it was when it was stopped.\n", file);
}

static void tell_index(FILE *file, const struct inquiry *inquiry)
{
    fputs("Here an index leaves its array, or __builtin_unreachable() is reached,\nduring ", file);
    tell_op(file, inquiry->session->plan->trace, inquiry->sighting.op);
    fputs(".\n", file);
}

static void tell_returned(FILE *file, const struct inquiry *inquiry)
{
    (void)inquiry;
    fputs("Here it was last, before the call came back.\n", file);
}

void tell_value(FILE *file, const struct inquiry *inquiry, uint64_t value)
{
    uint64_t above = value - inquiry->session->arena.base + NEAR_HEAP;
    if (above < inquiry->session->plan->settings->max_bytes + NEAR_HEAP) {
        tell_pointer(file, inquiry->session, value);
    } else {
        fprintf(file, value <= UINT32_MAX ? "0x%" PRIx64 " = %" PRIu64 : "0x%" PRIx64, value,
                value);
    }
}

void tell_stored_place(FILE *file, const struct inquiry *inquiry, uint64_t address)
{
    if (address - inquiry->session->arena.base < inquiry->session->arena.break_bytes) {
        tell_pointer(file, inquiry->session, address);
    } else {
        fputs("a variable", file);
    }
}

static void tell_led_to(FILE *file, const struct inquiry *inquiry)
{
    bool in_heap = inquiry_offset(inquiry) < inquiry->session->arena.break_bytes;
    fprintf(file, "The address that crashed was computed from what this store left %s ",
            in_heap ? "at" : "in");
    tell_stored_place(file, inquiry, inquiry->sighting.address);
    fputs(":\n", file);
    tell_value(file, inquiry, inquiry->sighting.value);
    fputs(". ", file);
    tell_when(file, inquiry);
}

static void tell_header(FILE *file, const struct inquiry *inquiry)
{
    const struct sighting *sighting = &inquiry->sighting;
    fputs("This store wrote the header at ", file);
    tell_pointer_to(file, inquiry);
    fprintf(file, ", 0x%" PRIx64 " (size %" PRIu64 ", flags %u), which the call has trusted.\n",
            sighting->value, sighting->value & ~UINT64_C(7), (unsigned)(sighting->value & 7));
    tell_when(file, inquiry);
}

static void tell_link(FILE *file, const struct inquiry *inquiry)
{
    fputs("This store wrote the link at ", file);
    tell_pointer_to(file, inquiry);
    fputs(", which led to the block.\n", file);
    tell_when(file, inquiry);
}

static void tell_last_store(FILE *file, const struct inquiry *inquiry)
{
    fputs("This store was the last to touch the wrong bytes at ", file);
    tell_pointer_to(file, inquiry);
    fputs(".\n", file);
    tell_when(file, inquiry);
}

static void tell_copy_end(FILE *file, const struct inquiry *inquiry)
{
    fputs("This copy ended at ", file);
    tell_pointer_to(file, inquiry);
    fputs("; nobody has stored the byte behind it.\n", file);
    tell_when(file, inquiry);
}

static void tell_tag(FILE *file, const struct inquiry *inquiry)
{
    fputs("This was the last store to the tag at ", file);
    tell_pointer_to(file, inquiry);
    fputs(".\n", file);
    tell_when(file, inquiry);
}

#define DEAD_LOCAL                                                                                 \
    "a pointer to a local variable of a function that has returned; what must last belongs into "  \
    "the heap or into a static variable"

const struct tale tale_store_payload = {
    .tell = tell_store_payload, .draws = true, .has_cause = true};
const struct tale tale_load_payload = {.tell = tell_load_payload, .draws = true, .has_cause = true};
const struct tale tale_load_fresh = {
    .tell = tell_load_fresh,
    .hint = "uninitialised memory: what mem_sbrk gives may hold anything; write a header, link or "
            "footer before it is read",
    .draws = true};
const struct tale tale_load_stale = {
    .tell = tell_load_stale,
    .hint = "use after free, or a link or tag that mm_free should have written: the program's old "
            "data is taken for the allocator's",
    .draws = true,
    .has_cause = true};
const struct tale tale_load_lost = {
    .tell = tell_load_lost,
    .hint = "use after free: the block was given up first and its payload copied then; copy first",
    .has_cause = true};
const struct tale tale_outside = {.tell = tell_outside, .has_cause = true};
const struct tale tale_wild = {.tell = tell_wild, .has_cause = true};
const struct tale tale_dead_stack = {.tell = tell_dead_stack, .hint = DEAD_LOCAL};
const struct tale tale_dead_pointer = {.tell = tell_dead_pointer, .hint = DEAD_LOCAL};
const struct tale tale_leak = {
    .tell = tell_leak,
    .hint = "a leak: the block was given up, but never marked as free or put on a free list"};
const struct tale tale_sbrk = {.tell = tell_sbrk};
const struct tale tale_crash = {.tell = tell_crash};
const struct tale tale_stopped = {.tell = tell_stopped};
const struct tale tale_returned = {.tell = tell_returned};
const struct tale tale_led_to = {.tell = tell_led_to};
const struct tale tale_header = {.tell = tell_header, .draws = true};
const struct tale tale_link = {.tell = tell_link, .draws = true};
const struct tale tale_last_store = {.tell = tell_last_store};
const struct tale tale_copy_end = {.tell = tell_copy_end};
const struct tale tale_tag = {.tell = tell_tag};
const struct tale tale_index = {
    .tell = tell_index,
    .hint = "an index out of bounds, often by one: what lies beside the array is read or changed"};
