// SPDX-License-Identifier: MIT
// The words of a verdict: both blocks with their lines, bytes expected and seen, the likely cause,
// and pictures that fit a terminal.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "harness/heap/explain.h"
#include "harness/heap/picture.h"
#include "harness/heap/trial.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

static const struct allocator allocators[] = {
    {"good", "", NULL, false},
    {"overlap", "#define AFTER_MALLOC if (n_mallocs == 3) p = first + 16\n", NULL, false},
    {"changes", "#define AT_FREE if (n_frees == 1) first[5] ^= 1, first[9] ^= 1\n", NULL, false},
    {"loses data", "#define AT_REALLOC if (p != NULL) return mm_malloc(size)\n", NULL, false},
    {"past break", "#define AT_FREE if (n_frees == 1) ((char *)mem_heap_hi())[1] = 1\n", NULL,
     false},
    {"unaligned", "#define AFTER_MALLOC if (n_mallocs == 2) p += 8\n", NULL, false},
    {"crash", "#define AT_FREE if (n_frees == 1) *((char *)mem_heap_hi() + 8192) = 1\n", NULL,
     false},
    {"crash null", "#define AT_FREE *(volatile char *)8 = 1\n", NULL, false},
    {"recursion",
     "static int deeper(volatile char *c) { volatile char a[4096]; a[0] = *c;"
     " return deeper(a) + a[0]; }\n"
     "#define AT_FREE deeper(p)\n",
     NULL, false},
    {"half a pointer", "#define AFTER_MALLOC p = (char *)(uintptr_t)(uint32_t)(uintptr_t)p\n", NULL,
     false},
    {"abort", "#define AT_FREE first[0] ^= 1, puts(\"\\033[2Jassertion\"), abort()\n", NULL, false},
    {"endless", "#define AT_FREE for (;;)\n", NULL, false},
    {"socket", "#define AT_FREE socket(AF_INET, SOCK_STREAM, 0)\n", NULL, false},
    {"reads fresh memory", "#define AFTER_MALLOC if (n_mallocs == 2 && *p != 0) p = mem_sbrk(48)\n",
     NULL, false},
    {"looks at payloads",
     "static int seen; static char fresh;\n#define AT_INIT seen = 1\n"
     "#define AFTER_MALLOC if (!seen) p = mem_sbrk(48); fresh = *p\n"
     "#define AT_FREE if (n_frees == 1) seen = *last != fresh\n",
     NULL, false},
    {"init is stale",
     "static int total;\n#define AFTER_MALLOC if (++total > 5) p = mem_sbrk(512)\n", NULL, false},
};

#define N_ALLOCATORS (sizeof allocators / sizeof *allocators)

static struct built built[N_ALLOCATORS];

static void build_all(void)
{
    allocators_build(built, allocators, N_ALLOCATORS);
}

static void remove_all(void)
{
    allocators_remove(built, N_ALLOCATORS);
}

/// Runs the whole trial; result_free frees what comes back.
static struct result try_allocator(const char *name, const char *trace)
{
    struct scene scene;
    scene_make(&scene, allocator_named(built, N_ALLOCATORS, name), trace);
    scene.plan.call_seconds = strcmp(name, "endless") == 0 ? 0.2 : 2;
    struct result result = {.n_cases = 1, .cases = xcalloc(1, sizeof *result.cases)};
    uint64_t *pointers = NULL;
    uint64_t heap_bytes = 0;
    ck_assert(trial_run(&scene.plan, result.cases, &pointers, &heap_bytes));
    free(pointers);
    trace_free(&scene.trace);
    return result;
}

#define N_PARTS 5
struct words {
    const char *allocator, *code, *message;
    const char *details[N_PARTS]; ///< each must occur
    const char *hint;             ///< part of it
};

static const struct words words[] = {
    {"overlap",
     "OVERLAP",
     "mm_malloc(100) returned heap+0x20, inside a block that is in use.",
     {"It collides with block 0 (40 bytes at heap+0x10, allocated at line 5).",
      "Both own the bytes heap+0x20..heap+0x37.", "[", "^^^", "###"},
     "splitting and coalescing"},
    {"changes",
     "PAYLOAD_CHANGED",
     "Block 0 (40 bytes at heap+0x10, allocated at line 5) no longer holds what was stored in it.",
     {"Bytes 5..9 of it:",
      "  expected  ", "  seen      ", "The change happened during operation 4 (line 8: f 1)."},
     "in use"},
    {"loses data",
     "REALLOC_LOST_DATA",
     "mm_realloc(block 0, 200) moved the block but lost data: byte 0 of the 40 that must be kept "
     "is "
     "wrong.",
     {"Before: block 0 (40 bytes at heap+0x10, allocated at line 5", "now 200 bytes at heap+0x130.",
      "  expected  ", "  seen      "},
     "nothing was copied"},
    {"past break",
     "PAST_BREAK",
     "The byte at heap+0xf0 was written, 1 byte past the end of the heap.",
     {"The heap ended at heap+0xf0 then"},
     "epilogue"},
    {"unaligned",
     "UNALIGNED",
     "mm_malloc(24) returned heap+0x58, which is not a multiple of 16.",
     {"8 bytes past a multiple of 16", "^", "block 0"},
     "header"},
    {"crash",
     "CRASH",
     "mm_free(block 1) crashed with SIGBUS (Bus error) at heap+0x20ef.",
     {"8191 bytes past the break (the heap ends at heap+0xf0)"},
     "epilogue"},
    {"crash null", "CRASH", "mm_free(block 1) crashed with SIGSEGV", {"next to NULL"}, "NULL"},
    {"recursion", "CRASH", "mm_free(block 1) crashed", {"on the stack"}, "recursion"},
    {"half a pointer",
     "OUT_OF_HEAP",
     "mm_malloc(40) returned ",
     {"The heap is [heap+0x0, heap+0x40), with heap+0x0 at 0x100040000000."},
     "int"},
    {"abort",
     "EXITED",
     "mm_free(block 1) ended the program with abort().",
     {"Before that, the payload of\nblock 0 (40 bytes at heap+0x10, allocated at line 5)\nhad been overwritten"},
     "assertion"},
    {"endless", "TIMEOUT", "mm_free(block 1) did not return within 0.2 s.", {NULL}, "endless loop"},
    {"socket",
     "FORBIDDEN_SYSCALL",
     "mm_free(block 1) asked the operating system for socket",
     {NULL},
     "mem_sbrk"},
    {"reads fresh memory",
     "UNINIT_READ",
     "With other bytes in fresh heap memory",
     {NULL},
     "before it is written"},
    {"looks at payloads", "UNOBSERVED", "When nobody writes to the payloads", {NULL}, "payloads"},
    {"init is stale", "INIT_NOT_FRESH", "After a second mm_init", {NULL}, "mm_init"},
};

START_TEST(words_of_verdicts)
{
    const struct words *one = &words[_i];
    struct result result = try_allocator(one->allocator, short_trace);
    const struct verdict *verdict = result.cases[0].verdict;
    ck_assert_ptr_nonnull(verdict);
    ck_assert_str_eq(verdict->code, one->code);
    ck_assert_msg(strncmp(verdict->message, one->message, strlen(one->message)) == 0, "%s",
                  verdict->message);
    for (size_t i = 0; i < N_PARTS && one->details[i] != NULL; i++) {
        ck_assert_ptr_nonnull(verdict->details);
        ck_assert_msg(strstr(verdict->details, one->details[i]) != NULL, "no '%s' in:\n%s",
                      one->details[i], verdict->details);
    }
    ck_assert_msg(strstr(verdict->hint, one->hint) != NULL, "hint: %s", verdict->hint);
    ck_assert_uint_eq(verdict->line, verdict->op + 4);
    result_free(&result);
}
END_TEST

START_TEST(a_good_trial_has_metrics_and_no_verdict)
{
    struct result result = try_allocator("good", short_trace);
    const struct case_result *one = &result.cases[0];
    ck_assert_int_eq(one->status, STATUS_PASSED);
    ck_assert_ptr_null(one->verdict);
    ck_assert_uint_eq(one->n_warnings, 0);
    ck_assert_ptr_null(one->output);
    const struct metric *used = metric_find(one->metrics, one->n_metrics, METRIC_UTILIZATION);
    ck_assert_double_eq_tol(used->value, 324.0 / 512, 1e-9);
    ck_assert_double_eq(metric_find(one->metrics, one->n_metrics, METRIC_SBRK)->value, 5);
    ck_assert_uint_eq(one->n_samples, 10);
    result_free(&result);
}
END_TEST

START_TEST(what_was_printed_stands_under_the_verdict)
{
    struct result result = try_allocator("abort", short_trace);
    ck_assert_str_eq(result.cases[0].output, "?[2Jassertion\n");
    result_free(&result);
}
END_TEST

/// All lines fit; those with a bar have one of the same length at the same place.
static void expect_narrow(const char *text)
{
    size_t n_bars = 0;
    for (const char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        ck_assert_msg(n <= 100, "%zu columns:\n%.*s", n, (int)n, line);
        n_bars += memchr(line, '[', n) != NULL;
        line += n + (line[n] == '\n');
    }
    ck_assert_uint_ge(n_bars, 2);
}

static const char *const wide_traces[] = {
    short_trace,
    "1\n3\n3\n1\na 1234567 4096\na 1234568 4096\na 1234569 100000\n",
};

START_TEST(pictures_of_verdicts_fit)
{
    struct result result = try_allocator("overlap", wide_traces[_i]);
    ck_assert_str_eq(result.cases[0].verdict->code, "OVERLAP");
    expect_narrow(strchr(result.cases[0].verdict->details, '['));
    result_free(&result);
}
END_TEST

START_TEST(pictures_are_drawn_to_scale)
{
    struct picture picture = {0};
    char *text = NULL;
    size_t bytes;
    FILE *file = open_memstream(&text, &bytes);
    picture_draw(&picture, file);
    picture_add(&picture, 440, 880, '#', "right");
    picture_add(&picture, 0, 440, '#', "block %d", 7);
    picture_add(&picture, 440, 450, '^', "here");
    picture_add(&picture, 880, 880, '|', "the break");
    picture_draw(&picture, file);
    fclose(file);
    ck_assert_str_eq(
        text, "  heap+0x0       [#####################.......................]  block 7\n"
              "  heap+0x1b8     [.....................######################.]  right\n"
              "  heap+0x1b8     [.....................^......................]  here\n"
              "  heap+0x370     [...........................................|]  the break\n");
    free(text);
}
END_TEST

START_TEST(pictures_have_room_for_any_row)
{
    struct picture picture = {0};
    char *text = NULL;
    size_t bytes;
    FILE *file = open_memstream(&text, &bytes);
    for (unsigned i = 0; i < PICTURE_ROWS + 3; i++) {
        picture_add(&picture, 1ull << (20 + i), 1ull << 40, '#', "block %d, %llu bytes %s", 123456,
                    1ull << 32, "and a label that does not end where it should");
    }
    picture_draw(&picture, file);
    fclose(file);
    expect_narrow(text);
    free(text);
}
END_TEST

Suite *explain_suite(void)
{
    Suite *suite = suite_create("explain");
    TCase *tests = tcase_create("explain");
    tcase_set_timeout(tests, 60);
    if (can_confine("explain")) {
        tcase_add_unchecked_fixture(tests, build_all, remove_all);
        tcase_add_loop_test(tests, words_of_verdicts, 0, (int)(sizeof words / sizeof *words));
        tcase_add_test(tests, a_good_trial_has_metrics_and_no_verdict);
        tcase_add_test(tests, what_was_printed_stands_under_the_verdict);
        tcase_add_loop_test(tests, pictures_of_verdicts_fit, 0, 2);
        tcase_add_test(tests, pictures_are_drawn_to_scale);
        tcase_add_test(tests, pictures_have_room_for_any_row);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
