// SPDX-License-Identifier: MIT
// Addresses into fields and back: CS:APP 3e, sections 9.3 and 9.6, for any geometry.
//
// Every field is a run of bits. Two operations get at all of them: keep the low n bits of a value,
// and shift what stands above them down. The example of figure 9.20, VA 0x03d4:
//
//      13  12  11  10   9   8   7   6   5   4   3   2   1   0
//     +---+---+---+---+---+---+---+---+---+---+---+---+---+---+
//     | 0   0   0   0   1   1   1   1 | 0   1   0   1   0   0 |
//     +---+---+---+---+---+---+---+---+---+---+---+---+---+---+
//     |<-------- VPN = 0x0f --------->|<----- VPO = 0x14 ---->|
//     |<---- TLBT = 0x03 ---->|TLBI= 3|
//
// The indexes of a k-level table are taken from the VPN's low end, the last level first.
//
// Costs: a handful of shifts and masks; nothing is kept between calls.
#include "translate.h"

// The number of bits that index 2^n things: n.
static uint32_t log2_of(uint32_t power_of_two)
{
    uint32_t bits = 0;
    while (power_of_two > 1) {
        power_of_two >>= 1;
        bits++;
    }
    return bits;
}

// C leaves a shift by 64 undefined, and an address may have 64 bits.
static uint64_t low_bits(uint64_t value, uint32_t n_bits)
{
    return n_bits >= 64 ? value : value & ((UINT64_C(1) << n_bits) - 1);
}

struct va_fields split_va(const struct vm_geometry *geometry, uint64_t va)
{
    struct va_fields fields = {0};
    uint32_t tlbi_bits = log2_of(geometry->tlb_sets);

    va = low_bits(va, geometry->va_bits);
    fields.vpo = low_bits(va, geometry->page_bits);
    fields.vpn = va >> geometry->page_bits;
    fields.tlbi = low_bits(fields.vpn, tlbi_bits);
    fields.tlbt = fields.vpn >> tlbi_bits;

    uint64_t rest = fields.vpn;
    for (uint32_t level = geometry->n_levels; level-- > 0;) {
        fields.index[level] = low_bits(rest, geometry->level_bits[level]);
        rest >>= geometry->level_bits[level];
    }
    return fields;
}

uint64_t join_va(const struct vm_geometry *geometry, uint64_t vpn, uint64_t vpo)
{
    return vpn << geometry->page_bits | vpo;
}

struct pa_fields split_pa(const struct vm_geometry *geometry, uint64_t pa)
{
    struct pa_fields fields;
    uint32_t co_bits = log2_of(geometry->line_bytes);
    uint32_t ci_bits = log2_of(geometry->cache_sets);

    pa = low_bits(pa, geometry->pa_bits);
    fields.ppo = low_bits(pa, geometry->page_bits);
    fields.ppn = pa >> geometry->page_bits;
    fields.co = low_bits(pa, co_bits);
    fields.ci = low_bits(pa >> co_bits, ci_bits);
    fields.ct = pa >> co_bits >> ci_bits;
    return fields;
}

uint64_t join_pa(const struct vm_geometry *geometry, uint64_t ppn, uint64_t ppo)
{
    return ppn << geometry->page_bits | ppo;
}
