// SPDX-License-Identifier: MIT
// For each code of a verdict, which sightings are looked for, in order: inquests[].
//
// A store into a payload or past the break is a fault whenever it happened. A load of something
// wrong often does no harm (a tag of a block that is not there is read, changed and written back),
// so that it explains a fault only of the call that it happened in.
#include <signal.h>
#include <string.h>

#include "harness/heap/inquiry.h"

#define NEAR_FAULT 16
#define SMALLEST_JUNK 65536 // less may be a size or a count that is the same by chance
#define NEAR_VALUE 4096     // a size less what was cut off

static bool take(struct inquiry *inquiry, struct sighting sighting, const struct tale *tale)
{
    inquiry->sighting = sighting;
    inquiry->tale = tale;
    return sighting.n_frames > 0 && sighting.op <= inquiry->breach->op;
}

bool inquiry_take(struct inquiry *inquiry, enum sighting_kind kind, const struct tale *tale)
{
    return take(inquiry, session_sighting(inquiry->session, kind), tale);
}

static bool take_latest(struct inquiry *inquiry, enum sighting_kind kind, const struct tale *tale)
{
    return take(inquiry, session_latest(inquiry->session, kind), tale);
}

static bool ask(struct inquiry *inquiry, enum sighting_question question, uint64_t offset,
                const struct tale *tale)
{
    uint64_t address = inquiry->session->arena.base + offset;
    return take(inquiry, session_ask(inquiry->session, question, address), tale);
}

static bool is_in_call(const struct inquiry *inquiry)
{
    return inquiry->sighting.op == inquiry->breach->op;
}

// --- Offences ---------------------------------------------------------------------------------

struct offence {
    enum sighting_kind kind;
    const struct tale *tale;
};

static const struct offence stores[] = {{SIGHTING_STORE_PAYLOAD, &tale_store_payload},
                                        {SIGHTING_OUTSIDE, &tale_outside}};
static const struct offence loads[] = {{SIGHTING_LOAD_FRESH, &tale_load_fresh},
                                       {SIGHTING_LOAD_STALE, &tale_load_stale},
                                       {SIGHTING_LOAD_PAYLOAD, &tale_load_payload},
                                       {SIGHTING_DEAD_STACK, &tale_dead_stack}};

/// Keeps the earlier one of what was best so far and what the inquiry holds now.
static void keep_earlier(struct inquiry *best, const struct inquiry *inquiry, bool *found)
{
    if (!*found || inquiry->sighting.order < best->sighting.order) {
        *best = *inquiry;
        *found = true;
    }
}

/// The access that broke a rule first. Stores in the call itself follow from its fault, when the
/// call came back: then only those `before` it count.
static bool find_offence(struct inquiry *inquiry, bool before, bool with_loads)
{
    struct inquiry best = *inquiry;
    bool found = false;
    for (size_t i = 0; i < sizeof stores / sizeof *stores; i++) {
        if (inquiry_take(inquiry, stores[i].kind, stores[i].tale) &&
            !(before && is_in_call(inquiry))) {
            keep_earlier(&best, inquiry, &found);
        }
    }
    for (size_t i = 0; with_loads && i < sizeof loads / sizeof *loads; i++) {
        if (take_latest(inquiry, loads[i].kind, loads[i].tale) && is_in_call(inquiry)) {
            keep_earlier(&best, inquiry, &found);
        }
    }
    *inquiry = best;
    return found;
}

static bool offence(struct inquiry *inquiry)
{
    return find_offence(inquiry, false, true);
}

static bool offence_before(struct inquiry *inquiry)
{
    return find_offence(inquiry, true, true);
}

static bool store_before(struct inquiry *inquiry)
{
    return find_offence(inquiry, true, false);
}

static bool watched_store(struct inquiry *inquiry)
{
    return inquiry_take(inquiry, SIGHTING_STORE_PAYLOAD, &tale_store_payload);
}

static bool payload_load(struct inquiry *inquiry)
{
    return take_latest(inquiry, SIGHTING_LOAD_PAYLOAD, &tale_load_payload);
}

/// Who kept the address of a local variable that this call has used.
static bool dead_pointer(struct inquiry *inquiry)
{
    return take_latest(inquiry, SIGHTING_DEAD_STACK, &tale_dead_stack) && is_in_call(inquiry) &&
           take(inquiry, inquiry_cause(inquiry), &tale_dead_pointer);
}

static bool fresh_load(struct inquiry *inquiry)
{
    return take_latest(inquiry, SIGHTING_LOAD_FRESH, &tale_load_fresh);
}

static bool outside(struct inquiry *inquiry)
{
    return inquiry_take(inquiry, SIGHTING_OUTSIDE, &tale_outside);
}

// --- The end of a call ------------------------------------------------------------------------

static bool stopped(struct inquiry *inquiry)
{
    return inquiry_take(inquiry, SIGHTING_LAST_BLOCK, &tale_stopped) && is_in_call(inquiry);
}

/// What a check of the compiler's has ended.
static bool trapped(struct inquiry *inquiry)
{
    return inquiry_take(inquiry, SIGHTING_LAST_BLOCK, &tale_index) && is_in_call(inquiry);
}

/// Of a place that a call has passed on its way out only the function that was called counts.
static bool take_outermost(struct inquiry *inquiry, enum sighting_kind kind,
                           const struct tale *tale)
{
    bool found = inquiry_take(inquiry, kind, tale);
    struct sighting *sighting = &inquiry->sighting;
    if (found) {
        sighting->code[0] = sighting->code[sighting->n_frames - 1];
        sighting->n_frames = 1;
    }
    return found;
}

static bool leak(struct inquiry *inquiry)
{
    return take_outermost(inquiry, SIGHTING_LEAK, &tale_leak);
}

static bool returned(struct inquiry *inquiry)
{
    return take_outermost(inquiry, SIGHTING_BLOCK_BEFORE, &tale_returned) && is_in_call(inquiry);
}

static bool sbrk_in_call(struct inquiry *inquiry)
{
    return inquiry_take(inquiry, SIGHTING_SBRK, &tale_sbrk) && is_in_call(inquiry);
}

bool inquiry_crash(struct inquiry *inquiry)
{
    const struct worker_news *news = &inquiry->session->news;
    bool is_memory = news->signal == SIGSEGV || news->signal == SIGBUS;
    bool has_address = !(news->signal_code == SI_KERNEL && news->address == 0);
    if (news->event != WORKER_SIGNALLED || !is_memory ||
        !inquiry_take(inquiry, SIGHTING_LAST, &tale_crash)) {
        return false;
    }
    uint64_t distance = news->address - inquiry->sighting.address;
    return !has_address || distance < (uint64_t)inquiry->sighting.bytes + NEAR_FAULT;
}

/// The load of something wrong, in this call, of which `value` was made.
static bool loaded_for(struct inquiry *inquiry, uint64_t value)
{
    for (size_t i = 0; value >= SMALLEST_JUNK && i < sizeof loads / sizeof *loads; i++) {
        if (take_latest(inquiry, loads[i].kind, loads[i].tale) && is_in_call(inquiry) &&
            value - inquiry->sighting.value + NEAR_VALUE <= 2 * NEAR_VALUE) {
            return true;
        }
    }
    return false;
}

/// The link or size that an address which crashed was computed from; or, when it was made of
/// something wrong, where that was loaded.
static bool led_to_crash(struct inquiry *inquiry)
{
    if (!inquiry_crash(inquiry) || inquiry->sighting.bytes > INQUIRY_WIDEST_ACCESS ||
        !take(inquiry, inquiry_cause(inquiry), &tale_led_to)) {
        return false;
    }
    struct inquiry deeper = *inquiry;
    if (is_in_call(inquiry) && loaded_for(&deeper, inquiry->sighting.value)) {
        *inquiry = deeper;
    }
    return true;
}

// --- Pointers and bytes that are wrong --------------------------------------------------------

static uint64_t returned_offset(const struct inquiry *inquiry)
{
    return inquiry->breach->pointer - inquiry->session->arena.base;
}

/// realloc gave back what it was given: no header or link has chosen the place.
static bool stays_in_place(const struct inquiry *inquiry)
{
    const struct block *before = &inquiry->breach->before;
    return before->live && before->offset == returned_offset(inquiry);
}

static bool header(struct inquiry *inquiry)
{
    return !stays_in_place(inquiry) &&
           ask(inquiry, SIGHTING_TRUSTED_HEADER, returned_offset(inquiry), &tale_header);
}

static bool link_to_block(struct inquiry *inquiry)
{
    return !stays_in_place(inquiry) &&
           ask(inquiry, SIGHTING_TRUSTED_LINK, returned_offset(inquiry), &tale_link);
}

static bool last_store(struct inquiry *inquiry)
{
    const struct breach *breach = inquiry->breach;
    return ask(inquiry, SIGHTING_LAST_STORE, breach->before.offset + breach->first_bad,
               &tale_last_store);
}

/// The copy of a payload that the call had overwritten already.
static bool lost_copy(struct inquiry *inquiry)
{
    return take_latest(inquiry, SIGHTING_LOST, &tale_load_lost) && is_in_call(inquiry);
}

static bool wild_store(struct inquiry *inquiry)
{
    return inquiry_take(inquiry, SIGHTING_WILD, &tale_wild);
}

/// The store of what is wrong, or else the copy that ended before it.
static bool lost_data(struct inquiry *inquiry)
{
    uint64_t first_bad = inquiry->breach->first_bad;
    uint64_t at = returned_offset(inquiry) + first_bad;
    bool stored = ask(inquiry, SIGHTING_LAST_STORE, at, &tale_last_store) && is_in_call(inquiry);
    return stored || (first_bad > 0 && ask(inquiry, SIGHTING_LAST_STORE, at - 1, &tale_copy_end) &&
                      is_in_call(inquiry));
}

/// The store of a tag that is not as the fit lab's policy wants it: of the header, or, when that is
/// right, of the footer.
static bool tag(struct inquiry *inquiry)
{
    const struct placement_difference *difference = &inquiry->breach->difference;
    uint64_t offset = difference->wanted.offset;
    uint32_t wanted = (uint32_t)difference->wanted.size | difference->wanted.allocated;
    uint64_t at = difference->seen_header != wanted || difference->epilogue
                      ? offset - 4
                      : offset + difference->wanted.size - 8;
    return ask(inquiry, SIGHTING_LAST_STORE, at, &tale_tag);
}

static const struct inquest inquests[] = {
    {"PAYLOAD_CHANGED", {watched_store, last_store}},
    {"FREE_NULL", {sbrk_in_call, watched_store}},
    {"REALLOC_LOST_DATA", {lost_copy, lost_data, returned}},
    {"OVERLAP", {offence_before, header, link_to_block, offence, returned}},
    {"OUT_OF_HEAP", {offence_before, header, link_to_block, sbrk_in_call, offence, returned}},
    {"MALLOC_ZERO", {offence_before, returned}},
    {"REALLOC_ZERO", {offence_before, returned}},
    {"REALLOC_NULL", {returned}},
    {"NULL_RETURNED", {dead_pointer, offence_before, returned}},
    {"INIT_FAILED", {returned}},
    {"PAST_BREAK", {outside}},
    {"CRASH", {store_before, dead_pointer, led_to_crash, offence, inquiry_crash, stopped}},
    {"TIMEOUT", {dead_pointer, offence, stopped}},
    {"EXITED", {dead_pointer, offence, stopped}},
    {"FORBIDDEN_SYSCALL", {stopped}},
    {"HEAP_RESET", {stopped}},
    {"HEAP_EXHAUSTED", {store_before, leak, sbrk_in_call}},
    {"CHECKHEAP_FAILED", {store_before}},
    {"UNINIT_READ", {fresh_load}, true},
    {"UNOBSERVED", {payload_load}, true},
    {"FORGED_REPLY", {wild_store, store_before}},
    {"INDEX_OUT_OF_BOUNDS", {trapped}},
    {"WRONG_TAGS", {tag}},
    {"WRONG_SPLIT", {tag}},
    {"WRONG_MERGE", {tag}},
};

const struct inquest *inquest_find(const char *code)
{
    for (size_t i = 0; i < sizeof inquests / sizeof *inquests; i++) {
        if (strcmp(inquests[i].code, code) == 0) {
            return &inquests[i];
        }
    }
    return NULL;
}
