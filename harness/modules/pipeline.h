// SPDX-License-Identifier: MIT
// One trace through the machine, golden model and submission in lockstep. Which function is called
// with what follows from golden state alone, so no answer of one module reaches another; each
// answer is compared at once, and the first that differs ends the run.
//
//   VA -> split_va -> tlb_lookup -miss-> pt_walk -missing page-> replace_victim, pt_unmap,
//         tlb_invalidate, pt_map, replace_loaded, pt_walk -> tlb_insert
//      -> replace_touched -> join_pa, split_pa -> cache_access -> a byte
//
// Modules that are not judged are golden alone. Traces without ACCESS_MAP are demand paged. In the
// others MAP, UNMAP and PROTECT become calls page by page, and an access outside or against the
// flags must be answered with that fault, and is then left out.
//
// Glossary, beside that of session.h:
//   twin       golden part and submission's, asked the same: twin_*.c, one a module
//   record     a line of the trace; a MODIFY is used twice
//   replay     the golden model alone over the same records, watched: for pictures and guesses
#ifndef MMGRADE_MODULES_PIPELINE_H
#define MMGRADE_MODULES_PIPELINE_H

#include "harness/access/access.h"
#include "harness/modules/breach.h"
#include "harness/modules/config.h"
#include "harness/modules/data.h"
#include "harness/modules/pages.h"
#include "harness/modules/session.h"
#include "harness/modules/tables.h"
#include "harness/vm/pagetable.h"

struct pipeline;

/// Told of each call in a replay: before golden state changes, and with the answer. False ends it.
struct pipeline_watcher {
    bool (*before)(void *context, const struct pipeline *pipeline);
    bool (*after)(void *context, const struct pipeline *pipeline);
    void *context;
};

/// What a submission chose where it may choose (free policies), for replays.
struct pipeline_choices {
    uint64_t *values;
    size_t n_values, capacity;
};

struct pipeline_plan {
    const struct access_trace *trace;
    size_t n_records; ///< of it, from the first
    const struct module_config *config;
    unsigned judged;                        ///< a mask of modules
    bool moves_data;                        ///< and starts with what the machine's preset holds
    struct module_session *session;         ///< NULL: a replay
    struct pipeline_choices *choices;       ///< filled, or read in a replay
    const struct pipeline_watcher *watcher; ///< or NULL
};

/// One process.
struct space {
    struct pagetable golden;
    uint64_t root; ///< the submission's
    bool destroyed;
};

struct pipeline_counts {
    uint64_t n_accesses, n_faults, n_writebacks;
    uint64_t n_hits, n_lookups; ///< of the TLB, the submission's
    uint64_t n_golden_hits;     ///< of LRU, under a free policy
    uint64_t n_cache_hits, n_cache_uses;
    uint64_t n_walks, n_walk_references, n_golden_references;
    uint64_t peak_golden_frames;
    size_t extra_record;                ///< the first with a reference too many, from 1; 0: none
    uint64_t extra_reads, extra_writes; ///< there
};

struct pipeline {
    const struct pipeline_plan *plan;
    const struct module_config *config;
    const struct geometry *geometry;
    struct module_session *session;
    unsigned heard;                          ///< modules whose calls somebody hears
    bool demand;                             ///< a demand-paged trace
    const struct machine_contents *contents; ///< that the run starts with, or NULL

    enum phase phase;
    size_t record;
    const struct access *access;
    enum walk_access use_kind;       ///< of the access at hand
    uint64_t n_calls;                ///< of all modules that anybody hears
    uint64_t n_own_calls[N_MODULES]; ///< the same in each replay
    struct module_call call;
    struct breach breach;
    struct error *error; ///< what the machine cannot do with this trace
    bool failed;
    struct pipeline_counts counts;
    size_t next_choice;

    struct space **spaces; ///< by process; NULL where none has run
    uint16_t process;
    struct physical *golden_memory;
    struct tlb tlb;
    struct cache cache;
    struct data data;
    struct pages pages;
    const struct policy *policy;
    void *policy_state;
    struct page_place {
        uint16_t process;
        uint64_t vpn;
    } * frames; ///< the pages in frames 0 .. n_used_frames - 1
    uint32_t n_used_frames;
    uint64_t n_mapped_pages, n_mapped_large; ///< frames given to pages by MAP
    uint64_t *next_uses;                     ///< by use, when somebody needs the future
    uint64_t n_uses;
    uint64_t random; ///< state of replace_random()

    // The submission's page tables, and the call at hand in them.
    struct tables tables;
    uint64_t call_root;
    uint64_t path[GEOMETRY_MAX_LEVELS]; ///< entries that the call may write
    unsigned n_path;
    unsigned path_read;     ///< a mask: which of them it has read
    bool may_write_all;     ///< pt_destroy
    bool may_map_refused;   ///< pt_map was not called yet without frames
    uint64_t n_allocs_left; ///< that frame_alloc grants
    uint64_t n_reads, n_writes, n_idle_writes;
    struct tlb_holding *holdings; ///< of a free TLB: see twin_tlb.c
    size_t n_holdings, holdings_capacity;
};

void pipeline_open(struct pipeline *pipeline, const struct pipeline_plan *plan);
void pipeline_close(struct pipeline *pipeline);

/// Plays the records. True when no rule was broken (`breach` tells the first) and the machine could
/// do it: otherwise `failed` is set and *error says why.
bool pipeline_run(struct pipeline *pipeline, struct error *error);

/// The session's module_answer; the context is the pipeline.
bool pipeline_answer(void *context, const struct module_question *question, uint64_t *value);

// For twins.

/// Notes the call that comes next; to be called before golden state changes. False ends the run.
bool pipeline_announce(struct pipeline *pipeline, enum module module,
                       enum ring_function_number function, const uint64_t *arguments,
                       unsigned n_arguments);

#define ANNOUNCE(pipeline, module, function, ...)                                                  \
    pipeline_announce(pipeline, module, function, (const uint64_t[]){__VA_ARGS__},                 \
                      sizeof(const uint64_t[]){__VA_ARGS__} / sizeof(uint64_t))

/// Makes the announced call, if the module is judged. False when it did not come back.
bool pipeline_ask(struct pipeline *pipeline, const uint64_t *expected, unsigned n_results);

#define ASK(pipeline, ...)                                                                         \
    pipeline_ask(pipeline, (const uint64_t[]){__VA_ARGS__},                                        \
                 sizeof(const uint64_t[]){__VA_ARGS__} / sizeof(uint64_t))

/// Whether there is an answer of the submission to compare, in session->results.
static inline bool pipeline_judges(const struct pipeline *pipeline, enum module module)
{
    return pipeline->session != NULL && (pipeline->plan->judged & 1u << module) != 0;
}

/// Notes that the call at hand broke a rule. Returns false.
bool pipeline_break(struct pipeline *pipeline, enum rule_id rule, unsigned differs);

/// Notes that the worker did not come back: from the call at hand, or from loading. Returns false.
bool pipeline_stopped(struct pipeline *pipeline);

/// A choice of the submission: noted, or taken from the notes.
uint64_t pipeline_choose(struct pipeline *pipeline, uint64_t value);

/// The frame that holds page number `frame` of memory: PPNs whose bits are well mixed, all in the
/// upper half: page tables have the lower one. Where a cache is judged and no page table, all of
/// memory, from 0 on: a line with the tag 0 must not be found in an empty place.
uint64_t pipeline_ppn(const struct pipeline *pipeline, uint64_t frame);

// The flow: flow.c.

/// One record of the trace. False when a rule was broken or the machine cannot do it.
bool flow_record(struct pipeline *pipeline, const struct access *access);
/// Puts in what the machine's preset holds.
bool flow_fill(struct pipeline *pipeline);
/// The byte that the access at hand stores, or must read; false when it must fault.
bool flow_expects_byte(struct pipeline *pipeline, uint8_t *byte);
/// Takes down what was built.
bool flow_end(struct pipeline *pipeline);

#endif
