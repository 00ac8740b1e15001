// SPDX-License-Identifier: MIT
// The table of machines. The weights stem from a fit, rounded; those of mem_sbrk, which costs next
// to nothing in the timed pass, are set: growing the heap by a block each time is not free.
#include "harness/measure/cost_machine.h"

#include <string.h>

#include "harness/vm/machine.h"

const struct cost_machine cost_machines[] = {
    {.name = "core-i7",
     .cycles = {[RING_EVENT_BLOCK] = 3,
                [RING_EVENT_MISPREDICTED] = 6,
                [RING_EVENT_ACCESS] = 1,
                [RING_EVENT_L1_MISS] = 4,
                [RING_EVENT_L2_MISS] = 8,
                [RING_EVENT_TLB_MISS] = 12,
                [RING_EVENT_WALK] = 8,
                [RING_EVENT_COPIED_LINE] = 1,
                [RING_EVENT_SBRK] = 60,
                [RING_EVENT_SBRK_PAGE] = 15}},
    {.name = NULL},
};

static const struct cost_machine *find_cycles(const char *name)
{
    const struct cost_machine *one = cost_machines;
    while (one->name != NULL && strcmp(one->name, name) != 0) {
        one++;
    }
    return one->name == NULL ? NULL : one;
}

static const struct machine_settings *find_shapes(const char *name)
{
    const struct machine_settings *one = machine_presets;
    while (*one->name != '\0' && strcmp(one->name, name) != 0) {
        one++;
    }
    return *one->name == '\0' ? NULL : one;
}

static struct ring_shape tlb_shape(const struct tlb_settings *tlb)
{
    return (struct ring_shape){.sets = tlb->sets, .ways = tlb->ways};
}

static struct ring_shape cache_shape(const struct cache_settings *cache)
{
    return (struct ring_shape){.sets = cache->sets, .ways = cache->ways};
}

bool cost_machine_find(const char *name, struct ring_machine *machine)
{
    const struct cost_machine *cost = find_cycles(name);
    const struct machine_settings *shapes = find_shapes(name);
    if (cost == NULL || shapes == NULL) {
        return false;
    }
    *machine = (struct ring_machine){
        .tlbs = {tlb_shape(&shapes->tlbs[MACHINE_DTLB]), tlb_shape(&shapes->tlbs[MACHINE_L2TLB])},
        .caches = {cache_shape(&shapes->caches[MACHINE_L1D]),
                   cache_shape(&shapes->caches[MACHINE_L2])},
        .page_bits = shapes->geometry.page_bits,
        .line_bits = (uint32_t)__builtin_ctz(shapes->caches[MACHINE_L1D].line_bytes),
    };
    memcpy(machine->cycles, cost->cycles, sizeof machine->cycles);
    return true;
}
