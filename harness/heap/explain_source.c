// SPDX-License-Identifier: MIT
// For each code of a verdict, which sightings are asked for, in order: inquests[].
#include "harness/heap/explain_source.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/heap/checks.h"
#include "harness/heap/explain.h"
#include "harness/heap/inquiry.h"
#include "harness/heap/play.h"
#include "harness/heap/sources.h"

#define SLOWER 10 // limits of an instrumented run, in those of the graded one
#define NEAR_FAULT 16

/// Looks for one kind of cause; true when inquiry->sighting and ->tale are set.
typedef bool search_fn(struct inquiry *inquiry);

static bool take(struct inquiry *inquiry, struct sighting sighting, const struct tale *tale)
{
    inquiry->sighting = sighting;
    inquiry->tale = tale;
    return sighting.n_frames > 0 && sighting.op <= inquiry->breach->op;
}

static bool take_kind(struct inquiry *inquiry, enum sighting_kind kind, const struct tale *tale)
{
    return take(inquiry, session_sighting(inquiry->session, kind), tale);
}

static bool ask(struct inquiry *inquiry, enum sighting_question question, uint64_t offset,
                const struct tale *tale)
{
    uint64_t address = inquiry->session->arena.base + offset;
    return take(inquiry, session_ask(inquiry->session, question, address), tale);
}

// --- Searches ---------------------------------------------------------------------------------

static bool watched_store(struct inquiry *inquiry)
{
    return take_kind(inquiry, SIGHTING_STORE_PAYLOAD, &tale_store_payload);
}

static bool payload_load(struct inquiry *inquiry)
{
    return take_kind(inquiry, SIGHTING_LOAD_PAYLOAD, &tale_load_payload);
}

static bool fresh_load(struct inquiry *inquiry)
{
    return take_kind(inquiry, SIGHTING_LOAD_FRESH, &tale_load_fresh);
}

static bool outside(struct inquiry *inquiry)
{
    return take_kind(inquiry, SIGHTING_OUTSIDE, &tale_outside);
}

static bool leak(struct inquiry *inquiry)
{
    return take_kind(inquiry, SIGHTING_LEAK, &tale_leak);
}

static bool last_block(struct inquiry *inquiry)
{
    return take_kind(inquiry, SIGHTING_LAST_BLOCK, &tale_last_block) &&
           inquiry->sighting.op == inquiry->breach->op;
}

static bool sbrk_in_call(struct inquiry *inquiry)
{
    return take_kind(inquiry, SIGHTING_SBRK, &tale_sbrk) &&
           inquiry->sighting.op == inquiry->breach->op;
}

/// The access that broke a rule first. Stores in the call itself follow from its fault, when the
/// call came back, and are passed over with `before`.
static bool first_offence(struct inquiry *inquiry, bool before)
{
    static const struct {
        enum sighting_kind kind;
        const struct tale *tale;
    } offences[] = {{SIGHTING_STORE_PAYLOAD, &tale_store_payload},
                    {SIGHTING_LOAD_FRESH, &tale_load_fresh},
                    {SIGHTING_LOAD_STALE, &tale_load_stale},
                    {SIGHTING_OUTSIDE, &tale_outside},
                    {SIGHTING_DEAD_STACK, &tale_dead_stack}};
    struct inquiry best = *inquiry;
    bool found = false;
    for (size_t i = 0; i < sizeof offences / sizeof *offences; i++) {
        bool seen = take_kind(inquiry, offences[i].kind, offences[i].tale);
        const struct sighting *sighting = &inquiry->sighting;
        bool follows = before && sighting->is_store && sighting->op == inquiry->breach->op;
        if (seen && !follows && (!found || sighting->order < best.sighting.order)) {
            best = *inquiry;
            found = true;
        }
    }
    *inquiry = best;
    return found;
}

static bool offence(struct inquiry *inquiry)
{
    return first_offence(inquiry, false);
}

static bool offence_before(struct inquiry *inquiry)
{
    return first_offence(inquiry, true);
}

static uint64_t returned_offset(const struct inquiry *inquiry)
{
    return inquiry->breach->pointer - inquiry->session->arena.base;
}

static bool header(struct inquiry *inquiry)
{
    return ask(inquiry, SIGHTING_TRUSTED_HEADER, returned_offset(inquiry), &tale_header);
}

static bool link_to_block(struct inquiry *inquiry)
{
    return ask(inquiry, SIGHTING_TRUSTED_LINK, returned_offset(inquiry), &tale_link);
}

static bool last_store(struct inquiry *inquiry)
{
    const struct breach *breach = inquiry->breach;
    return ask(inquiry, SIGHTING_LAST_STORE, breach->before.offset + breach->first_bad,
               &tale_last_store);
}

/// The store of what is wrong, or else the copy that ended before it.
static bool lost_data(struct inquiry *inquiry)
{
    const struct breach *breach = inquiry->breach;
    uint64_t at = returned_offset(inquiry) + breach->first_bad;
    bool stored = ask(inquiry, SIGHTING_LAST_STORE, at, &tale_last_store) &&
                  inquiry->sighting.op == breach->op;
    return stored || (breach->first_bad > 0 &&
                      ask(inquiry, SIGHTING_LAST_STORE, at - 1, &tale_copy_end) &&
                      inquiry->sighting.op == breach->op);
}

/// The store of the tag that is not as the fit lab's policy wants it.
static bool tag(struct inquiry *inquiry)
{
    const struct placement_difference *difference = &inquiry->breach->difference;
    uint64_t header_at = difference->wanted.offset - 4;
    return ask(inquiry, SIGHTING_LAST_STORE, header_at, &tale_tag);
}

/// The access that the signal has ended.
static bool crash(struct inquiry *inquiry)
{
    const struct worker_news *news = &inquiry->session->news;
    bool has_address = (news->signal == SIGSEGV || news->signal == SIGBUS) &&
                       !(news->signal_code == SI_KERNEL && news->address == 0);
    if (!take_kind(inquiry, SIGHTING_LAST, &tale_crash)) {
        return false;
    }
    uint64_t distance = news->address - inquiry->sighting.address;
    return has_address ? distance < (uint64_t)inquiry->sighting.bytes + NEAR_FAULT
                       : news->signal == SIGSEGV;
}

struct inquest {
    const char *code;
    search_fn *searches[6];
    bool compared; ///< the verdict stems from a comparison of runs: one alone breaks no rule
};

static const struct inquest inquests[] = {
    {"PAYLOAD_CHANGED", {watched_store, last_store}},
    {"FREE_NULL", {sbrk_in_call, watched_store}},
    {"REALLOC_LOST_DATA", {lost_data}},
    {"OVERLAP", {offence_before, header, link_to_block, offence}},
    {"OUT_OF_HEAP", {offence_before, header, link_to_block, sbrk_in_call, offence}},
    {"MALLOC_ZERO", {offence_before}},
    {"REALLOC_ZERO", {offence_before}},
    {"PAST_BREAK", {outside}},
    {"CRASH", {offence, crash, last_block}},
    {"TIMEOUT", {offence, last_block}},
    {"EXITED", {offence, last_block}},
    {"FORBIDDEN_SYSCALL", {last_block}},
    {"HEAP_EXHAUSTED", {offence_before, leak, sbrk_in_call}},
    {"NULL_RETURNED", {offence_before}},
    {"CHECKHEAP_FAILED", {offence_before}},
    {"UNINIT_READ", {fresh_load}, true},
    {"UNOBSERVED", {payload_load}, true},
    {"WRONG_TAGS", {tag}},
    {"WRONG_SPLIT", {tag}},
    {"WRONG_MERGE", {tag}},
};

static const struct inquest *find_inquest(const char *code)
{
    for (size_t i = 0; i < sizeof inquests / sizeof *inquests; i++) {
        if (strcmp(inquests[i].code, code) == 0) {
            return &inquests[i];
        }
    }
    return NULL;
}

// --- The instrumented run ---------------------------------------------------------------------

struct rerun {
    struct session_plan plan;
    struct session_watch watch;
    struct session session;
    struct play play;
};

/// The bytes whose change is to be explained.
static struct session_watch watch_of(const struct breach *breach, const char *code)
{
    uint64_t from = breach->before.offset + breach->first_bad;
    bool changed = strcmp(code, "PAYLOAD_CHANGED") == 0 || strcmp(code, "FREE_NULL") == 0;
    return changed && breach->n_shown > 0 ? (struct session_watch){from, from + breach->n_shown}
                                          : (struct session_watch){0};
}

/// Whether the run came to the same end: that of the graded one, or none when the verdict stems
/// from a comparison of runs.
static bool is_same(const struct rerun *rerun, const struct breach *breach,
                    const uint64_t *pointers, bool compared)
{
    const struct breach *seen = &rerun->play.breach;
    bool same_end = compared ? seen->check == NULL
                             : seen->check != NULL && seen->op == breach->op &&
                                   strcmp(seen->check->code, breach->check->code) == 0;
    size_t n = breach->op > 0 ? breach->op - 1 : 0;
    return same_end && memcmp(rerun->play.pointers, pointers, n * sizeof *pointers) == 0;
}

/// Plays up to the breach; true when the submission did the same as before.
static bool run_again(struct rerun *rerun, const struct session_plan *plan,
                      const struct breach *breach, const uint64_t *pointers,
                      const struct inquest *inquest)
{
    bool timed_out = strcmp(inquest->code, "TIMEOUT") == 0;
    rerun->plan = *plan;
    rerun->plan.library = sources_library(plan->sources);
    rerun->plan.watch = &rerun->watch;
    rerun->plan.echo_output = false;
    rerun->plan.call_seconds *= timed_out ? 1 : SLOWER;
    rerun->plan.total_seconds *= SLOWER;
    rerun->watch = watch_of(breach, inquest->code);
    if (!session_open(&rerun->session, &rerun->plan)) {
        return false;
    }
    rerun->session.stop_past_break = strcmp(inquest->code, "PAST_BREAK") == 0;
    struct play_plan play_plan = {.fresh = plan->settings->fresh,
                                  .observe = true,
                                  .n_ops = breach->op,
                                  .watch = LAYOUT_NO_SLOT};
    play_trace(&rerun->play, &rerun->session, &play_plan);
    rerun->play.plan = NULL;
    return is_same(rerun, breach, pointers, inquest->compared);
}

// --- The text ---------------------------------------------------------------------------------

/// "mm.c:214 in set_tags(), called by place() at mm.c:230 and mm_malloc() at mm.c:260:"
static void tell_places(FILE *file, const struct verdict *verdict)
{
    const struct code_place *place = verdict->places;
    fprintf(file, "%s:%zu in %s()", place->file, place->line, place->function);
    for (size_t i = 1; i < verdict->n_places; i++) {
        place = &verdict->places[i];
        fprintf(file, "%s %s() at %s:%zu", i == 1 ? ", called by" : ",", place->function,
                place->file, place->line);
    }
    fprintf(file, ":\n    %s\n", verdict->places[0].text);
}

/// A statement like `*size--;` moves the pointer and leaves the number; the same for ++.
static bool has_precedence_slip(const char *text)
{
    bool steps = strstr(text, "--;") != NULL || strstr(text, "++;") != NULL;
    return text[0] == '*' && steps && strpbrk(text, "=(") == NULL;
}

static void set_hint(const struct inquiry *inquiry, struct verdict *verdict)
{
    const char *hint = inquiry->tale->hint;
    if (has_precedence_slip(verdict->places[0].text)) {
        hint = "*p-- is *(p--): it moves the pointer and leaves the number; (*p)-- was meant";
    }
    if (hint != NULL) {
        free(verdict->hint);
        verdict->hint = xstrdup(hint);
    }
}

static void draw(FILE *file, const struct inquiry *inquiry, const struct verdict *verdict)
{
    bool has_picture = verdict->details != NULL && strstr(verdict->details, "[") != NULL &&
                       strstr(verdict->details, "^") != NULL;
    uint64_t from = inquiry_offset(inquiry);
    if (inquiry->tale->draws && !has_picture && from < inquiry->session->arena.max_bytes) {
        struct telling telling = {.session = inquiry->session, .details = file};
        const char *what = inquiry->sighting.is_store ? "stored" : "loaded";
        tell_picture(&telling, from, from + inquiry->sighting.bytes, LAYOUT_NO_SLOT, "%s here",
                     what);
    }
}

static void tell(const struct inquiry *inquiry, const struct sources *sources,
                 struct verdict *verdict)
{
    size_t n_bytes;
    verdict->places = sources_resolve(sources, &inquiry->sighting, &verdict->n_places);
    if (verdict->n_places == 0) {
        return;
    }
    FILE *file = open_memstream(&verdict->source, &n_bytes);
    if (file == NULL) {
        die("out of memory");
    }
    tell_places(file, verdict);
    inquiry->tale->tell(file, inquiry);
    draw(file, inquiry, verdict);
    fclose(file);
    set_hint(inquiry, verdict);
}

static void inquire(struct rerun *rerun, const struct breach *breach,
                    const struct inquest *inquest, struct verdict *verdict)
{
    struct inquiry inquiry = {.session = &rerun->session, .breach = breach};
    for (size_t i = 0; i < 6 && inquest->searches[i] != NULL && verdict->n_places == 0; i++) {
        if (inquest->searches[i](&inquiry)) {
            free(verdict->places);
            verdict->places = NULL;
            tell(&inquiry, rerun->plan.sources, verdict);
        }
    }
}

void explain_source(const struct session_plan *plan, const struct breach *breach,
                    const uint64_t *pointers, struct verdict *verdict)
{
    const struct inquest *inquest = find_inquest(verdict->code);
    if (plan->sources == NULL || inquest == NULL || breach->loading || breach->news.whole_run) {
        return;
    }
    if (sources_library(plan->sources) == NULL) {
        verdict->source = xstrdup("Which line did it is not known: the submission cannot be built "
                                  "so that its accesses are seen.\n");
        return;
    }
    struct rerun rerun = {.play.breach = breach_none()};
    if (run_again(&rerun, plan, breach, pointers, inquest)) {
        inquire(&rerun, breach, inquest, verdict);
    } else if (rerun.session.news.event != WORKER_INTERRUPTED) {
        verdict->source = xstrdup("Which line did it is not known: the submission behaves "
                                  "differently when its accesses are watched.\n");
    }
    session_close(&rerun.session);
    play_free(&rerun.play);
}
