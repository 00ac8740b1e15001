// SPDX-License-Identifier: MIT
// The cost pass with real builds by both compilers: figures worked out by hand, figures that never
// move, and submissions that want to write their own.
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/scratch.h"
#include "harness/measure/cost.h"
#include "harness/measure/cost_machine.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

static const char *const compilers[] = {"gcc", "clang"};

static const struct allocator allocators[] = {
    {"good", "", NULL, false},
    {"copies a page",
     "_Alignas(64) char a[4096], b[4096];\n#define AT_FREE memcpy(a, b, sizeof a)\n", NULL, false},
    {"walks globals",
     "static volatile long table[512];\n"
     "#define AT_FREE for (int i = 0; i < 512; i++) table[i]++\n",
     NULL, false},
    {"works on the stack",
     "static void fill(volatile char *junk);\n"
     "#define AT_FREE char junk[4096]; fill(junk)\n",
     "__attribute__((noinline)) static void fill(volatile char *junk) {\n"
     "    for (int i = 0; i < 4096; i++) junk[i] = 1; }\n",
     false},
    {"sets errno", "#include <errno.h>\n#define AT_FREE errno = 0\n", NULL, false},
    {"has thread-local variables",
     "static __thread volatile long counts[64];\n#define AT_FREE counts[n_frees % 64]++\n", NULL,
     false},
    {"uses atomics",
     "#include <stdatomic.h>\nstatic atomic_long total;\n"
     "#define AT_FREE atomic_fetch_add(&total, 1); atomic_store(&total, total + 1)\n",
     NULL, false},
    {"other pointers when counted",
     "static int seen;\n#define AT_INIT seen++\n"
     "#define AFTER_MALLOC if (seen > 1) p += 16\n",
     NULL, false},
    // Behind mem_sbrk lies the worker, its variables within a megabyte.
    {"scans the worker", "static void scan(void);\n#define AT_FREE scan()\n",
     "static void scan(void) { long *word = (long *)((uintptr_t)mem_sbrk & ~7ul);\n"
     "    for (long i = 0; i < 131072; i++) if (word[i] > 1000 && word[i] < 100000)\n"
     "        word[i] = 1; }\n",
     false},
    {"copies over the worker",
     "#define AT_FREE memcpy((void *)((uintptr_t)mem_sbrk + 32768), &n_frees, sizeof n_frees)\n",
     NULL, false},
    {"writes its caller's frame",
     "#define AT_FREE long *frame = __builtin_frame_address(0); frame[40] = 0\n", NULL, false},
    {"writes the worker while loading", "static void early(void) __attribute__((constructor));\n",
     "static void early(void) { *(volatile long *)((uintptr_t)mem_sbrk + 32768) = 1; }\n", false},
    {"exits unseen", "#define AT_FREE if (*first == 0) exit(4)\n", NULL, false},
};

#define N_ALLOCATORS (sizeof allocators / sizeof *allocators)

static const char trace_text[] = "20000\n4\n9\n1\n"
                                 "a 0 40\na 1 24\na 2 100\nf 1\na 3 24\n"
                                 "r 0 200\nf 2\nf 0\nf 3\n";

struct measured {
    struct built built;
    struct scene scene;
    struct cost cost;
};

static void build_one(struct built *built, const char *name, const char *compiler)
{
    struct error error;
    size_t i = 0;
    while (strcmp(allocators[i].name, name) != 0) {
        i++;
    }
    *built = (struct built){.allocator = &allocators[i]};
    built->folder = write_allocator(&allocators[i]);
    built->settings = (struct build_settings){.compiler = xstrdup(compiler), .entry = "mm.c"};
    built->settings.flags = xcalloc(1, sizeof *built->settings.flags);
    built->settings.flags[built->settings.n_flags++] = xstrdup("-O2");
    built->plan = (struct build_plan){.submission = built->folder,
                                      .settings = &built->settings,
                                      .headers = paths_in_root("student_template/malloc"),
                                      .instrumented = true,
                                      .alignment = 16,
                                      .seconds = 60};
    ck_assert_msg(build_start(&built->build, &built->plan, &error), "%s", error.text);
    build_finish(&built->build, &built->result);
    ck_assert_msg(built->result.ok, "%s", built->result.output);
}

static void remove_one(struct built *built)
{
    allocators_remove(built, 1);
    free(built->settings.compiler);
    free(built->settings.flags[0]);
    free(built->settings.flags);
    free((char *)(uintptr_t)built->plan.headers);
}

/// What the short trace costs on an allocator; `expected` may be NULL.
static struct cost count(const char *name, const char *compiler, const uint64_t *expected)
{
    struct built built;
    struct scene scene;
    struct cost cost;
    struct ring_machine machine;
    ck_assert(cost_machine_find("core-i7", &machine));
    build_one(&built, name, compiler);
    scene_make(&scene, &built, trace_text);
    cost_measure(
        &(struct cost_plan){.session = &scene.plan, .machine = &machine, .expected = expected},
        &cost);
    trace_free(&scene.trace);
    remove_one(&built);
    return cost;
}

START_TEST(figures_add_up_and_never_move)
{
    struct cost first = count("good", compilers[_i], NULL);
    uint64_t parts = 0;
    uint64_t kinds = 0;
    ck_assert_uint_eq(first.stopped_op, 0);
    ck_assert_uint_eq(first.differing_op, 0);
    ck_assert_uint_gt(first.cycles, 0);
    for (int part = 0; part < COST_PARTS; part++) {
        parts += first.parts[part];
    }
    for (int kind = 0; kind < COST_KINDS; kind++) {
        const struct cost_distribution *one = &first.kinds[kind];
        kinds += one->cycles;
        ck_assert_uint_le(one->p50, one->p99);
        ck_assert_uint_le(one->p99, one->most);
    }
    ck_assert_uint_eq(parts, first.cycles);
    ck_assert_uint_eq(kinds, first.cycles);
    ck_assert_uint_eq(first.kinds[OP_ALLOC].n_ops, 4);
    ck_assert_uint_eq(first.kinds[OP_FREE].n_ops, 4);
    ck_assert_uint_eq(first.kinds[OP_REALLOC].n_ops, 1);
    // mem_sbrk: four of malloc, one of realloc; 48 + 48 + 128 + 48 + 224 bytes in one page.
    ck_assert_uint_eq(first.events[RING_EVENT_SBRK], 5);
    ck_assert_uint_eq(first.events[RING_EVENT_SBRK_PAGE], 1);
    struct cost second = count("good", compilers[_i], NULL);
    ck_assert_mem_eq(&first, &second, sizeof first);
}
END_TEST

/// The events that a hook in mm_free adds to each of the trace's four frees.
static uint64_t added(const char *name, const char *compiler, enum ring_event event)
{
    struct cost plain = count("good", compiler, NULL);
    struct cost hooked = count(name, compiler, NULL);
    ck_assert_msg(hooked.stopped_op == 0 && hooked.differing_op == 0, "%s does not run", name);
    return (hooked.events[event] - plain.events[event]) / 4;
}

START_TEST(a_copy_costs_its_lines)
{
    // 64 lines read, 64 written; one access for either side. All of them stay in L1.
    ck_assert_uint_eq(added("copies a page", compilers[_i], RING_EVENT_COPIED_LINE), 128);
    ck_assert_uint_eq(added("copies a page", compilers[_i], RING_EVENT_ACCESS), 2);
    ck_assert_uint_eq(added("copies a page", compilers[_i], RING_EVENT_L1_MISS), 0);
}
END_TEST

START_TEST(each_load_and_store_is_seen)
{
    ck_assert_uint_eq(added("walks globals", compilers[_i], RING_EVENT_ACCESS), 2 * 512);
    ck_assert_uint_ge(added("walks globals", compilers[_i], RING_EVENT_BLOCK), 64);
}
END_TEST

START_TEST(the_stack_costs_accesses_and_no_cache)
{
    ck_assert_uint_ge(added("works on the stack", compilers[_i], RING_EVENT_ACCESS), 4096);
    ck_assert_uint_eq(added("works on the stack", compilers[_i], RING_EVENT_L1_MISS), 0);
    ck_assert_uint_eq(added("works on the stack", compilers[_i], RING_EVENT_TLB_MISS), 0);
}
END_TEST

START_TEST(what_is_ones_own_may_be_written)
{
    ck_assert_uint_ge(added("sets errno", compilers[_i], RING_EVENT_ACCESS), 1);
    ck_assert_uint_ge(added("has thread-local variables", compilers[_i], RING_EVENT_ACCESS), 2);
    ck_assert_uint_ge(added("uses atomics", compilers[_i], RING_EVENT_ACCESS), 3);
}
END_TEST

static void assert_refused(const char *name, const char *compiler)
{
    struct cost cost = count(name, compiler, NULL);
    ck_assert_msg(cost.stopped_op == 1, "%s runs", name);
    ck_assert_msg(cost.news.event == WORKER_STORE_REFUSED, "%s: event %d", name, cost.news.event);
    ck_assert_uint_eq(cost.cycles, 0);
    ck_assert_uint_ne(cost.news.address, 0);
    ck_assert_uint_lt(cost.news.value, 1 << 20); // an offset in the shared object
}

START_TEST(a_store_elsewhere_is_refused)
{
    assert_refused("scans the worker", compilers[_i]);
    assert_refused("copies over the worker", compilers[_i]);
    assert_refused("writes its caller's frame", compilers[_i]);
    assert_refused("writes the worker while loading", compilers[_i]);
}
END_TEST

START_TEST(other_pointers_are_reported)
{
    struct cost cost = count("other pointers when counted", "gcc", NULL);
    ck_assert_uint_eq(cost.differing_op, 1);
    ck_assert_uint_eq(cost.cycles, 0);
    static const uint64_t expected[9] = {1, 2, 3};
    cost = count("good", "gcc", expected);
    ck_assert_uint_eq(cost.differing_op, 1);
    ck_assert_uint_ne(cost.differing_pointer, 0);
}
END_TEST

START_TEST(an_end_is_reported)
{
    struct cost cost = count("exits unseen", "gcc", NULL);
    ck_assert_uint_eq(cost.stopped_op, 1);
    ck_assert_int_eq(cost.news.event, WORKER_EXITED);
    ck_assert_int_eq(cost.news.exit_code, 4);
}
END_TEST

START_TEST(machines_have_shapes_and_weights)
{
    for (const struct cost_machine *one = cost_machines; one->name != NULL; one++) {
        struct ring_machine machine;
        ck_assert(cost_machine_find(one->name, &machine));
        ck_assert_uint_gt(machine.tlbs[0].sets, 0);
        ck_assert_uint_gt(machine.caches[0].sets, 0);
        ck_assert_uint_ge(machine.page_bits, machine.line_bits);
        for (int event = 0; event < RING_EVENTS; event++) {
            ck_assert_uint_gt(machine.cycles[event], 0);
        }
    }
    ck_assert(!cost_machine_find("no such machine", &(struct ring_machine){0}));
}
END_TEST

Suite *cost_suite(void)
{
    Suite *suite = suite_create("cost");
    TCase *tests = tcase_create("cost");
    int n = access("/usr/bin/clang", X_OK) == 0 ? 2 : 1;
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, machines_have_shapes_and_weights);
    if (can_confine("cost")) {
        tcase_add_loop_test(tests, figures_add_up_and_never_move, 0, n);
        tcase_add_loop_test(tests, a_copy_costs_its_lines, 0, n);
        tcase_add_loop_test(tests, each_load_and_store_is_seen, 0, n);
        tcase_add_loop_test(tests, the_stack_costs_accesses_and_no_cache, 0, n);
        tcase_add_loop_test(tests, what_is_ones_own_may_be_written, 0, n);
        tcase_add_loop_test(tests, a_store_elsewhere_is_refused, 0, n);
        tcase_add_test(tests, other_pointers_are_reported);
        tcase_add_test(tests, an_end_is_reported);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
