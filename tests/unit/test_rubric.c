// SPDX-License-Identifier: MIT
// Rubrics: what a good one gives, and what is said about every kind of mistake.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grading/rubric.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "tests/unit/suites.h"

// Any file below the project's root does for a trace: a rubric does not look into it.
#define TRACES "traces:\n  - file: grading/rubrics/malloc.yaml\n"
#define CRITERIA "criteria:\n  - name: correctness\n    points: 10\n"
#define GOOD "lab: malloc\n" TRACES CRITERIA

static bool parse(struct rubric *rubric, const char *text, struct error *error)
{
    return rubric_parse(rubric, "r.yaml", text, strlen(text), error);
}

struct mistake {
    const char *text;
    const char *message;
};

static const struct mistake syntax_mistakes[] = {
    {"", "r.yaml:1:1: the file is empty"},
    {"# only a comment\n", "r.yaml:1:1: the file is empty"},
    {"lab: malloc\n title: x\n", "r.yaml:2:7: mapping values are not allowed in this context"},
    {"lab: malloc\nheap:\n  base: low\n fresh: junk\n",
     "r.yaml:4:2: did not find expected key (while parsing a block mapping that begins on line 1)"},
    {"lab: [malloc\n",
     "r.yaml:2:1: did not find expected ',' or ']' (while parsing a flow sequence that begins on "
     "line 1)"},
    {"lab: malloc\nheap:\n\tbase: low\n",
     "r.yaml:3:1: found character that cannot start any token (while scanning for the next token "
     "that begins on line 3)"},
    {"lab: \"malloc\n",
     "r.yaml:2:1: found unexpected end of stream (while scanning a quoted scalar that begins on "
     "line 1)"},
    {"lab: malloc\ntitle: \xff\n", "r.yaml:2:8: invalid leading UTF-8 octet"},
    {"lab: *unknown\n", "r.yaml:1:6: found undefined alias"},
    {GOOD "---\nlab: malloc\n", "r.yaml:8:1: a second document begins here"},
    {"malloc\n", "r.yaml:1:1: the file needs keys (lab, title, collect, build, heap, checkheap, "
                 "limits, isolation, findings, fit, speed, machine, common, grid, random, seed, "
                 "salt, max_accesses, traces, criteria, late), found a text"},
    {"- lab: malloc\n",
     "r.yaml:1:1: the file needs keys (lab, title, collect, build, heap, "
     "checkheap, limits, isolation, findings, fit, speed, machine, common, grid, random, "
     "seed, salt, max_accesses, traces, criteria, late), found a list"},
};

static const struct mistake key_mistakes[] = {
    {TRACES CRITERIA, "r.yaml:1:1: key 'lab' is missing"},
    {"lab: malloc\n" CRITERIA, "r.yaml:1:1: key 'traces' is missing"},
    {"lab: malloc\n" TRACES, "r.yaml:1:1: key 'criteria' is missing"},
    {"lab: malloc\n" CRITERIA "traces:\n  - weight: 2\n",
     "r.yaml:6:5: a trace has either 'file' or 'generate'"},
    {"lab: malloc\n" TRACES "criteria:\n  - name: correctness\n",
     "r.yaml:5:5: key 'points' is missing in criteria"},
    {GOOD "lab: malloc\n", "r.yaml:7:1: key 'lab' stands twice (first on line 1)"},
    {GOOD "heap:\n  base: low\n  base: high\n",
     "r.yaml:9:3: key 'base' stands twice (first on line 8)"},
    {GOOD "heap:\n  alignement: 16\n",
     "r.yaml:8:3: unknown key 'alignement' in heap, did you mean 'alignment'? (one of alignment, "
     "base, maximum, fresh)"},
    {GOOD "heap:\n  colour: red\n",
     "r.yaml:8:3: unknown key 'colour' in heap (one of alignment, base, maximum, fresh)"},
    {GOOD "heap:\n  abi: m32\n", "r.yaml:8:3: unknown key 'abi' in heap, it belongs under 'build' "
                                 "(one of alignment, base, maximum, fresh)"},
    {GOOD "heap:\n  checkheap: end\n",
     "r.yaml:8:3: unknown key 'checkheap' in heap, it belongs at the top, not indented (one of "
     "alignment, base, maximum, fresh)"},
    {GOOD "criterias: 1\n",
     "r.yaml:7:1: unknown key 'criterias', did you mean 'criteria'? (one of lab, title, collect, "
     "build, heap, checkheap, limits, isolation, findings, fit, speed, machine, common, grid, "
     "random, seed, salt, "
     "max_accesses, traces, criteria, late)"},
    {GOOD "[a, b]: 1\n", "r.yaml:7:1: a key must be a plain name, found a list"},
};

static const struct mistake type_mistakes[] = {
    {"lab: [malloc]\n", "r.yaml:1:6: 'lab' needs a text, found a list"},
    {"lab:\n", "r.yaml:1:5: 'lab' needs a text, found nothing"},
    {GOOD "heap: 16\n",
     "r.yaml:7:7: 'heap' needs keys (alignment, base, maximum, fresh), found a text"},
    {GOOD "heap:\nbase: low\n", "r.yaml:7:6: 'heap' needs keys indented below it (alignment, base, "
                                "maximum, fresh), found nothing"},
    {GOOD "build:\n  flags: -O2 -g\n",
     "r.yaml:8:10: 'flags' needs a list of texts such as [a, b], found a text"},
    {GOOD "build:\n  flags: [-O2, [x]]\n",
     "r.yaml:8:16: 'flags' needs a list of texts such as [a, b], found a list in it"},
    {GOOD "collect:\n  entry: ../mm.c\n",
     "r.yaml:8:10: 'entry' needs a file's name without a folder, found '../mm.c'"},
    {"lab: malloc\n" CRITERIA "traces: a.rep\n",
     "r.yaml:5:9: 'traces' needs a list, one '- ' an entry, found a text"},
    {"lab: malloc\n" CRITERIA "traces:\n  - a.rep\n",
     "r.yaml:6:5: 'traces' needs keys (file, generate, ops, live, sizes, lifetimes, seed, hidden, "
     "weight), found a text"},
    {"lab: malloc\n" CRITERIA "traces: []\n", "r.yaml:5:9: 'traces' needs at least one entry"},
    {"lab: malloc\n" TRACES "criteria:\n  - name: correctness\n    points: many\n",
     "r.yaml:6:13: 'points' needs a number, found 'many'"},
    {"lab: malloc\n" TRACES "criteria:\n  - name: correctness\n    points: 0x10\n",
     "r.yaml:6:13: 'points' needs a number, found '0x10'"},
    {"lab: malloc\n" TRACES "criteria:\n  - name: correctness\n    points: nan\n",
     "r.yaml:6:13: 'points' needs a number, found 'nan'"},
    {GOOD "heap:\n  maximum: 20 megabytes\n",
     "r.yaml:8:12: 'maximum' needs a size such as 4096, '64 KiB' or '20 MB', found '20 megabytes'"},
    {GOOD "limits:\n  operation: 2\n", "r.yaml:8:14: 'operation' needs a time with its unit, such "
                                       "as '2 s' or '500 ms', found '2'"},
    {GOOD "checkheap: sometimes\n",
     "r.yaml:7:12: 'checkheap' needs 'never', 'end' or 'every N' (operations), found 'sometimes'"},
    {GOOD "checkheap: every 0\n",
     "r.yaml:7:12: 'checkheap' needs 'never', 'end' or 'every N' (operations), found 'every 0'"},
};

static const struct mistake value_mistakes[] = {
    {"lab: maloc\n" TRACES CRITERIA, "r.yaml:1:6: unknown lab 'maloc' (one of "},
    {"lab: malloc\n" TRACES "criteria:\n  - name: utilisation\n    points: 1\n",
     "r.yaml:5:11: unknown criterion 'utilisation' (one of correctness, utilization, throughput, "
     "hit_rate, faults, frames, references)"},
    {GOOD "build:\n  compiler: icc\n", "r.yaml:8:13: unknown compiler 'icc' (one of gcc, clang)"},
    {GOOD "heap:\n  alignment: 12\n", "r.yaml:8:14: unknown alignment '12' (one of 8, 16)"},
    {GOOD "heap:\n  fresh: random\n",
     "r.yaml:8:10: unknown value 'random' of 'fresh' (one of zeros, junk)"},
    {GOOD "findings:\n  past_break: error\n",
     "r.yaml:8:15: unknown value 'error' of 'past_break' (one of fail, warn, ignore)"},
    {GOOD "speed:\n  enabled: maybe\n",
     "r.yaml:8:12: unknown value 'maybe' of 'enabled' (one of yes, no, true, false)"},
    {GOOD "heap:\n  maximum: 1 KiB\n",
     "r.yaml:8:12: 'maximum' is 1 KiB, allowed are 64 KiB to 1024 GiB"},
    {GOOD "limits:\n  static: 1 KiB\n",
     "r.yaml:8:11: 'static' is 1 KiB, allowed are 4 KiB to 1024 GiB"},
    {GOOD "limits:\n  library_memory: some\n",
     "r.yaml:8:19: unknown value 'some' of 'library_memory' (one of yes, no, true, false)"},
    {GOOD "isolation: none\n",
     "r.yaml:7:12: unknown value 'none' of 'isolation' (one of any, full)"},
    {GOOD "limits:\n  trace: 2000 min\n",
     "r.yaml:8:10: 'trace' is 2000 min, allowed are 1 ms to 1 h"},
    {"lab: malloc\n" CRITERIA "traces:\n  - file: README.md\n    weight: -1\n",
     "r.yaml:7:13: 'weight' is -1, allowed are 0 to 1000000"},
};

static const struct mistake meaning_mistakes[] = {
    {"lab: malloc\n" CRITERIA "traces:\n  - file: traces/none/*.rep\n",
     "r.yaml:6:11: no trace matches 'traces/none/*.rep' below the project's root"},
    {"lab: malloc\n" CRITERIA "traces:\n  - file: grading/rubrics\n",
     "r.yaml:6:11: 'grading/rubrics' is a folder; for all in it write 'grading/rubrics/*.rep'"},
    {GOOD "  - name: correctness\n    points: 5\n",
     "r.yaml:7:11: criterion 'correctness' stands twice"},
    {GOOD "    none: 0.5\n",
     "r.yaml:7:11: correctness has no 'none': a trace passes or it does not"},
    {GOOD "    metric: wall\n",
     "r.yaml:7:13: correctness has no 'metric', only throughput has one"},
    {GOOD "  - name: utilization\n    points: 5\n    full: 90\n",
     "r.yaml:9:11: utilization is never above 1, allowed are 0 to 1"},
    {GOOD "  - name: throughput\n    points: 5\n    none: 2\n",
     "r.yaml:9:11: 'full' (1) must be above 'none' (2)"},
    {GOOD "build:\n  abi: m32\n", "r.yaml:8:8: 'abi: m32' needs 'base: low' under 'heap'"},
    {GOOD "build:\n  abi: m32\nheap:\n  base: high\n",
     "r.yaml:10:9: 'abi: m32' needs 'base: low' under 'heap'"},
    {GOOD "heap:\n  maximum: 2 GiB\n  base: low\n",
     "r.yaml:8:12: with 'base: low' the maximum is at most 1 GiB"},
    {GOOD "fit:\n  policy: best\n", "r.yaml:8:11: only the lab fit has a policy"},
    {GOOD "fit:\n  policy: worst\n",
     "r.yaml:8:11: unknown policy 'worst' (one of any, first, next, best)"},
    {"lab: malloc\n" TRACES "criteria:\n  - name: correctness\n    points: 0\n",
     "r.yaml:5:3: all points are 0"},
    {"lab: malloc\n" TRACES "    weight: 0\n" CRITERIA, "r.yaml:3:3: all weights are 0"},
};

#define OF_TLB "lab: tlb\n" TRACES CRITERIA
static const struct mistake machine_mistakes[] = {
    {GOOD "grid:\n  - tlb: 4x4\n",
     "r.yaml:8:3: the lab malloc has no machine: 'grid' is of no use"},
    {OF_TLB "grid:\n  - tlb: 4x4\n  - tlb: 3x4\n",
     "r.yaml:8:3: machine 2: tlb '3x4': 3 sets are no power of two"},
    {OF_TLB "grid:\n  - tlb: 4\n",
     "r.yaml:8:3: machine 1: tlb '4': expected SETSxWAYS such as 16x4, or none"},
    {OF_TLB "common:\n  tlb: none\n", "r.yaml:8:3: machine 1: there is no TLB to judge"},
    {OF_TLB "common:\n  cache: 64x8x63\n",
     "r.yaml:8:3: machine 1: cache '64x8x63': sets and bytes a line must be powers of two"},
    {OF_TLB "common:\n  cache: 64x8\n",
     "r.yaml:8:3: machine 1: cache '64x8': expected SETSxWAYSxBYTES such as 64x8x64"},
    {OF_TLB "common:\n  levels: 9 9\n",
     "r.yaml:8:3: machine 1: levels: 9 + 9 bits do not make the VPN's 36"},
    {OF_TLB "common:\n  levels: 9 x\n",
     "r.yaml:8:3: machine 1: levels '9 x': expected 1 to 5 numbers of bits such as '9 9 9 9'"},
    {OF_TLB "common:\n  pa_bits: 12\n",
     "r.yaml:8:3: machine 1: physical memory needs at least four frames"},
    {OF_TLB "machine: pdp-11\n", "r.yaml:7:10: pdp-11: no machine of that name "},
    {OF_TLB "grid:\n  - policy: lifo\n",
     "r.yaml:8:13: unknown value 'lifo' of 'policy' (one of fifo, lru, clock, second-chance, lfu, "
     "aging, working-set, random, opt, free)"},
    {"lab: replace\n" TRACES CRITERIA,
     "r.yaml:1:1: machine 1: without a number of frames nothing is ever replaced"},
    {OF_TLB "  - name: faults\n    points: 5\n    full: 2\n",
     "r.yaml:9:11: faults is never above 1, allowed are 0 to 1"},
};

static void expect_refused(const struct mistake *mistakes, size_t n_mistakes)
{
    for (size_t i = 0; i < n_mistakes; i++) {
        struct rubric rubric;
        struct error error = {""};
        ck_assert_msg(!parse(&rubric, mistakes[i].text, &error), "accepted:\n%s", mistakes[i].text);
        size_t length = strlen(mistakes[i].message);
        bool open_end = mistakes[i].message[length - 1] == ' '; // the list of labs grows
        if (open_end) {
            error.text[length] = '\0';
        }
        ck_assert_str_eq(error.text, mistakes[i].message);
    }
}

#define EXPECT_REFUSED(table) expect_refused(table, sizeof(table) / sizeof(table)[0])

START_TEST(mistakes_are_named)
{
    EXPECT_REFUSED(syntax_mistakes);
    EXPECT_REFUSED(key_mistakes);
    EXPECT_REFUSED(type_mistakes);
    EXPECT_REFUSED(value_mistakes);
    EXPECT_REFUSED(meaning_mistakes);
    EXPECT_REFUSED(machine_mistakes);
}
END_TEST

START_TEST(unreadable_files_are_named)
{
    struct rubric rubric;
    struct error error;
    ck_assert(!rubric_read(&rubric, "/nonexistent/r.yaml", &error));
    ck_assert_str_eq(error.text, "/nonexistent/r.yaml: cannot be read: No such file or directory");
    ck_assert(!rubric_read(&rubric, "/", &error));
    ck_assert_str_eq(error.text, "/: cannot be read: Is a directory");
    ck_assert(!rubric_read(&rubric, "/dev/zero", &error));
    ck_assert_str_eq(error.text, "/dev/zero: larger than 256 KiB: this is no rubric");
}
END_TEST

START_TEST(defaults_are_sensible)
{
    struct rubric rubric;
    struct error error;
    ck_assert_msg(parse(&rubric, GOOD, &error), "%s", error.text);
    const struct lab_settings *settings = &rubric.settings;
    ck_assert_str_eq(rubric.path, "r.yaml");
    ck_assert_str_eq(rubric.lab, "malloc");
    ck_assert_ptr_nonnull(rubric.title);
    ck_assert_str_eq(settings->build.compiler, "gcc");
    ck_assert_str_eq(settings->build.entry, "mm.c");
    ck_assert_uint_eq(settings->build.n_flags, 1);
    ck_assert_str_eq(settings->build.flags[0], "-O2");
    ck_assert_uint_eq(settings->heap.alignment, 16);
    ck_assert_uint_eq(settings->heap.max_bytes, UINT64_C(100) << 20);
    ck_assert_int_eq(settings->heap.base, HEAP_BASE_HIGH);
    ck_assert_int_eq(settings->heap.fresh, HEAP_FRESH_JUNK);
    ck_assert_int_eq(settings->heap.findings.unobserved, FINDING_FAIL);
    ck_assert_uint_eq(settings->heap.checkheap_every, 0);
    ck_assert_double_eq(settings->limits.operation_seconds, 2);
    ck_assert_uint_eq(settings->limits.output_bytes, 64 << 10);
    ck_assert_uint_eq(settings->limits.static_bytes, 64 << 10);
    ck_assert_uint_eq(settings->limits.library_memory, 0);
    ck_assert_int_eq(settings->isolation, DEMAND_ANY_ISOLATION);
    ck_assert(!settings->speed.enabled); // no throughput is scored
    ck_assert_str_eq(settings->speed.reference, "segregated");
    ck_assert_double_eq_tol(settings->speed.budget_seconds, 0.1, 1e-12);
    ck_assert_uint_eq(settings->n_traces, 1);
    ck_assert_double_eq(settings->traces[0].weight, 1);
    ck_assert_uint_eq(rubric.n_criteria, 1);
    ck_assert_str_eq(rubric.criteria[0].name, "correctness");
    rubric_free(&rubric);
}
END_TEST

START_TEST(values_are_stored)
{
    struct rubric rubric;
    struct error error;
    ck_assert_msg(parse(&rubric,
                        "lab: malloc\ntitle: 'A: title'\n" TRACES "checkheap: every 100\n"
                        "build: {compiler: clang, flags: [-O3, -DX=1], abi: m32}\n"
                        "heap: {alignment: 8, base: low, maximum: 65536, fresh: zeros}\n"
                        "limits: {operation: 500 ms, trace: 1 min, output: 2 KB, static: 1 MB,\n"
                        "  library_memory: yes}\nisolation: full\n"
                        "findings: {uninit_read: warn, past_break: ignore}\n"
                        "speed: {enabled: no}\n"
                        "criteria:\n  - {name: throughput, points: 40.5, none: 0.1, full: 1.5}\n",
                        &error),
                  "%s", error.text);
    const struct lab_settings *settings = &rubric.settings;
    ck_assert_str_eq(rubric.title, "A: title");
    ck_assert_str_eq(settings->build.compiler, "clang");
    ck_assert_uint_eq(settings->build.n_flags, 2);
    ck_assert_str_eq(settings->build.flags[1], "-DX=1");
    ck_assert_int_eq(settings->heap.abi, HEAP_ABI_M32);
    ck_assert_uint_eq(settings->heap.alignment, 8);
    ck_assert_int_eq(settings->heap.base, HEAP_BASE_LOW);
    ck_assert_uint_eq(settings->heap.max_bytes, 65536);
    ck_assert_int_eq(settings->heap.fresh, HEAP_FRESH_ZEROS);
    ck_assert_uint_eq(settings->heap.checkheap_every, 100);
    ck_assert_int_eq(settings->heap.findings.uninit_read, FINDING_WARN);
    ck_assert_int_eq(settings->heap.findings.past_break, FINDING_IGNORE);
    ck_assert_int_eq(settings->heap.findings.unobserved, FINDING_FAIL);
    ck_assert_double_eq(settings->limits.operation_seconds, 0.5);
    ck_assert_double_eq(settings->limits.trace_seconds, 60);
    ck_assert_uint_eq(settings->limits.output_bytes, 2048);
    ck_assert_uint_eq(settings->limits.static_bytes, 1 << 20);
    ck_assert_uint_eq(settings->limits.library_memory, 1);
    ck_assert_int_eq(settings->isolation, DEMAND_FULL_ISOLATION);
    ck_assert(!settings->speed.enabled);
    ck_assert_int_eq(rubric.criteria[0].kind, CRITERION_THROUGHPUT);
    ck_assert_double_eq(rubric.criteria[0].points, 40.5);
    ck_assert_double_eq(rubric.criteria[0].full, 1.5);
    rubric_free(&rubric);
}
END_TEST

START_TEST(patterns_are_expanded_in_order)
{
    struct rubric rubric;
    struct error error;
    ck_assert_msg(parse(&rubric,
                        "lab: malloc\n" CRITERIA "traces:\n  - file: grading/rubrics/mal*.yaml\n"
                        "  - file: grading/rubrics/malloc.yaml\n    weight: 2.5\n",
                        &error),
                  "%s", error.text);
    const struct lab_settings *settings = &rubric.settings;
    ck_assert_uint_ge(settings->n_traces, 2);
    for (size_t i = 1; i < settings->n_traces; i++) {
        ck_assert_int_lt(strcmp(settings->traces[i - 1].path, settings->traces[i].path), 0);
    }
    for (size_t i = 0; i < settings->n_traces; i++) {
        bool weighted = strstr(settings->traces[i].path, "/malloc.yaml") != NULL;
        ck_assert_double_eq(settings->traces[i].weight, weighted ? 2.5 : 1);
    }
    rubric_free(&rubric);
}
END_TEST

START_TEST(command_line_traces_replace)
{
    struct rubric rubric;
    struct error error;
    char first[] = "my/a.rep";
    char second[] = "b.rep";
    char *paths[] = {first, second};
    ck_assert(parse(&rubric, GOOD, &error));
    rubric_set_traces(&rubric, paths, 2);
    ck_assert_uint_eq(rubric.settings.n_traces, 2);
    ck_assert_str_eq(rubric.settings.traces[0].path, "my/a.rep");
    ck_assert_double_eq(rubric.settings.traces[1].weight, 1);
    rubric_free(&rubric);
}
END_TEST

/// Reads a rubric of the project; the caller frees it.
static struct rubric read_shipped(const char *name)
{
    struct rubric rubric;
    struct error error;
    char *path = paths_in_root(name);
    ck_assert_msg(rubric_read(&rubric, path, &error), "%s", error.text);
    free(path);
    return rubric;
}

START_TEST(shipped_rubrics_read)
{
    struct rubric strict = read_shipped("grading/rubrics/malloc.yaml");
    ck_assert_uint_eq(strict.settings.heap.alignment, 16);
    ck_assert_uint_eq(strict.settings.heap.checkheap_every, UINT64_MAX);
    ck_assert_int_eq(strict.settings.heap.findings.uninit_read, FINDING_FAIL);
    ck_assert_uint_eq(strict.n_criteria, 3);
    rubric_free(&strict);
    struct rubric classic = read_shipped("grading/rubrics/malloc-classic.yaml");
    ck_assert_uint_eq(classic.settings.heap.alignment, 8);
    ck_assert_uint_eq(classic.settings.heap.max_bytes, 20 * 1024 * 1024);
    ck_assert_int_eq(classic.settings.heap.abi, HEAP_ABI_M32);
    ck_assert_int_eq(classic.settings.heap.base, HEAP_BASE_LOW);
    ck_assert_int_eq(classic.settings.heap.findings.nondeterministic, FINDING_WARN);
    ck_assert_uint_eq(classic.settings.heap.checkheap_every, 0);
    ck_assert_uint_eq(classic.n_criteria, 2);
    rubric_free(&classic);
}
END_TEST

START_TEST(keys_are_listed)
{
    char *text = NULL;
    size_t text_bytes = 0;
    FILE *stream = open_memstream(&text, &text_bytes);
    rubric_print_keys(stream);
    fclose(stream);
    ck_assert_ptr_nonnull(strstr(text, "heap.alignment: 8 | 16  (else: 16)\n"));
    ck_assert_ptr_nonnull(strstr(text, "limits.operation: 1 ms to 1 h  (else: 2 s)\n"));
    ck_assert_ptr_nonnull(strstr(text, "criteria[].points: 0 to 1000000  (required)\n"));
    free(text);
}
END_TEST

Suite *rubric_suite(void)
{
    Suite *suite = suite_create("rubric");
    TCase *tests = tcase_create("rubric");
    tcase_add_test(tests, mistakes_are_named);
    tcase_add_test(tests, unreadable_files_are_named);
    tcase_add_test(tests, defaults_are_sensible);
    tcase_add_test(tests, values_are_stored);
    tcase_add_test(tests, patterns_are_expanded_in_order);
    tcase_add_test(tests, command_line_traces_replace);
    tcase_add_test(tests, shipped_rubrics_read);
    tcase_add_test(tests, keys_are_listed);
    suite_add_tcase(suite, tests);
    return suite;
}
