// SPDX-License-Identifier: MIT
// The sentences about a line of code: what its access did, to whom, and when.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/heap/explain.h"
#include "harness/heap/inquiry.h"

#define WIDEST_ACCESS 16 // a wider one is a copy or a fill

/// The heap offset of the sighting's address; huge when it lies below the heap.
static uint64_t offset_of(const struct inquiry *inquiry)
{
    return inquiry->sighting.address - inquiry->session->arena.base;
}

/// The block whose bytes, now or before, the access hit; LAYOUT_NO_SLOT: none.
static uint32_t block_of(const struct inquiry *inquiry)
{
    const struct layout *layout = &inquiry->session->layout;
    uint64_t offset = offset_of(inquiry);
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

/// " at offset 40 of" and, on the next line, "block 17 (48 bytes ...)"; or where it began, when
/// that is before the block.
static void tell_place_in_block(FILE *file, const struct inquiry *inquiry)
{
    uint32_t slot = block_of(inquiry);
    uint64_t offset = offset_of(inquiry);
    if (slot == LAYOUT_NO_SLOT) { // it has moved since
        fputs(" at ", file);
        tell_pointer_to(file, inquiry);
        fputs(" of a block", file);
        return;
    }
    const struct block *block = &inquiry->session->layout.blocks[slot];
    if (offset >= block->offset) {
        fprintf(file, " at offset %" PRIu64 " of\n", offset - block->offset);
    } else {
        fputs(" from ", file);
        tell_pointer_to(file, inquiry);
        fputs(" on, into\n", file);
    }
    tell_block(file, inquiry->session, slot, block);
}

static void tell_store_payload(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    tell_place_in_block(file, inquiry);
    fputs(",\nwhich was in use, ", file);
    tell_when(file, inquiry);
}

static void tell_load_payload(FILE *file, const struct inquiry *inquiry)
{
    tell_access(file, inquiry);
    tell_place_in_block(file, inquiry);
    fputs(",\nwhich belongs to the program, ", file);
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
    uint64_t offset = offset_of(inquiry);
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

static void tell_dead_pointer(FILE *file, const struct inquiry *inquiry)
{
    struct sighting load = session_latest(inquiry->session, SIGHTING_DEAD_STACK);
    fputs("This store kept an address of the stack, and ", file);
    tell_op(file, inquiry->session->plan->trace, load.op);
    fputs(" used it\nafter the function had returned.\n", file);
}

static void tell_leak(FILE *file, const struct inquiry *inquiry)
{
    fputs("Here ", file);
    tell_op(file, inquiry->session->plan->trace, inquiry->sighting.op);
    fputs(" came to its end without a store to", file);
    uint32_t slot = layout_find_history(&inquiry->session->layout, offset_of(inquiry));
    if (slot == LAYOUT_NO_SLOT) {
        fprintf(file, " the old place of the block, heap+0x%" PRIx64 ", or near it.\n",
                offset_of(inquiry));
        return;
    }
    fputs(", or near,\n", file);
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

static void tell_stopped(FILE *file, const struct inquiry *inquiry)
{
    (void)inquiry;
    fputs("Here it was when it was stopped.\n", file);
}

static void tell_returned(FILE *file, const struct inquiry *inquiry)
{
    (void)inquiry;
    fputs("Here it was last, before the call came back.\n", file);
}

static void tell_led_to(FILE *file, const struct inquiry *inquiry)
{
    bool in_heap = offset_of(inquiry) < inquiry->session->arena.break_bytes;
    fputs("This store wrote what lies ", file);
    if (in_heap) {
        fputs("at ", file);
        tell_pointer_to(file, inquiry);
    } else {
        fputs("in a variable", file);
    }
    fprintf(file, " (0x%" PRIx64 "), which led to the address of the crash,\n",
            inquiry->sighting.value);
    tell_when(file, inquiry);
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
    fputs("This was the last store to the word of the wrong byte at ", file);
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
const struct tale tale_dead_pointer = {
    tell_dead_pointer,
    "a pointer to a local variable of a function that has returned; what must last belongs into "
    "the heap or into a static variable",
    false};
const struct tale tale_leak = {
    tell_leak, "a leak: the block was given up, but never marked as free or put on a free list",
    false};
const struct tale tale_sbrk = {tell_sbrk, NULL, false};
const struct tale tale_crash = {tell_crash, NULL, false};
const struct tale tale_stopped = {tell_stopped, NULL, false};
const struct tale tale_returned = {tell_returned, NULL, false};
const struct tale tale_led_to = {tell_led_to, NULL, false};
const struct tale tale_header = {tell_header, NULL, true};
const struct tale tale_link = {tell_link, NULL, true};
const struct tale tale_last_store = {tell_last_store, NULL, false};
const struct tale tale_copy_end = {tell_copy_end, NULL, false};
const struct tale tale_tag = {tell_tag, NULL, false};

// --- The verdict ------------------------------------------------------------------------------

/// "mm.c:214 in set_tags(), called by place() at mm.c:230, mm_malloc() at mm.c:260:"
static void tell_places(FILE *file, const struct code_place *places, size_t n_places)
{
    fprintf(file, "%s:%zu in %s()", places[0].file, places[0].line, places[0].function);
    for (size_t i = 1; i < n_places; i++) {
        fprintf(file, "%s %s() at %s:%zu", i == 1 ? ", called by" : ",", places[i].function,
                places[i].file, places[i].line);
    }
    fprintf(file, ":\n    %s\n", places[0].text);
}

/// Where it crashed, when that is not what is blamed.
static void tell_crash_place(FILE *file, const struct inquiry *inquiry,
                             const struct sources *sources, const struct code_place *blamed)
{
    struct inquiry crash = *inquiry;
    if (!inquiry_crash(&crash)) {
        return;
    }
    size_t n_places;
    struct code_place *places = sources_resolve(sources, &crash.sighting, &n_places);
    if (n_places > 0 &&
        (places[0].line != blamed->line || strcmp(places[0].file, blamed->file) != 0)) {
        fputs("It crashed at ", file);
        tell_places(file, places, n_places);
    }
    sources_free_places(places, n_places);
}

static void draw(FILE *file, const struct inquiry *inquiry, const struct verdict *verdict)
{
    bool has_picture = verdict->details != NULL && strstr(verdict->details, "^^") != NULL;
    uint64_t from = offset_of(inquiry);
    if (inquiry->tale->draws && !has_picture && from < inquiry->session->arena.max_bytes) {
        struct telling telling = {.session = inquiry->session, .details = file};
        tell_picture(&telling, from, from + inquiry->sighting.bytes, LAYOUT_NO_SLOT, "%s here",
                     inquiry->sighting.is_store ? "stored" : "loaded");
    }
}

/// A statement like `*size--;` moves the pointer and leaves the number; the same for ++.
static bool has_precedence_slip(const char *text)
{
    bool steps = strstr(text, "--;") != NULL || strstr(text, "++;") != NULL;
    return text[0] == '*' && steps && strpbrk(text, "=(") == NULL;
}

/// What a store into a payload tells about its cause; NULL: nothing.
static const char *hint_of_store(const struct inquiry *inquiry)
{
    uint32_t slot = block_of(inquiry);
    if (inquiry->sighting.bytes > WIDEST_ACCESS) {
        return "sizes were confused: the copy or fill is longer than the block that it goes to";
    }
    if (slot != LAYOUT_NO_SLOT &&
        offset_of(inquiry) < inquiry->session->layout.blocks[slot].offset) {
        return "off by one: the store begins in front of the block, in what belongs to the "
               "allocator, and ends in it";
    }
    return NULL;
}

static void set_hint(const struct inquiry *inquiry, struct verdict *verdict)
{
    const char *hint = inquiry->tale->hint;
    if (has_precedence_slip(verdict->places[0].text)) {
        hint = "*p-- is *(p--): it moves the pointer and leaves the number; (*p)-- was meant";
    } else if (inquiry->tale == &tale_store_payload) {
        hint = hint_of_store(inquiry);
    }
    if (hint != NULL) {
        free(verdict->hint);
        verdict->hint = xstrdup(hint);
    }
}

bool inquiry_tell(const struct inquiry *inquiry, const struct sources *sources,
                  struct verdict *verdict)
{
    size_t n_places, n_bytes;
    struct code_place *places = sources_resolve(sources, &inquiry->sighting, &n_places);
    if (n_places == 0 || strcmp(places[0].text, "}") == 0) {
        sources_free_places(places, n_places);
        return false;
    }
    FILE *file = xopen_memstream(&verdict->source, &n_bytes);
    verdict->places = places;
    verdict->n_places = n_places;
    tell_places(file, places, n_places);
    inquiry->tale->tell(file, inquiry);
    tell_crash_place(file, inquiry, sources, places);
    draw(file, inquiry, verdict);
    fclose(file);
    set_hint(inquiry, verdict);
    return true;
}
