// SPDX-License-Identifier: MIT
// Structures that calls copy by themselves: each line that does is told, none else, whatever the
// level of optimisation; and what a report may hold.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/sandbox/hidden.h"
#include "harness/sandbox/hidden_aggregates.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/instrumented.h"
#include "tests/unit/suites.h"

/// A line of a source and the function whose call it is refused for; NULL: it is fine.
static const struct {
    const char *text, *refused;
} lines[] = {
    {"struct node { struct node *next; long size; }; struct wide { long word[8]; };", NULL},
    {"struct node first; struct wide table[4]; const struct node none = {0, 1};", NULL},
    {"#define APART __attribute__((noinline, noclone))", NULL},
    {"APART struct node id(struct node n) { return n; }", NULL},
    {"APART struct wide same(struct wide w) { return w; }", NULL},
    {"APART struct wide make(long n) { struct wide w = {{n, n + 1}}; return w; }", NULL},
    {"APART long sum(struct node n, const char *s, ...) { return n.size + *s; }", NULL},
    {"APART long apply(long (*f)(long), long n) { return f(n) + n; }", NULL},
    // Refused
    {"void f1(struct node *p) { *p = id((struct node){p, 2}); }", "id"},
    {"long f2(struct node *p) { return id(*p).size; }", "id"},
    {"void f3(struct wide *p) { *p = make(3); }", "make"},
    {"long f4(struct wide *p, long i) { return same(p[i]).word[2]; }", "same"},
    {"void f5(long i) { table[i] = make(i); }", "make"},
    {"long f6(void) { return id(first).size; }", "id"},
    {"long f7(struct wide *p) { static struct wide w; w = make(p->word[0]); return w.word[3]; }",
     "make"},
    {"struct node f8(struct node *p, struct node (*g)(struct node)) { return g(p->next[1]); }",
     "g"},
    {"long f9(struct node *p) { struct node n = {0, 1}; return sum(n, \"*p, a>, [\", 1, *p); }",
     "sum"},
    {"long f10(long n) { struct wide w[3]; w[n] = make(n); return w[1].word[0]; }", "make"},
    {"long f11(struct node *Inf) { return id(*Inf).size + 11; }", "id"},
    {"long f12(void) { long id_2 = 0; { extern struct node first; id_2 = id(first).size; } "
     "struct node first = {0, id_2}; return id(first).size; }",
     "id"},
    {"__attribute__((deprecated(\"D.1 ( first\"))) long f13(void) { return id(none).size; }", "id"},
    // Fine
    {"struct node g1(struct node *p) { struct node n = *p; return id(n); }", NULL},
    {"void g2(struct node *p) { struct node n = id((struct node){p, 2}); *p = n; }", NULL},
    {"void g3(struct wide *p) { struct wide w = same(make(3)); *p = w; p[1] = p[2]; }", NULL},
    {"long g4(struct wide *p) { struct wide w[2]; w[1] = make(1); return same(w[1]).word[1]; }",
     NULL},
    {"struct node g5(struct node *p) { return *p; }", NULL},
    {"static long twice(long n) { return 2 * n; }", NULL},
    {"long g6(struct node *p) { return apply(twice, p->size) + apply(&g7, 3); }", NULL},
    {"struct wide g8(struct wide w) { return same(w); }", NULL},
    {"long g9(struct node n) { return sum(n, \"*p, a>, [\\\" \", 1.5, -2, n.next, &first, n); }",
     NULL},
    {"_Complex double g10(_Complex double *c) { return *c * 2.0i; }", NULL},
    {"long g11(long n) { long vla[n + 1]; vla[0] = n; struct node x = {0, vla[0]}; "
     "return sum(x, __func__, L\"w\", vla, (void *)0); }",
     NULL},
    {"struct node g12(struct { struct node n; } *p) { struct node n = p->n; return id(n); }", NULL},
    {"long g13(int c) { struct node n; n = c ? id((struct node){0, 1}) : first; return n.size; }",
     NULL},
};

#define N(table) (sizeof table / sizeof *table)

static char *source_of_lines(void)
{
    char *text = xstrdup("long g7(long);");
    for (size_t i = 0; i < N(lines); i++) {
        char *longer = xasprintf("%s%s\n", text, lines[i].text);
        free(text);
        text = longer;
    }
    char *whole =
        xasprintf("%slong g7(long n) { return n; }\nint mm_init(void) { return 0; }\n", text);
    free(text);
    return whole;
}

START_TEST(copying_calls_are_told)
{
    char *text = source_of_lines();
    char *told = instrumented_refusals(instrumented_levels[_i], text);
    for (size_t i = 0; i < N(lines); i++) {
        const char *name = lines[i].refused;
        char *place = xasprintf("mm.c:%zu: ", i + 1);
        char *whole = xasprintf("%sthe call of '%s' copies a structure to or from memory by "
                                "itself, so its cost cannot be counted\n",
                                place, name == NULL ? "" : name);
        ck_assert_msg((strstr(told, place) != NULL) == (name != NULL), "%s, %s: %s",
                      instrumented_levels[_i], lines[i].text, told);
        ck_assert_msg(name == NULL || strstr(told, whole) != NULL, "%s: %s in %s",
                      instrumented_levels[_i], whole, told);
        free(whole);
        free(place);
    }
    free(told);
    free(text);
}
END_TEST

/// Operands of a call in a function that has local variables 10, 11 and a parameter 9.
static const struct {
    const char *text;
    bool harmless;
} operands[] = {
    {"NULL", true},
    {"7", true},
    {"-2.5e+0", true},
    {"-Inf", true},
    {"0B", true},
    {"__complex__ (0.0, 3.0e+0)", true},
    {"{ 1, 2 }", true},
    {"p_2(D)", true},
    {"_6", true},
    {"x_1(ab)", true},
    {"ivtmp.12_5", true},
    {"[./mm.c:1:2] \"*p_2(D), gD.12>\"", true},
    {"&*p_2(D)", true},
    {"[./mm.c:1:2] &[./mm.c:1:2] p_2(D)->nextD.3", true},
    {"&MEM <charD.7[6]> [(voidD.53 *)[./mm.c:1:3] \"a\\\", b\" + 1B]", true},
    {"copyD.10", true},
    {"D.11", true},
    {"nD.9", true},
    {"[./mm.c:1:2] [./mm.c:1:2] copyD.10.linkD.3[2].aD.4", true},
    {"<retval>", true},
    {"compareD.20", true},
    {"cloneD.21", true},
    {"*p_2(D)", false},
    {"[./mm.c:1:2] *p_2(D)", false},
    {"p_2(D)->nextD.3", false},
    {"Inf_2(D)->nextD.3", false},
    {"MEM[(struct node *)&copyD.10]", false},
    {"MEM <struct node> [(voidD.53 *)p_2(D) + 8B]", false},
    {"globalD.12", false},
    {"copyD.12", false},
    {"fixedD.13", false},
    {"bothD.22", false},
    {"compareD.20.nextD.3", false},
    {"copyD.10[i_2]", false},
    {"copyD.10[i_2(D)].nextD.3", false},
    {"copyD.100", false},
    {"WITH_SIZE_EXPR<*p_2(D), n_3>", false},
    {"REALPART_EXPR <*p_2(D)>", false},
    {"p_2(x)(D)", true},
    {"p_2(", false},
    {"", false},
};

static const char report_form[] =
    ";; Function f (f, funcdef_no=0, decl_uid=8, cgraph_uid=1, symbol_order=1)\n\n"
    "__attribute__((deprecated (\"D.8 ( globalD.12\")))\n"
    "voidD.53 fD.8 (struct node nD.9)\n{\n  struct node copyD.10;\n  struct node D.11[3];\n"
    "  static struct node fixedD.13;\n\n  <bb 2> :\n"
    "  [./mm.c:7:31] gimple_call <gD.30, %s>%s\n"
    "  [./mm.c:8:31] gimple_call <gD.30, NULL, %s, 1>\n}\n";

START_TEST(operands_are_recognised)
{
    static const char names[] =
        "../out/submission.so: compare T 1 1\n../out/submission.so: clone.part.0 t 1 1\n"
        "../out/submission.so: both t 1 1\n../out/submission.so: both.1 b 1 1\n";
    struct symbols symbols = {0};
    symbols_parse(&symbols, names, strlen(names));
    ck_assert_uint_eq(symbols.n, 4);
    const char *operand = operands[_i].text;
    char *report = xasprintf(report_form, operand, " [return slot optimization]", operand);
    struct hidden_places places = {0};
    hidden_aggregates_scan(report, strlen(report), &symbols, &places);
    ck_assert_msg(places.n == (operands[_i].harmless ? 0 : 2), "%s: %zu", operand, places.n);
    for (size_t i = 0; i < places.n; i++) {
        ck_assert_str_eq(places.list[i].file, "mm.c");
        ck_assert_uint_eq(places.list[i].line, 7 + i);
        ck_assert_str_eq(places.list[i].token, "g");
    }
    hidden_places_free(&places);
    symbols_free(&symbols);
    free(report);
}
END_TEST

/// Reports that no compiler writes; a prefix of each is read, too.
START_TEST(damaged_reports_do_no_harm)
{
    static const char *const damaged[] = {
        "gimple_call <",
        "gimple_call <fp_3, *x_2(D)>",
        "[a:1:2 gimple_call <[, [",
        "[1] gimple_call <_3, \"\\",
        ";; Function f (f, decl_uid=\nD. (\n  <bb ",
        ";; Function f (f, decl_uid=8, \nfD.8 (\n  D.\n  D.9[\n gimple_call <f, D.9[, D.9., D.9[7",
        ";; Function f (f, decl_uid=8, \nfD.8 (\n  D.9[\n  <bb \n gimple_assign <(, D.9[i_2, <D.9[",
        "  D.9[\n  <bb \n gimple_assign <MEM[(int *)&D.9, MEM <int> [(D.9 *)&D.9].a[i_2]",
    };
    for (size_t i = 0; i < N(damaged); i++) {
        for (size_t n = 0; n <= strlen(damaged[i]); n++) {
            struct symbols symbols = {0};
            struct hidden_places places = {0};
            char *report = strndup(damaged[i], n);
            hidden_aggregates_scan(report, n, &symbols, &places);
            hidden_places_free(&places);
            free(report);
        }
    }
}
END_TEST

START_TEST(odd_file_names_are_refused)
{
    static const struct source_text sources[] = {
        {"mm.c", "#include \"own] &x.h\"\nint mm_init(void) { return 0; }\n"},
        {"own] &x.h", "int x;\n"},
        {0}};
    struct build_result result = {.ok = true};
    char *folder = instrumented_build("gcc", sources);
    ck_assert(!hidden_check(folder, "gcc", NULL, &result));
    ck_assert_str_eq(result.verdict->message,
                     "own] &x.h: the file name 'own] &x.h' has brackets, quotes or backslashes, "
                     "which confuse the compiler's reports");
    verdict_free(result.verdict);
    scratch_remove(folder);
    ck_assert(!hidden_aggregates_allow_name("a\\nb.h", 6));
    ck_assert(hidden_aggregates_allow_name("my list-2,3.h", 13));
}
END_TEST

START_TEST(a_missing_or_empty_report_is_told)
{
    static const struct source_text sources[] = {{"mm.c", "int mm_init(void) { return 0; }\n"},
                                                 {0}};
    struct build_result result = {.ok = true};
    char *folder = instrumented_build("gcc", sources);
    char *command = xasprintf("%s '%s'/out/mm.i.*tsan*", _i == 0 ? "rm" : "truncate -s 0", folder);
    ck_assert_int_eq(system(command), 0);
    ck_assert(!hidden_check(folder, "gcc", NULL, &result));
    ck_assert_str_eq(result.verdict->code, "HIDDEN_CODE");
    ck_assert_ptr_nonnull(
        strstr(result.verdict->message, "the compiler's report could not be examined"));
    verdict_free(result.verdict);
    scratch_remove(folder);
    free(command);
}
END_TEST

Suite *hidden_aggregates_suite(void)
{
    Suite *suite = suite_create("hidden_aggregates");
    TCase *tests = tcase_create("hidden_aggregates");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, operands_are_recognised, 0, (int)N(operands));
    tcase_add_test(tests, damaged_reports_do_no_harm);
    if (can_confine("hidden_aggregates")) {
        tcase_add_loop_test(tests, copying_calls_are_told, 0, INSTRUMENTED_LEVELS);
        tcase_add_test(tests, odd_file_names_are_refused);
        tcase_add_loop_test(tests, a_missing_or_empty_report_is_told, 0, 2);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
