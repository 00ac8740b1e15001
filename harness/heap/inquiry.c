// SPDX-License-Identifier: MIT
// From a sighting to the text of a verdict: the places in the code, what happened there, a picture,
// a likely cause.
#include "harness/heap/inquiry.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/heap/explain.h"

#define LINE_WIDTH 90
#define HEADER_REACH 16 // a header lies within so many bytes below its payload

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

// --- Places -----------------------------------------------------------------------------------

/// "mm.c:214 in set_tags(), called by place() at mm.c:230, mm_malloc() at mm.c:260:"
static void tell_places(FILE *file, const struct code_place *places, size_t n_places)
{
    int column =
        fprintf(file, "%s:%zu in %s()", places[0].file, places[0].line, places[0].function);
    for (size_t i = 1; i < n_places; i++) {
        const char *lead = i == 1 ? ", called by" : ",";
        char *caller =
            xasprintf(" %s() at %s:%zu", places[i].function, places[i].file, places[i].line);
        bool fits = column + (int)(strlen(lead) + strlen(caller)) < LINE_WIDTH;
        int written = fprintf(file, "%s%s%s", lead, fits ? "" : "\n ", caller);
        column = fits ? column + written : (int)strlen(caller) + 1;
        free(caller);
    }
    fprintf(file, ":\n    %s\n", places[0].text);
}

/// Where something else happened that belongs to it, below a line that says what; nothing when that
/// is the line that is blamed.
static void tell_other_place(FILE *file, const struct sources *sources,
                             const struct sighting *sighting, const struct code_place *blamed,
                             const char *lead)
{
    size_t n_places;
    struct code_place *places = sources_resolve(sources, sighting, &n_places);
    bool differs = n_places > 0 &&
                   (places[0].line != blamed->line || strcmp(places[0].file, blamed->file) != 0);
    if (differs) {
        fputs(lead, file);
        tell_places(file, places, n_places);
    }
    sources_free_places(places, n_places);
}

struct sighting inquiry_cause(const struct inquiry *inquiry)
{
    const struct sighting_cause *cause = &inquiry->sighting.cause;
    struct sighting store = {.n_frames = cause->n_frames,
                             .op = cause->op,
                             .is_store = true,
                             .address = cause->address,
                             .value = cause->value};
    memcpy(store.code, cause->code, sizeof store.code);
    return store;
}

/// Whether the cause is the header of the block that the access hit.
static bool is_its_header(const struct inquiry *inquiry)
{
    uint32_t slot = inquiry_block(inquiry);
    uint64_t cause = inquiry->sighting.cause.address - inquiry->session->arena.base;
    return slot != LAYOUT_NO_SLOT &&
           inquiry->session->layout.blocks[slot].offset - cause - 1 < HEADER_REACH;
}

/// "The address came from heap+0x20 (0x1f8 = 504), stored during operation 4 (line 8: a 2 24):"
static void tell_lead(FILE *file, const struct inquiry *inquiry, const struct sighting *store)
{
    if (inquiry->tale == &tale_load_lost) {
        fputs("They were overwritten here:\n", file);
        return;
    }
    fputs(is_its_header(inquiry) ? "The call trusted the header at " : "The address came from ",
          file);
    tell_stored_place(file, inquiry, store->address);
    fputs(" (", file);
    tell_value(file, inquiry, store->value);
    fputs("), stored during ", file);
    tell_op(file, inquiry->session->plan->trace, store->op);
    fputs(":\n", file);
}

static void tell_cause(FILE *file, const struct inquiry *inquiry, const struct sources *sources,
                       const struct code_place *blamed)
{
    struct sighting store = inquiry_cause(inquiry);
    if (inquiry->tale->has_cause && store.n_frames > 0) {
        size_t n_bytes;
        char *lead;
        FILE *stream = xopen_memstream(&lead, &n_bytes);
        tell_lead(stream, inquiry, &store);
        fclose(stream);
        tell_other_place(file, sources, &store, blamed, lead);
        free(lead);
    }
}

/// An access past the break, in a call that has just moved the break.
static void tell_growth(FILE *file, const struct inquiry *inquiry, const struct sources *sources,
                        const struct code_place *blamed)
{
    struct sighting sbrk = session_sighting(inquiry->session, SIGHTING_SBRK);
    struct sighting last = session_sighting(inquiry->session, SIGHTING_LAST);
    uint64_t end = inquiry->session->arena.break_bytes;
    uint64_t offset = last.address - inquiry->session->arena.base;
    bool is_past_break = offset + last.bytes > end && offset < inquiry->session->arena.max_bytes;
    if (is_past_break && sbrk.n_frames > 0 && sbrk.op == last.op &&
        sbrk.op == inquiry->sighting.op && inquiry->tale != &tale_sbrk) {
        char *lead = xasprintf("In that call mem_sbrk was asked for %llu bytes:\n",
                               (unsigned long long)sbrk.value);
        tell_other_place(file, sources, &sbrk, blamed, lead);
        free(lead);
    }
}

/// Where it crashed, when that is not what is blamed.
static void tell_crash_place(FILE *file, const struct inquiry *inquiry,
                             const struct sources *sources, const struct code_place *blamed)
{
    struct inquiry crash = *inquiry;
    if (inquiry_crash(&crash)) {
        tell_other_place(file, sources, &crash.sighting, blamed, "It crashed here:\n");
    }
}

static void draw(FILE *file, const struct inquiry *inquiry, const struct verdict *verdict)
{
    bool has_picture = verdict->details != NULL && strstr(verdict->details, "]  ") != NULL;
    uint64_t from = inquiry_offset(inquiry);
    if (inquiry->tale->draws && !has_picture && from < inquiry->session->arena.max_bytes) {
        struct telling telling = {.session = inquiry->session, .details = file};
        tell_picture(&telling, from, from + inquiry->sighting.bytes, LAYOUT_NO_SLOT, "%s here",
                     inquiry->sighting.is_store ? "stored" : "loaded");
    }
}

// --- Hints ------------------------------------------------------------------------------------

/// A statement like `*size--;` moves the pointer and leaves the number; the same for ++.
static bool has_precedence_slip(const char *text)
{
    bool steps = strstr(text, "--;") != NULL || strstr(text, "++;") != NULL;
    return text[0] == '*' && steps && strpbrk(text, "=(") == NULL;
}

/// What a store into a payload tells about its cause; NULL: nothing.
static const char *hint_of_store(const struct inquiry *inquiry)
{
    uint32_t slot = inquiry_block(inquiry);
    if (inquiry->sighting.bytes > INQUIRY_WIDEST_ACCESS) {
        return "sizes were confused: the copy or fill is longer than the block that it goes to";
    }
    if (slot != LAYOUT_NO_SLOT &&
        inquiry_offset(inquiry) < inquiry->session->layout.blocks[slot].offset) {
        return "off by one: the store begins in the allocator's bytes and runs into the payload "
               "behind them; a loop with <= for <, or a word more than the block has";
    }
    return NULL;
}

/// What a load from a payload tells about a call that did not come back; NULL: nothing.
static const char *hint_of_load(const struct inquiry *inquiry)
{
    enum worker_event event = inquiry->session->news.event;
    return event == WORKER_SIGNALLED || event == WORKER_TIMED_OUT
               ? "a block in use is taken for a free one: it is still in a list, its header lacks "
                 "the mark of use, or a header lies in bytes that belong to a payload"
               : NULL;
}

/// A copy as long as a pointer is.
static const char *hint_of_copy_end(const struct inquiry *inquiry, const char *text)
{
    uint64_t pointer_bytes = inquiry->session->plan->settings->abi == HEAP_ABI_M32 ? 4 : 8;
    return inquiry->breach->first_bad == pointer_bytes && strstr(text, "sizeof") != NULL
               ? "sizes were confused: sizeof a pointer is the size of the pointer, not of what it "
                 "points to"
               : "sizes were confused: the copy is too short; copy the smaller one of the old "
                 "payload's size and the new";
}

static void set_hint(const struct inquiry *inquiry, struct verdict *verdict)
{
    const char *hint = inquiry->tale->hint;
    const char *text = verdict->places[0].text;
    if (has_precedence_slip(text)) {
        hint = "*p-- is *(p--): it moves the pointer and leaves the number; (*p)-- was meant";
    } else if (inquiry->tale == &tale_store_payload) {
        hint = hint_of_store(inquiry);
    } else if (inquiry->tale == &tale_load_payload) {
        hint = hint_of_load(inquiry);
    } else if (inquiry->tale == &tale_copy_end) {
        hint = hint_of_copy_end(inquiry, text);
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
    tell_cause(file, inquiry, sources, places);
    tell_growth(file, inquiry, sources, places);
    tell_crash_place(file, inquiry, sources, places);
    draw(file, inquiry, verdict);
    fclose(file);
    set_hint(inquiry, verdict);
    return true;
}
