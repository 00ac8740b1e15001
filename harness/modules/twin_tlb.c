// SPDX-License-Identifier: MIT
// The TLB. Under a free policy any right answer will do, and golden LRU runs beside it for
// comparison; then each entry's time in the TLB is noted, from its insertion to its last hit, since
// a TLB of any policy holds no more entries at once than it has places.
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/modules/twins.h"

enum { HIT, PPN, FLAGS };

/// A page's stay in a free TLB, in calls.
struct tlb_holding {
    uint64_t set, from, to;
    size_t record; ///< of the last hit
};

/// Only a submission has a policy of its own.
static bool is_free(const struct pipeline *pipeline)
{
    return pipeline->config->tlb.policy == TLB_FREE &&
           (pipeline->plan->judged & 1u << MODULE_TLB) != 0;
}

bool twin_tlb_open(struct pipeline *pipeline)
{
    struct tlb_settings settings = pipeline->config->tlb;
    if (settings.sets == 0) {
        return true;
    }
    enum tlb_policy stated = settings.policy;
    settings.policy = stated == TLB_FREE ? TLB_LRU : stated;
    tlb_open(&pipeline->tlb, &settings);
    return ANNOUNCE(pipeline, MODULE_TLB, RING_TLB_INIT, settings.sets, settings.ways, stated) &&
           pipeline_ask(pipeline, NULL, 0);
}

void twin_tlb_close(struct pipeline *pipeline)
{
    if (pipeline->tlb.settings.sets > 0) {
        tlb_close(&pipeline->tlb);
    }
    free(pipeline->holdings);
}

static bool compare(struct pipeline *pipeline, const struct tlb_entry *golden)
{
    const uint64_t *seen = pipeline->session->results;
    if ((seen[HIT] != 0) != (golden != NULL)) {
        return pipeline_break(pipeline, golden != NULL ? RULE_MISSED_HIT : RULE_WRONG_HIT, HIT);
    }
    if (golden != NULL && seen[PPN] != golden->ppn) {
        return pipeline_break(pipeline, RULE_WRONG_TRANSLATION, PPN);
    }
    if (golden != NULL && seen[FLAGS] != golden->flags) {
        return pipeline_break(pipeline, RULE_WRONG_TRANSLATION, FLAGS);
    }
    return true;
}

/// An answer under a free policy: a hit must be true.
static bool check_free(struct pipeline *pipeline, const struct page *page)
{
    const uint64_t *seen = pipeline->session->results;
    if (seen[HIT] == 0) {
        return true;
    }
    if (!page->cacheable) {
        return pipeline_break(pipeline, RULE_WRONG_HIT, HIT);
    }
    bool same_frame = seen[PPN] == page->ppn;
    return (same_frame && seen[FLAGS] == page->flags) ||
           pipeline_break(pipeline, RULE_WRONG_TRANSLATION, same_frame ? FLAGS : PPN);
}

static void note_hit(struct pipeline *pipeline, const struct page *page)
{
    struct tlb_holding *holding = &pipeline->holdings[page->holding];
    holding->to = pipeline->n_calls;
    holding->record = pipeline->record;
}

static bool lookup_free(struct pipeline *pipeline, uint16_t process, uint64_t vpn, bool *hit,
                        uint64_t *ppn, uint64_t *flags)
{
    pipeline->counts.n_golden_hits += tlb_lookup(&pipeline->tlb, process, vpn) != NULL;
    const struct page *page = pages_find(&pipeline->pages, process, vpn);
    if (!ASK(pipeline, page->cacheable, page->ppn, page->flags)) {
        return false;
    }
    bool judged = pipeline_judges(pipeline, MODULE_TLB);
    if (judged && !check_free(pipeline, page)) {
        return false;
    }
    *hit = pipeline_choose(pipeline, judged && pipeline->session->results[HIT]) != 0;
    *ppn = page->ppn;
    *flags = page->flags;
    if (*hit) {
        note_hit(pipeline, page);
    }
    return true;
}

bool twin_tlb_lookup(struct pipeline *pipeline, uint16_t process, uint64_t vpn, bool *hit,
                     uint64_t *ppn, uint64_t *flags)
{
    *hit = false;
    if (pipeline->tlb.settings.sets == 0) {
        return true;
    }
    if (!ANNOUNCE(pipeline, MODULE_TLB, RING_TLB_LOOKUP, process, vpn)) {
        return false;
    }
    bool fine;
    if (is_free(pipeline)) {
        fine = lookup_free(pipeline, process, vpn, hit, ppn, flags);
    } else {
        const struct tlb_entry *golden = tlb_lookup(&pipeline->tlb, process, vpn);
        *hit = golden != NULL;
        *ppn = golden == NULL ? 0 : golden->ppn;
        *flags = golden == NULL ? 0 : golden->flags;
        fine = ASK(pipeline, *hit, *ppn, *flags) &&
               (!pipeline_judges(pipeline, MODULE_TLB) || compare(pipeline, golden));
    }
    pipeline->counts.n_lookups++;
    pipeline->counts.n_hits += *hit;
    return fine;
}

static void hold(struct pipeline *pipeline, struct page *page, uint64_t ppn, uint64_t flags)
{
    page->cacheable = true;
    page->ppn = ppn;
    page->flags = flags;
    page->holding = pipeline->n_holdings;
    pipeline->holdings = array_grow(pipeline->holdings, &pipeline->holdings_capacity,
                                    pipeline->n_holdings, sizeof *pipeline->holdings);
    pipeline->holdings[pipeline->n_holdings++] =
        (struct tlb_holding){.set = page->vpn & (pipeline->config->tlb.sets - 1),
                             .from = pipeline->n_calls,
                             .to = pipeline->n_calls,
                             .record = pipeline->record};
}

bool twin_tlb_insert(struct pipeline *pipeline, uint16_t process, uint64_t vpn, uint64_t ppn,
                     uint64_t flags)
{
    if (pipeline->tlb.settings.sets == 0) {
        return true;
    }
    if (!ANNOUNCE(pipeline, MODULE_TLB, RING_TLB_INSERT, process, vpn, ppn, flags)) {
        return false;
    }
    tlb_insert(&pipeline->tlb, process, vpn, ppn, flags, NULL);
    if (is_free(pipeline)) {
        hold(pipeline, pages_find(&pipeline->pages, process, vpn), ppn, flags);
    }
    return pipeline_ask(pipeline, NULL, 0);
}

bool twin_tlb_invalidate(struct pipeline *pipeline, uint16_t process, uint64_t vpn)
{
    if (pipeline->tlb.settings.sets == 0) {
        return true;
    }
    if (!ANNOUNCE(pipeline, MODULE_TLB, RING_TLB_INVALIDATE, process, vpn)) {
        return false;
    }
    tlb_invalidate(&pipeline->tlb, process, vpn);
    if (is_free(pipeline)) {
        pages_find(&pipeline->pages, process, vpn)->cacheable = false;
    }
    return pipeline_ask(pipeline, NULL, 0);
}

bool twin_tlb_flush(struct pipeline *pipeline, uint16_t process)
{
    if (pipeline->tlb.settings.sets == 0) {
        return true;
    }
    if (!ANNOUNCE(pipeline, MODULE_TLB, RING_TLB_FLUSH, process)) {
        return false;
    }
    tlb_flush(&pipeline->tlb, process);
    for (size_t i = 0; is_free(pipeline) && i < pipeline->pages.n_places; i++) {
        struct page *page = &pipeline->pages.table[i];
        page->cacheable = page->cacheable && page->process != process;
    }
    return pipeline_ask(pipeline, NULL, 0);
}

static int by_set_and_start(const void *a, const void *b)
{
    const struct tlb_holding *first = a;
    const struct tlb_holding *second = b;
    if (first->set != second->set) {
        return first->set < second->set ? -1 : 1;
    }
    return first->from < second->from ? -1 : first->from > second->from;
}

/// How many of the holdings of one set, of which `last` started last, stood at its start; `ends`
/// has room for the set's ways.
static bool fits(const struct tlb_holding *last, uint64_t *ends, uint32_t ways)
{
    for (uint32_t i = 0; i < ways; i++) {
        if (ends[i] <= last->from) {
            ends[i] = last->to;
            return true;
        }
    }
    return false;
}

bool twin_tlb_end(struct pipeline *pipeline)
{
    if (!pipeline_judges(pipeline, MODULE_TLB) || !is_free(pipeline)) {
        return true;
    }
    uint32_t ways = pipeline->config->tlb.ways;
    uint64_t *ends = xcalloc(ways, sizeof *ends);
    bool fine = true;
    qsort(pipeline->holdings, pipeline->n_holdings, sizeof *pipeline->holdings, by_set_and_start);
    for (size_t i = 0; fine && i < pipeline->n_holdings; i++) {
        const struct tlb_holding *holding = &pipeline->holdings[i];
        if (i > 0 && holding->set != holding[-1].set) {
            memset(ends, 0, ways * sizeof *ends);
        }
        if (holding->to > holding->from && !fits(holding, ends, ways)) {
            pipeline->phase = PHASE_RECORDS;
            pipeline->record = holding->record;
            fine = pipeline_break(pipeline, RULE_OVER_CAPACITY, (unsigned)holding->set);
        }
    }
    free(ends);
    return fine;
}
