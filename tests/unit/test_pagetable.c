// SPDX-License-Identifier: MIT
// Simulated memory, and page tables of every height in it, against an array of what is mapped.
#include <stdlib.h>
#include <string.h>

#include "harness/vm/pagetable.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define FRAME UINT64_C(256)
#define N_PAGES 1024

/// Pages of 256 bytes, 1024 of them, by 1 to 5 levels.
static const struct geometry shapes[] = {
    {18, 20, 8, 1, {10}, 1, 1, 16},
    {18, 20, 8, 2, {4, 6}, 1, 1, 16},
    {18, 20, 8, 3, {3, 3, 4}, 1, 1, 16},
    {18, 20, 8, 4, {1, 2, 3, 4}, 1, 1, 16},
    {18, 20, 8, 5, {2, 2, 2, 2, 2}, 1, 1, 16},
};
#define N_SHAPES (sizeof shapes / sizeof shapes[0])

START_TEST(memory_keeps_words_and_starts_with_junk)
{
    struct physical *memory = physical_open(52, 12, 7);
    struct physical *other = physical_open(52, 12, 8);
    uint64_t far = (UINT64_C(1) << 52) - 8;
    ck_assert_uint_ne(physical_read(memory, 0), physical_read(memory, 8));
    ck_assert_uint_ne(physical_read(memory, 0), physical_read(other, 0));
    uint64_t junk = physical_read(memory, far);
    physical_write(memory, far, 1);
    physical_write(memory, 4096, 2);
    ck_assert_uint_eq(physical_read(memory, far), 1);
    ck_assert_uint_eq(physical_read(memory, 4096), 2);
    physical_write(memory, far, junk);
    ck_assert_uint_eq(physical_read(memory, far), junk);
    physical_close(memory);
    physical_close(other);
}
END_TEST

START_TEST(frames_come_lowest_first)
{
    struct physical *memory = physical_open(12, 8, 1); // 16 frames
    uint64_t n = 0;
    ck_assert_uint_eq(physical_alloc(memory, 1), 0);
    ck_assert_uint_eq(physical_alloc(memory, 3), FRAME);
    ck_assert_uint_eq(physical_alloc(memory, 1), 4 * FRAME);
    ck_assert_uint_eq(physical_owner(memory, 3 * FRAME + 9, &n), FRAME);
    ck_assert_uint_eq(n, 3);
    ck_assert_uint_eq(physical_owner(memory, 5 * FRAME, &n), GEOMETRY_NONE);
    physical_write(memory, FRAME, 42);
    ck_assert_uint_eq(physical_free(memory, 2 * FRAME), 0); // not where one starts
    ck_assert_uint_eq(physical_free(memory, FRAME + 8), 0);
    ck_assert_uint_eq(physical_free(memory, FRAME), 3);
    ck_assert_uint_eq(physical_free(memory, FRAME), 0);
    ck_assert_uint_eq(physical_owner(memory, 2 * FRAME, &n), GEOMETRY_NONE);
    ck_assert_uint_eq(physical_alloc(memory, 4), 5 * FRAME); // the hole is too small
    ck_assert_uint_eq(physical_alloc(memory, 2), FRAME);
    ck_assert_uint_ne(physical_read(memory, FRAME), 42);
    ck_assert_uint_eq(physical_alloc_aligned(memory, 4), 12 * FRAME);
    ck_assert_uint_eq(physical_alloc(memory, 5), GEOMETRY_NONE);
    ck_assert_uint_eq(physical_alloc(memory, 0), GEOMETRY_NONE);
    ck_assert_uint_eq(physical_alloc(memory, 17), GEOMETRY_NONE);
    ck_assert_uint_eq(physical_used_frames(memory), 1 + 1 + 4 + 2 + 4);
    physical_close(memory);
}
END_TEST

START_TEST(random_allocations_never_overlap)
{
    enum { N = 64, ALLOCATIONS = 24 };
    srand(test_seed(21));
    struct physical *memory = physical_open(14, 8, 1);
    uint64_t at[ALLOCATIONS];
    uint64_t size[ALLOCATIONS] = {0};
    for (int i = 0; i < 20000; i++) {
        int a = rand() % ALLOCATIONS;
        if (size[a] != 0) {
            ck_assert_uint_eq(physical_free(memory, at[a] * FRAME), size[a]);
            size[a] = 0;
            continue;
        }
        bool used[N] = {false};
        for (int j = 0; j < ALLOCATIONS; j++) {
            for (uint64_t k = 0; k < size[j]; k++) {
                used[at[j] + k] = true;
            }
        }
        uint64_t n = 1 + (uint64_t)rand() % 7;
        uint64_t lowest = 0;
        uint64_t run = 0;
        for (; lowest < N && run < n; lowest++) {
            run = used[lowest] ? 0 : run + 1;
        }
        uint64_t got = physical_alloc(memory, n);
        ck_assert_uint_eq(got, run < n ? GEOMETRY_NONE : (lowest - n) * FRAME);
        if (got != GEOMETRY_NONE) {
            at[a] = got / FRAME;
            size[a] = n;
            uint64_t owned = 0;
            ck_assert_uint_eq(physical_owner(memory, got + (n - 1) * FRAME, &owned), got);
            ck_assert_uint_eq(owned, n);
        }
    }
    physical_close(memory);
}
END_TEST

struct mapping {
    bool mapped;
    uint64_t pa, flags;
    bool dirty;
};

static void check_walk(struct pagetable *table, struct mapping *mapping, uint64_t va)
{
    enum walk_access access = (enum walk_access)(rand() % 3);
    bool user = rand() % 2;
    bool mark = rand() % 2;
    uint64_t flags = mapping->flags;
    bool forbidden = (access == WALK_WRITE && !(flags & PTE_W)) ||
                     (access == WALK_FETCH && flags & PTE_XD) || (user && !(flags & PTE_U));
    struct walk walk = pagetable_walk(table, va, access, user, mark);
    if (!mapping->mapped) {
        ck_assert_int_eq(walk.fault, WALK_MISSING);
        return;
    }
    ck_assert_int_eq(walk.fault, forbidden ? WALK_PROTECTION : WALK_FINE);
    ck_assert_uint_eq(walk.n_levels, table->geometry->n_levels);
    if (forbidden) {
        return;
    }
    mapping->dirty |= mark && access == WALK_WRITE;
    ck_assert_uint_eq(walk.pa, mapping->pa + va % FRAME);
    for (uint32_t level = 0; level < walk.n_levels; level++) {
        ck_assert_uint_eq(walk.entry[level], physical_read(table->physical, walk.entry_pa[level]));
        ck_assert(!mark || walk.entry[level] & PTE_A);
    }
    ck_assert(!!(walk.entry[walk.n_levels - 1] & PTE_D) == mapping->dirty);
}

static uint64_t random_flags(void)
{
    return PTE_P | (rand() % 2 ? PTE_W : 0) | (rand() % 2 ? PTE_U : 0) | (rand() % 2 ? PTE_XD : 0);
}

static void change_one(struct pagetable *table, struct mapping *mapping, uint64_t va)
{
    uint64_t flags = random_flags();
    if (mapping->mapped && rand() % 2) {
        ck_assert(!pagetable_map(table, va, 0, 0, flags)); // there is something
        ck_assert(pagetable_protect(table, va, flags));
        mapping->flags = flags;
    } else if (mapping->mapped) {
        ck_assert(pagetable_unmap(table, va));
        ck_assert(!pagetable_unmap(table, va));
        ck_assert(!pagetable_protect(table, va, flags));
        *mapping = (struct mapping){0};
    } else {
        *mapping = (struct mapping){true, (uint64_t)(rand() % 4096) * FRAME, flags, false};
        ck_assert(pagetable_map(table, va, mapping->pa, 0, flags));
    }
}

START_TEST(tables_of_1_to_5_levels_equal_an_array)
{
    srand(test_seed(22));
    for (size_t s = 0; s < N_SHAPES; s++) {
        static struct mapping mappings[N_PAGES];
        struct physical *memory = physical_open(20, 8, s);
        struct pagetable table;
        memset(mappings, 0, sizeof mappings);
        pagetable_create(&table, &shapes[s], memory);
        uint64_t n_empty = physical_used_frames(memory);
        ck_assert_uint_eq(n_empty, geometry_table_frames(&shapes[s], 0));
        for (int i = 0; i < 6000; i++) {
            uint64_t page = (uint64_t)rand() % N_PAGES;
            uint64_t va = page * FRAME + (uint64_t)rand() % FRAME;
            if (rand() % 3 == 0) {
                change_one(&table, &mappings[page], page * FRAME);
            }
            check_walk(&table, &mappings[page], va);
        }
        for (uint64_t page = 0; page < N_PAGES; page++) {
            ck_assert(pagetable_unmap(&table, page * FRAME) == mappings[page].mapped);
        }
        ck_assert_uint_eq(physical_used_frames(memory), n_empty); // empty tables were given back
        pagetable_map(&table, 0, 0, 0, PTE_P);
        pagetable_map(&table, (N_PAGES - 1) * FRAME, 0, 0, PTE_P);
        pagetable_destroy(&table);
        ck_assert_uint_eq(physical_used_frames(memory), 0);
        ck_assert_uint_eq(table.root, GEOMETRY_NONE);
        physical_close(memory);
    }
}
END_TEST

START_TEST(large_pages_end_the_walk_early)
{
    const struct geometry *shape = &shapes[2]; // 3, 3 and 4 bits: large pages of 4 and 32 KiB
    struct physical *memory = physical_open(20, 8, 1);
    struct pagetable table;
    pagetable_create(&table, shape, memory);
    ck_assert(pagetable_map(&table, 0x3000, 0x1000, 1, PTE_P | PTE_W));
    ck_assert(pagetable_map(&table, 0x8000, 0x10000, 2, PTE_P));
    ck_assert(!pagetable_map(&table, 0x3100, 0, 0, PTE_P)); // inside the first
    struct walk walk = pagetable_walk(&table, 0x3abc, WALK_WRITE, false, true);
    ck_assert_uint_eq(walk.pa, 0x1abc);
    ck_assert_uint_eq(walk.n_levels, 2);
    ck_assert_uint_eq(walk.height, 1);
    ck_assert(walk.entry[1] & PTE_PS && walk.entry[1] & PTE_D && !(walk.entry[0] & PTE_D));
    walk = pagetable_walk(&table, 0xfedc, WALK_READ, false, true);
    ck_assert_uint_eq(walk.pa, 0x17edc);
    ck_assert_uint_eq(walk.n_levels, 1);
    ck_assert(pagetable_unmap(&table, 0x3fff)); // by any address in it
    ck_assert_uint_eq(physical_used_frames(memory), 1);
    pagetable_destroy(&table);
    physical_close(memory);
}
END_TEST

START_TEST(a_map_without_frames_changes_nothing)
{
    struct geometry shape = {18, 20, 8, 3, {3, 3, 4}, 1, 1, 16};
    struct physical *memory = physical_open(10, 8, 1); // 4 frames
    struct pagetable table;
    struct pagetable second;
    pagetable_create(&table, &shape, memory);
    ck_assert(pagetable_map(&table, 0, 0, 0, PTE_P)); // two tables more
    ck_assert(!pagetable_map(&table, 0x8000, 0, 0, PTE_P));
    ck_assert_uint_eq(physical_used_frames(memory), 3);
    ck_assert_int_eq(pagetable_walk(&table, 0x8000, WALK_READ, false, false).n_levels, 1);
    ck_assert(pagetable_map(&table, 0x1000, 0, 0, PTE_P)); // the one frame that is left
    pagetable_create(&second, &shape, memory);
    ck_assert_uint_eq(second.root, GEOMETRY_NONE);
    pagetable_destroy(&second);
    pagetable_destroy(&table);
    ck_assert_uint_eq(physical_used_frames(memory), 0);
    physical_close(memory);
}
END_TEST

START_TEST(entries_that_lead_out_of_memory_are_missing)
{
    const struct geometry *shape = &shapes[1];
    struct physical *memory = physical_open(20, 8, 1);
    struct pagetable table;
    pagetable_create(&table, shape, memory);
    ck_assert(pagetable_map(&table, 0, 0, 0, PTE_P));
    struct walk walk = pagetable_walk(&table, 0, WALK_READ, false, false);
    uint64_t beyond = UINT64_C(4096) << PTE_SHIFT | PTE_P; // the first frame that there is not
    physical_write(memory, walk.entry_pa[1], beyond);
    ck_assert_int_eq(pagetable_walk(&table, 0, WALK_READ, false, true).fault, WALK_MISSING);
    physical_write(memory, walk.entry_pa[1], beyond - (UINT64_C(1) << PTE_SHIFT));
    ck_assert_int_eq(pagetable_walk(&table, 0, WALK_READ, false, true).fault, WALK_FINE);
    // A table of 2^6 entries takes two frames: the last frame has room for half of it.
    physical_write(memory, walk.entry_pa[0], beyond - (UINT64_C(1) << PTE_SHIFT));
    ck_assert_int_eq(pagetable_walk(&table, 0, WALK_READ, false, true).n_levels, 1);
    physical_write(memory, walk.entry_pa[0], PTE_PPN_MASK << PTE_SHIFT | PTE_P | PTE_PS);
    ck_assert_int_eq(pagetable_walk(&table, 0, WALK_READ, false, true).fault, WALK_MISSING);
    physical_close(memory);
}
END_TEST

Suite *pagetable_suite(void)
{
    Suite *suite = suite_create("pagetable");
    TCase *memory = tcase_create("memory");
    tcase_add_test(memory, memory_keeps_words_and_starts_with_junk);
    tcase_add_test(memory, frames_come_lowest_first);
    tcase_add_test(memory, random_allocations_never_overlap);
    suite_add_tcase(suite, memory);
    TCase *tables = tcase_create("tables");
    tcase_set_timeout(tables, 60);
    tcase_add_test(tables, tables_of_1_to_5_levels_equal_an_array);
    tcase_add_test(tables, large_pages_end_the_walk_early);
    tcase_add_test(tables, a_map_without_frames_changes_nothing);
    tcase_add_test(tables, entries_that_lead_out_of_memory_are_missing);
    suite_add_tcase(suite, tables);
    return suite;
}
