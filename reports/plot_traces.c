// SPDX-License-Identifier: MIT
// Bars by trace, names at the left: utilization in one panel, speed in the other. The picture grows
// with the number of traces, so that names stay legible.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "reports/plot_script.h"

#define WIDTH 1600
#define HEIGHT 1000
#define MAX_HEIGHT 30000 // of a picture that cairo draws
#define ABOVE 130
#define BELOW 180
#define LEAST_ROW 20  // pixels a trace
#define LEAST_ROWS 10 // a single bar would fill the picture
#define MIN_FONT 11.0
#define MAX_FONT 19.0
#define MAX_NAME 32

static double value_of(const struct case_result *one, const char *name)
{
    const struct metric *metric = metric_find(one->metrics, one->n_metrics, name);
    return metric == NULL || one->status != STATUS_PASSED ? NAN : metric->value;
}

/// As measured in the same minutes, else as stored.
static double reference_utilization(const struct plot_input *input, const struct case_result *one)
{
    const struct metric *metric = metric_find(one->metrics, one->n_metrics, METRIC_UTILIZATION);
    if (metric != NULL && isfinite(metric->reference)) {
        return metric->reference;
    }
    const struct baseline_row *row =
        input->reference == NULL ? NULL
                                 : baseline_find(input->baseline, input->reference, one->trace);
    return row == NULL ? NAN : row->utilization;
}

/// Columns: row, utilization, the reference's, speed ratio, half its interval.
static void write_bars(const struct plot_input *input, FILE *script)
{
    fputs("$bars << END\nNaN NaN NaN NaN NaN\n", script);
    for (size_t i = 0; i < input->result->n_cases; i++) {
        const struct case_result *one = &input->result->cases[i];
        double ratio = value_of(one, METRIC_THROUGHPUT);
        fprintf(script, "%zu ", i + 1);
        plot_script_number(script, 100 * value_of(one, METRIC_UTILIZATION));
        plot_script_number(script, 100 * reference_utilization(input, one));
        plot_script_number(script, ratio);
        plot_script_number(script, ratio * value_of(one, METRIC_SPEED_SPREAD));
        fputc('\n', script);
    }
    fputs("END\n", script);
}

/// Columns: row, verdict. The first lies outside: without any label gnuplot 5.4 crashes.
static void write_failures(const struct result *result, FILE *script)
{
    size_t n_failed = 0;
    fputs("$failures << END\n-9 none\n", script);
    for (size_t i = 0; i < result->n_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (one->status != STATUS_PASSED) {
            n_failed++;
            fprintf(script, "%zu %s\n", i + 1,
                    one->verdict != NULL           ? one->verdict->code
                    : one->status == STATUS_FAILED ? "failed"
                                                   : "skipped");
        }
    }
    fputs("END\n", script);
    fprintf(script, "n_failed = %zu\n", n_failed);
}

/// The names, as labels of tics; returns the longest one's length.
static size_t write_names(const struct result *result, FILE *script)
{
    size_t longest = 0;
    fprintf(script, "n_names = %zu\narray names[n_names + 1]\n", result->n_cases); // 0 is no size
    for (size_t i = 0; i < result->n_cases; i++) {
        char *name = plot_script_shorten(result->cases[i].trace, MAX_NAME);
        char *quoted = plot_script_quote_tic(name);
        fprintf(script, "names[%zu] = %s\n", i + 1, quoted);
        longest = strlen(name) > longest ? strlen(name) : longest;
        free(quoted);
        free(name);
    }
    return longest;
}

/// Whiskers of a noisy machine may be cut off; bars are not.
static double fastest(const struct result *result)
{
    double most = 1.2;
    for (size_t i = 0; i < result->n_cases; i++) {
        double ratio = value_of(&result->cases[i], METRIC_THROUGHPUT);
        most = fmax(most, ratio); // fmax() passes over NAN
    }
    return 1.05 * most;
}

static bool has_metric(const struct result *result, const char *name)
{
    for (size_t i = 0; i < result->n_cases; i++) {
        if (isfinite(value_of(&result->cases[i], name))) {
            return true;
        }
    }
    return false;
}

static void write_geometry(const struct result *result, int height, FILE *script)
{
    size_t rows = result->n_cases < LEAST_ROWS ? LEAST_ROWS : result->n_cases;
    double row = (double)(height - ABOVE - BELOW) / (double)rows;
    double font = fmin(fmax(0.62 * row, MIN_FONT), MAX_FONT);
    size_t longest = write_names(result, script);
    fprintf(script, "rows = %zu\nfont_size = %.1f\n", rows, font);
    fprintf(script, "left = %.4f\n", (40 + PLOT_EM * font * (double)longest) / WIDTH);
    fprintf(script, "bottom = %.4f\ntop = %.4f\n", (double)BELOW / height,
            1 - (double)ABOVE / height);
    fprintf(script, "fastest = %.6g\n", fastest(result));
}

void plot_traces_write(const struct plot_input *input, FILE *script)
{
    const struct result *result = input->result;
    size_t wanted = ABOVE + BELOW + LEAST_ROW * result->n_cases;
    int height = (int)(wanted < HEIGHT ? HEIGHT : wanted > MAX_HEIGHT ? MAX_HEIGHT : wanted);
    char *speed = plot_script_speed_remark(input);
    char *remark =
        xasprintf("%s%s", speed, input->reference == NULL ? "" : " Whiskers: 95 % interval.");
    char *axis = input->reference == NULL ? xstrdup("speed")
                                          : xasprintf("speed / speed of %s", input->reference);
    plot_script_frame(script, input, WIDTH, height, "Utilization and speed by trace", remark);
    plot_script_text(script, "reference", input->reference == NULL ? "" : input->reference);
    plot_script_text(script, "message", "");
    plot_script_text(script, "speed_axis", axis);
    fprintf(script, "has_reference = %d\n", input->reference != NULL);
    plot_script_text(script, "speed_message",
                     has_metric(result, METRIC_THROUGHPUT) ? "" : "nothing was timed");
    write_geometry(result, height, script);
    write_bars(input, script);
    write_failures(result, script);
    free(remark);
    free(speed);
    free(axis);
}
