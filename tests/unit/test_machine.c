// SPDX-License-Identifier: MIT
// The whole golden machine: the book's worked examples, small machines whose every count is worked
// out by hand, and random ones held against their parts.
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

static char *explain(const struct machine *machine, uint64_t va)
{
    char *text = NULL;
    size_t n = 0;
    FILE *stream = open_memstream(&text, &n);
    machine_explain(machine, va, stream);
    fclose(stream);
    return text;
}

/// CS:APP 3e, figure 9.20 and its practice problems; NULL: no such line.
static const struct {
    uint64_t va;
    const char *vpn, *tlbi, *tlbt, *tlb, *fault, *ppn, *pa, *co, *ci, *ct, *cache, *byte;
} rows[] = {
    {0x03d4, "0x0f", "0x3", "0x03", "yes (L1 dTLB)", "no", "0x0d", "0x354", "0x0", "0x5", "0x0d",
     "yes (L1 d-cache)", "0x36"},
    {0x03d7, "0x0f", "0x3", "0x03", "yes (L1 dTLB)", "no", "0x0d", "0x357", "0x3", "0x5", "0x0d",
     "yes (L1 d-cache)", "0x1d"},
    {0x027c, "0x09", "0x1", "0x02", "no", "no", "0x17", "0x5fc", "0x0", "0xf", "0x17", "no", NULL},
    {0x03a9, "0x0e", "0x2", "0x03", "no", "no", "0x11", "0x469", "0x1", "0xa", "0x11", "no", NULL},
    {0x0040, "0x01", "0x1", "0x00", "no", "yes", NULL, NULL, NULL, NULL, NULL, NULL, NULL},
    {0x0b8f, "0x2e", "0x2", "0x0b", "no", "yes", NULL, NULL, NULL, NULL, NULL, NULL, NULL},
    {0x0020, "0x00", "0x0", "0x00", "no", "no", "0x28", "0xa20", "0x0", "0x8", "0x28", "no", NULL},
};

static void expect_line(const char *text, const char *label, const char *value)
{
    char start[64];
    char line[128];
    snprintf(start, sizeof start, "\n  %-12s ", label);
    if (value == NULL) {
        ck_assert_msg(strstr(text, start) == NULL, "%s in\n%s", label, text);
        return;
    }
    snprintf(line, sizeof line, "%s%s\n", start, value);
    ck_assert_msg(strstr(text, line) != NULL, "no line '%s' in\n%s", line + 1, text);
}

START_TEST(the_books_examples_are_explained_and_nothing_changes)
{
    struct machine_settings settings = find("csapp-small");
    struct machine *machine = machine_open(&settings);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char pa[64];
        char *text = explain(machine, rows[i].va);
        expect_line(text, "VPN", rows[i].vpn);
        expect_line(text, "TLBI", rows[i].tlbi);
        expect_line(text, "TLBT", rows[i].tlbt);
        expect_line(text, "TLB hit", rows[i].tlb);
        expect_line(text, "page fault", rows[i].fault);
        expect_line(text, "PPN", rows[i].ppn);
        expect_line(text, "CO", rows[i].co);
        expect_line(text, "CI", rows[i].ci);
        expect_line(text, "CT", rows[i].ct);
        expect_line(text, "cache hit", rows[i].cache);
        expect_line(text, "byte", rows[i].byte);
        snprintf(pa, sizeof pa, "physical address %s\n", rows[i].pa == NULL ? "" : rows[i].pa);
        ck_assert((strstr(text, pa) != NULL) == (rows[i].pa != NULL));
        free(text);
    }
    struct machine_counts counts = machine_counts(machine);
    struct machine_counts none = {0};
    ck_assert_mem_eq(&counts, &none, sizeof counts);
    machine_close(machine);
}
END_TEST

START_TEST(bits_stand_under_a_ruler)
{
    static const char expected[] =
        "virtual address 0x03d4\n"
        "    13  12  11  10   9   8   7   6   5   4   3   2   1   0\n"
        "     0   0   0   0   1   1   1   1   0   1   0   1   0   0\n"
        "  |------------- VPN ------------|--------- VPO ---------|\n"
        "  |--------- TLBT --------|TLBI -|\n";
    struct machine_settings settings = find("csapp-small");
    struct machine *machine = machine_open(&settings);
    char *text = explain(machine, 0x3d4);
    ck_assert_msg(strstr(text, "13  12  11") != NULL && strstr(text, " 0   0   0   0   1   1") != NULL,
                  "%s", text);
    ck_assert_msg(strncmp(text, expected, strlen("virtual address 0x03d4\n")) == 0, "%s", text);
    free(text);
    text = explain(machine, 0x4000);
    ck_assert_str_eq(text,
                     "0x4000 is no virtual address of csapp-small: it has 14 bits at most\n");
    free(text);
    machine_close(machine);
}
END_TEST

START_TEST(the_books_machine_plays_what_it_explains)
{
    struct machine_settings settings = find("csapp-small");
    struct machine *machine = machine_open(&settings);
    struct machine_outcome outcome = play(machine, ACCESS_WRITE, 0x3d7);
    ck_assert_int_eq(outcome.fault, MACHINE_NO_FAULT);
    ck_assert_int_eq(outcome.tlb, MACHINE_DTLB);
    ck_assert_int_eq(outcome.cache, MACHINE_L1D);
    ck_assert_uint_eq(outcome.pa, 0x357);
    outcome = play(machine, ACCESS_READ, 0x27c);
    ck_assert_int_eq(outcome.tlb, -1);
    ck_assert_int_eq(outcome.cache, -1);
    ck_assert_uint_eq(outcome.n_walk_references, 1);
    ck_assert_uint_eq(outcome.pa, 0x5fc);
    outcome = play(machine, ACCESS_READ, 0x40); // the lowest frame that no page has is 0
    ck_assert_int_eq(outcome.fault, MACHINE_MISSING);
    ck_assert_uint_eq(outcome.pa, 0);
    for (uint64_t vpn = 0; vpn < 256; vpn++) {
        play(machine, ACCESS_READ, vpn << 6);
    }
    // 64 frames; the book's 13 pages lie in 11 of them: 13 + 53 pages fit into memory.
    struct machine_counts counts = machine_counts(machine);
    ck_assert_uint_eq(counts.n_faults[MACHINE_MISSING], 53);
    ck_assert_uint_eq(counts.n_faults[MACHINE_OUT_OF_FRAMES], 256 - 13 - 53);
    machine_close(machine);
}
END_TEST

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

static const struct {
    const char *text, *message;
} mistakes[] = {
    {"base: i9\n",
     "m.yaml:1:7: unknown machine 'i9' (one of csapp-small, core-i7, x86-32, sv39)"},
    {"page: 3000\n", "m.yaml:1:7: pages of 3000 bytes: must be a power of two"},
    {"virtual_bits: 65\n", "m.yaml:1:15: 'virtual_bits' is 65, allowed are 1 to 64"},
    {"virtual_bits: 32.5\n", "m.yaml:1:15: 'virtual_bits' is 32.5, needs a whole number"},
    {"dtlb:\n  ways: 1.5\n", "m.yaml:2:9: 'ways' is 1.5, needs a whole number"},
    {"levels: [9, 9]\n", "m.yaml:1:9: levels: 9 + 9 bits do not make the VPN's 36"},
    {"levels: [9, x]\n", "m.yaml:1:9: 'x' is no number of bits from 1 to 40"},
    {"levels: [6, 6, 6, 6, 6, 6]\n", "m.yaml:1:9: 6 levels of page tables: 1 to 5 are possible"},
    {"dtlb:\n  entries: 24\n", "m.yaml:2:3: L1 dTLB: 6 sets are no power of two"},
    {"dtlb:\n  entries: 10\n", "m.yaml:2:3: 10 entries cannot be shared out among 4 ways"},
    {"dtlb:\n  entries: 0\n", "m.yaml:1:1: a machine needs an L1 dTLB and an L1 d-cache"},
    {"l2tlb:\n  entries: 48\n  ways: 4\n", "m.yaml:2:3: L2 TLB: 12 sets are no power of two"},
    {"l1d:\n  size: 3000\n",
     "m.yaml:2:3: 3000 bytes are no whole number of sets of 8 lines of 64 bytes"},
    {"l1i:\n  size: 24 KiB\n", "m.yaml:2:3: L1 i-cache: 48 sets are no power of two"},
    {"l2:\n  size: 0\n", "m.yaml:1:1: a third cache without a second"},
    {"line: 8 KiB\n",
     "m.yaml:1:7: lines of 8192 bytes: must be a power of two, at most a page's size"},
    {"frames: 10\npolicy: opt\n", "m.yaml:2:9: policy opt: a machine does not know the future"},
    {"frames: 10\npolicy: aging\n", "m.yaml:2:9: policy aging needs a window of at least 1 use"},
    {"policy: best\n", "m.yaml:1:9: unknown policy 'best'"},
    {"base: sv39\nphysical_bits: 20\nframes: 257\n",
     "m.yaml:2:16: L1 d-cache: a way is larger than memory"},
    {"tlb: 3\n", NULL},
    {"", "m.yaml:1:1: the file is empty"},
};

START_TEST(nonsense_is_refused_where_it_stands)
{
    struct machine_settings settings;
    struct error error;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        const char *text = mistakes[i].text;
        ck_assert_msg(!machine_parse(&settings, "m.yaml", text, strlen(text), &error), "%s", text);
        if (mistakes[i].message != NULL) {
            ck_assert_str_eq(error.text, mistakes[i].message);
        }
    }
    ck_assert(!machine_find(&settings, "core-i8", &error));
    ck_assert_str_eq(error.text, "core-i8: no machine of that name (csapp-small, core-i7, x86-32, "
                                 "sv39), and as a file: No such file or directory");
    ck_assert(!machine_find(&settings, "/", &error));
    settings = find("csapp-small");
    settings.n_frames = 4;
    ck_assert(!machine_settle(&settings, error.text, sizeof error.text));
    ck_assert_str_eq(error.text, "machine csapp-small has pages in frames from the start: its "
                                 "frames cannot be limited");
}
END_TEST

START_TEST(presets_and_files_make_machines_that_run)
{
    struct access records[] = {{.address = 0x12, .bytes = 4, .kind = ACCESS_FETCH},
                               {.address = 0x1234, .bytes = 4, .kind = ACCESS_MODIFY}};
    for (size_t i = 0; machine_presets[i].name[0] != '\0'; i++) {
        struct machine_settings settings = find(machine_presets[i].name);
        struct machine *machine = machine_open(&settings);
        machine_run(machine, records, 2);
        ck_assert_uint_eq(machine_counts(machine).n_accesses, 3);
        char *text = explain(machine, 0x1234);
        ck_assert_ptr_nonnull(strstr(text, "cache hit    yes (L1 d-cache)"));
        free(text);
        machine_close(machine);
    }
    struct machine_settings settings = parse("base: core-i7\ntitle: mine\n");
    struct machine_settings preset = find("core-i7");
    ck_assert_str_eq(settings.name, "m.yaml");
    ck_assert_str_eq(settings.title, "mine");
    ck_assert_mem_eq(&settings.geometry, &preset.geometry, sizeof settings.geometry);
    ck_assert_mem_eq(&settings.tlbs, &preset.tlbs, sizeof settings.tlbs);
    for (int i = 0; i < MACHINE_CACHES; i++) {
        ck_assert_uint_eq(settings.caches[i].sets, preset.caches[i].sets);
        ck_assert_uint_eq(settings.caches[i].write_back, preset.caches[i].write_back);
    }
    char *text = NULL;
    size_t n = 0;
    FILE *stream = open_memstream(&text, &n);
    machine_print_keys(stream);
    fclose(stream);
    ck_assert_ptr_nonnull(strstr(text, "walk_through_cache"));
    free(text);
}
END_TEST

Suite *machine_suite(void)
{
    Suite *suite = suite_create("machine");
    TCase *book = tcase_create("book");
    tcase_add_test(book, the_books_examples_are_explained_and_nothing_changes);
    tcase_add_test(book, bits_stand_under_a_ruler);
    tcase_add_test(book, the_books_machine_plays_what_it_explains);
    suite_add_tcase(suite, book);
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
    tcase_add_test(runs, nonsense_is_refused_where_it_stands);
    tcase_add_test(runs, presets_and_files_make_machines_that_run);
    suite_add_tcase(suite, runs);
    return suite;
}
