// SPDX-License-Identifier: MIT
// Fields of addresses: the book's worked examples, joins that undo splits, shapes that are refused.
#include <stdlib.h>
#include <string.h>

#include "harness/vm/geometry.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

static const struct geometry small = {.va_bits = 14,
                                      .pa_bits = 12,
                                      .page_bits = 6,
                                      .n_levels = 1,
                                      .level_bits = {8},
                                      .tlb_sets = 4,
                                      .cache_sets = 16,
                                      .line_bytes = 4};
static const struct geometry core_i7 = {.va_bits = 48,
                                        .pa_bits = 52,
                                        .page_bits = 12,
                                        .n_levels = 4,
                                        .level_bits = {9, 9, 9, 9},
                                        .tlb_sets = 16,
                                        .cache_sets = 64,
                                        .line_bytes = 64};

/// CS:APP 3e, figure 9.20.
static const struct {
    uint64_t va, vpn, vpo, tlbi, tlbt;
} virtual_rows[] = {{0x03d4, 0x0f, 0x14, 3, 0x03}, {0x03d7, 0x0f, 0x17, 3, 0x03},
                    {0x027c, 0x09, 0x3c, 1, 0x02}, {0x03a9, 0x0e, 0x29, 2, 0x03},
                    {0x0040, 0x01, 0x00, 1, 0x00}, {0x0b8f, 0x2e, 0x0f, 2, 0x0b},
                    {0x0020, 0x00, 0x20, 0, 0x00}};
static const struct {
    uint64_t pa, ppn, co, ci, ct;
} physical_rows[] = {{0x354, 0x0d, 0, 0x5, 0x0d},
                     {0x357, 0x0d, 3, 0x5, 0x0d},
                     {0x5fc, 0x17, 0, 0xf, 0x17},
                     {0x469, 0x11, 1, 0xa, 0x11},
                     {0xa20, 0x28, 0, 0x8, 0x28}};

START_TEST(the_books_addresses_have_the_books_fields)
{
    for (size_t i = 0; i < sizeof virtual_rows / sizeof virtual_rows[0]; i++) {
        struct virtual_fields f = geometry_split_virtual(&small, virtual_rows[i].va);
        ck_assert_uint_eq(f.vpn, virtual_rows[i].vpn);
        ck_assert_uint_eq(f.vpo, virtual_rows[i].vpo);
        ck_assert_uint_eq(f.tlbi, virtual_rows[i].tlbi);
        ck_assert_uint_eq(f.tlbt, virtual_rows[i].tlbt);
        ck_assert_uint_eq(f.index[0], f.vpn);
        ck_assert_uint_eq(f.index[1], 0);
    }
    for (size_t i = 0; i < sizeof physical_rows / sizeof physical_rows[0]; i++) {
        struct physical_fields f = geometry_split_physical(&small, physical_rows[i].pa);
        ck_assert_uint_eq(f.ppn, physical_rows[i].ppn);
        ck_assert_uint_eq(f.ppo, physical_rows[i].pa & 0x3f);
        ck_assert_uint_eq(f.co, physical_rows[i].co);
        ck_assert_uint_eq(f.ci, physical_rows[i].ci);
        ck_assert_uint_eq(f.ct, physical_rows[i].ct);
    }
}
END_TEST

START_TEST(levels_take_the_vpn_from_the_root_on)
{
    uint64_t va = UINT64_C(1) << 39 | UINT64_C(2) << 30 | UINT64_C(3) << 21 | 4 << 12 | 5;
    struct virtual_fields f = geometry_split_virtual(&core_i7, va);
    for (unsigned level = 0; level < 4; level++) {
        ck_assert_uint_eq(f.index[level], level + 1);
    }
    ck_assert_uint_eq(f.vpo, 5);
    ck_assert_uint_eq(geometry_page_bits(&core_i7, 0), 12);
    ck_assert_uint_eq(geometry_page_bits(&core_i7, 1), 21);
    ck_assert_uint_eq(geometry_page_bits(&core_i7, 3), 39);
    ck_assert_uint_eq(geometry_table_frames(&core_i7, 0), 1);
    ck_assert_uint_eq(geometry_table_frames(&small, 0), 32); // 256 entries of 8 bytes, 64 a page
}
END_TEST

START_TEST(bits_beyond_the_address_are_ignored)
{
    ck_assert_uint_eq(geometry_split_virtual(&small, 0x03d4 | 0xffffc000).vpn, 0x0f);
    ck_assert_uint_eq(geometry_split_physical(&small, 0x354 | 0xf000).ct, 0x0d);
    struct geometry widest = core_i7;
    widest.va_bits = 64;
    widest.n_levels = 5;
    memcpy(widest.level_bits, (uint32_t[]){16, 9, 9, 9, 9}, sizeof widest.level_bits);
    ck_assert_uint_eq(geometry_split_virtual(&widest, UINT64_MAX).vpn, UINT64_MAX >> 12);
    ck_assert_uint_eq(geometry_split_virtual(&widest, UINT64_MAX).index[0], 0xffff);
}
END_TEST

START_TEST(joins_undo_splits)
{
    srand(test_seed(5));
    for (int i = 0; i < 20000; i++) {
        const struct geometry *g = i % 2 ? &small : &core_i7;
        uint64_t address =
            ((uint64_t)rand() << 31 ^ (uint64_t)rand()) & ((1u << 31) - 1 + (UINT64_C(1) << 47));
        uint64_t va = address & (UINT64_MAX >> (64 - g->va_bits));
        uint64_t pa = address & (UINT64_MAX >> (64 - g->pa_bits));
        struct virtual_fields v = geometry_split_virtual(g, va);
        struct physical_fields p = geometry_split_physical(g, pa);
        ck_assert_uint_eq(geometry_join_virtual(g, v.vpn, v.vpo), va);
        ck_assert_uint_eq(geometry_join_physical(g, p.ppn, p.ppo), pa);
        ck_assert_uint_eq(v.tlbt * g->tlb_sets + v.tlbi, v.vpn);
        ck_assert_uint_eq((p.ct * g->cache_sets + p.ci) * g->line_bytes + p.co, pa);
    }
}
END_TEST

static const struct {
    struct geometry change; ///< fields that are not 0 replace those of `small`
    const char *reason;
} refusals[] = {
    {{.va_bits = 65}, "virtual addresses of 65 bits: 1 to 64 are possible"},
    {{.pa_bits = 53}, "physical addresses of 53 bits: 1 to 52 are possible"},
    {{.page_bits = 2}, "pages of 2^2 bytes cannot hold an entry of 8 bytes"},
    {{.page_bits = 14}, "pages of 2^14 bytes are too large for addresses of 14 and 12 bits"},
    {{.page_bits = 13}, "pages of 2^13 bytes are too large for addresses of 14 and 12 bits"},
    {{.pa_bits = 50}, "a PPN of 44 bits: an entry has room for 40"},
    {{.n_levels = 6}, "6 levels of page tables: 1 to 5 are possible"},
    {{.n_levels = 2}, "level 2 has no bits"},
    {{.level_bits = {9}}, "levels: 9 bits do not make the VPN's 8"},
    {{.n_levels = 2, .level_bits = {9, 9}}, "levels: 9 + 9 bits do not make the VPN's 8"},
    {{.level_bits = {10}}, "a table of level 1 (2^10 entries of 8 bytes) is larger than memory"},
    {{.tlb_sets = 3}, "3 TLB sets: must be a power of two, at most as many as there are pages"},
    {{.tlb_sets = 512}, "512 TLB sets: must be a power of two, at most as many as there are pages"},
    {{.line_bytes = 128}, "lines of 128 bytes: must be a power of two, at most a page's size"},
    {{.line_bytes = 6}, "lines of 6 bytes: must be a power of two, at most a page's size"},
    {{.cache_sets = 2048},
     "2048 cache sets: must be a power of two, at most as many as memory has lines"},
};

static void replace(uint32_t *value, uint32_t change)
{
    *value = change != 0 ? change : *value;
}

START_TEST(impossible_shapes_are_refused_with_a_reason)
{
    char reason[256];
    ck_assert(geometry_is_sound(&small, reason, sizeof reason));
    ck_assert(geometry_is_sound(&core_i7, reason, sizeof reason));
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct geometry bad = small;
        const struct geometry *change = &refusals[i].change;
        replace(&bad.va_bits, change->va_bits);
        replace(&bad.pa_bits, change->pa_bits);
        replace(&bad.page_bits, change->page_bits);
        replace(&bad.n_levels, change->n_levels);
        replace(&bad.level_bits[0], change->level_bits[0]);
        replace(&bad.level_bits[1], change->level_bits[1]);
        replace(&bad.tlb_sets, change->tlb_sets);
        replace(&bad.cache_sets, change->cache_sets);
        replace(&bad.line_bytes, change->line_bytes);
        ck_assert(!geometry_is_sound(&bad, reason, sizeof reason));
        ck_assert_str_eq(reason, refusals[i].reason);
    }
}
END_TEST

Suite *geometry_suite(void)
{
    Suite *suite = suite_create("geometry");
    TCase *fields = tcase_create("fields");
    tcase_add_test(fields, the_books_addresses_have_the_books_fields);
    tcase_add_test(fields, levels_take_the_vpn_from_the_root_on);
    tcase_add_test(fields, bits_beyond_the_address_are_ignored);
    tcase_add_test(fields, joins_undo_splits);
    tcase_add_test(fields, impossible_shapes_are_refused_with_a_reason);
    suite_add_tcase(suite, fields);
    return suite;
}
