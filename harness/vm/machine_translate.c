// SPDX-License-Identifier: MIT
// VA -> PA beyond a hit in the first TLB: the second TLB, the walk, the fault.
#include "harness/vm/machine_parts.h"

static void insert(struct machine *machine, enum walk_access access, uint64_t vpn,
                   const struct tlb_entry *entry, bool second_too)
{
    struct tlb *first = access == WALK_FETCH ? machine->fetch_tlb : &machine->tlbs[MACHINE_DTLB];
    tlb_insert(first, machine->process, vpn, entry->ppn, entry->flags, NULL);
    if (second_too && machine->settings.tlbs[MACHINE_L2TLB].sets > 0) {
        tlb_insert(&machine->tlbs[MACHINE_L2TLB], machine->process, vpn, entry->ppn, entry->flags,
                   NULL);
    }
}

/// The second TLB's answer, NULL when it has none that suffices.
static const struct tlb_entry *ask_second(struct machine *machine,
                                          const struct machine_request *request, uint64_t vpn,
                                          struct machine_outcome *outcome)
{
    if (machine->settings.tlbs[MACHINE_L2TLB].sets == 0) {
        return NULL;
    }
    machine->wait_cycles += machine->settings.tlbs[MACHINE_L2TLB].cycles;
    const struct tlb_entry *entry =
        tlb_lookup(&machine->tlbs[MACHINE_L2TLB], machine->process, vpn);
    if (entry != NULL) {
        outcome->tlb = MACHINE_L2TLB;
    }
    bool enough =
        entry != NULL && machine_entry_suffices(entry->flags, request->access, request->user);
    return enough ? entry : NULL;
}

static struct walk walk(struct machine *machine, const struct machine_request *request,
                        struct machine_outcome *outcome)
{
    struct walk walk =
        pagetable_walk(&machine->space->table, request->va, request->access, request->user, true);
    machine->counts.n_walks++;
    machine->counts.n_walk_references += walk.n_levels;
    outcome->walked = true;
    outcome->n_walk_references += walk.n_levels;
    machine_read_entries(machine, &walk);
    return walk;
}

enum machine_fault machine_translate_slowly(struct machine *machine,
                                            struct machine_request *request,
                                            const struct tlb_entry *entry,
                                            struct machine_outcome *outcome)
{
    const struct geometry *geometry = &machine->settings.geometry;
    enum machine_fault fault = MACHINE_NO_FAULT;
    uint64_t vpn = request->va >> geometry->page_bits;
    if (entry == NULL) {
        outcome->tlb = -1;
        entry = ask_second(machine, request, vpn, outcome);
        if (entry != NULL) {
            request->pa = entry->ppn << geometry->page_bits | (request->va & machine->page_mask);
            insert(machine, request->access, vpn, entry, false);
            return MACHINE_NO_FAULT;
        }
    }
    if (machine->space->table.root == GEOMETRY_NONE) {
        return MACHINE_OUT_OF_FRAMES;
    }
    struct walk found = walk(machine, request, outcome);
    if (found.fault == WALK_MISSING) {
        fault = machine_page_in(machine, request);
        if (fault != MACHINE_MISSING) {
            return fault;
        }
        machine->wait_cycles += machine->settings.fault_cycles;
        found = walk(machine, request, outcome);
    }
    if (found.fault != WALK_FINE) {
        return MACHINE_PROTECTION;
    }
    request->pa = found.pa;
    struct tlb_entry fresh = {.ppn = found.pa >> geometry->page_bits,
                              .flags =
                                  found.entry[found.n_levels - 1] & ~(PTE_PPN_MASK << PTE_SHIFT)};
    insert(machine, request->access, vpn, &fresh, true);
    return fault;
}
