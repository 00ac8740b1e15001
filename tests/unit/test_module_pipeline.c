// SPDX-License-Identifier: MIT
// The golden side of the address labs without a submission: machines of random sizes, the models
// behind hints, faults against harness/vm/paging.h. What submissions are told is up to
// tests/cli/modules.sh.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/modules/guess.h"
#include "harness/modules/pipeline.h"
#include "harness/modules/yardstick.h"
#include "harness/trace/random.h"
#include "harness/vm/machine_file.h"
#include "tests/unit/suites.h"

#define N_RECORDS 1500

static uint64_t seed_of_run(void)
{
    const char *text = getenv("MMGRADE_SEED");
    uint64_t seed = text == NULL ? 20261122 : strtoull(text, NULL, 0);
    printf("MMGRADE_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

/// Accesses of two processes to a few dozen pages; with `maps` areas that come and go.
static struct access_trace make_trace(uint64_t seed, bool maps)
{
    struct random random = {seed};
    struct access_trace trace = {.name = xstrdup("random"), .n_records = N_RECORDS};
    trace.records = xcalloc(N_RECORDS, sizeof *trace.records);
    for (size_t i = 0; i < N_RECORDS; i++) {
        struct access *one = &trace.records[i];
        *one = (struct access){.address = random_below(&random, 1 << 19),
                               .bytes = 4,
                               .line = (uint32_t)i + 1,
                               .process = (uint16_t)random_below(&random, 2),
                               .kind = (uint8_t)random_below(&random, 4)};
        if (maps && random_below(&random, 6) == 0) {
            one->kind = (uint8_t)random_between(&random, ACCESS_MAP, ACCESS_SWITCH);
            one->bytes = random_between(&random, 1, 1 << 16);
            one->flags = (uint8_t)random_below(&random, 32);
        }
    }
    trace.records[0].kind = maps ? ACCESS_MAP : trace.records[0].kind;
    return trace;
}

static struct module_config make_config(struct module_settings settings, size_t idx)
{
    struct machine_settings base;
    struct module_config config;
    struct error error;
    char reason[256];
    ck_assert_msg(machine_find(&base, "core-i7", &error), "%s", error.text);
    ck_assert_msg(
        module_config_make(&config, &settings, &base, idx, MODULES_ALL, reason, sizeof reason),
        "%s", reason);
    return config;
}

static void play(const struct access_trace *trace, const struct module_config *config,
                 const struct pipeline_watcher *watcher, struct pipeline_counts *counts)
{
    struct pipeline_plan plan = {.trace = trace,
                                 .n_records = trace->n_records,
                                 .config = config,
                                 .judged = MODULES_ALL,
                                 .moves_data = true,
                                 .choices = &(struct pipeline_choices){0},
                                 .watcher = watcher};
    struct pipeline pipeline;
    struct error error = {""};
    pipeline_open(&pipeline, &plan);
    ck_assert_msg(pipeline_run(&pipeline, &error), "%s: %s", config->name, error.text);
    *counts = pipeline.counts;
    pipeline_close(&pipeline);
}

START_TEST(random_machines_play_every_trace)
{
    uint64_t seed = seed_of_run();
    for (uint64_t i = 0; i < 40; i++) {
        struct module_settings settings = {.n_random = 1, .seed = (double)(seed % 100000 + i)};
        settings.common.frames = i % 3 == 0 ? 9 : 0;
        struct module_config config = make_config(settings, 1);
        struct access_trace trace = make_trace(seed + i, i % 2 == 0);
        struct pipeline_counts counts;
        play(&trace, &config, NULL, &counts);
        ck_assert_uint_gt(counts.n_accesses, 0);
        access_trace_free(&trace);
        module_config_free(&config);
    }
}
END_TEST

struct twin {
    const struct guess_family *family;
    enum module module;
    void *model;
    size_t n_compared;
};

static bool compare(void *context, const struct pipeline *pipeline)
{
    struct twin *twin = context;
    const struct module_call *call = &pipeline->call;
    if (call->module != twin->module) {
        return true;
    }
    uint64_t results[RING_RESULTS] = {0};
    twin->family->play(twin->model, call, results);
    if (call->n_results > 0) {
        ck_assert_msg(twin->family->same(call, results, call->expected),
                      "%s differs at record %zu on %s", module_names[twin->module],
                      pipeline->record, pipeline->config->name);
        twin->n_compared++;
    }
    return true;
}

// A model without its mistake must be golden, or no hint could be trusted.
START_TEST(models_without_a_mistake_are_golden)
{
    uint64_t seed = seed_of_run();
    size_t n_compared[3] = {0};
    for (uint64_t i = 0; i < 24; i++) {
        struct module_settings settings = {.n_random = 1, .seed = (double)(seed % 100000 + i)};
        settings.common.tlb_policy = 1 + (unsigned)(i % 2);
        settings.common.policy = POLICY_FIFO + 1; // what the models' kind 0 is
        settings.common.frames = 5;
        struct module_config config = make_config(settings, 1);
        struct access_trace trace = make_trace(seed + i, i % 3 == 0);
        struct twin twins[] = {{&guess_tlb, MODULE_TLB, NULL, 0},
                               {&guess_cache, MODULE_CACHE, NULL, 0},
                               {&guess_replace, MODULE_REPLACE, NULL, 0}};
        for (size_t j = 0; j < 3; j++) {
            struct twin *twin = &twins[j];
            struct pipeline_counts counts;
            twin->model = twin->family->open(&config, 0);
            struct pipeline_watcher watcher = {.after = compare, .context = twin};
            play(&trace, &config, &watcher, &counts);
            n_compared[j] += twin->n_compared;
            twin->family->close(twin->model);
        }
        access_trace_free(&trace);
        module_config_free(&config);
    }
    for (size_t j = 0; j < 3; j++) {
        ck_assert_uint_gt(n_compared[j], 0);
    }
}
END_TEST

START_TEST(faults_are_those_of_paging)
{
    uint64_t seed = seed_of_run();
    static const enum policy_id ids[] = {POLICY_LRU, POLICY_OPT};
    for (uint64_t i = 0; i < 12; i++) {
        struct module_settings settings = {
            .common = {.frames = 1 + (double)(7 * i), .policy = ids[i % 2] + 1}};
        struct module_config config = make_config(settings, 0);
        struct access_trace trace = make_trace(seed + i, false);
        struct pipeline_counts counts;
        play(&trace, &config, NULL, &counts);
        struct pipeline_plan plan = {
            .trace = &trace, .n_records = trace.n_records, .config = &config};
        struct yardstick yardstick = yardstick_measure(&plan);
        ck_assert_uint_eq(counts.n_faults,
                          i % 2 == 0 ? yardstick.n_lru_faults : yardstick.n_opt_faults);
        ck_assert_uint_le(yardstick.n_opt_faults, yardstick.n_lru_faults);
        access_trace_free(&trace);
        module_config_free(&config);
    }
}
END_TEST

// Few places, so that reads find what was written, by way of frames, cache and disk.
START_TEST(bytes_come_back)
{
    uint64_t seed = seed_of_run();
    for (uint64_t i = 0; i < 60; i++) {
        struct module_settings settings = {.n_random = 1, .seed = (double)(seed % 100000 + i)};
        settings.common.frames = i % 3 == 0 ? 9 : 0;
        struct module_config config = make_config(settings, 1);
        struct access_trace trace = make_trace(seed + i, i % 2 == 0);
        for (size_t j = 0; j < trace.n_records; j++) {
            trace.records[j].address &= 0x3f00f;
        }
        struct pipeline_counts counts;
        play(&trace, &config, NULL, &counts); // ends the program at a wrong byte
        ck_assert_uint_gt(counts.n_accesses, 0);
        access_trace_free(&trace);
        module_config_free(&config);
    }
}
END_TEST

static bool use_byte(struct data *data, uint64_t va, uint64_t pa, int value,
                     struct cache_outcome outcome)
{
    uint8_t byte;
    struct data_use use = {
        .va = va, .pa = pa, .write = value >= 0, .value = (uint8_t)value, .outcome = &outcome};
    return data_move(data, &use, &byte);
}

/// Two pages, two frames, lines of 4 bytes: what a machine does to a byte that was written.
START_TEST(lost_bytes_are_seen)
{
    static const struct cache_outcome miss = {.hit = false};
    static const struct cache_outcome hit = {.hit = true};
    static const struct cache_outcome saved = {.evicted = true, .written_back = true, .victim = 64};
    static const struct cache_outcome dropped = {.evicted = true, .victim = 64};
    const struct {
        struct cache_outcome then; ///< of a read elsewhere
        bool page_out;
        uint64_t pa;
        struct cache_outcome last;
        bool comes_back;
    } cases[] = {{miss, false, 66, hit, true},      {saved, false, 66, miss, true},
                 {dropped, false, 66, miss, false}, {miss, false, 130, miss, false},
                 {miss, true, 130, miss, true},     {miss, true, 66, miss, true}};
    struct geometry geometry = {.va_bits = 14,
                                .pa_bits = 12,
                                .page_bits = 6,
                                .n_levels = 1,
                                .level_bits = {8},
                                .cache_sets = 16,
                                .line_bytes = 4};
    struct cache_settings cache = {
        .sets = 16, .ways = 1, .line_bytes = 4, .write_back = true, .write_allocate = true};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct data data;
        data_open(&data, &geometry, &cache, NULL);
        int other = data_expected(&data, 0, 2) ^ 1;
        ck_assert(use_byte(&data, 2, 66, other, miss));
        ck_assert_int_eq(data_expected(&data, 0, 2), other);
        ck_assert(use_byte(&data, 1000, 1000, -1, cases[i].then));
        if (cases[i].page_out) {
            data_page_out(&data, 0, 0, 64);
        }
        ck_assert_msg(use_byte(&data, 2, cases[i].pa, -1, cases[i].last) == cases[i].comes_back,
                      "case %zu", i);
        data_close(&data);
    }
}
END_TEST

// CS:APP 3e, section 9.6.4 and problem 9.4.
START_TEST(the_books_bytes_are_there)
{
    struct machine_settings base;
    struct module_config config;
    struct error error;
    char reason[256];
    ck_assert(machine_find(&base, "csapp-small", &error));
    ck_assert(module_config_make(&config, &(struct module_settings){0}, &base, 0, MODULES_ALL,
                                 reason, sizeof reason));
    ck_assert_ptr_eq(config.contents, base.contents);
    struct data data;
    data_open(&data, &config.geometry, &config.cache, config.contents);
    ck_assert_uint_eq(data_expected(&data, 0, 0x03d4), 0x36);
    ck_assert_uint_eq(data_expected(&data, 0, 0x03d7), 0x1d);
    data_close(&data);
    module_config_free(&config);
    ck_assert(module_config_make(&config,
                                 &(struct module_settings){.common = {.cache = (char *)"16x2x4"}},
                                 &base, 0, MODULES_ALL, reason, sizeof reason));
    ck_assert_ptr_null(config.contents);
    module_config_free(&config);
}
END_TEST

START_TEST(names_speak_of_what_is_judged)
{
    static const struct {
        unsigned modules;
        const char *name;
    } names[] = {{1u << MODULE_TLB, "16x4 lru"},
                 {1u << MODULE_CACHE, "64x8x64 back"},
                 {1u << MODULE_REPLACE, "clock 1 frame"},
                 {1u << MODULE_TRANSLATE | 1u << MODULE_PAGETABLE, "9-9-9-9+12"},
                 {1u << MODULE_TLB | 1u << MODULE_REPLACE, "16x4 lru, clock 1 frame"}};
    struct module_settings settings = {
        .common = {.tlb = (char *)"16x4", .frames = 1, .policy = POLICY_CLOCK + 1}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct machine_settings base;
        struct module_config config;
        struct error error;
        char reason[256];
        ck_assert(machine_find(&base, "core-i7", &error));
        ck_assert(module_config_make(&config, &settings, &base, 0, names[i].modules, reason,
                                     sizeof reason));
        ck_assert_str_eq(config.name, names[i].name);
        module_config_free(&config);
    }
}
END_TEST

// The book's bits leave room for one flat table: a second process has none.
START_TEST(too_little_memory_is_the_inputs_fault)
{
    struct module_settings settings = {
        .common = {.page_bits = 6, .va_bits = 14, .pa_bits = 12, .levels = (char *)"8"}};
    struct module_config config = make_config(settings, 0);
    struct access_trace trace = make_trace(1, false);
    struct pipeline_plan plan = {.trace = &trace,
                                 .n_records = trace.n_records,
                                 .config = &config,
                                 .choices = &(struct pipeline_choices){0}};
    struct pipeline pipeline;
    struct error error = {""};
    pipeline_open(&pipeline, &plan);
    ck_assert(!pipeline_run(&pipeline, &error));
    ck_assert(pipeline.failed);
    ck_assert_ptr_nonnull(strstr(error.text, "physical memory is too small for the page tables"));
    pipeline_close(&pipeline);
    access_trace_free(&trace);
    module_config_free(&config);
}
END_TEST

Suite *module_pipeline_suite(void)
{
    Suite *suite = suite_create("module_pipeline");
    TCase *tests = tcase_create("module_pipeline");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, random_machines_play_every_trace);
    tcase_add_test(tests, models_without_a_mistake_are_golden);
    tcase_add_test(tests, faults_are_those_of_paging);
    tcase_add_test(tests, bytes_come_back);
    tcase_add_test(tests, lost_bytes_are_seen);
    tcase_add_test(tests, the_books_bytes_are_there);
    tcase_add_test(tests, names_speak_of_what_is_judged);
    tcase_add_test(tests, too_little_memory_is_the_inputs_fault);
    suite_add_tcase(suite, tests);
    return suite;
}
