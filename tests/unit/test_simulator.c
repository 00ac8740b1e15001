// SPDX-License-Identifier: MIT
// The worker's simulator: TLBs and caches hit for hit as the golden ones, the branch predictor on
// patterns whose answer is known.
#include <check.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/vm/cache.h"
#include "harness/vm/tlb.h"
#include "harness/worker/simulator.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define PAGE_BITS 12
#define LINE_BITS 6
#define N_ACCESSES 200000

static const struct ring_machine machines[] = {
    {.tlbs = {{16, 4}, {128, 4}}, .caches = {{64, 8}, {512, 8}}},
    {.tlbs = {{1, 8}, {64, 1}}, .caches = {{128, 1}, {256, 2}}},
    {.tlbs = {{4, 2}, {0, 0}}, .caches = {{32, 3}, {0, 0}}},
};

struct golden {
    struct tlb tlbs[2];
    struct cache caches[2];
    uint64_t events[RING_EVENTS];
};

static void golden_open(struct golden *golden, const struct ring_machine *machine)
{
    *golden = (struct golden){0};
    for (int i = 0; i < 2; i++) {
        struct tlb_settings tlb = {.sets = machine->tlbs[i].sets, .ways = machine->tlbs[i].ways};
        struct cache_settings cache = {.sets = machine->caches[i].sets,
                                       .ways = machine->caches[i].ways,
                                       .line_bytes = 1 << LINE_BITS,
                                       .write_back = true,
                                       .write_allocate = true};
        if (tlb.sets > 0) {
            tlb_open(&golden->tlbs[i], &tlb);
        }
        if (cache.sets > 0) {
            cache_open(&golden->caches[i], &cache);
        }
    }
}

static void golden_close(struct golden *golden)
{
    for (int i = 0; i < 2; i++) {
        if (golden->tlbs[i].settings.sets > 0) {
            tlb_close(&golden->tlbs[i]);
        }
        if (golden->caches[i].settings.sets > 0) {
            cache_close(&golden->caches[i]);
        }
    }
}

static bool golden_translate(struct golden *golden, int level, uint64_t vpn)
{
    struct tlb *tlb = &golden->tlbs[level];
    if (tlb->settings.sets == 0) {
        return false;
    }
    bool hit = tlb_lookup(tlb, 0, vpn) != NULL;
    if (!hit) {
        tlb_insert(tlb, 0, vpn, vpn, 0, NULL);
    }
    return hit;
}

static bool golden_fetch(struct golden *golden, int level, uint64_t address)
{
    struct cache *cache = &golden->caches[level];
    return cache->settings.sets > 0 && cache_access(cache, address, false).hit;
}

static void golden_touch(struct golden *golden, uint64_t address)
{
    if (!golden_translate(golden, 0, address >> PAGE_BITS)) {
        golden->events[RING_EVENT_TLB_MISS]++;
        golden->events[RING_EVENT_WALK] += !golden_translate(golden, 1, address >> PAGE_BITS);
    }
    if (!golden_fetch(golden, 0, address)) {
        golden->events[RING_EVENT_L1_MISS]++;
        golden->events[RING_EVENT_L2_MISS] += !golden_fetch(golden, 1, address);
    }
}

static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 33;
}

/// Mostly near the last address, sometimes far away: some of everything hits.
static uint64_t next_address(uint64_t address)
{
    uint64_t choice = next_random() % 16;
    if (choice < 8) {
        return address + next_random() % 64;
    }
    uint64_t reach = choice < 14 ? 1 << 16 : 1 << 24;
    return SIMULATOR_START + next_random() % reach;
}

static struct simulator *simulator_make(const struct ring_machine *shapes, uint32_t **tags)
{
    struct ring_machine machine = *shapes;
    machine.page_bits = PAGE_BITS;
    machine.line_bits = LINE_BITS;
    ck_assert(simulator_fits(&machine));
    struct simulator *simulator = xcalloc(1, sizeof *simulator);
    *tags = xcalloc(simulator_words(&machine), sizeof **tags);
    simulator_open(simulator, &machine, *tags);
    return simulator;
}

START_TEST(levels_hit_as_the_golden_ones)
{
    const struct ring_machine *machine = &machines[_i];
    struct golden golden;
    uint32_t *tags;
    struct simulator *simulator = simulator_make(machine, &tags);
    random_state = test_seed(1);
    golden_open(&golden, machine);
    uint64_t address = SIMULATOR_START;
    for (int i = 0; i < N_ACCESSES; i++) {
        address = next_address(address);
        simulator_touch(simulator, address >> LINE_BITS);
        golden_touch(&golden, address);
        if (memcmp(simulator->events, golden.events, sizeof golden.events) != 0) {
            ck_abort_msg("access %d, to %#llx, differs", i + 1, (unsigned long long)address);
        }
    }
    ck_assert_uint_gt(golden.events[RING_EVENT_WALK], 0);
    ck_assert_uint_gt(golden.events[RING_EVENT_L2_MISS], 0);
    golden_close(&golden);
    free(tags);
    free(simulator);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
    struct ring_machine good = machines[0];
    good.page_bits = PAGE_BITS;
    good.line_bits = LINE_BITS;
    ck_assert(simulator_fits(&good));
    struct ring_machine machine = good;
    machine.caches[0] = (struct ring_shape){.sets = 64, .ways = SIMULATOR_WAYS + 1};
    ck_assert(!simulator_fits(&machine));
    machine.caches[0] = (struct ring_shape){.sets = 48, .ways = 8};
    ck_assert(!simulator_fits(&machine));
    machine.caches[0] = (struct ring_shape){.sets = 16, .ways = 8}; // tags of 33 bits
    ck_assert(!simulator_fits(&machine));
    machine.caches[0] = (struct ring_shape){0};
    ck_assert(!simulator_fits(&machine));
    machine = good;
    machine.tlbs[1].ways = 0;
    ck_assert(!simulator_fits(&machine));
    machine = good;
    machine.page_bits = LINE_BITS - 1;
    ck_assert(!simulator_fits(&machine));
}
END_TEST

START_TEST(an_access_may_take_two_lines)
{
    uint32_t *tags;
    struct simulator *simulator = simulator_make(&machines[0], &tags);
    ck_assert_uint_eq(simulator_range(simulator, SIMULATOR_START + 60, 4), 1);
    ck_assert_uint_eq(simulator->events[RING_EVENT_L1_MISS], 1);
    ck_assert_uint_eq(simulator_range(simulator, SIMULATOR_START + 60, 8), 2);
    ck_assert_uint_eq(simulator->events[RING_EVENT_L1_MISS], 2);
    ck_assert_uint_eq(simulator_range(simulator, SIMULATOR_START, 4096), 64);
    ck_assert_uint_eq(simulator->events[RING_EVENT_L1_MISS], 64);
    ck_assert_uint_eq(simulator->events[RING_EVENT_TLB_MISS], 1);
    free(tags);
    free(simulator);
}
END_TEST

/// How many of the last `n_last` blocks of a sequence were mispredicted.
static uint64_t mispredicted(const uint32_t *blocks, size_t n_blocks, size_t n_rounds,
                             size_t n_last)
{
    uint32_t *tags;
    struct simulator *simulator = simulator_make(&machines[0], &tags);
    uint64_t before = 0;
    for (size_t i = 0; i < n_blocks * n_rounds; i++) {
        if (i == n_blocks * n_rounds - n_last) {
            before = simulator->events[RING_EVENT_MISPREDICTED];
        }
        simulator_block(simulator, blocks[i % n_blocks]);
    }
    uint64_t n = simulator->events[RING_EVENT_MISPREDICTED] - before;
    ck_assert_uint_eq(simulator->events[RING_EVENT_BLOCK], n_blocks * n_rounds);
    free(tags);
    free(simulator);
    return n;
}

START_TEST(a_straight_path_is_learnt_at_once)
{
    static const uint32_t path[] = {0x40, 0x52, 0x71, 0x90};
    ck_assert_uint_eq(mispredicted(path, 4, 1, 4), 4);
    ck_assert_uint_eq(mispredicted(path, 4, 50, 4 * 48), 0);
}
END_TEST

START_TEST(an_alternating_branch_is_learnt_from_its_history)
{
    static const uint32_t alternating[] = {0x40, 0x52, 0x90, 0x40, 0x71, 0x90};
    ck_assert_uint_eq(mispredicted(alternating, 6, 200, 6 * 50), 0);
}
END_TEST

START_TEST(a_random_branch_is_not)
{
    enum { N = 3000 };
    static uint32_t blocks[N];
    random_state = test_seed(1);
    for (size_t i = 0; i < N; i += 3) {
        blocks[i] = 0x40;
        blocks[i + 1] = next_random() % 2 == 0 ? 0x52 : 0x71;
        blocks[i + 2] = 0x90;
    }
    uint64_t n = mispredicted(blocks, N, 1, N);
    ck_assert_uint_gt(n, N / 3 / 4);
    ck_assert_uint_lt(n, N / 3);
}
END_TEST

Suite *simulator_suite(void)
{
    Suite *suite = suite_create("simulator");
    TCase *tests = tcase_create("simulator");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, levels_hit_as_the_golden_ones, 0,
                        sizeof machines / sizeof *machines);
    tcase_add_test(tests, what_does_not_fit_is_refused);
    tcase_add_test(tests, an_access_may_take_two_lines);
    tcase_add_test(tests, a_straight_path_is_learnt_at_once);
    tcase_add_test(tests, an_alternating_branch_is_learnt_from_its_history);
    tcase_add_test(tests, a_random_branch_is_not);
    suite_add_tcase(suite, tests);
    return suite;
}
