// SPDX-License-Identifier: MIT
// Where you begin: it compiles, and every field is 0.
#include "translate.h"

struct va_fields split_va(const struct vm_geometry *geometry, uint64_t va)
{
    struct va_fields fields = {0};
    // A field is a run of bits: shift away what stands below it, mask away what stands above it.
    // How many bits has the TLBI, when there are geometry->tlb_sets sets? The indexes of the levels
    // are easiest taken from the VPN's low end, the last level first.
    (void)geometry;
    (void)va;
    return fields;
}

uint64_t join_va(const struct vm_geometry *geometry, uint64_t vpn, uint64_t vpo)
{
    (void)geometry;
    (void)vpn;
    (void)vpo;
    return 0;
}

struct pa_fields split_pa(const struct vm_geometry *geometry, uint64_t pa)
{
    struct pa_fields fields = {0};
    // The cache sees one physical address: CO, CI and CT have nothing to do with the page size.
    (void)geometry;
    (void)pa;
    return fields;
}

uint64_t join_pa(const struct vm_geometry *geometry, uint64_t ppn, uint64_t ppo)
{
    (void)geometry;
    (void)ppn;
    (void)ppo;
    return 0;
}
