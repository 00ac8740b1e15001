// SPDX-License-Identifier: MIT
// The machine's operating system: which pages there are, which frames they lie in.
//
// Frames that are not limited: a page has one from its first use, or from its ACCESS_MAP, until it
// is unmapped. Limited ones: harness/vm/paging.h says before each use which frame the page has, and
// whose page must leave; the fault itself is seen when the walk finds nothing.
#include "harness/vm/machine_parts.h"

#include "harness/base/memory.h"

#define DEMAND_FLAGS (PTE_P | PTE_W | PTE_U)

/// One event maps at most so many pages: 64 GiB of 4 KiB. More is taken for memory that is full.
#define MAX_MAP_PAGES (UINT64_C(1) << 24)

struct machine_space *machine_space_of(struct machine *machine, uint32_t process)
{
    struct machine_space *space = machine->spaces[process];
    if (space == NULL) {
        space = machine->spaces[process] = xcalloc(1, sizeof *space);
        pagetable_create(&space->table, &machine->settings.geometry, machine->tables);
        if (machine->paging != NULL) {
            pagetable_create(&space->valid, &machine->record_geometry, machine->records);
        }
    }
    return space;
}

static uint64_t page_size(const struct machine *machine)
{
    return machine->page_mask + 1;
}

static void invalidate(struct machine *machine, uint32_t process, uint64_t va, uint32_t height)
{
    for (int i = 0; i < MACHINE_TLBS; i++) {
        struct tlb *tlb = &machine->tlbs[i];
        if (machine->settings.tlbs[i].sets > 0 && height == 0) {
            tlb_invalidate(tlb, process, va >> machine->settings.geometry.page_bits);
        } else if (machine->settings.tlbs[i].sets > 0) {
            tlb_flush(tlb, process); // cheaper than to look for each piece of a large page
        }
    }
}

/// Paging knows pages of all processes by one number; machine_settle() sees to it that both fit.
static uint64_t page_number(const struct machine *machine, uint64_t va)
{
    return va >> machine->settings.geometry.page_bits << 16 | machine->process;
}

static void evict(struct machine *machine, uint64_t page)
{
    uint32_t process = page & 0xffff;
    uint64_t va = page >> 16 << machine->settings.geometry.page_bits;
    pagetable_unmap(&machine_space_of(machine, process)->table, va);
    invalidate(machine, process, va, 0);
}

static enum machine_fault validity(const struct machine *machine,
                                   const struct machine_request *request)
{
    struct walk walk =
        pagetable_walk(&machine->space->valid, request->va, request->access, request->user, false);
    return walk.fault == WALK_MISSING      ? MACHINE_SEGMENTATION
           : walk.fault == WALK_PROTECTION ? MACHINE_PROTECTION
                                           : MACHINE_NO_FAULT;
}

enum machine_fault machine_page_use(struct machine *machine, const struct machine_request *request)
{
    if (machine->space->table.root == GEOMETRY_NONE) {
        return MACHINE_OUT_OF_FRAMES;
    }
    enum machine_fault fault = machine->mapped ? validity(machine, request) : MACHINE_NO_FAULT;
    if (fault == MACHINE_NO_FAULT) {
        struct paging_outcome outcome =
            paging_use(machine->paging, page_number(machine, request->va),
                       request->access == WALK_WRITE, UINT64_MAX);
        machine->frame = outcome.frame;
        if (outcome.evicted) {
            evict(machine, outcome.victim);
        }
    }
    return fault;
}

/// Maps the page to the frame that it has been given.
static enum machine_fault page_in_limited(struct machine *machine,
                                          const struct machine_request *request)
{
    uint64_t flags = DEMAND_FLAGS;
    if (machine->mapped) {
        struct walk walk = pagetable_walk(&machine->space->valid, request->va, request->access,
                                          request->user, false);
        flags = walk.entry[walk.n_levels - 1];
    }
    uint64_t pa = machine->first_frame + machine->frame * page_size(machine);
    bool mapped = pagetable_map(&machine->space->table, request->va, pa, 0, flags);
    return mapped ? MACHINE_MISSING : MACHINE_OUT_OF_FRAMES;
}

/// A frame of its own for one page or large page.
static bool install(struct machine *machine, uint64_t va, uint32_t height, uint64_t flags)
{
    const struct geometry *geometry = &machine->settings.geometry;
    uint64_t n = UINT64_C(1) << (geometry_page_bits(geometry, height) - geometry->page_bits);
    uint64_t pa = physical_alloc_aligned(machine->frames, n);
    if (pa == GEOMETRY_NONE) {
        return false;
    }
    if (!pagetable_map(&machine->space->table, va, pa, height, flags)) {
        physical_free(machine->frames, pa);
        return false;
    }
    return true;
}

enum machine_fault machine_page_in(struct machine *machine, const struct machine_request *request)
{
    if (machine->paging != NULL) {
        return page_in_limited(machine, request);
    }
    if (machine->mapped) {
        return MACHINE_SEGMENTATION;
    }
    bool done = install(machine, request->va & ~machine->page_mask, 0, DEMAND_FLAGS);
    return done ? MACHINE_MISSING : MACHINE_OUT_OF_FRAMES;
}

static uint64_t flags_of(uint8_t flags)
{
    return PTE_P | (flags & ACCESS_MAY_WRITE ? PTE_W : 0) | (flags & ACCESS_MAY_USER ? PTE_U : 0) |
           (flags & ACCESS_MAY_FETCH ? 0 : PTE_XD);
}

/// The tallest page that fits at `va` and in what is left, among those allowed.
static uint32_t tallest(const struct machine *machine, uint64_t va, uint64_t bytes, bool large)
{
    const struct geometry *geometry = &machine->settings.geometry;
    for (uint32_t height = geometry->n_levels - 1; large && height > 0; height--) {
        uint64_t size = UINT64_C(1) << geometry_page_bits(geometry, height);
        if (machine->settings.large_heights >> height & 1 && va % size == 0 && bytes >= size) {
            return height;
        }
    }
    return 0;
}

/// Takes what covers `va` away; returns the bits of its size.
static uint32_t take_away(struct machine *machine, uint64_t va)
{
    struct machine_space *space = machine->space;
    const struct geometry *geometry = &machine->settings.geometry;
    struct walk walk = pagetable_walk(&space->table, va, WALK_READ, false, false);
    if (machine->paging != NULL) {
        pagetable_unmap(&space->valid, va);
    }
    if (walk.fault != WALK_FINE) {
        return geometry->page_bits;
    }
    uint32_t bits = geometry_page_bits(geometry, walk.height);
    pagetable_unmap(&space->table, va);
    if (machine->paging == NULL) {
        physical_free(machine->frames, walk.pa & ~((UINT64_C(1) << bits) - 1));
    }
    invalidate(machine, machine->process, va, walk.height);
    return bits;
}

/// Maps one page, in place of what was there; returns the bits of its size, 0 when memory is full.
static uint32_t put(struct machine *machine, uint64_t va, uint64_t bytes, uint8_t flags)
{
    const struct geometry *geometry = &machine->settings.geometry;
    uint32_t height = 0;
    bool done = false;
    take_away(machine, va);
    if (machine->paging != NULL) {
        done = pagetable_map(&machine->space->valid, va, 0, 0, flags_of(flags));
    } else {
        height = tallest(machine, va, bytes, flags & ACCESS_LARGE);
        done = install(machine, va, height, flags_of(flags));
        if (!done && height > 0) { // a table of small pages is in the way, or no frames lie so
            height = 0;
            done = install(machine, va, 0, flags_of(flags));
        }
    }
    return done ? geometry_page_bits(geometry, height) : 0;
}

/// Gives what covers `va` other flags; returns the bits of its size.
static uint32_t change(struct machine *machine, uint64_t va, uint8_t flags)
{
    struct machine_space *space = machine->space;
    const struct geometry *geometry = &machine->settings.geometry;
    struct walk walk = pagetable_walk(&space->table, va, WALK_READ, false, false);
    if (machine->paging != NULL) {
        pagetable_protect(&space->valid, va, flags_of(flags));
    }
    if (walk.fault != WALK_FINE) {
        return geometry->page_bits;
    }
    pagetable_protect(&space->table, va, flags_of(flags));
    invalidate(machine, machine->process, va, walk.height);
    return geometry_page_bits(geometry, walk.height);
}

static void play_range(struct machine *machine, const struct access *record)
{
    uint32_t page_bits = machine->settings.geometry.page_bits;
    uint64_t va = record->address & ~machine->page_mask;
    uint64_t last = record->address + (record->bytes - 1);
    if (record->bytes == 0 || last < va || last > machine->va_mask) {
        machine->counts.n_faults[MACHINE_SEGMENTATION]++;
        return;
    }
    if (machine->space->table.root == GEOMETRY_NONE || (last - va) >> page_bits >= MAX_MAP_PAGES) {
        machine->counts.n_faults[MACHINE_OUT_OF_FRAMES]++;
        return;
    }
    for (uint64_t left = (last | machine->page_mask) - va;;) { // last byte of the last page
        uint32_t bits = record->kind == ACCESS_MAP     ? put(machine, va, left + 1, record->flags)
                        : record->kind == ACCESS_UNMAP ? take_away(machine, va)
                                                       : change(machine, va, record->flags);
        if (bits == 0) {
            machine->counts.n_faults[MACHINE_OUT_OF_FRAMES]++;
            return;
        }
        uint64_t step = (UINT64_C(1) << bits) - (va & ((UINT64_C(1) << bits) - 1));
        if (step > left) {
            return;
        }
        va += step;
        left -= step;
    }
}

void machine_play_event(struct machine *machine, const struct access *record)
{
    machine_run_process(machine, record->process);
    if (record->kind != ACCESS_SWITCH) {
        machine->mapped |= record->kind == ACCESS_MAP;
        play_range(machine, record);
    }
}
