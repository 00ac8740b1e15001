// SPDX-License-Identifier: MIT
// The small memory system of CS:APP 3e, figure 9.20: what it explains, what it plays.
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

static struct machine_outcome play(struct machine *machine, enum access_kind kind, uint64_t va)
{
    struct access record = {.address = va, .bytes = 1, .kind = (uint8_t)kind};
    return machine_access(machine, &record);
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
    static const char expected[] = "virtual address 0x03d4\n"
                                   "    13  12  11  10   9   8   7   6   5   4   3   2   1   0\n"
                                   "     0   0   0   0   1   1   1   1   0   1   0   1   0   0\n"
                                   "  |--------------VPN--------------|----------VPO----------|\n"
                                   "  |---------TLBT----------|-TLBI--|\n";
    struct machine_settings settings = find("csapp-small");
    struct machine *machine = machine_open(&settings);
    char *text = explain(machine, 0x3d4);
    ck_assert_msg(strncmp(text, expected, strlen(expected)) == 0, "%s", text);
    free(text);
    text = explain(machine, 0x4000);
    ck_assert_str_eq(text, "0x4000 is no virtual address of csapp-small: it has 14 bits at most\n");
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

Suite *machine_explain_suite(void)
{
    Suite *suite = suite_create("machine_explain");
    TCase *book = tcase_create("book");
    tcase_add_test(book, the_books_examples_are_explained_and_nothing_changes);
    tcase_add_test(book, bits_stand_under_a_ruler);
    tcase_add_test(book, the_books_machine_plays_what_it_explains);
    suite_add_tcase(suite, book);
    return suite;
}
