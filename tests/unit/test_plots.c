// SPDX-License-Identifier: MIT
// What pictures are made of: points, fronts, places of names, quoted text, folder names. How they
// look is for eyes; that gnuplot draws them, for tests/cli/plots.sh.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "reports/plot.h"
#include "reports/plot_labels.h"
#include "reports/plot_points.h"
#include "reports/plot_script.h"
#include "reports/report_folder.h"
#include "tests/unit/result_samples.h"
#include "tests/unit/suites.h"

static struct case_result *add_case(struct result *result, const char *trace, double utilization,
                                    double ratio)
{
    struct case_result *one = sample_add_case(result, trace, STATUS_PASSED);
    metric_add(&one->metrics, &one->n_metrics, METRIC_UTILIZATION, "ratio", utilization, 0.5);
    metric_add(&one->metrics, &one->n_metrics, METRIC_THROUGHPUT, "ratio", ratio, 1);
    return one;
}

static void add_row(struct baseline *baseline, const char *reference, const char *trace,
                    double utilization, double ratio)
{
    struct baseline_row row = {.reference = (char *)(uintptr_t)reference,
                               .trace = (char *)(uintptr_t)trace,
                               .utilization = utilization,
                               .heap_bytes = 4096,
                               .ops_per_sbrk = 1,
                               .cycles_ratio = NAN,
                               .speed_ratio = ratio};
    baseline_add(baseline, &row);
}

static struct baseline two_references(void)
{
    struct baseline baseline = {0};
    add_row(&baseline, "fast", "a.rep", 0.4, 2);
    add_row(&baseline, "fast", "b.rep", 0.6, 8);
    add_row(&baseline, "tight", "a.rep", 0.9, 0.1);
    add_row(&baseline, "tight", "b.rep", 0.7, 0.1);
    return baseline;
}

static void expect_close(double seen, double expected)
{
    ck_assert_double_eq_tol(seen, expected, 1e-9);
}

START_TEST(means_are_over_the_same_traces)
{
    struct result result = sample_empty();
    struct baseline baseline = two_references();
    add_case(&result, "a.rep", 0.8, 1)->weight = 3;
    add_case(&result, "b.rep", 0.4, 4);
    add_case(&result, "not-stored.rep", 0.1, 100);
    struct plot_points points = plot_points_of(&result, &baseline);
    ck_assert_uint_eq(points.n_traces, 2);
    ck_assert(points.passed);
    expect_close(points.submission.utilization, (3 * 0.8 + 0.4) / 4);
    expect_close(points.submission.speed, pow(4, 0.25));
    ck_assert_uint_eq(points.n_references, 2);
    ck_assert_str_eq(points.references[0].name, "fast");
    expect_close(points.references[0].utilization, (3 * 0.4 + 0.6) / 4);
    expect_close(points.references[0].speed, pow(2 * 2 * 2 * 8, 0.25));
    ck_assert_str_eq(points.references[1].name, "tight");
    plot_points_free(&points);
    baseline_free(&baseline);
    result_free(&result);
}
END_TEST

START_TEST(flags_choose_the_traces_of_each_figure)
{
    struct result result = sample_empty();
    struct baseline baseline = two_references();
    add_case(&result, "a.rep", 0.8, 1)->counts_speed = false;
    add_case(&result, "b.rep", 0.4, 4)->counts_utilization = false;
    struct plot_points points = plot_points_of(&result, &baseline);
    ck_assert_uint_eq(points.n_traces, 2);
    expect_close(points.submission.utilization, 0.8);
    expect_close(points.submission.speed, 4);
    expect_close(points.references[0].utilization, 0.4);
    expect_close(points.references[0].speed, 8);
    plot_points_free(&points);
    baseline_free(&baseline);
    result_free(&result);
}
END_TEST

START_TEST(failed_traces_are_left_out_on_all_sides)
{
    struct result result = sample_empty();
    struct baseline baseline = two_references();
    add_case(&result, "a.rep", 0.8, 1);
    sample_add_case(&result, "b.rep", STATUS_FAILED);
    struct plot_points points = plot_points_of(&result, &baseline);
    ck_assert_uint_eq(points.n_traces, 1);
    expect_close(points.submission.utilization, 0.8);
    expect_close(points.references[0].utilization, 0.4);
    plot_points_free(&points);

    result.cases[0].status = STATUS_FAILED;
    points = plot_points_of(&result, &baseline);
    ck_assert_uint_eq(points.n_traces, 2);
    ck_assert(!points.passed);
    ck_assert_double_nan(points.submission.utilization);
    ck_assert_double_nan(points.submission.speed);
    expect_close(points.references[0].utilization, 0.5);
    plot_points_free(&points);
    baseline_free(&baseline);
    result_free(&result);
}
END_TEST

START_TEST(references_without_all_figures_have_no_point)
{
    struct result result = sample_empty();
    struct baseline baseline = two_references();
    add_row(&baseline, "untimed", "a.rep", 0.5, NAN);
    add_row(&baseline, "untimed", "b.rep", 0.5, NAN);
    add_row(&baseline, "half", "a.rep", 0.5, 1);
    add_case(&result, "a.rep", 0.8, 1);
    add_case(&result, "b.rep", 0.4, 4);
    struct plot_points points = plot_points_of(&result, &baseline);
    ck_assert_uint_eq(points.n_references, 2);
    plot_points_free(&points);
    baseline_free(&baseline);
    result_free(&result);
}
END_TEST

START_TEST(without_common_traces_the_submission_stands_alone)
{
    struct result result = sample_empty();
    struct baseline baseline = {0};
    add_case(&result, "mine.rep", 0.8, 2);
    struct plot_points points = plot_points_of(&result, &baseline);
    ck_assert_uint_eq(points.n_references, 0);
    expect_close(points.submission.speed, 2);
    plot_points_free(&points);

    baseline = two_references();
    points = plot_points_of(&result, &baseline);
    ck_assert_uint_eq(points.n_references, 0);
    ck_assert_uint_eq(points.n_traces, 1);
    expect_close(points.submission.utilization, 0.8);
    plot_points_free(&points);
    baseline_free(&baseline);
    result_free(&result);
}
END_TEST

/// The names of the front, in order.
static void expect_front(const struct plot_point *points, size_t n_points, const char *names)
{
    const struct plot_point *front[8];
    char seen[64] = "";
    size_t n_front = plot_points_front(points, n_points, front);
    for (size_t i = 0; i < n_front; i++) {
        strcat(seen, front[i]->name);
    }
    ck_assert_str_eq(seen, names);
}

START_TEST(front)
{
    const struct plot_point points[] = {
        {"a", 1.0, 0.5}, {"b", 2.0, 0.4},  {"c", 0.5, 0.9},
        {"d", 0.9, 0.4}, {"e", 1.0, 0.45}, {"f", 2.0, 0.4}, // d, e beaten by a; f equals b
    };
    expect_front(points, 6, "cab");
    expect_front(points, 1, "a");
    expect_front(points, 0, "");
}
END_TEST

static bool boxes_meet(const struct plot_label *a, const struct plot_label *b)
{
    return fabs(a->text_x - b->text_x) < (a->width + b->width) / 2 &&
           fabs(a->text_y - b->text_y) < (a->height + b->height) / 2;
}

START_TEST(labels_keep_apart)
{
    enum { N = 12 };
    const struct plot_box area = {100, 100, 1500, 900};
    struct plot_label labels[N];
    struct plot_box markers[N];
    for (size_t i = 0; i < N; i++) { // a cluster near the corner
        double x = 1250 + 60 * (double)(i % 4);
        double y = 790 + 30 * (double)(i / 4);
        labels[i] = (struct plot_label){.x = x, .y = y, .width = 150, .height = 20, .gap = 14};
        markers[i] = (struct plot_box){x - 10, y - 10, x + 10, y + 10};
    }
    plot_labels_place(labels, N, markers, N, &area);
    for (size_t i = 0; i < N; i++) {
        ck_assert_double_ge(labels[i].text_x - 75, area.left);
        ck_assert_double_le(labels[i].text_x + 75, area.right);
        ck_assert_double_le(labels[i].text_y + 10, area.top);
        for (size_t j = 0; j < i; j++) {
            ck_assert_msg(!boxes_meet(&labels[i], &labels[j]), "labels %zu and %zu meet", i, j);
        }
    }
}
END_TEST

START_TEST(a_lone_label_stands_beside_its_point)
{
    const struct plot_box area = {0, 0, 1000, 1000};
    struct plot_label label = {.x = 500, .y = 500, .width = 100, .height = 20, .gap = 14};
    plot_labels_place(&label, 1, NULL, 0, &area);
    expect_close(label.text_x, 564);
    expect_close(label.text_y, 500);
    ck_assert(!label.is_far);
    plot_labels_place(NULL, 0, NULL, 0, &area);
}
END_TEST

static void expect_text(char *seen, const char *expected)
{
    ck_assert_str_eq(seen, expected);
    free(seen);
}

START_TEST(quoting)
{
    expect_text(plot_script_quote("mm.c"), "'mm.c'");
    expect_text(plot_script_quote("it's"), "'it\u2019s'");
    expect_text(plot_script_quote("'; system('rm'); '"),
                "'\u2019; system(\u2019rm\u2019); \u2019'");
    expect_text(plot_script_quote("a\nEND\n\tb"), "'a END  b'");
    expect_text(plot_script_quote("\033[31m\xff"), "'?[31m?'");
    expect_text(plot_script_quote("`x` @y \"z\" 5%"), "'`x` @y \"z\" 5%'");
    expect_text(plot_script_quote_tic("5% it's"), "'5%% it\u2019s'");
}
END_TEST

START_TEST(shortening)
{
    expect_text(plot_script_shorten("short", 5), "short");
    expect_text(plot_script_shorten("abcdefghij", 5), "ab\u2026ij");
    expect_text(plot_script_shorten("\u00e4\u00f6\u00fc\u00df\u00e9\u00e8", 4),
                "\u00e4\u00f6\u2026\u00e8");
}
END_TEST

static void expect_folder(const char *submission, const char *expected)
{
    expect_text(report_folder_name("out", "malloc", submission), expected);
}

START_TEST(folder_names)
{
    expect_folder("mm.c", "out/malloc/mm");
    expect_folder("path/to/ann.c", "out/malloc/ann");
    expect_folder("path/to/ann///", "out/malloc/ann");
    expect_folder(".hidden", "out/malloc/_hidden");
    expect_folder("no/such/...", "out/malloc/submission");
    expect_folder("a\nb\033c\xff", "out/malloc/a_b_c_");
    expect_folder(".c", "out/malloc/_c");
    expect_folder("/", "out/malloc/submission");
}
END_TEST

static char *script_of(const struct result *result, const struct baseline *baseline)
{
    struct plot_input input = {
        .result = result, .baseline = baseline, .reference = "segregated", .n_cpus = 2};
    char *text = NULL;
    size_t text_bytes = 0;
    FILE *stream = open_memstream(&text, &text_bytes);
    plot_write_script(&input, stream);
    fclose(stream);
    return text;
}

START_TEST(scripts_of_any_tree)
{
    struct baseline baseline = two_references();
    struct result trees[] = {sample_passing(), sample_failing(), sample_empty()};
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        char *text = script_of(&trees[i], &baseline);
        ck_assert_ptr_nonnull(strstr(text, "set output 'heap.'"));
        ck_assert_ptr_null(strstr(text, "nan"));
        ck_assert_ptr_null(strstr(text, "inf\n"));
        free(text);
        result_free(&trees[i]);
    }
    baseline_free(&baseline);
}
END_TEST

START_TEST(names_end_no_data_block)
{
    struct baseline baseline = {0};
    struct result result = sample_empty();
    free(result.submission);
    result.submission = xstrdup("x\nEND\nsystem('touch /tmp/x')\n");
    add_case(&result, "t\nEND\nquit", 0.5, 1);
    char *text = script_of(&result, &baseline);
    ck_assert_ptr_null(strstr(text, "\nsystem"));
    ck_assert_ptr_null(strstr(text, "\nquit"));
    free(text);
    result_free(&result);
}
END_TEST

Suite *plots_suite(void)
{
    Suite *suite = suite_create("plots");
    TCase *points = tcase_create("points");
    tcase_add_test(points, means_are_over_the_same_traces);
    tcase_add_test(points, flags_choose_the_traces_of_each_figure);
    tcase_add_test(points, failed_traces_are_left_out_on_all_sides);
    tcase_add_test(points, references_without_all_figures_have_no_point);
    tcase_add_test(points, without_common_traces_the_submission_stands_alone);
    tcase_add_test(points, front);
    suite_add_tcase(suite, points);
    TCase *labels = tcase_create("labels");
    tcase_add_test(labels, labels_keep_apart);
    tcase_add_test(labels, a_lone_label_stands_beside_its_point);
    suite_add_tcase(suite, labels);
    TCase *text = tcase_create("text");
    tcase_add_test(text, quoting);
    tcase_add_test(text, shortening);
    tcase_add_test(text, folder_names);
    tcase_add_test(text, scripts_of_any_tree);
    tcase_add_test(text, names_end_no_data_block);
    suite_add_tcase(suite, text);
    return suite;
}
