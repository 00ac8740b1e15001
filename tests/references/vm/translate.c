// SPDX-License-Identifier: MIT
// The reference of the lab `translate`: the book's worked examples, then random shapes and
// addresses against the definition of each field by division and remainder.
#include "translate.h"

#include <inttypes.h>

#include "check.h"

static const struct vm_geometry small_system = {
    .va_bits = 14,
    .pa_bits = 12,
    .page_bits = 6,
    .n_levels = 1,
    .level_bits = {8},
    .tlb_sets = 4,
    .cache_sets = 16,
    .line_bytes = 4,
};

static const struct vm_geometry core_i7 = {
    .va_bits = 48,
    .pa_bits = 52,
    .page_bits = 12,
    .n_levels = 4,
    .level_bits = {9, 9, 9, 9},
    .tlb_sets = 16,
    .cache_sets = 64,
    .line_bytes = 64,
};

// CS:APP 3e, figure 9.20 and practice problem 9.4.
static const struct {
    uint64_t va, vpn, tlbi, tlbt;
    uint64_t pa, ppn, co, ci, ct; // pa 0: the access faults
} examples[] = {
    {0x03d4, 0x0f, 3, 0x03, 0x354, 0x0d, 0, 0x5, 0x0d},
    {0x03d7, 0x0f, 3, 0x03, 0x357, 0x0d, 3, 0x5, 0x0d},
    {0x027c, 0x09, 1, 0x02, 0x5fc, 0x17, 0, 0xf, 0x17},
    {0x03a9, 0x0e, 2, 0x03, 0x469, 0x11, 1, 0xa, 0x11},
    {0x0040, 0x01, 1, 0x00, 0, 0, 0, 0, 0},
    {0x0b8f, 0x2e, 2, 0x0b, 0, 0, 0, 0, 0},
    {0x0020, 0x00, 0, 0x00, 0xa20, 0x28, 0, 0x8, 0x28},
};

static void check_examples(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        uint64_t va = examples[i].va;
        struct va_fields v = split_va(&small_system, va);
        check(v.vpn == examples[i].vpn && v.vpo == va % 64, "VPN, VPO of %" PRIx64, va);
        check(v.tlbi == examples[i].tlbi && v.tlbt == examples[i].tlbt, "TLB of %" PRIx64, va);
        check(v.index[0] == v.vpn && v.index[1] == 0, "indexes of %" PRIx64, va);
        if (examples[i].pa == 0)
            continue;
        uint64_t pa = join_pa(&small_system, examples[i].ppn, v.vpo);
        struct pa_fields p = split_pa(&small_system, pa);
        check(pa == examples[i].pa, "PA of %" PRIx64 ": %" PRIx64, va, pa);
        check(p.co == examples[i].co && p.ci == examples[i].ci && p.ct == examples[i].ct,
              "cache fields of %" PRIx64, pa);
    }
}

static void check_four_levels(void)
{
    // 1, 2, 3, 4 in the four indexes, 5 in the VPO; the sign extension of bit 47 above them.
    uint64_t va = UINT64_C(1) << 39 | UINT64_C(2) << 30 | 3u << 21 | 4u << 12 | 5u;
    struct va_fields v = split_va(&core_i7, va | UINT64_C(0xffff) << 48);
    check(v.index[0] == 1 && v.index[1] == 2 && v.index[2] == 3 && v.index[3] == 4 &&
              v.index[4] == 0 && v.vpo == 5 && v.vpn == va >> 12,
          "four levels");
}

static struct vm_geometry random_shape(void)
{
    struct vm_geometry shape = {0};
    shape.page_bits = 4 + (uint32_t)check_random(14);
    shape.n_levels = 1 + (uint32_t)check_random(VM_MAX_LEVELS);
    shape.va_bits = shape.page_bits;
    for (uint32_t level = 0; level < shape.n_levels; level++) {
        uint32_t left = 64 - shape.va_bits - (shape.n_levels - 1 - level);
        uint32_t bits = 1 + (uint32_t)check_random(left < 14 ? left : 14);
        // Now and then addresses of 64 bits: shifts by 64 are undefined in C.
        shape.level_bits[level] = level == shape.n_levels - 1 && check_random(4) == 0 ? left : bits;
        shape.va_bits += shape.level_bits[level];
    }
    shape.pa_bits = 32 + (uint32_t)check_random(21);
    shape.tlb_sets = 1u << check_random(8);
    shape.cache_sets = 1u << check_random(12);
    shape.line_bytes = 1u << check_random(9);
    return shape;
}

static void check_random_address(const struct vm_geometry *shape)
{
    uint64_t random = check_random(UINT64_MAX) << 11 ^ check_random(UINT64_MAX);
    uint64_t page_bytes = UINT64_C(1) << shape->page_bits;
    uint64_t va = shape->va_bits == 64 ? random : random % (UINT64_C(1) << shape->va_bits);
    uint64_t pa = random % (UINT64_C(1) << shape->pa_bits);

    struct va_fields v = split_va(shape, random);
    check(v.vpo == va % page_bytes && v.vpn == va / page_bytes, "VPN, VPO of %" PRIx64, va);
    check(v.tlbi == v.vpn % shape->tlb_sets && v.tlbt == v.vpn / shape->tlb_sets,
          "TLBI, TLBT of %" PRIx64, va);
    check(join_va(shape, v.vpn, v.vpo) == va, "join_va of %" PRIx64, va);
    uint64_t vpn = 0;
    for (uint32_t level = 0; level < VM_MAX_LEVELS; level++) {
        check(level < shape->n_levels || v.index[level] == 0, "an index past the last");
        if (level < shape->n_levels)
            vpn = vpn * (UINT64_C(1) << shape->level_bits[level]) + v.index[level];
    }
    check(vpn == v.vpn, "the indexes of %" PRIx64 " make another VPN", va);

    struct pa_fields p = split_pa(shape, random);
    check(p.ppo == pa % page_bytes && p.ppn == pa / page_bytes, "PPN, PPO of %" PRIx64, pa);
    check(join_pa(shape, p.ppn, p.ppo) == pa, "join_pa of %" PRIx64, pa);
    check((p.ct * shape->cache_sets + p.ci) * shape->line_bytes + p.co == pa &&
              p.ci < shape->cache_sets && p.co < shape->line_bytes,
          "CT, CI, CO of %" PRIx64, pa);
}

void check_reference(const char *name)
{
    (void)name;
    check_examples();
    check_four_levels();
    for (int i = 0; i < 300; i++) {
        struct vm_geometry shape = random_shape();
        for (int j = 0; j < 30; j++)
            check_random_address(&shape);
    }
}
