// SPDX-License-Identifier: MIT
// PA -> line beyond a hit in the first cache. Lines come from the nearest level that has them and
// are put into each on the way; what leaves goes one level down.
#include "harness/vm/machine_parts.h"

static enum machine_cache number_of(const struct machine *machine, const struct cache *cache)
{
    return (enum machine_cache)(cache - machine->caches);
}

void machine_pass_on(struct machine *machine, struct cache *cache, uint64_t pa)
{
    while (cache != NULL) {
        struct cache *below = machine->below[number_of(machine, cache)];
        struct cache_outcome outcome = cache_access(cache, pa, true);
        if (outcome.written_back) {
            machine_pass_on(machine, below, outcome.victim);
        }
        bool kept = cache->settings.write_back && (outcome.hit || cache->settings.write_allocate);
        cache = kept ? NULL : below;
    }
}

void machine_fetch_line(struct machine *machine, struct cache *first,
                        const struct cache_outcome *missed, uint64_t pa, bool write,
                        struct machine_outcome *outcome)
{
    struct cache *below = machine->below[number_of(machine, first)];
    outcome->cache = -1;
    if (missed->written_back) {
        machine_pass_on(machine, below, missed->victim);
    }
    if (write && !first->settings.write_allocate) {
        machine_pass_on(machine, below, pa);
        return;
    }
    while (below != NULL) {
        struct cache *cache = below;
        below = machine->below[number_of(machine, cache)];
        machine->wait_cycles += cache->settings.cycles;
        struct cache_outcome answer = cache_access(cache, pa, false);
        if (answer.hit) {
            outcome->cache = (int)number_of(machine, cache);
            break;
        }
        if (answer.written_back) {
            machine_pass_on(machine, below, answer.victim);
        }
    }
    if (outcome->cache < 0) {
        machine->counts.n_memory_accesses++;
        machine->wait_cycles += machine->settings.memory_cycles;
    }
    if (write && !first->settings.write_back) {
        machine_pass_on(machine, machine->below[number_of(machine, first)], pa);
    }
}

static void read_entry(struct machine *machine, uint64_t pa)
{
    struct cache *first = &machine->caches[MACHINE_L1D];
    machine->wait_cycles += first->settings.cycles;
    struct cache_outcome answer = cache_access(first, pa, false);
    if (!answer.hit) {
        struct machine_outcome ignored;
        machine_fetch_line(machine, first, &answer, pa, false, &ignored);
    }
}

void machine_read_entries(struct machine *machine, const struct walk *walk)
{
    if (!machine->settings.walk_through_cache) {
        machine->counts.n_memory_accesses += walk->n_levels;
        machine->wait_cycles += (uint64_t)walk->n_levels * machine->settings.memory_cycles;
        return;
    }
    for (uint32_t level = 0; level < walk->n_levels; level++) {
        read_entry(machine, walk->entry_pa[level]);
    }
}
