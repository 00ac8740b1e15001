// SPDX-License-Identifier: MIT
// Modules that do nothing, for the benches: a TLB that is always empty, a walk that reads the same
// word of simulated memory four times.
#include "pagetable.h"
#include "tlb.h"

struct tlb_result tlb_lookup(uint32_t asid, uint64_t vpn)
{
    (void)asid;
    (void)vpn;
    return (struct tlb_result){.hit = false};
}

struct pt_result pt_walk(uint64_t root, uint64_t va, enum vm_access access, bool user)
{
    (void)va;
    (void)access;
    (void)user;
    uint64_t pte = 0;
    for (int level = 0; level < 4; level++) {
        pte = phys_read64(root);
    }
    return (struct pt_result){.fault = PT_MISSING, .pte = pte};
}
