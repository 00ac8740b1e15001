// SPDX-License-Identifier: MIT
// A wrong answer of a TLB: the history of the pages of that set, which of them golden model and
// submission still have, and which typical mistake would answer the same.
#include <inttypes.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/modules/explain.h"
#include "harness/modules/guess.h"

#define MAX_ROWS 12

enum fate { THERE, EVICTED, INVALIDATED, FLUSHED };

/// A page of the set, and what became of its entry. Records count from 1.
struct entry {
    uint64_t asid, vpn, ppn, flags;
    size_t inserted, used, gone;
    bool at_end; ///< gone when all was taken down
    enum fate fate;
};

struct history {
    const struct telling *telling;
    struct guess *guess;
    uint64_t set;
    struct entry *entries; ///< the last one is the page of the breach, once it was inserted
    size_t n_entries, capacity;
};

static bool is_last(const struct history *history, const struct pipeline *pipeline)
{
    return pipeline->n_own_calls[MODULE_TLB] == history->telling->breach->n_call;
}

static struct entry *find(const struct history *history, uint64_t asid, uint64_t vpn)
{
    for (size_t i = 0; i < history->n_entries; i++) {
        if (history->entries[i].asid == asid && history->entries[i].vpn == vpn) {
            return &history->entries[i];
        }
    }
    return NULL;
}

/// Whether a TLB may not have the entry any more; under a free policy nothing has to give way.
static bool is_gone(const struct pipeline *pipeline, const struct entry *entry)
{
    if (pipeline->config->tlb.policy != TLB_FREE) {
        return tlb_peek(&pipeline->tlb, (uint32_t)entry->asid, entry->vpn) == NULL;
    }
    return !pages_peek(&pipeline->pages, (uint16_t)entry->asid, entry->vpn)->cacheable;
}

/// Marks what the golden TLB does not have any more.
static void mark_gone(struct history *history, const struct pipeline *pipeline, enum fate fate)
{
    for (size_t i = 0; i < history->n_entries; i++) {
        struct entry *entry = &history->entries[i];
        if (entry->fate == THERE && is_gone(pipeline, entry)) {
            entry->fate = fate;
            entry->gone = pipeline->record + 1;
            entry->at_end = pipeline->phase == PHASE_END;
        }
    }
}

static void note_insert(struct history *history, const struct pipeline *pipeline)
{
    const uint64_t *arguments = pipeline->call.arguments;
    struct entry *entry = find(history, arguments[0], arguments[1]);
    if (entry == NULL) {
        history->entries = array_grow(history->entries, &history->capacity, history->n_entries,
                                      sizeof *history->entries);
        entry = &history->entries[history->n_entries++];
    }
    *entry = (struct entry){.asid = arguments[0],
                            .vpn = arguments[1],
                            .ppn = arguments[2],
                            .flags = arguments[3],
                            .inserted = pipeline->record + 1,
                            .used = pipeline->record + 1};
    mark_gone(history, pipeline, EVICTED);
}

static bool watch(void *context, const struct pipeline *pipeline)
{
    struct history *history = context;
    const struct module_call *call = &pipeline->call;
    bool last = is_last(history, pipeline);
    guess_feed(history->guess, call, last ? history->telling->breach->seen : call->expected);
    uint64_t sets = pipeline->config->tlb.sets;
    bool in_set = call->function != RING_TLB_INIT && call->function != RING_TLB_FLUSH &&
                  (call->arguments[1] & (sets - 1)) == history->set;
    if (call->function == RING_TLB_INSERT && in_set) {
        note_insert(history, pipeline);
    } else if (call->function == RING_TLB_LOOKUP && in_set && call->expected[0] != 0 && !last) {
        struct entry *entry = find(history, call->arguments[0], call->arguments[1]);
        if (entry != NULL) {
            entry->used = pipeline->record + 1;
        }
    } else if (call->function == RING_TLB_INVALIDATE && in_set) {
        mark_gone(history, pipeline, INVALIDATED);
    } else if (call->function == RING_TLB_FLUSH) {
        mark_gone(history, pipeline, FLUSHED);
    }
    return true;
}

static void say_fate(FILE *file, const struct entry *entry)
{
    static const char *const words[] = {"there", "evicted", "invalidated", "flushed"};
    char text[40];
    if (entry->fate == THERE) {
        snprintf(text, sizeof text, "%s", words[THERE]);
    } else {
        snprintf(text, sizeof text, entry->at_end ? "%s at the end" : "%s at %zu",
                 words[entry->fate], entry->gone);
    }
    fprintf(file, "%-24s", text);
}

/// Asks the submission whether it still has a page. The run is over: nothing follows from it.
static const char *probe(const struct telling *telling, const struct entry *entry)
{
    struct module_session *session = telling->pipeline->session;
    const uint64_t arguments[] = {entry->asid, entry->vpn};
    if (session->news.event != WORKER_REPLIED ||
        !module_call(session, RING_TLB_LOOKUP, arguments, 2)) {
        return "?";
    }
    return session->results[0] != 0 ? "there" : "not there";
}

static int latest_first(const void *a, const void *b)
{
    const struct entry *first = a;
    const struct entry *second = b;
    return first->used > second->used ? -1 : first->used < second->used;
}

static void draw(const struct history *history)
{
    const struct telling *telling = history->telling;
    FILE *file = telling->details;
    if (history->n_entries == 0) {
        return;
    }
    qsort(history->entries, history->n_entries, sizeof *history->entries, latest_first);
    fprintf(file, "\nSet 0x%" PRIx64 ", %" PRIu32 " ways; numbers are accesses:\n", history->set,
            telling->pipeline->config->tlb.ways);
    fprintf(file, "  %-14s %5s %9s %9s   %-24s%s\n", "VPN", "ASID", "inserted", "used", "golden",
            "yours");
    for (size_t i = 0; i < history->n_entries && i < MAX_ROWS; i++) {
        const struct entry *entry = &history->entries[i];
        bool at_hand = entry->asid == telling->breach->call.arguments[0] &&
                       entry->vpn == telling->breach->call.arguments[1];
        fprintf(file, "  0x%-12" PRIx64 " %5" PRIu64 " %9zu %9zu   ", entry->vpn, entry->asid,
                entry->inserted, entry->used);
        say_fate(file, entry);
        fprintf(file, "%s%s\n", probe(telling, entry), at_hand ? "   <--" : "");
    }
    if (history->n_entries > MAX_ROWS) {
        fprintf(file, "  and %zu pages used earlier\n", history->n_entries - MAX_ROWS);
    }
}

/// Another process's entry of the same page that the answer is.
static const struct entry *find_foreign(const struct history *history)
{
    const struct breach *breach = history->telling->breach;
    for (size_t i = 0; i < history->n_entries; i++) {
        const struct entry *entry = &history->entries[i];
        if (entry->vpn == breach->call.arguments[1] && entry->asid != breach->call.arguments[0] &&
            entry->ppn == breach->seen[1]) {
            return entry;
        }
    }
    return NULL;
}

/// A hit where golden misses: what the history of the page makes of it.
static void tell_false_hit(const struct history *history)
{
    const struct telling *telling = history->telling;
    FILE *file = telling->message;
    const struct breach *breach = telling->breach;
    const struct entry *entry = find(history, breach->call.arguments[0], breach->call.arguments[1]);
    const struct entry *foreign = find_foreign(history);
    if (entry != NULL && entry->fate == EVICTED) {
        fprintf(file, " hit, but that entry had to give way at access %zu.", entry->gone);
        return;
    }
    bool stale = entry != NULL || foreign != NULL;
    telling->pipeline->breach.rule = stale ? RULE_STALE_TLB : RULE_WRONG_HIT;
    if (entry != NULL) {
        fprintf(file, " hit, but the page was %s ",
                entry->fate == FLUSHED ? "flushed" : "invalidated");
        if (entry->at_end) {
            fputs("when its process ended.", file);
            return;
        }
        fputs("at ", file);
        say_record(file, telling, entry->gone - 1);
        fputs(".", file);
    } else if (foreign != NULL) {
        fprintf(file, " hit with the entry of ASID %" PRIu64 ".", foreign->asid);
    } else {
        fputs(" hit, but that page was never put in.", file);
    }
}

static void tell_wrong_translation(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    bool is_ppn = breach->differs == 1;
    fprintf(telling->message, " gave %s 0x%" PRIx64 ", not 0x%" PRIx64 " as it was inserted last.",
            is_ppn ? "PPN" : "flags", breach->seen[breach->differs],
            breach->call.expected[breach->differs]);
    for (unsigned bits = 8; bits <= 32; bits *= 2) {
        uint64_t mask = (UINT64_C(1) << bits) - 1;
        if (breach->seen[breach->differs] == (breach->call.expected[breach->differs] & mask)) {
            fprintf(telling->hint, "it was kept in a variable of %u bits%s; %s", bits,
                    breach->seen[breach->differs] == 0 ? ", or not at all" : "",
                    is_ppn ? "a PPN has up to 40" : "XD is bit 63 of the flags");
            return;
        }
    }
}

static void tell_missed_hit(const struct history *history)
{
    const struct breach *breach = history->telling->breach;
    const struct entry *entry = find(history, breach->call.arguments[0], breach->call.arguments[1]);
    fputs(" missed", history->telling->message);
    if (entry != NULL) {
        fprintf(history->telling->message,
                ", but the page was inserted at access %zu, used last at access %zu, and nothing "
                "has driven it out.",
                entry->inserted, entry->used);
    } else {
        fputs(", but the page is there.", history->telling->message);
    }
}

static void tell_over_capacity(const struct telling *telling)
{
    fprintf(telling->message,
            "By its hits up to here, set 0x%x has held more than its %" PRIu32 " entries at once.",
            telling->breach->differs, telling->pipeline->config->tlb.ways);
    fputs("entries are kept in more places than sets x ways, or a page is found in a set that is "
          "not its own",
          telling->hint);
}

void explain_tlb(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    if (breach->rule == RULE_OVER_CAPACITY) {
        tell_over_capacity(telling);
        return;
    }
    const struct module_config *config = telling->pipeline->config;
    uint64_t vpn = breach->call.arguments[1];
    struct history history = {.telling = telling,
                              .guess = guess_open(&guess_tlb, config),
                              .set = vpn & (config->tlb.sets - 1)};
    explain_replay(telling, &(struct pipeline_watcher){.after = watch, .context = &history});
    say_call(telling->message, telling);
    if (breach->rule == RULE_MISSED_HIT) {
        tell_missed_hit(&history);
    } else if (breach->rule == RULE_WRONG_TRANSLATION) {
        tell_wrong_translation(telling);
    } else {
        tell_false_hit(&history);
    }
    uint32_t index_bits = (uint32_t)__builtin_ctz(config->tlb.sets);
    fprintf(telling->details, "VPN 0x%" PRIx64 " = TLBT 0x%" PRIx64 " | TLBI 0x%" PRIx64 "\n", vpn,
            vpn >> index_bits, history.set);
    draw(&history);
    if (config->tlb.policy != TLB_FREE && ftell(telling->hint) == 0) {
        guess_tell(history.guess, telling->hint);
    }
    guess_close(history.guess);
    free(history.entries);
}
