// SPDX-License-Identifier: MIT
// Indices that may leave a local variable without being checked when they run: each line that has
// one is told, whatever the level of optimisation, and no line that an honest allocator has.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/sandbox/hidden.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/instrumented.h"
#include "tests/unit/suites.h"

/// A line of a source, and the variable that it is refused for; NULL: it is fine. Without
/// optimisation an access through a pointer is one, and has its callback.
static const struct {
    const char *text, *refused;
    bool by_pointer;
} lines[] = {
    {"struct ends { long n, a[4]; }; struct wide { long a[1ul << 40]; }; union both { long x, "
     "a[1]; };",
     NULL},
    {"struct point { long x, y; }; static struct ends fixed; static long table[20];", NULL},
    {"typedef long vector __attribute__((vector_size(32)));", NULL},
    // Refused
    {"long f1(long i) { volatile long v[4]; v[i & 3] = i; return ((volatile struct wide "
     "*)v)->a[i]; }",
     "v", true},
    {"long f2(long i) { volatile long v[4]; v[1] = i; return (*(volatile long(*)[1ul << 40])v)[i]; "
     "}",
     "v", true},
    {"long f3(long i) { volatile struct ends s, *p = &s; s.n = i; return p->a[i]; }", "s", true},
    {"void f4(long i) { volatile struct ends s[2], *p = &s[1]; s[0].n = i; p->a[i] = 3; }", "s",
     true},
    {"long f5(struct ends s, long i) { return s.a[i]; }", "s"},
    {"long f6(vector v, long i) { return ((vector *)&v)[0][i]; }", "v"},
    // Fine
    {"long g1(long i) { long v[4] = {i, 2, 3, 4}; v[i] += 2; return v[i / 2]; }", NULL},
    {"long g2(long i) { struct point p[3] = {{i, 1}}; p[i].x++; return p[i].y + p[1].x; }", NULL},
    {"long g3(long i, long k) { long v[3][4] = {{i}}; v[k][i] = 7; return v[i][k] + v[2][3]; }",
     NULL},
    {"long g4(long i) { struct ends s = {i, {1}}; s.a[2]++; return s.a[2] + s.n; }", NULL},
    {"long g5(struct ends *p, long i) { p->a[i]++; return p[i].a[3] + fixed.a[i] + table[i]; }",
     NULL},
    {"long g6(long n) { long v[n]; for (long i = 0; i < n; i++) v[i] = i; return v[n / 2]; }",
     NULL},
    {"long g7(long i) { static struct ends s; s.a[i] = i; return s.a[i / 2]; }", NULL},
    {"long *g8(struct ends *p, long i) { static long *last; last = &p->a[i]; return last; }", NULL},
    {"long g9(long n) { char t[64] = \"x\"; for (long i = 0; t[i] != 0; i++) n += t[i]; return n; "
     "}",
     NULL},
    {"double g10(long i) { const double v[] = {1.5, 2, 3}; return v[i]; }", NULL},
};

#define N(table) (sizeof table / sizeof *table)

START_TEST(unchecked_indices_are_told)
{
    char *text = xstrdup("");
    for (size_t i = 0; i < N(lines); i++) {
        char *longer = xasprintf("%s%s\n", text, lines[i].text);
        free(text);
        text = longer;
    }
    char *whole = xasprintf("%sint mm_init(void) { return 0; }\n", text);
    char *told = instrumented_refusals(instrumented_levels[_i], whole);
    for (size_t i = 0; i < N(lines); i++) {
        bool is_seen = lines[i].by_pointer && _i == 0;
        const char *name = is_seen ? NULL : lines[i].refused;
        char *place = xasprintf("mm.c:%zu: ", i + 1);
        char *sentence = xasprintf("%sthe index into a part of '%s' may reach what lies beside it "
                                   "unseen, so its cost cannot be counted\n",
                                   place, name == NULL ? "" : name);
        ck_assert_msg(name == NULL ? strstr(told, place) == NULL : strstr(told, sentence) != NULL,
                      "%s, %s: %s", instrumented_levels[_i], lines[i].text, told);
        free(sentence);
        free(place);
    }
    free(told);
    free(whole);
    free(text);
}
END_TEST

Suite *hidden_indices_suite(void)
{
    Suite *suite = suite_create("hidden_indices");
    TCase *tests = tcase_create("hidden_indices");
    tcase_set_timeout(tests, 60);
    if (can_confine("hidden_indices")) {
        tcase_add_loop_test(tests, unchecked_indices_are_told, 0, INSTRUMENTED_LEVELS);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
