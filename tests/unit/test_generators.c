// SPDX-License-Identifier: MIT
// The generators: the bytes of each kind, its limits, the shipped traces, and what the adversaries
// do to first fit and best fit in a plain model of a heap.
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/trace/generators.h"
#include "tests/unit/suites.h"
#include "tests/unit/traces.h"

/// FNV-1a with 64 bits (Fowler, Noll, Vo).
static uint64_t fnv1a(const char *bytes, size_t n_bytes)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n_bytes; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/// Of the bytes that each kind gives with seed 42 and its defaults. They change only on purpose.
static const struct {
    const char *kind;
    uint64_t hash;
} checksums[] = {
    {"short", UINT64_C(0xf9cc6faf6186bac4)},         {"random", UINT64_C(0xd5a2ec328ed2bb99)},
    {"small", UINT64_C(0xc2eda2fcd0dd00df)},         {"powers", UINT64_C(0xe2d27fd4b764f94a)},
    {"pages", UINT64_C(0x00943102c74f91b7)},         {"lifo", UINT64_C(0x2e63253f2aadbc49)},
    {"fifo", UINT64_C(0x39327375c042f5fb)},          {"generational", UINT64_C(0x292b38d68069afee)},
    {"ramp", UINT64_C(0x1a84b7f4e90cafc3)},          {"phases", UINT64_C(0xa6d82657baf08e20)},
    {"binary", UINT64_C(0x1fa2eaec85020a2e)},        {"coalesce", UINT64_C(0xd13ddeede3b0906d)},
    {"realloc-grow", UINT64_C(0x21367a6f262a6400)},  {"string-build", UINT64_C(0x00a13557381161cb)},
    {"merge-split", UINT64_C(0x54878ee801dd0087)},   {"array-double", UINT64_C(0x9fe248c32147228c)},
    {"first-fit-bad", UINT64_C(0x7c2015ac33cb556d)}, {"best-fit-bad", UINT64_C(0x3e5ab8eab20eb1b7)},
    {"robson", UINT64_C(0x7d4d281bedd9d9e0)},        {"edges", UINT64_C(0x299fab79c1cbccf5)},
    {"zero-sizes", UINT64_C(0xa2daaf0d12382b93)},    {"huge-sizes", UINT64_C(0x1c91102334b886cd)},
    {"many-ids", UINT64_C(0xdbe7089ad6e018ae)},      {"few-ids", UINT64_C(0x3b939cae002c21c2)},
};

START_TEST(test_generator)
{
    const struct generator *kind = &generators[_i];
    struct trace trace;
    generator_run(kind, (struct generator_options){.seed = 42}, &trace);
    ck_assert_uint_gt(trace.n_ops, 0);
    ck_assert_uint_le(trace.n_ops, kind->default_ops);
    // The huge ones need the 100 MiB of the default rubric, the others fit the classic 20 MB.
    bool is_huge = strcmp(kind->name, "huge-sizes") == 0;
    ck_assert_uint_lt(trace.peak_payload, (is_huge ? 40u : 15u) << 20);
    traces_check_round_trip(&trace);
    size_t n_bytes = 0;
    char *text = traces_print(&trace, NULL, &n_bytes);
    ck_assert_uint_eq(n_generators, sizeof checksums / sizeof checksums[0]);
    ck_assert_str_eq(checksums[_i].kind, kind->name);
    ck_assert_msg(fnv1a(text, n_bytes) == checksums[_i].hash, "%s: 0x%016" PRIx64, kind->name,
                  fnv1a(text, n_bytes));
    free(text);
    trace_free(&trace);
}
END_TEST

/// No kind breaks the rules or its limit for few operations, odd numbers or few blocks.
START_TEST(test_generator_limits)
{
    const struct generator *kind = &generators[_i];
    for (size_t n_ops = 1; n_ops < 200; n_ops++) {
        for (size_t live = 1; live < 70; live += 17) {
            struct generator_options options = {.seed = n_ops, .n_ops = n_ops, .live = live};
            struct trace trace;
            generator_run(kind, options, &trace);
            ck_assert_uint_le(trace.n_ops, n_ops);
            trace_free(&trace);
        }
    }
}
END_TEST

/// Each row of the README says how its file is made; the file must hold just that.
static void check_shipped(const char *file, const char *kind, struct generator_options options,
                          enum trace_weight weight)
{
    char *path = xasprintf("%s/traces/malloc/%s", paths_root(), file);
    struct trace shipped;
    struct trace made;
    struct error error;
    ck_assert_msg(trace_read(&shipped, path, &error), "%s", error.text);
    ck_assert_msg(generator_find(kind) != NULL, "%s: unknown kind %s", file, kind);
    generator_run(generator_find(kind), options, &made);
    made.weight = weight;
    traces_check_same(&shipped, &made);
    trace_free(&shipped);
    trace_free(&made);
    free(path);
}

static size_t count_traces(const char *folder)
{
    size_t n = 0;
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        n += strstr(entry->d_name, ".rep") != NULL;
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return n;
}

struct command {
    const char *kind;
    struct generator_options options;
    enum trace_weight weight;
};

/// The words behind `mmgrade trace gen`; the command keeps pointers into them.
static struct command read_command(char *words)
{
    char *rest = NULL;
    struct command command = {.kind = strtok_r(words, " ", &rest), .weight = WEIGHT_BOTH};
    for (const char *word; (word = strtok_r(NULL, " ", &rest)) != NULL;) {
        const char *value = strtok_r(NULL, " ", &rest);
        struct error error;
        ck_assert_ptr_nonnull(value);
        if (strcmp(word, "--seed") == 0) {
            command.options.seed = strtoull(value, NULL, 10);
        } else if (strcmp(word, "--ops") == 0) {
            command.options.n_ops = strtoull(value, NULL, 10);
        } else if (strcmp(word, "--live") == 0) {
            command.options.live = strtoull(value, NULL, 10);
        } else if (strcmp(word, "--sizes") == 0) {
            ck_assert(sizes_parse(&command.options.sizes, value, word, &error));
        } else if (strcmp(word, "--lifetimes") == 0) {
            command.options.lifetimes = lifetimes_find(value);
            ck_assert_ptr_nonnull(command.options.lifetimes);
        } else {
            ck_assert_str_eq(word, "--weight");
            command.weight = value[0] == '0' ? WEIGHT_NONE : WEIGHT_BOTH;
        }
    }
    return command;
}

START_TEST(test_shipped)
{
    char *path = paths_in_root("traces/malloc/README.md");
    FILE *readme = fopen(path, "r");
    ck_assert_msg(readme != NULL, "cannot open %s", path);
    size_t n = 0;
    for (char line[512]; fgets(line, sizeof line, readme) != NULL;) {
        char file[64];
        char words[256];
        if (sscanf(line, "| `%63[^`]` | `mmgrade trace gen %255[^`]", file, words) == 2) {
            struct command command = read_command(words);
            check_shipped(file, command.kind, command.options, command.weight);
            n++;
        }
    }
    fclose(readme);
    free(path);
    path = paths_in_root("traces/malloc");
    ck_assert_uint_ge(n, 12);
    ck_assert_uint_eq(n, count_traces(path));
    free(path);
}
END_TEST

/// A block of the model: [begin, end) in bytes, in the order of addresses.
struct model_block {
    uint64_t begin;
    uint64_t end;
    uint32_t slot;
};

struct model {
    struct model_block *blocks;
    size_t n;
    uint64_t heap_end;
};

/// The first gap that is large enough, or the smallest one; the last gap is the rest of the heap.
static size_t model_fit(const struct model *model, uint64_t bytes, bool best)
{
    size_t fit = model->n;
    uint64_t fit_bytes = UINT64_MAX;
    uint64_t begin = 0;
    for (size_t i = 0; i <= model->n; i++) {
        uint64_t end = i < model->n ? model->blocks[i].begin : model->heap_end;
        if (end - begin >= bytes && end - begin < fit_bytes) {
            fit = i;
            fit_bytes = best ? end - begin : 0;
        }
        begin = i < model->n ? model->blocks[i].end : begin;
    }
    return fit;
}

static void model_alloc(struct model *model, struct op op, bool best)
{
    uint64_t bytes = (op.size + 8 + 15) / 16 * 16;
    size_t i = model_fit(model, bytes, best);
    uint64_t begin = i == 0 ? 0 : model->blocks[i - 1].end;
    memmove(&model->blocks[i + 1], &model->blocks[i], (model->n++ - i) * sizeof *model->blocks);
    model->blocks[i] = (struct model_block){begin, begin + bytes, op.slot};
    model->heap_end = begin + bytes > model->heap_end ? begin + bytes : model->heap_end;
}

static void model_free(struct model *model, uint32_t slot)
{
    size_t i = 0;
    while (model->blocks[i].slot != slot) {
        i++;
    }
    memmove(&model->blocks[i], &model->blocks[i + 1], (--model->n - i) * sizeof *model->blocks);
}

/// The final heap divided by the largest payload.
static double model_play(const struct trace *trace, bool best)
{
    struct model model = {.blocks = xcalloc(trace->peak_live + 1, sizeof *model.blocks)};
    for (size_t i = 0; i < trace->n_ops; i++) {
        ck_assert_int_ne(trace->ops[i].kind, OP_REALLOC);
        if (trace->ops[i].kind == OP_ALLOC) {
            model_alloc(&model, trace->ops[i], best);
        } else {
            model_free(&model, trace->ops[i].slot);
        }
    }
    free(model.blocks);
    return (double)model.heap_end / (double)trace->peak_payload;
}

static const struct {
    const char *kind;
    double first_min, first_max; ///< heap / payload with first fit
    double best_min, best_max;   ///< with best fit
} adversaries[] = {
    {"first-fit-bad", 2.3, 9, 1, 1.3},
    {"best-fit-bad", 1, 1.3, 2.5, 9},
    {"robson", 4, 9, 4, 9},
};

START_TEST(test_adversary)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct trace trace;
        generator_run(generator_find(adversaries[_i].kind),
                      (struct generator_options){.seed = seed}, &trace);
        double first = model_play(&trace, false);
        double best = model_play(&trace, true);
        ck_assert_double_ge(first, adversaries[_i].first_min);
        ck_assert_double_le(first, adversaries[_i].first_max);
        ck_assert_double_ge(best, adversaries[_i].best_min);
        ck_assert_double_le(best, adversaries[_i].best_max);
        trace_free(&trace);
    }
}
END_TEST

/// Every combination of laws keeps the rules of traces and its limit.
START_TEST(test_laws)
{
    for (size_t i = 0; i < n_lifetime_laws; i++) {
        for (size_t n_ops = 1; n_ops < 300; n_ops += 7) {
            struct generator_options options = {
                .seed = n_ops, .n_ops = n_ops, .live = n_ops % 40 + 1};
            struct trace trace;
            struct error error;
            ck_assert(sizes_parse(&options.sizes, "zipf:16:4096", "--sizes", &error));
            options.lifetimes = &lifetime_laws[i];
            generator_run(generator_find("random"), options, &trace);
            ck_assert_uint_le(trace.n_ops, n_ops);
            ck_assert_uint_eq(trace.n_ops, 2 * trace.n_slots);
            ck_assert_uint_le(trace.largest_size, 4096);
            trace_free(&trace);
        }
    }
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *generators_suite(void)
{
    Suite *suite = suite_create("generators");
    TCase *kinds = tcase_create("kinds");
    tcase_set_timeout(kinds, 60);
    tcase_add_loop_test(kinds, test_generator, 0, (int)n_generators);
    tcase_add_loop_test(kinds, test_generator_limits, 0, (int)n_generators);
    tcase_add_test(kinds, test_shipped);
    tcase_add_loop_test(kinds, test_adversary, 0, COUNT(adversaries));
    tcase_add_test(kinds, test_laws);
    suite_add_tcase(suite, kinds);
    return suite;
}
