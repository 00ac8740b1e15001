// SPDX-License-Identifier: MIT
// The golden cache against a model that is a plain list, and on the cache lab's traces.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/access/access.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/vm/cache.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define MODEL_MAX 64

/// All lines of all sets in one list, the least recently used first.
struct model {
    struct cache_settings settings;
    size_t n;
    struct cache_line lines[MODEL_MAX];
    uint64_t n_write_throughs;
};

static struct cache_line model_remove(struct model *model, size_t i)
{
    struct cache_line line = model->lines[i];
    memmove(&model->lines[i], &model->lines[i + 1], (--model->n - i) * sizeof model->lines[0]);
    return line;
}

static struct cache_outcome model_access(struct model *model, uint64_t pa, bool write)
{
    const struct cache_settings *settings = &model->settings;
    struct cache_outcome outcome = {0};
    uint64_t number = pa / settings->line_bytes;
    struct cache_line line = {.valid = true, .number = number};
    size_t in_set = 0;
    size_t oldest = 0;
    for (size_t i = model->n; i-- > 0;) {
        if (model->lines[i].number == number) {
            line = model_remove(model, i);
            outcome.hit = true;
        }
    }
    bool keeps = outcome.hit || !write || settings->write_allocate;
    model->n_write_throughs += write && (!settings->write_back || !keeps);
    if (!keeps) {
        return outcome;
    }
    for (size_t i = model->n; i-- > 0;) {
        if (model->lines[i].number % settings->sets == number % settings->sets) {
            oldest = i;
            in_set++;
        }
    }
    if (in_set == settings->ways) {
        struct cache_line victim = model_remove(model, oldest);
        outcome.evicted = true;
        outcome.written_back = victim.dirty;
        outcome.victim = victim.number * settings->line_bytes;
    }
    line.dirty |= write && settings->write_back;
    model->lines[model->n++] = line;
    return outcome;
}

static bool same_set(const struct cache *cache, const struct model *model, uint64_t pa)
{
    const struct cache_line *set = cache_set(cache, pa);
    uint64_t order = 0;
    size_t n_valid = 0;
    for (uint32_t way = 0; way < model->settings.ways; way++) {
        n_valid += set[way].valid;
    }
    for (size_t i = 0; i < model->n; i++) {
        const struct cache_line *line = &model->lines[i];
        uint32_t way = 0;
        if (line->number % model->settings.sets !=
            pa / model->settings.line_bytes % model->settings.sets) {
            continue;
        }
        while (way < model->settings.ways && !(set[way].valid && set[way].number == line->number)) {
            way++;
        }
        if (way == model->settings.ways || set[way].dirty != line->dirty ||
            set[way].order != order++) {
            return false;
        }
    }
    return n_valid == order;
}

static uint64_t model_count_dirty(const struct model *model)
{
    uint64_t n = 0;
    for (size_t i = 0; i < model->n; i++) {
        n += model->lines[i].dirty;
    }
    return n;
}

START_TEST(a_cache_equals_a_list)
{
    srand(test_seed(12));
    for (int round = 0; round < 80; round++) {
        struct model model = {.settings = {.sets = 1u << rand() % 5,
                                           .line_bytes = 1u << rand() % 7,
                                           .write_back = rand() % 2,
                                           .write_allocate = rand() % 2}};
        model.settings.ways = 1 + (uint32_t)rand() % (MODEL_MAX / model.settings.sets);
        struct cache cache;
        cache_open(&cache, &model.settings);
        uint64_t n_bytes = (1 + (uint64_t)rand() % (2 * MODEL_MAX)) * model.settings.line_bytes;
        for (int i = 0; i < 1500; i++) {
            uint64_t pa = (uint64_t)rand() % n_bytes + (round % 4 == 0 ? UINT64_MAX - n_bytes : 0);
            bool write = rand() % 3 == 0;
            struct cache_outcome expected = model_access(&model, pa, write);
            bool same = cache_peek(&cache, pa) == expected.hit;
            struct cache_outcome outcome = cache_access(&cache, pa, write);
            same = same && outcome.hit == expected.hit && outcome.evicted == expected.evicted &&
                   outcome.written_back == expected.written_back &&
                   outcome.victim == expected.victim && same_set(&cache, &model, pa);
            if (!same) {
                ck_abort_msg("round %d, access %d differs", round, i);
            }
        }
        ck_assert_uint_eq(cache.n_write_throughs, model.n_write_throughs);
        ck_assert_uint_eq(cache_count_dirty(&cache), model_count_dirty(&model));
        cache_close(&cache);
    }
}
END_TEST

/// facts.md, section 2; dirty bytes where it names them, else UINT64_MAX.
static const struct {
    uint32_t s, ways, b;
    const char *trace;
    uint64_t hits, misses, evictions, dirty_left, dirty_evicted;
} totals[] = {
    {1, 1, 1, "yi2", 9, 8, 6, 4, 8},
    {2, 2, 3, "trans", 201, 37, 29, UINT64_MAX, UINT64_MAX},
    {4, 2, 4, "yi", 4, 5, 2, UINT64_MAX, UINT64_MAX},
    {2, 4, 3, "trans", 212, 26, 10, UINT64_MAX, UINT64_MAX},
    {2, 1, 4, "dave", 2, 3, 1, UINT64_MAX, UINT64_MAX},
    {14, 1024, 3, "trans", 215, 23, 0, UINT64_MAX, UINT64_MAX},
    {2, 1, 3, "trans", 167, 71, 67, UINT64_MAX, UINT64_MAX},
    {5, 1, 5, "trans", 231, 7, 0, UINT64_MAX, UINT64_MAX},
    {0, 1, 0, "wide", 1, 18, 17, UINT64_MAX, UINT64_MAX},
    {2, 1, 2, "wide", 3, 16, 12, UINT64_MAX, UINT64_MAX},
    {3, 2, 2, "load", 6, 3, 0, UINT64_MAX, UINT64_MAX},
    {5, 1, 5, "long", 265189, 21777, 21745, 96, 556608},
};

static void play_record(struct cache *cache, const struct access *record)
{
    if (record->kind == ACCESS_READ || record->kind == ACCESS_MODIFY) {
        cache_access(cache, record->address, false);
    }
    if (record->kind == ACCESS_WRITE || record->kind == ACCESS_MODIFY) {
        cache_access(cache, record->address, true);
    }
}

static void play_total(const char *path, size_t row)
{
    struct access_trace trace;
    struct error error;
    struct cache cache;
    struct access_options options = {0};
    ck_assert_msg(access_trace_read(&trace, path, &options, 0, NULL, &error), "%s", error.text);
    cache_open(&cache, &(struct cache_settings){.sets = 1u << totals[row].s,
                                                .ways = totals[row].ways,
                                                .line_bytes = 1u << totals[row].b,
                                                .write_back = true,
                                                .write_allocate = true});
    for (size_t i = 0; i < trace.n_records; i++) {
        play_record(&cache, &trace.records[i]);
    }
    ck_assert_uint_eq(cache.n_hits, totals[row].hits);
    ck_assert_uint_eq(cache.n_misses, totals[row].misses);
    ck_assert_uint_eq(cache.n_evictions, totals[row].evictions);
    if (totals[row].dirty_left != UINT64_MAX) {
        ck_assert_uint_eq(cache_count_dirty(&cache) << totals[row].b, totals[row].dirty_left);
        ck_assert_uint_eq(cache.n_writebacks << totals[row].b, totals[row].dirty_evicted);
    }
    cache_close(&cache);
    access_trace_free(&trace);
}

START_TEST(totals_of_the_cache_lab)
{
    for (size_t row = 0; row < sizeof totals / sizeof totals[0]; row++) {
        char *name = xasprintf("../shared/traces/vm/cachelab/%s.trace", totals[row].trace);
        char *path = paths_in_root(name);
        if (access(path, R_OK) == 0) {
            play_total(path, row);
        }
        free(path);
        free(name);
    }
}
END_TEST

START_TEST(wide_sets_are_no_slower_than_narrow_ones)
{
    // 400,000 uses of 65,536 lines in one set, half of them misses: searches along the set would
    // take more than the time limit.
    struct cache cache;
    cache_open(&cache, &(struct cache_settings){
                           .sets = 1, .ways = 1u << 16, .line_bytes = 1, .write_allocate = true});
    for (uint64_t i = 0; i < 200000; i++) {
        cache_access(&cache, i, false);
        cache_access(&cache, i - i % 1000 / 2, false);
    }
    ck_assert_uint_eq(cache.n_misses, 200000);
    ck_assert_uint_eq(cache.n_evictions, 200000 - (1u << 16));
    cache_close(&cache);
}
END_TEST

Suite *cache_suite(void)
{
    Suite *suite = suite_create("cache");
    TCase *lines = tcase_create("lines");
    tcase_set_timeout(lines, 60);
    tcase_add_test(lines, a_cache_equals_a_list);
    tcase_add_test(lines, totals_of_the_cache_lab);
    tcase_add_test(lines, wide_sets_are_no_slower_than_narrow_ones);
    suite_add_tcase(suite, lines);
    return suite;
}
