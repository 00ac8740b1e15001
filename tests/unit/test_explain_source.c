// SPDX-License-Identifier: MIT
// The explain pass with real builds by both compilers: which line is blamed for what, what is said
// when it cannot be known, and what the strict pass finds in submissions that pass.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "harness/heap/sources.h"
#include "harness/heap/trial.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

static const char *const compilers[] = {"gcc", "clang"};

/// What becomes of the short trace. The line blamed holds `text`; `words` occur in what is said.
struct accusation {
    struct allocator allocator;
    const char *code, *text, *words;
};

#define CALLS(function) "static void " #function "(char *p);\n"

static const struct accusation accusations[] = {
    {{"writes into a payload", CALLS(spoil) "#define AT_FREE if (n_frees == 1) spoil(first + 8)\n",
      "static void spoil(char *p) {\n    p[1] ^= 1; // spoilt\n}\n"},
     "PAYLOAD_CHANGED",
     "p[1] ^= 1; // spoilt",
     "in spoil(), called by mm_free()"},
    {{"fills too much", CALLS(wipe) "#define AFTER_MALLOC if (n_mallocs == 2) wipe(first)\n",
      "static void wipe(char *p) {\n    memset(p, 0, 41); // wiped\n}\n"},
     "PAYLOAD_CHANGED",
     "memset(p, 0, 41); // wiped",
     "This copy or fill wrote 41 bytes"},
    {{"writes past the break", CALLS(pass) "#define AFTER_MALLOC if (n_mallocs == 2) pass(p)\n",
      "static void pass(char *p) {\n    p[32] = 1; // passed\n}\n"},
     "PAST_BREAK",
     "p[32] = 1; // passed",
     ", but the heap ends at heap+0x70"},
    {{"writes to NULL", CALLS(crash) "#define AT_FREE crash((char *)(p == last))\n",
      "static void crash(char *p) {\n    *(volatile char *)(p + 8) = 1; // crashed\n}\n"},
     "CRASH",
     "*(volatile char *)(p + 8) = 1; // crashed",
     "Here a store of 1 byte at NULL + 8 crashed."},
    {{"follows a bad link",
      CALLS(store) CALLS(follow) "static char **links;\n"
                                 "#define AT_INIT links = mem_sbrk(16), store((char *)links)\n"
                                 "#define AT_FREE follow((char *)links)\n",
      "static void store(char *p) {\n    *(char **)p = (char *)0x123456789000; // stored\n}\n"
      "static void follow(char *p) {\n    **(char **)p = 1; // followed\n}\n"},
     "CRASH",
     "*(char **)p = (char *)0x123456789000; // stored",
     "**(char **)p = 1; // followed"},
    {{"never ends", CALLS(turn) "#define AT_FREE turn(p)\n",
      "static void turn(char *p) {\n    for (volatile int i = 0; i >= 0; i = 1 + i % 9) p = p; "
      "}\n"},
     "TIMEOUT",
     "for (volatile int i = 0; i >= 0; i = 1 + i % 9) p = p; }",
     "Here it was when it was stopped."},
    {{"asserts", CALLS(stop) "#define AT_FREE stop(p)\n",
      "static void stop(char *p) {\n    if (p != NULL)\n        abort(); // stopped\n}\n"},
     "EXITED",
     "abort(); // stopped",
     "Here it was when it was stopped."},
    {{"copies too little",
      CALLS(copy) "#define AT_REALLOC if (p != NULL) { last = mm_malloc(size); copy(last); return "
                  "last; }\n",
      "static void copy(char *p) {\n    memcpy(p, first, 8); // copied\n}\n"},
     "REALLOC_LOST_DATA",
     "memcpy(p, first, 8); // copied",
     "This copy ended at heap+0x"},
    {{"reads fresh memory",
      "static int look(char *p);\n"
      "#define AFTER_MALLOC if (n_mallocs == 2 && look(p)) p = mem_sbrk(48)\n",
      "static int look(char *p) {\n    return *p != 0; // looked\n}\n"},
     "UNINIT_READ",
     "return *p != 0; // looked",
     "which nobody has written since mem_sbrk handed them out"},
    {{"behaves differently",
      "static void *frame(void);\n"
      "#define AT_FREE if (frame() == __builtin_frame_address(0) && n_frees == 1) first[5] ^= 1\n",
      "static void *frame(void) { return __builtin_frame_address(0); }\n"},
     "PAYLOAD_CHANGED",
     NULL,
     "the submission behaves differently when its accesses are seen"},
    {{"hides", CALLS(hide) "#define AT_FREE hide(p)\n",
      "static void hide(char *p) {\n    __asm__ volatile(\"\");\n"
      "    *(volatile char *)(p - p) = 1; // hidden\n}\n"},
     "CRASH",
     "*(volatile char *)(p - p) = 1; // hidden",
     NULL},
};

#define N_ACCUSATIONS (sizeof accusations / sizeof *accusations)

static const struct accusation stricts[] = {
    {{"peeks", "static int look(char *p);\n#define AT_FREE look(first)\n",
      "static int look(char *p) {\n    return *(volatile char *)p; // looked\n}\n"},
     "PAYLOAD_READ",
     "return *(volatile char *)p; // looked",
     "which belongs to the program"},
    {{"restores", CALLS(borrow) "#define AT_FREE if (n_frees == 1) borrow(first)\n",
      "static void borrow(char *p) {\n    char old = *p;\n"
      "    *(volatile char *)p = 1; // borrowed\n    *(volatile char *)p = old;\n}\n"},
     "PAYLOAD_WRITTEN",
     "*(volatile char *)p = 1; // borrowed",
     "This store wrote 1 byte at heap+0x10"},
    {{"reads without harm", "static int look(char *p);\n#define AFTER_MALLOC look(p)\n",
      "static int look(char *p) {\n    return *(volatile char *)p; // looked\n}\n"},
     "FRESH_READ",
     "return *(volatile char *)p; // looked",
     "during operation 1"},
    {{"hides", "#define AT_FREE __asm__ volatile(\"\")\n", NULL}, "NOT_SEEN", NULL, NULL},
    {{"good", "", NULL}, NULL, NULL, NULL},
};

#define N_STRICTS (sizeof stricts / sizeof *stricts)

struct tried {
    struct built built;
    struct sources sources;
    struct result result;
};

static void build_one(struct built *built, const struct allocator *allocator, const char *compiler)
{
    struct error error;
    *built = (struct built){.allocator = allocator};
    built->folder = write_allocator(allocator);
    built->settings = (struct build_settings){.compiler = xstrdup(compiler), .entry = "mm.c"};
    built->settings.flags = xcalloc(1, sizeof *built->settings.flags);
    built->settings.flags[built->settings.n_flags++] = xstrdup("-O2");
    built->plan = (struct build_plan){.submission = built->folder,
                                      .settings = &built->settings,
                                      .headers = paths_in_root("student_template/malloc"),
                                      .alignment = 16,
                                      .seconds = 60};
    ck_assert_msg(build_start(&built->build, &built->plan, &error), "%s", error.text);
    build_finish(&built->build, &built->result);
    ck_assert_msg(built->result.ok, "%s: %s", allocator->name, built->result.output);
}

/// Runs the whole trial with the findings of the strict pass as the policy says.
static void try_allocator(struct tried *tried, const struct allocator *allocator,
                          const char *compiler, enum finding_policy strict)
{
    struct scene scene;
    *tried = (struct tried){.result = {.n_cases = 1}};
    build_one(&tried->built, allocator, compiler);
    sources_open(&tried->sources, &tried->built.plan);
    scene_make(&scene, &tried->built, short_trace);
    scene.heap.findings.past_break = FINDING_FAIL;
    scene.heap.findings.unobserved = FINDING_IGNORE;
    scene.heap.findings.payload_access = scene.heap.findings.fresh_read = strict;
    scene.plan.sources = &tried->sources;
    scene.plan.call_seconds = 0.3;
    tried->result.cases = xcalloc(1, sizeof *tried->result.cases);
    uint64_t *pointers = NULL;
    uint64_t heap_bytes = 0;
    ck_assert(trial_run(&scene.plan, tried->result.cases, &pointers, &heap_bytes));
    free(pointers);
    trace_free(&scene.trace);
}

static void forget(struct tried *tried)
{
    result_free(&tried->result);
    sources_close(&tried->sources);
    free(tried->built.settings.compiler);
    free(tried->built.settings.flags[0]);
    free(tried->built.settings.flags);
    free((char *)(uintptr_t)tried->built.plan.headers);
    allocators_remove(&tried->built, 1);
}

static void check_verdict(const struct accusation *wanted, const struct verdict *verdict)
{
    const char *name = wanted->allocator.name;
    ck_assert_msg(verdict != NULL, "%s: no verdict", name);
    ck_assert_msg(strcmp(verdict->code, wanted->code) == 0, "%s: %s", name, verdict->code);
    if (wanted->text != NULL) {
        ck_assert_msg(verdict->n_places > 0, "%s: no place; %s", name,
                      verdict->source == NULL ? "" : verdict->source);
        ck_assert_str_eq(verdict->places[0].text, wanted->text);
        ck_assert_str_eq(verdict->places[0].file, "mm.c");
    } else {
        ck_assert_uint_eq(verdict->n_places, 0);
    }
    if (wanted->words != NULL) {
        ck_assert_msg(verdict->source != NULL && strstr(verdict->source, wanted->words) != NULL,
                      "%s: %s", name, verdict->source == NULL ? "NULL" : verdict->source);
    }
}

START_TEST(test_blames)
{
    const struct accusation *wanted = &accusations[(size_t)_i / 2];
    struct tried tried;
    try_allocator(&tried, &wanted->allocator, compilers[_i % 2], FINDING_IGNORE);
    ck_assert_int_eq(tried.result.cases[0].status, STATUS_FAILED);
    check_verdict(wanted, tried.result.cases[0].verdict);
    forget(&tried);
}
END_TEST

START_TEST(test_strict)
{
    const struct accusation *wanted = &stricts[(size_t)_i / 2];
    struct tried tried;
    try_allocator(&tried, &wanted->allocator, compilers[_i % 2], FINDING_WARN);
    const struct case_result *one = &tried.result.cases[0];
    ck_assert_int_eq(one->status, STATUS_PASSED);
    if (wanted->code != NULL) {
        ck_assert_uint_ge(one->n_warnings, 1);
        check_verdict(wanted, &one->warnings[0]);
    } else {
        ck_assert_uint_eq(one->n_warnings, 0);
    }
    forget(&tried);
}
END_TEST

/// The rubric decides: what is only seen when looked at is ignored, or fails the case; that nothing
/// can be seen never does.
START_TEST(test_policies)
{
    struct tried tried;
    try_allocator(&tried, &stricts[2].allocator, "gcc", FINDING_IGNORE);
    ck_assert_uint_eq(tried.result.cases[0].n_warnings, 0);
    ck_assert(!tried.sources.was_built);
    forget(&tried);
    try_allocator(&tried, &stricts[2].allocator, "gcc", FINDING_FAIL);
    ck_assert_int_eq(tried.result.cases[0].status, STATUS_FAILED);
    check_verdict(&stricts[2], tried.result.cases[0].verdict);
    forget(&tried);
    try_allocator(&tried, &stricts[3].allocator, "gcc", FINDING_FAIL);
    ck_assert_int_eq(tried.result.cases[0].status, STATUS_PASSED);
    forget(&tried);
}
END_TEST

Suite *explain_source_suite(void)
{
    Suite *suite = suite_create("explain_source");
    TCase *tests = tcase_create("lines");
    tcase_set_timeout(tests, 60);
    if (can_confine("explain_source")) {
        tcase_add_loop_test(tests, test_blames, 0, 2 * N_ACCUSATIONS);
        tcase_add_loop_test(tests, test_strict, 0, 2 * N_STRICTS);
        tcase_add_test(tests, test_policies);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
