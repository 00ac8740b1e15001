// SPDX-License-Identifier: MIT
// The fit lab's model: worked out by hand at 8-byte alignment, where a payload of n bytes needs
// n + 8, and against an array of bytes in random sequences.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/heap/placement.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

static void open_empty(struct placement *placement, enum fit_policy policy)
{
    placement_open(placement, &(struct heap_settings){.alignment = 8, .fit_policy = policy});
    placement_reset(placement);
}

/// Allocates where the policy says; returns the offset.
static uint64_t allocate(struct placement *placement, uint64_t payload)
{
    struct placement_step step = placement_expect(placement, payload);
    ck_assert(placement_allows(placement, step.offset, step.asize));
    placement_allocate(placement, step.offset, step.asize);
    return step.offset;
}

/// Blocks of 48, 24, 112, 24, 80, 24, 80, 24 bytes, of which each second one stays.
static void make_holes(struct placement *placement, enum fit_policy policy)
{
    static const uint64_t payloads[] = {40, 16, 104, 16, 72, 16, 72, 16};
    static const uint64_t offsets[] = {0x10, 0x40, 0x58, 0xc8, 0xe0, 0x130, 0x148, 0x198};
    open_empty(placement, policy);
    for (size_t i = 0; i < 8; i++) {
        ck_assert_uint_eq(allocate(placement, payloads[i]), offsets[i]);
    }
    for (size_t i = 0; i < 8; i += 2) {
        placement_free(placement, offsets[i]);
    }
}

static const struct {
    enum fit_policy policy;
    uint64_t payload, place;
} choices[] = {
    {FIT_FIRST, 40, 0x10}, {FIT_FIRST, 41, 0x58},   {FIT_FIRST, 104, 0x58}, {FIT_FIRST, 105, 0x1b0},
    {FIT_BEST, 40, 0x10},  {FIT_BEST, 41, 0xe0},    {FIT_BEST, 73, 0x58},   {FIT_BEST, 105, 0x1b0},
    {FIT_NEXT, 40, 0x1b0}, {FIT_NEXT, 3000, 0x1b0},
};

START_TEST(each_policy_chooses)
{
    struct placement placement;
    make_holes(&placement, choices[_i].policy);
    ck_assert_uint_eq(allocate(&placement, choices[_i].payload), choices[_i].place);
    placement_close(&placement);
}
END_TEST

START_TEST(equal_blocks_may_be_taken_from_either_end_but_always_the_same)
{
    struct placement placement;
    make_holes(&placement, FIT_BEST);
    ck_assert(placement_allows(&placement, 0xe0, 80));
    ck_assert(placement_allows(&placement, 0x148, 80));
    ck_assert(!placement_allows(&placement, 0x58, 80));
    placement_allocate(&placement, 0x148, 80);
    placement_free(&placement, 0x148);
    ck_assert(!placement_allows(&placement, 0xe0, 80));
    placement_close(&placement);
}
END_TEST

START_TEST(a_rover_in_a_merged_block_moves_to_its_start)
{
    struct placement placement;
    open_empty(&placement, FIT_NEXT);
    allocate(&placement, 1600);                           // 1608 at 0x10
    ck_assert_uint_eq(allocate(&placement, 1000), 0x658); // 1008
    ck_assert_uint_eq(allocate(&placement, 1400), 0xa48); // 1408; 72 remain
    placement_free(&placement, 0x658);
    placement_free(&placement, 0xa48); // merges: the rover was there
    ck_assert_uint_eq(placement.rovers[3], 0x658);
    ck_assert_uint_eq(allocate(&placement, 100), 0x658);
    placement_close(&placement);
}
END_TEST

START_TEST(the_heap_grows_behind_a_free_block)
{
    struct placement placement;
    open_empty(&placement, FIT_FIRST);
    ck_assert_uint_eq(allocate(&placement, 4000), 0x10); // 4008; 88 remain at 0xfb8
    struct placement_step step = placement_expect(&placement, 100);
    ck_assert_uint_eq(step.grows_bytes, 4096);
    ck_assert_uint_eq(step.offset, 0xfb8);
    step = placement_expect(&placement, 5000);
    ck_assert_uint_eq(step.grows_bytes, 5008);
    ck_assert_uint_eq(allocate(&placement, 5000), 0xfb8); // 5008 of 88 + 5008; 88 remain
    ck_assert_uint_eq(placement.break_bytes, 16 + 4096 + 5008);
    ck_assert_uint_eq(placement.n_blocks, 3);
    placement_close(&placement);
}
END_TEST

START_TEST(a_rest_below_the_smallest_block_stays_with_the_block)
{
    struct placement placement;
    open_empty(&placement, FIT_FIRST);
    uint64_t first = allocate(&placement, 40);
    allocate(&placement, 16);
    placement_free(&placement, first);
    ck_assert_uint_eq(allocate(&placement, 32), first); // 40 of 48
    ck_assert_uint_eq(placement_find(&placement, first)->size, 48);
    placement_free(&placement, first);
    allocate(&placement, 24); // 32 of 48
    ck_assert_uint_eq(placement_find(&placement, first)->size, 32);
    ck_assert_uint_eq(placement_find(&placement, first + 32)->size, 16);
    placement_close(&placement);
}
END_TEST

static void put(char *memory, uint64_t offset, uint32_t tag)
{
    memcpy(memory + offset, &tag, sizeof tag);
}

/// What the heap holds when it agrees with the model.
static void write_tags(const struct placement *placement, char *memory)
{
    put(memory, 4, 9);
    put(memory, 8, 9);
    for (size_t i = 0; i < placement->n_blocks; i++) {
        const struct placement_block *block = &placement->blocks[i];
        uint32_t tag = (uint32_t)block->size | block->allocated;
        put(memory, block->offset - 4, tag);
        put(memory, block->offset + block->size - 8, tag);
    }
    put(memory, placement->break_bytes - 4, 1);
}

START_TEST(every_tag_is_compared)
{
    struct placement placement;
    struct placement_difference difference;
    make_holes(&placement, FIT_FIRST);
    size_t n = placement.break_bytes;
    char *memory = calloc(1, n);
    write_tags(&placement, memory);
    ck_assert(!placement_differs(&placement, memory, n, &difference));
    size_t n_found = 0;
    for (size_t at = 0; at < n; at++) {
        memory[at] ^= 4;
        n_found += placement_differs(&placement, memory, n, &difference);
        memory[at] ^= 4;
    }
    // Two tags of four bytes a block and the prologue, one of the epilogue.
    ck_assert_uint_eq(n_found, 4 * (2 * (placement.n_blocks + 1) + 1));
    free(memory);
    placement_close(&placement);
}
END_TEST

/// Random requests: blocks lie side by side, no two free ones touch, and all bytes are accounted.
START_TEST(the_model_keeps_the_rules_of_the_list)
{
    struct placement placement;
    open_empty(&placement, (enum fit_policy)(FIT_FIRST + _i));
    uint64_t live[64] = {0};
    srand(test_seed(7));
    for (int round = 0; round < 1000; round++) {
        size_t i = (size_t)rand() % 64;
        if (live[i] == 0) {
            live[i] = allocate(&placement, 1 + (uint64_t)rand() % 2000);
        } else {
            placement_free(&placement, live[i]);
            live[i] = 0;
        }
        uint64_t at = 16;
        bool fine = true;
        for (size_t k = 0; k < placement.n_blocks; k++) {
            const struct placement_block *block = &placement.blocks[k];
            fine &= block->offset == at && block->size % 8 == 0 &&
                    block->size >= PLACEMENT_MIN_BLOCK &&
                    (block->allocated || k == 0 || block[-1].allocated);
            at += block->size;
        }
        ck_assert(fine);
        ck_assert_uint_eq(at, placement.break_bytes);
    }
    placement_close(&placement);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

Suite *placement_suite(void)
{
    Suite *suite = suite_create("placement");
    TCase *tests = tcase_create("placement");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, each_policy_chooses, 0, N(choices));
    tcase_add_test(tests, equal_blocks_may_be_taken_from_either_end_but_always_the_same);
    tcase_add_test(tests, a_rover_in_a_merged_block_moves_to_its_start);
    tcase_add_test(tests, the_heap_grows_behind_a_free_block);
    tcase_add_test(tests, a_rest_below_the_smallest_block_stays_with_the_block);
    tcase_add_test(tests, every_tag_is_compared);
    tcase_add_loop_test(tests, the_model_keeps_the_rules_of_the_list, 0, 3);
    suite_add_tcase(suite, tests);
    return suite;
}
