// SPDX-License-Identifier: MIT
// The whole golden machine: small ones whose every count is worked out by hand, and random ones
// held against their parts.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/vm/machine_file.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

static struct machine_settings find(const char *name)
{
    struct machine_settings settings;
    struct error error;
    ck_assert_msg(machine_find(&settings, name, &error), "%s", error.text);
    return settings;
}

static struct machine_settings parse(const char *text)
{
    struct machine_settings settings;
    struct error error;
    bool ok = machine_parse(&settings, "folder/m.yaml", text, strlen(text), &error);
    ck_assert_msg(ok, "%s", error.text);
    return settings;
}

static struct machine_outcome play(struct machine *machine, enum access_kind kind, uint64_t va)
{
    struct access record = {.address = va, .bytes = 1, .kind = (uint8_t)kind};
    return machine_access(machine, &record);
}

static void play_event(struct machine *machine, enum access_kind kind, uint64_t va, uint64_t bytes,
                       unsigned flags, unsigned process)
{
    struct access record = {.address = va,
                            .bytes = bytes,
                            .kind = (uint8_t)kind,
                            .flags = (uint8_t)flags,
                            .process = (uint16_t)process};
    machine_run(machine, &record, 1);
}

/// One level of everything; a walk reads two PTEs.
#define SMALL                                                                                      \
    "base: x86-32\nvirtual_bits: 16\nphysical_bits: 20\npage: 256\nlevels: [4, 4]\n"               \
    "dtlb:\n  entries: 4\n  ways: 2\n  cycles: 1\nitlb:\n  entries: 0\nline: 16\n"                 \
    "l1d:\n  size: 256\n  ways: 2\n  cycles: 3\nl1i:\n  size: 0\nl2:\n  size: 0\n"                 \
    "walk_through_cache: no\nmemory_cycles: 100\nfault_cycles: 1000\n"

START_TEST(amat_adds_up)
{
    struct machine_settings settings = parse(SMALL);
    struct machine *machine = machine_open(&settings);
    ck_assert(machine_amat(machine, true) <= 0);
    play(machine, ACCESS_READ, 0x1234);
    // TLB 1, a walk that ends at the root 1 x 100, the fault 1000, a walk 2 x 100, L1 3, memory 100
    ck_assert_double_eq_tol(machine_amat(machine, false), 1404, 1e-9);
    play(machine, ACCESS_READ, 0x1238); // 1 + 3; side by side 3
    ck_assert_double_eq_tol(machine_amat(machine, false), (1404 + 4) / 2.0, 1e-9);
    ck_assert(machine_can_overlap(&settings));
    ck_assert_double_eq_tol(machine_amat(machine, true), (1404 + 3) / 2.0, 1e-9);
    play(machine, ACCESS_WRITE, 0x1238); // D is clear: walks, 1 + 200 + 3, with no overlap
    play(machine, ACCESS_WRITE, 0x1238); // 1 + 3 or 3
    ck_assert_double_eq_tol(machine_amat(machine, false), (1404 + 4 + 204 + 4) / 4.0, 1e-9);
    ck_assert_double_eq_tol(machine_amat(machine, true), (1404 + 3 + 204 + 3) / 4.0, 1e-9);
    struct machine_counts counts = machine_counts(machine);
    ck_assert_uint_eq(counts.n_walks, 3);
    ck_assert_uint_eq(counts.n_walk_references, 1 + 2 + 2);
    ck_assert_uint_eq(counts.tlbs[MACHINE_DTLB].n_hits, 3);
    ck_assert_uint_eq(counts.tlbs[MACHINE_DTLB].n_misses, 1);
    ck_assert_uint_eq(counts.n_memory_accesses, 1 + 2 + 2 + 1);
    machine_close(machine);
    settings = parse(SMALL "title: its cache index reaches into the PPN\nframes: 8\n");
    settings.caches[MACHINE_L1D].sets = 32;
    ck_assert(!machine_can_overlap(&settings));
}
END_TEST

START_TEST(walks_go_through_the_caches_when_asked)
{
    struct machine_settings settings =
        parse("base: core-i7\nlevels: [9, 9, 9, 9]\nmemory_cycles: 100\nfault_cycles: 0\n");
    struct machine *machine = machine_open(&settings);
    struct machine_outcome outcome = play(machine, ACCESS_READ, 0x7fff12345678);
    ck_assert_int_eq(outcome.fault, MACHINE_MISSING);
    ck_assert_uint_eq(outcome.n_walk_references, 1 + 4);
    struct machine_counts counts = machine_counts(machine);
    ck_assert_uint_eq(counts.caches[MACHINE_L1D].n_hits, 1); // the root's entry, again
    ck_assert_uint_eq(counts.caches[MACHINE_L1D].n_misses, 4 + 1);
    ck_assert_uint_eq(counts.caches[MACHINE_L3].n_misses, 4 + 1);
    ck_assert_uint_eq(counts.n_memory_accesses, 4 + 1);
    // TLBs 1 + 7, the walks' 5 lookups in L1 and the data's 4 each, 5 misses 10 + 40 + 100
    ck_assert_double_eq_tol(machine_amat(machine, true), 1 + 7 + 6 * 4 + 5 * 150, 1e-9);
    play(machine, ACCESS_FETCH, 0x7fff12345678); // from the second TLB; the line is in L2
    counts = machine_counts(machine);
    ck_assert_uint_eq(counts.tlbs[MACHINE_L2TLB].n_hits, 1);
    ck_assert_uint_eq(counts.tlbs[MACHINE_ITLB].n_misses, 1);
    ck_assert_uint_eq(counts.caches[MACHINE_L1I].n_misses, 1);
    ck_assert_uint_eq(counts.caches[MACHINE_L2].n_hits, 1);
    ck_assert_uint_eq(counts.n_walks, 2);
    ck_assert_double_eq_tol(machine_amat(machine, true), (782.0 + 1 + 7 + 4 + 10) / 2, 1e-9);
    machine_close(machine);
}
END_TEST

START_TEST(dirty_lines_go_down_level_by_level)
{
    struct machine_settings settings = parse(SMALL "l3:\n  size: 0\n");
    settings.caches[MACHINE_L1D] =
        (struct cache_settings){1, 1, 16, .write_back = true, .write_allocate = true};
    settings.caches[MACHINE_L2] = settings.caches[MACHINE_L3] = settings.caches[MACHINE_L1D];
    struct machine *machine = machine_open(&settings);
    play(machine, ACCESS_WRITE, 0x1000); // L1 a dirty, L2 a, L3 a
    play(machine, ACCESS_WRITE, 0x1010); // a is written to L2; b: L2's a to L3, L2 b, L3's a out
    struct machine_counts counts = machine_counts(machine);
    ck_assert_uint_eq(counts.caches[MACHINE_L1D].n_writebacks, 1);
    ck_assert_uint_eq(counts.caches[MACHINE_L2].n_hits, 1);
    ck_assert_uint_eq(counts.caches[MACHINE_L2].n_misses, 2);
    ck_assert_uint_eq(counts.caches[MACHINE_L2].n_writebacks, 1);
    ck_assert_uint_eq(counts.caches[MACHINE_L3].n_hits, 1);
    ck_assert_uint_eq(counts.caches[MACHINE_L3].n_misses, 2);
    ck_assert_uint_eq(counts.caches[MACHINE_L3].n_writebacks, 1);
    machine_close(machine);
    settings.caches[MACHINE_L1D].write_back = settings.caches[MACHINE_L1D].write_allocate = false;
    machine = machine_open(&settings);
    play(machine, ACCESS_MODIFY, 0x1000); // the read brings the line, the write goes on to L2
    play(machine, ACCESS_WRITE, 0x1010);  // goes to L2 alone
    counts = machine_counts(machine);
    ck_assert_uint_eq(counts.n_accesses, 3);
    ck_assert_uint_eq(counts.caches[MACHINE_L1D].n_hits, 1);
    ck_assert_uint_eq(counts.caches[MACHINE_L1D].n_write_throughs, 2);
    ck_assert_uint_eq(counts.caches[MACHINE_L1D].n_evictions, 0);
    ck_assert_uint_eq(counts.caches[MACHINE_L2].n_hits, 1);
    ck_assert_uint_eq(counts.caches[MACHINE_L2].n_writebacks, 1);
    machine_close(machine);
}
END_TEST

START_TEST(maps_decide_what_is_valid)
{
    struct machine_settings settings = parse(SMALL);
    for (int limited = 0; limited < 2; limited++) {
        settings.n_frames = limited ? 2 : 0;
        struct machine *machine = machine_open(&settings);
        play_event(machine, ACCESS_MAP, 0x1000, 0x300, ACCESS_MAY_READ, 0);
        play_event(machine, ACCESS_MAP, 0x2080, 1, ACCESS_MAY_WRITE | ACCESS_MAY_FETCH, 0);
        enum machine_fault first = limited ? MACHINE_MISSING : MACHINE_NO_FAULT;
        ck_assert_int_eq(play(machine, ACCESS_READ, 0x12ff).fault, first);
        ck_assert_int_eq(play(machine, ACCESS_WRITE, 0x12ff).fault, MACHINE_PROTECTION);
        ck_assert_int_eq(play(machine, ACCESS_FETCH, 0x1000).fault, MACHINE_PROTECTION);
        ck_assert_int_eq(play(machine, ACCESS_READ, 0x1300).fault, MACHINE_SEGMENTATION);
        ck_assert_int_eq(play(machine, ACCESS_READ, 0x10000).fault, MACHINE_SEGMENTATION);
        ck_assert_int_eq(play(machine, ACCESS_FETCH, 0x2000).fault, first);
        ck_assert_int_eq(play(machine, ACCESS_MODIFY, 0x20ff).fault, MACHINE_NO_FAULT);
        struct access user = {
            .address = 0x2000, .bytes = 1, .kind = ACCESS_READ, .flags = ACCESS_MAY_USER};
        ck_assert_int_eq(machine_access(machine, &user).fault, MACHINE_PROTECTION);
        play_event(machine, ACCESS_PROTECT, 0x2000, 1, ACCESS_MAY_READ | ACCESS_MAY_USER, 0);
        ck_assert_int_eq(machine_access(machine, &user).fault, MACHINE_NO_FAULT);
        ck_assert_int_eq(play(machine, ACCESS_WRITE, 0x2000).fault, MACHINE_PROTECTION);
        play_event(machine, ACCESS_UNMAP, 0x1100, 0x300, 0, 0);
        ck_assert_int_eq(play(machine, ACCESS_READ, 0x12ff).fault, MACHINE_SEGMENTATION);
        ck_assert_int_eq(play(machine, ACCESS_READ, 0x1000).fault, first);
        ck_assert_uint_eq(machine_counts(machine).n_faults[MACHINE_PROTECTION], 4);
        play_event(machine, ACCESS_MAP, 0xff00, 0x200, ACCESS_MAY_READ, 0); // past the end
        ck_assert_uint_eq(machine_counts(machine).n_faults[MACHINE_SEGMENTATION], 4);
        machine_close(machine);
    }
}
END_TEST

START_TEST(large_pages_make_walks_shorter)
{
    struct machine_settings settings = find("core-i7");
    struct machine *machine = machine_open(&settings);
    play_event(machine, ACCESS_MAP, 0x1ff000, 0x402000, ACCESS_MAY_READ | ACCESS_LARGE, 0);
    ck_assert_uint_eq(play(machine, ACCESS_READ, 0x1ff000).n_walk_references, 4);
    ck_assert_uint_eq(play(machine, ACCESS_READ, 0x200000).n_walk_references, 3);
    ck_assert_uint_eq(play(machine, ACCESS_READ, 0x5fffff).n_walk_references, 3);
    ck_assert_uint_eq(play(machine, ACCESS_READ, 0x600000).n_walk_references, 4);
    struct machine_outcome piece = play(machine, ACCESS_READ, 0x201000); // an entry of its own
    ck_assert_int_eq(piece.tlb, -1);
    ck_assert_uint_eq(piece.pa % 0x200000, 0x1000);
    play_event(machine, ACCESS_UNMAP, 0x300000, 1, 0, 0);
    ck_assert_int_eq(play(machine, ACCESS_READ, 0x201000).fault, MACHINE_SEGMENTATION);
    ck_assert_int_eq(play(machine, ACCESS_READ, 0x401000).fault, MACHINE_NO_FAULT);
    machine_close(machine);
}
END_TEST

START_TEST(processes_have_pages_of_their_own)
{
    static const struct access records[] = {
        {.address = 0x1000, .bytes = 1, .kind = ACCESS_READ, .process = 0},
        {.address = 0x1000, .bytes = 1, .kind = ACCESS_READ, .process = 1},
        {.kind = ACCESS_SWITCH, .process = 0},
        {.address = 0x1000, .bytes = 1, .kind = ACCESS_READ, .process = 0},
    };
    for (int asids = 0; asids < 2; asids++) {
        struct machine_settings settings = parse(SMALL);
        settings.asids = asids;
        struct machine *machine = machine_open(&settings);
        struct machine_outcome first = machine_access(machine, &records[0]);
        struct machine_outcome second = machine_access(machine, &records[1]);
        ck_assert_uint_ne(first.pa, second.pa);
        machine_run(machine, &records[2], 1);
        struct machine_outcome third = machine_access(machine, &records[3]);
        ck_assert_uint_eq(third.pa, first.pa);
        ck_assert_int_eq(third.tlb, asids ? MACHINE_DTLB : -1);
        ck_assert_uint_eq(machine_counts(machine).n_faults[MACHINE_MISSING], 2);
        machine_close(machine);
    }
}
END_TEST

START_TEST(limited_frames_are_never_exceeded)
{
    struct machine_settings settings = parse(SMALL "frames: 3\npolicy: fifo\n");
    struct machine *machine = machine_open(&settings);
    static const uint8_t belady[] = {1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5};
    uint64_t lowest = UINT64_MAX;
    uint64_t highest = 0;
    for (size_t i = 0; i < sizeof belady; i++) {
        struct machine_outcome outcome = play(machine, ACCESS_WRITE, (uint64_t)belady[i] << 8);
        lowest = outcome.pa < lowest ? outcome.pa : lowest;
        highest = outcome.pa > highest ? outcome.pa : highest;
    }
    struct machine_counts counts = machine_counts(machine);
    ck_assert_uint_eq(counts.n_faults[MACHINE_MISSING], 9); // facts.md, section 3
    ck_assert_uint_eq(counts.n_page_writebacks, 6);
    ck_assert_uint_eq(highest - lowest, 0x200);
    machine_close(machine);
}
END_TEST

/// Every page keeps its frame, and the machine's TLB and cache count what they count alone.
START_TEST(a_machine_is_the_sum_of_its_parts)
{
    srand(test_seed(31));
    for (int round = 0; round < 20; round++) {
        struct machine_settings settings = parse(SMALL);
        uint64_t frame_of[256];
        memset(frame_of, 0xff, sizeof frame_of);
        settings.tlbs[MACHINE_DTLB] =
            (struct tlb_settings){1u << rand() % 4, 1 + (uint32_t)rand() % 20};
        settings.caches[MACHINE_L1D] = (struct cache_settings){
            1u << rand() % 5, 1 + (uint32_t)rand() % 20, 16, rand() % 2, rand() % 2};
        struct machine *machine = machine_open(&settings);
        struct tlb tlb;
        struct cache cache;
        tlb_open(&tlb, &settings.tlbs[MACHINE_DTLB]);
        cache_open(&cache, &settings.caches[MACHINE_L1D]);
        for (int i = 0; i < 5000; i++) {
            uint64_t va = (uint64_t)rand() & 0xffff & (rand() % 4 ? 0xfff : 0xffff);
            bool write = rand() % 3 == 0;
            struct machine_outcome outcome = play(machine, write ? ACCESS_WRITE : ACCESS_READ, va);
            uint64_t *frame = &frame_of[va >> 8];
            ck_assert_int_eq(outcome.fault,
                             *frame == UINT64_MAX ? MACHINE_MISSING : MACHINE_NO_FAULT);
            *frame = *frame == UINT64_MAX ? outcome.pa >> 8 : *frame;
            ck_assert_uint_eq(outcome.pa, *frame << 8 | (va & 0xff));
            ck_assert((tlb_lookup(&tlb, 0, va >> 8) != NULL) == (outcome.tlb >= 0));
            tlb_insert(&tlb, 0, va >> 8, *frame, 0, NULL);
            ck_assert(cache_access(&cache, outcome.pa, write).hit == (outcome.cache >= 0));
        }
        struct machine_counts counts = machine_counts(machine);
        ck_assert_uint_eq(counts.tlbs[MACHINE_DTLB].n_misses, tlb.n_misses);
        ck_assert_uint_eq(counts.caches[MACHINE_L1D].n_misses, cache.n_misses);
        ck_assert_uint_eq(counts.caches[MACHINE_L1D].n_writebacks, cache.n_writebacks);
        ck_assert_uint_eq(counts.caches[MACHINE_L1D].n_write_throughs, cache.n_write_throughs);
        tlb_close(&tlb);
        cache_close(&cache);
        machine_close(machine);
    }
}
END_TEST

Suite *machine_suite(void)
{
    Suite *suite = suite_create("machine");
    TCase *runs = tcase_create("runs");
    tcase_set_timeout(runs, 60);
    tcase_add_test(runs, amat_adds_up);
    tcase_add_test(runs, walks_go_through_the_caches_when_asked);
    tcase_add_test(runs, dirty_lines_go_down_level_by_level);
    tcase_add_test(runs, maps_decide_what_is_valid);
    tcase_add_test(runs, large_pages_make_walks_shorter);
    tcase_add_test(runs, processes_have_pages_of_their_own);
    tcase_add_test(runs, limited_frames_are_never_exceeded);
    tcase_add_test(runs, a_machine_is_the_sum_of_its_parts);
    suite_add_tcase(suite, runs);
    return suite;
}
