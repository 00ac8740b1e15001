// SPDX-License-Identifier: MIT
// That each kind of trace has the property that it is there for, in plain models of a memory, a
// cache and an address space.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "tests/unit/access_records.h"
#include "tests/unit/suites.h"

enum { PAGE_BITS = 12 };

START_TEST(test_loops)
{
    struct records loop = MAKE("loop", {PARAMETER_PAGES, 9}, {PARAMETER_ACCESSES, 900});
    ck_assert_uint_eq(records_misses(&loop, PAGE_BITS, 8, true), 900);
    ck_assert_uint_eq(records_misses(&loop, PAGE_BITS, 9, true), 9);
    struct records stride = MAKE("stride", {PARAMETER_PAGES, 2}, {PARAMETER_STRIDE, 512});
    for (size_t i = 0; i < stride.n; i++) {
        ck_assert_uint_eq(stride.all[i].address, 0x100000 + i % 16 * 512);
    }
    struct records sequential = MAKE("sequential", {PARAMETER_PAGES, 1});
    for (size_t i = 0; i < sequential.n; i++) {
        ck_assert_uint_eq(sequential.all[i].address, 0x100000 + i % 512 * 8);
    }
    free(loop.all);
    free(stride.all);
    free(sequential.all);
}
END_TEST

/// Each node once a lap, in the same order, which is not that of the addresses.
START_TEST(test_list_walk)
{
    struct records walk = MAKE("list-walk", {PARAMETER_PAGES, 2}, {PARAMETER_ACCESSES, 1024});
    size_t n_in_order = 0;
    for (size_t i = 0; i < 256; i++) {
        ck_assert_uint_eq(walk.all[i].address, walk.all[i + 256].address);
        ck_assert_uint_eq(walk.all[i].address / 64, walk.all[i ^ 1].address / 64);
        n_in_order += i > 1 && walk.all[i].address == walk.all[i - 2].address + 64;
    }
    ck_assert_uint_lt(n_in_order, 20);
    ck_assert_uint_eq(records_misses(&walk, 6, 128, true), 128);
    ck_assert_uint_eq(records_misses(&walk, 6, 127, true), 512);
    free(walk.all);
}
END_TEST

/// Misses an iteration of the innermost loop with lines of four doubles and a cache of fewer lines
/// than a column has: CS:APP 3e, figure 6.45.
static const struct {
    const char *order;
    size_t reads_of_n3, reads_of_n2, modifications_of_n3, modifications_of_n2;
    double misses;
} matmul_orders[] = {{"ijk", 2, 0, 0, 1, 1.25}, {"ikj", 1, 1, 1, 0, 0.5}, {"jik", 2, 0, 0, 1, 1.25},
                     {"jki", 1, 1, 1, 0, 2.0},  {"kij", 1, 1, 1, 0, 0.5}, {"kji", 1, 1, 1, 0, 2.0}};

START_TEST(test_matmul)
{
    const size_t n = 24;
    ck_assert_str_eq(access_parameters[PARAMETER_ORDER].words[_i], matmul_orders[_i].order);
    struct records matmul = MAKE("matmul", {PARAMETER_N, n}, {PARAMETER_ORDER, (uint64_t)_i});
    ck_assert_uint_eq(records_count(&matmul, ACCESS_READ),
                      matmul_orders[_i].reads_of_n3 * n * n * n +
                          matmul_orders[_i].reads_of_n2 * n * n);
    ck_assert_uint_eq(records_count(&matmul, ACCESS_MODIFY),
                      matmul_orders[_i].modifications_of_n3 * n * n * n +
                          matmul_orders[_i].modifications_of_n2 * n * n);
    double misses = (double)records_misses(&matmul, 5, 8, true) / (double)(n * n * n);
    ck_assert_double_eq_tol(misses, matmul_orders[_i].misses, 0.06);
    ck_assert_uint_eq(records_misses(&matmul, 5, 3 * n * n / 4, true), 3 * n * n / 4);
    free(matmul.all);
}
END_TEST

START_TEST(test_belady)
{
    static const uint64_t pages[] = {1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5};
    struct records belady = MAKE("belady", {PARAMETER_SEED, 1});
    ck_assert_uint_eq(belady.n, 12);
    for (size_t i = 0; i < 12; i++) {
        ck_assert_uint_eq(belady.all[i].address, pages[i] << PAGE_BITS);
    }
    free(belady.all);
    for (uint64_t m = 3; m < 12; m++) {
        struct records many =
            MAKE("belady", {PARAMETER_FRAMES, m}, {PARAMETER_ACCESSES, 20 * (3 * m + 3)});
        ck_assert_uint_eq(records_misses(&many, PAGE_BITS, m, false), 20 * (2 * m + 3));
        ck_assert_uint_eq(records_misses(&many, PAGE_BITS, m + 1, false), 20 * (2 * m + 4));
        free(many.all);
    }
}
END_TEST

static int compare_counts(const void *left, const void *right)
{
    size_t a = *(const size_t *)left;
    size_t b = *(const size_t *)right;
    return (a < b) - (a > b);
}

/// How often each page is used, the most frequent first.
static size_t *count_pages(const struct records *records, uint64_t base, size_t n_pages)
{
    size_t *counts = xcalloc(n_pages, sizeof *counts);
    for (size_t i = 0; i < records->n; i++) {
        uint64_t page = (records->all[i].address - base) >> PAGE_BITS;
        ck_assert_uint_lt(page, n_pages);
        counts[page]++;
    }
    qsort(counts, n_pages, sizeof *counts, compare_counts);
    return counts;
}

/// The k-th page has 1/k of the first one's share, which is 1 / (1 + 1/2 + ... + 1/256) = 0.1633.
START_TEST(test_zipf)
{
    struct records zipf = MAKE("zipf", {PARAMETER_ACCESSES, 40000});
    size_t *counts = count_pages(&zipf, 0x100000, 256);
    ck_assert_double_eq_tol((double)counts[0], 0.1633 * 40000, 400);
    ck_assert_double_eq_tol((double)counts[3], 0.1633 * 40000 / 4, 250);
    free(counts);
    free(zipf.all);
    struct records even = MAKE("zipf", {PARAMETER_ACCESSES, 40000}, {PARAMETER_SKEW, 0});
    counts = count_pages(&even, 0x100000, 256);
    ck_assert_uint_lt(counts[0], 220); // 156 in the mean
    ck_assert_uint_gt(counts[255], 100);
    free(counts);
    free(even.all);
}
END_TEST

START_TEST(test_sparse)
{
    struct records sparse = MAKE("sparse", {PARAMETER_VA_BITS, 47}, {PARAMETER_PAGES, 64});
    unsigned top = 0;
    for (size_t i = 0; i < sparse.n; i++) {
        ck_assert_uint_eq(sparse.all[i].address >> 47, 0);
        top |= 1u << (sparse.all[i].address >> 43);
    }
    ck_assert_uint_eq(top, 0xffff);
    ck_assert_uint_eq(records_misses(&sparse, PAGE_BITS, 64, true), 64);
    free(sparse.all);
}
END_TEST

/// A phase needs little more memory than its working set; the next one needs other pages.
START_TEST(test_phases)
{
    struct records phases = MAKE("phases", {PARAMETER_SEED, 1});
    struct records random = MAKE("random", {PARAMETER_PAGES, 256}, {PARAMETER_ACCESSES, 8000});
    size_t n_misses = records_misses(&phases, PAGE_BITS, 48, true);
    ck_assert_uint_lt(n_misses, 1200);
    ck_assert_uint_gt(n_misses, 400);
    ck_assert_uint_gt(records_misses(&random, PAGE_BITS, 48, true), 6000);
    free(phases.all);
    free(random.all);
}
END_TEST

/// The quarter that is read stays clean, the rest is mostly written.
START_TEST(test_dirty)
{
    struct records dirty = MAKE("dirty", {PARAMETER_PAGES, 96});
    for (size_t i = 0; i < dirty.n; i++) {
        ck_assert(dirty.all[i].kind == ACCESS_READ || dirty.all[i].address >= 0x100000 + 24 * 4096);
    }
    ck_assert_uint_gt(records_count(&dirty, ACCESS_WRITE), 2300);
    free(dirty.all);
}
END_TEST

START_TEST(test_processes)
{
    struct records records = MAKE("processes", {PARAMETER_SEED, 1});
    uint16_t running = 0;
    bool seen[3][24] = {{false}};
    for (size_t i = 0; i < records.n; i++) {
        const struct access *record = &records.all[i];
        running = record->kind == ACCESS_SWITCH ? record->process : running;
        ck_assert_uint_eq(record->process, running);
        if (record->kind != ACCESS_SWITCH) {
            uint64_t page = (record->address - 0x100000) >> PAGE_BITS;
            ck_assert_uint_lt(page, 24);
            ck_assert_int_eq(record->kind == ACCESS_FETCH, page < 4);
            seen[running][page] = true;
        }
    }
    for (size_t i = 0; i < 3 * 24; i++) {
        ck_assert(seen[i / 24][i % 24]);
    }
    free(records.all);
}
END_TEST

/// An address space page by page.
struct model_page {
    uint64_t page;
    uint16_t process;
    uint8_t flags;
};

struct model {
    struct model_page *pages;
    size_t n;
    size_t capacity;
    size_t n_missing, n_unwritable, n_unfetchable, n_privileged; ///< faults
};

static struct model_page *model_find(struct model *model, uint16_t process, uint64_t page)
{
    for (size_t i = 0; i < model->n; i++) {
        if (model->pages[i].page == page && model->pages[i].process == process) {
            return &model->pages[i];
        }
    }
    return NULL;
}

/// Only what is not mapped is mapped, only what is mapped is changed.
static void model_change(struct model *model, const struct access *event)
{
    ck_assert_uint_eq(event->address % 4096 + event->bytes % 4096, 0);
    ck_assert_uint_gt(event->bytes, 0);
    for (uint64_t at = event->address; at < event->address + event->bytes; at += 4096) {
        struct model_page *page = model_find(model, event->process, at >> PAGE_BITS);
        ck_assert_int_eq(page == NULL, event->kind == ACCESS_MAP);
        if (page == NULL) {
            model->pages =
                array_grow(model->pages, &model->capacity, model->n, sizeof *model->pages);
            model->pages[model->n++] =
                (struct model_page){at >> PAGE_BITS, event->process, event->flags};
        } else if (event->kind == ACCESS_UNMAP) {
            *page = model->pages[--model->n];
        } else {
            page->flags = event->flags;
        }
    }
}

static void model_use(struct model *model, const struct access *access)
{
    const struct model_page *page = model_find(model, access->process, access->address >> 12);
    if (page == NULL) {
        model->n_missing++;
        return;
    }
    model->n_unwritable += access->kind == ACCESS_WRITE && (page->flags & ACCESS_MAY_WRITE) == 0;
    model->n_unfetchable += access->kind == ACCESS_FETCH && (page->flags & ACCESS_MAY_FETCH) == 0;
    model->n_privileged +=
        (access->flags & ACCESS_MAY_USER) != 0 && (page->flags & ACCESS_MAY_USER) == 0;
}

static size_t model_play(struct model *model, const struct records *records)
{
    size_t n_large = 0;
    for (size_t i = 0; i < records->n; i++) {
        const struct access *record = &records->all[i];
        if (record->kind <= ACCESS_MODIFY) {
            model_use(model, record);
        } else if (record->kind != ACCESS_SWITCH) {
            model_change(model, record);
        }
        if ((record->flags & ACCESS_LARGE) != 0) {
            ck_assert_uint_eq(record->address % (4 << 20) + record->bytes % (4 << 20), 0);
            n_large++;
        }
    }
    free(model->pages);
    return n_large;
}

START_TEST(test_maps)
{
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct records records = MAKE("maps", {PARAMETER_SEED, seed}, {PARAMETER_ACCESSES, 3000});
        struct model model = {0};
        ck_assert_uint_ge(model_play(&model, &records), 2);
        ck_assert_uint_ge(model.n_missing, 30);
        ck_assert_uint_ge(model.n_unwritable, 5);
        ck_assert_uint_ge(model.n_unfetchable, 5);
        ck_assert_uint_ge(model.n_privileged, 5);
        ck_assert_uint_ge(records_count(&records, ACCESS_UNMAP), 10);
        ck_assert_uint_ge(records_count(&records, ACCESS_PROTECT), 10);
        free(records.all);
    }
}
END_TEST

/// Then only what was just unmapped or protected may be asked for in vain.
START_TEST(test_maps_without_faults)
{
    struct records records =
        MAKE("maps", {PARAMETER_FAULTS, 0}, {PARAMETER_PROCESSES, 1}, {PARAMETER_ACCESSES, 3000});
    struct model model = {0};
    model_play(&model, &records);
    ck_assert_uint_le(model.n_missing, records_count(&records, ACCESS_UNMAP));
    ck_assert_uint_le(model.n_unwritable + model.n_unfetchable + model.n_privileged,
                      2 * records_count(&records, ACCESS_PROTECT));
    ck_assert_uint_eq(records_count(&records, ACCESS_SWITCH), 0);
    free(records.all);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *access_patterns_suite(void)
{
    Suite *suite = suite_create("access_patterns");
    TCase *properties = tcase_create("properties");
    tcase_set_timeout(properties, 60);
    tcase_add_test(properties, test_loops);
    tcase_add_test(properties, test_list_walk);
    tcase_add_loop_test(properties, test_matmul, 0, COUNT(matmul_orders));
    tcase_add_test(properties, test_belady);
    tcase_add_test(properties, test_sparse);
    tcase_add_test(properties, test_phases);
    tcase_add_test(properties, test_dirty);
    tcase_add_test(properties, test_processes);
    tcase_add_test(properties, test_maps);
    tcase_add_test(properties, test_maps_without_faults);
    suite_add_tcase(suite, properties);
    TCase *statistics = tcase_create("statistics");
    tcase_set_tags(statistics, "statistics");
    tcase_add_test(statistics, test_zipf);
    suite_add_tcase(suite, statistics);
    return suite;
}
