// SPDX-License-Identifier: MIT
// The golden machine: opening, the loop over records, counts. The common case, a hit in the first
// TLB and in the first cache, is here; the rest is in machine_*.c.
#include "harness/vm/machine.h"

#include <assert.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/vm/machine_parts.h"

const char *const machine_tlb_names[MACHINE_TLBS] = {
    [MACHINE_DTLB] = "L1 dTLB", [MACHINE_ITLB] = "L1 iTLB", [MACHINE_L2TLB] = "L2 TLB"};
const char *const machine_cache_names[MACHINE_CACHES] = {[MACHINE_L1D] = "L1 d-cache",
                                                         [MACHINE_L1I] = "L1 i-cache",
                                                         [MACHINE_L2] = "L2 cache",
                                                         [MACHINE_L3] = "L3 cache"};

static void open_tlbs(struct machine *machine)
{
    for (int i = 0; i < MACHINE_TLBS; i++) {
        if (machine->settings.tlbs[i].sets > 0) {
            tlb_open(&machine->tlbs[i], &machine->settings.tlbs[i]);
        }
    }
    bool split = machine->settings.tlbs[MACHINE_ITLB].sets > 0;
    machine->fetch_tlb = &machine->tlbs[split ? MACHINE_ITLB : MACHINE_DTLB];
}

static void open_caches(struct machine *machine)
{
    struct cache *below = NULL;
    for (int i = MACHINE_CACHES - 1; i >= 0; i--) {
        if (machine->settings.caches[i].sets > 0) {
            cache_open(&machine->caches[i], &machine->settings.caches[i]);
            machine->below[i] = below;
            below = i >= MACHINE_L2 ? &machine->caches[i] : below;
        }
    }
    bool split = machine->settings.caches[MACHINE_L1I].sets > 0;
    machine->fetch_cache = &machine->caches[split ? MACHINE_L1I : MACHINE_L1D];
}

static void open_memory(struct machine *machine)
{
    const struct machine_settings *settings = &machine->settings;
    const struct geometry *geometry = &settings->geometry;
    machine->frames = physical_open(geometry->pa_bits, geometry->page_bits, 0);
    machine->tables = settings->tables_apart
                          ? physical_open(geometry->pa_bits, geometry->page_bits, 0)
                          : machine->frames;
    if (settings->n_frames == 0) {
        return;
    }
    struct policy_settings policy = settings->policy_settings;
    policy.n_frames = (uint32_t)settings->n_frames;
    machine->first_frame = physical_alloc(machine->frames, settings->n_frames);
    machine->paging = paging_open(policy_of(settings->policy), &policy);
    machine->record_geometry = *geometry;
    machine->record_geometry.pa_bits = geometry->page_bits < 12 ? geometry->page_bits + 40 : 52;
    machine->records = physical_open(machine->record_geometry.pa_bits, geometry->page_bits, 0);
}

struct machine *machine_open(const struct machine_settings *settings)
{
    struct machine *machine = xcalloc(1, sizeof *machine);
    machine->settings = *settings;
    machine->page_mask = (UINT64_C(1) << settings->geometry.page_bits) - 1;
    machine->va_mask = UINT64_MAX >> (64 - settings->geometry.va_bits);
    open_tlbs(machine);
    open_caches(machine);
    open_memory(machine);
    machine->space = machine_space_of(machine, 0);
    if (settings->contents != NULL) {
        machine_fill(machine);
    }
    return machine;
}

void machine_close(struct machine *machine)
{
    if (machine == NULL) {
        return;
    }
    for (int i = 0; i < MACHINE_TLBS; i++) {
        tlb_close(&machine->tlbs[i]);
    }
    for (int i = 0; i < MACHINE_CACHES; i++) {
        cache_close(&machine->caches[i]);
    }
    for (uint32_t i = 0; i < MACHINE_PROCESSES; i++) {
        free(machine->spaces[i]);
    }
    if (machine->paging != NULL) {
        paging_close(machine->paging);
    }
    if (machine->tables != machine->frames) {
        physical_close(machine->tables);
    }
    physical_close(machine->frames);
    physical_close(machine->records);
    free(machine);
}

void machine_run_process(struct machine *machine, uint32_t process)
{
    if (process == machine->process) {
        return;
    }
    machine->process = process;
    machine->space = machine_space_of(machine, process);
    for (int i = 0; i < MACHINE_TLBS; i++) {
        if (!machine->settings.asids && machine->settings.tlbs[i].sets > 0) {
            tlb_flush_all(&machine->tlbs[i]);
        }
    }
}

/// VA -> PA, whatever it takes.
static enum machine_fault translate(struct machine *machine, struct machine_request *request,
                                    struct machine_outcome *outcome)
{
    bool fetch = request->access == WALK_FETCH;
    enum machine_fault fault = MACHINE_NO_FAULT;
    if (request->va > machine->va_mask) {
        fault = MACHINE_SEGMENTATION;
    } else if (machine->paging != NULL) {
        fault = machine_page_use(machine, request);
    }
    if (fault != MACHINE_NO_FAULT) {
        outcome->tlb = -1;
        return fault;
    }
    uint32_t page_bits = machine->settings.geometry.page_bits;
    struct tlb *first = fetch ? machine->fetch_tlb : &machine->tlbs[MACHINE_DTLB];
    const struct tlb_entry *entry = tlb_lookup(first, machine->process, request->va >> page_bits);
    if (entry == NULL || !machine_entry_suffices(entry->flags, request->access, request->user)) {
        return machine_translate_slowly(machine, request, entry, outcome);
    }
    machine->counts.n_direct[fetch]++;
    request->pa = entry->ppn << page_bits | (request->va & machine->page_mask);
    return MACHINE_NO_FAULT;
}

/// What an access meets that hits at once. Whatever goes another way changes it: so the common case
/// writes nothing.
static struct machine_outcome expect(const struct machine *machine, const struct access *record)
{
    bool fetch = record->kind == ACCESS_FETCH;
    return (struct machine_outcome){
        .tlb = (int)((fetch ? machine->fetch_tlb : &machine->tlbs[MACHINE_DTLB]) - machine->tlbs),
        .cache =
            (int)((fetch ? machine->fetch_cache : &machine->caches[MACHINE_L1D]) - machine->caches),
        .va = record->address,
        .pa = GEOMETRY_NONE,
    };
}

/// *outcome is what expect() gives, or of no interest.
static void play_access(struct machine *machine, const struct access *record,
                        enum walk_access access, struct machine_outcome *outcome)
{
    bool fetch = access == WALK_FETCH;
    struct machine_request request = {.va = record->address,
                                      .access = access,
                                      .user = record->flags & ACCESS_MAY_USER,
                                      .pa = GEOMETRY_NONE};
    machine->counts.n_accesses++;
    machine->counts.n_fetches += fetch;
    outcome->fault = translate(machine, &request, outcome);
    outcome->pa = request.pa;
    if (outcome->fault != MACHINE_NO_FAULT) {
        machine->counts.n_faults[outcome->fault]++;
        if (outcome->fault != MACHINE_MISSING) {
            outcome->cache = -1;
            return;
        }
    }
    struct cache *first = fetch ? machine->fetch_cache : &machine->caches[MACHINE_L1D];
    bool write = access == WALK_WRITE;
    struct cache_outcome answer = cache_access(first, request.pa, write);
    if (!answer.hit) {
        machine_fetch_line(machine, first, &answer, request.pa, write, outcome);
        return;
    }
    if (write && !first->settings.write_back) {
        machine_pass_on(machine, machine->below[first - machine->caches], request.pa);
    }
}

static void play(struct machine *machine, const struct access *record,
                 struct machine_outcome *outcome)
{
    static const enum walk_access kinds[] = {
        [ACCESS_FETCH] = WALK_FETCH, [ACCESS_READ] = WALK_READ, [ACCESS_WRITE] = WALK_WRITE};
    if (record->kind > ACCESS_MODIFY) {
        outcome->tlb = outcome->cache = -1;
        machine_play_event(machine, record);
        return;
    }
    if (record->process != machine->process) {
        machine_run_process(machine, record->process);
    }
    if (record->kind != ACCESS_MODIFY) {
        play_access(machine, record, kinds[record->kind], outcome);
        return;
    }
    play_access(machine, record, WALK_READ, outcome);
    *outcome = expect(machine, record);
    play_access(machine, record, WALK_WRITE, outcome);
}

void machine_run(struct machine *machine, const struct access *records, size_t n)
{
    struct machine_outcome outcome = {0};
    for (size_t i = 0; i < n; i++) {
        play(machine, &records[i], &outcome);
    }
}

struct machine_outcome machine_access(struct machine *machine, const struct access *record)
{
    struct machine_outcome outcome = expect(machine, record);
    play(machine, record, &outcome);
    return outcome;
}

struct machine_counts machine_counts(const struct machine *machine)
{
    struct machine_counts counts = machine->counts;
    for (int i = 0; i < MACHINE_TLBS; i++) {
        const struct tlb *tlb = &machine->tlbs[i];
        counts.tlbs[i] = (struct machine_tlb_counts){tlb->n_hits, tlb->n_misses};
    }
    for (int i = 0; i < MACHINE_CACHES; i++) {
        const struct cache *cache = &machine->caches[i];
        counts.caches[i] =
            (struct machine_cache_counts){cache->n_hits, cache->n_misses, cache->n_evictions,
                                          cache->n_writebacks, cache->n_write_throughs};
    }
    if (machine->paging != NULL) {
        counts.n_page_writebacks = paging_counts(machine->paging).n_writebacks;
    }
    return counts;
}

const struct machine_settings *machine_settings(const struct machine *machine)
{
    return &machine->settings;
}

/// Lookups in first TLBs and caches, by accesses alone.
static uint64_t first_cycles(const struct machine *machine, const struct machine_counts *counts)
{
    const struct machine_settings *settings = &machine->settings;
    uint64_t cycles = 0;
    for (int i = MACHINE_DTLB; i <= MACHINE_ITLB; i++) {
        cycles += (counts->tlbs[i].n_hits + counts->tlbs[i].n_misses) * settings->tlbs[i].cycles;
    }
    for (int i = MACHINE_L1D; i <= MACHINE_L1I; i++) {
        cycles +=
            (counts->caches[i].n_hits + counts->caches[i].n_misses) * settings->caches[i].cycles;
    }
    // The walker's lookups are in wait_cycles already.
    uint64_t by_walks = settings->walk_through_cache ? counts->n_walk_references : 0;
    return cycles - by_walks * settings->caches[MACHINE_L1D].cycles;
}

static uint64_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

double machine_amat(const struct machine *machine, bool overlap)
{
    struct machine_counts counts = machine_counts(machine);
    uint64_t cycles = first_cycles(machine, &counts) + machine->wait_cycles;
    if (overlap && machine_can_overlap(&machine->settings)) {
        cycles -= counts.n_direct[0] * smaller(machine->tlbs[MACHINE_DTLB].settings.cycles,
                                               machine->caches[MACHINE_L1D].settings.cycles);
        cycles -= counts.n_direct[1] * smaller(machine->fetch_tlb->settings.cycles,
                                               machine->fetch_cache->settings.cycles);
    }
    return counts.n_accesses == 0 ? 0 : (double)cycles / (double)counts.n_accesses;
}
