// SPDX-License-Identifier: MIT
// Utilization against throughput. The ranges are computed here, not by gnuplot, because the names
// are placed in pixels.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "reports/plot_labels.h"
#include "reports/plot_points.h"
#include "reports/plot_script.h"

#define WIDTH 1600
#define HEIGHT 1000
#define FONT 19
#define MARKER 11.0 // half a marker, in pixels
#define LINE 2.0    // half a line
#define MAX_NAME 32
#define PERCENT_STEP 5

/// The plot's place on the canvas; the template takes it from here.
static const struct plot_box area = {.left = 130, .bottom = 180, .right = 1560, .top = 900};

struct range {
    double from, to;
};

/// What is shown and where.
struct chart {
    struct plot_points points;
    const struct plot_point **front;
    size_t n_front;
    const struct plot_point **shown; ///< the submission first, then the references
    size_t n_shown;
    struct range speed; ///< natural logarithms of ratios
    struct range percent;
};

static bool has_submission(const struct chart *chart)
{
    return isfinite(chart->points.submission.speed) &&
           isfinite(chart->points.submission.utilization);
}

static void choose_ranges(struct chart *chart)
{
    struct range speed = {log(0.7), log(1.4)}; // 1, and some room
    struct range percent = {100, 0};
    for (size_t i = 0; i < chart->n_shown; i++) {
        double value = 100 * chart->shown[i]->utilization;
        speed.from = fmin(speed.from, log(chart->shown[i]->speed));
        speed.to = fmax(speed.to, log(chart->shown[i]->speed));
        percent.from = fmin(percent.from, value);
        percent.to = fmax(percent.to, value);
    }
    double margin = 0.08 * (speed.to - speed.from) + 0.05;
    chart->speed = (struct range){speed.from - margin, speed.to + margin};
    percent.from = PERCENT_STEP * floor((percent.from - 2) / PERCENT_STEP);
    percent.to = PERCENT_STEP * ceil((percent.to + 2) / PERCENT_STEP);
    chart->percent = (struct range){fmax(percent.from, 0), fmin(percent.to, 100)};
    if (chart->n_shown == 0) {
        chart->percent = (struct range){0, 100};
    }
}

/// `shown` points into *chart.
static void fill_chart(struct chart *chart, const struct plot_input *input)
{
    *chart = (struct chart){.points = plot_points_of(input->result, input->baseline)};
    size_t n = chart->points.n_references;
    chart->front = xcalloc(n, sizeof *chart->front);
    chart->n_front = plot_points_front(chart->points.references, n, chart->front);
    chart->shown = xcalloc(n + 1, sizeof *chart->shown);
    if (has_submission(chart)) {
        chart->shown[chart->n_shown++] = &chart->points.submission;
    }
    for (size_t i = 0; i < n; i++) {
        chart->shown[chart->n_shown++] = &chart->points.references[i];
    }
    choose_ranges(chart);
}

static double pixel_x(const struct chart *chart, double speed)
{
    double share = (log(speed) - chart->speed.from) / (chart->speed.to - chart->speed.from);
    return area.left + share * (area.right - area.left);
}

static double pixel_y(const struct chart *chart, double utilization)
{
    double span = chart->percent.to - chart->percent.from;
    return area.bottom +
           (100 * utilization - chart->percent.from) / span * (area.top - area.bottom);
}

/// Text of a point: a reference's name, the submission's file name.
static char *name_of(const struct plot_point *point, const struct result *result)
{
    if (point->name != NULL) {
        return plot_script_shorten(point->name, MAX_NAME);
    }
    size_t length = strlen(result->submission);
    while (length > 1 && result->submission[length - 1] == '/') {
        length--;
    }
    char *path = xasprintf("%.*s", (int)length, result->submission);
    const char *slash = strrchr(path, '/');
    char *name =
        plot_script_shorten(slash == NULL || slash[1] == '\0' ? path : slash + 1, MAX_NAME);
    free(path);
    return name;
}

/// The markers, and the steps of the front: to the left of each of its points and down from it.
static size_t list_obstacles(const struct chart *chart, struct plot_box *obstacles)
{
    size_t n = 0;
    for (size_t i = 0; i < chart->n_shown; i++) {
        double x = pixel_x(chart, chart->shown[i]->speed);
        double y = pixel_y(chart, chart->shown[i]->utilization);
        obstacles[n++] = (struct plot_box){x - MARKER, y - MARKER, x + MARKER, y + MARKER};
    }
    for (size_t i = 0; i < chart->n_front; i++) {
        double x = pixel_x(chart, chart->front[i]->speed);
        double y = pixel_y(chart, chart->front[i]->utilization);
        double left = i == 0 ? area.left : pixel_x(chart, chart->front[i - 1]->speed);
        double below = i + 1 == chart->n_front ? area.bottom
                                               : pixel_y(chart, chart->front[i + 1]->utilization);
        obstacles[n++] = (struct plot_box){left, y - LINE, x, y + LINE};
        obstacles[n++] = (struct plot_box){x - LINE, below, x + LINE, y};
    }
    return n;
}

/// From a point to the nearest place of its text.
static void write_leader(FILE *script, const struct plot_label *label)
{
    double half_width = label->width / 2;
    double half_height = label->height / 2;
    double x = fmin(fmax(label->x, label->text_x - half_width), label->text_x + half_width);
    double y = fmin(fmax(label->y, label->text_y - half_height), label->text_y + half_height);
    fprintf(script,
            "set arrow from screen %.4f,%.4f to screen %.4f,%.4f nohead back lc rgb faint\n",
            label->x / WIDTH, label->y / HEIGHT, x / WIDTH, y / HEIGHT);
}

/// Text beside its point is aligned there: its width is only an estimate.
static void write_label(FILE *script, const struct plot_label *label, const char *name, bool mine)
{
    double left = label->text_x - label->width / 2;
    double right = label->text_x + label->width / 2;
    const char *alignment = left > label->x ? "left" : right < label->x ? "right" : "center";
    double x = left > label->x ? left : right < label->x ? right : label->text_x;
    char *quoted = plot_script_quote(name);
    fprintf(script, "set label %s at screen %.4f,%.4f %s front font %s\n", quoted, x / WIDTH,
            label->text_y / HEIGHT, alignment, mine ? "large" : "plain");
    if (label->is_far) {
        write_leader(script, label);
    }
    free(quoted);
}

static void write_labels(const struct chart *chart, const struct result *result, FILE *script)
{
    size_t n = chart->n_shown;
    char **names = xcalloc(n, sizeof *names);
    struct plot_label *labels = xcalloc(n, sizeof *labels);
    struct plot_box *obstacles = xcalloc(n + 2 * chart->n_front, sizeof *obstacles);
    for (size_t i = 0; i < n; i++) {
        names[i] = name_of(chart->shown[i], result);
        labels[i] =
            (struct plot_label){.x = pixel_x(chart, chart->shown[i]->speed),
                                .y = pixel_y(chart, chart->shown[i]->utilization),
                                .width = PLOT_EM * FONT * (double)strlen(names[i]),
                                .height = FONT,
                                .gap = chart->shown[i]->name == NULL ? 2 * MARKER : 1.4 * MARKER};
    }
    plot_labels_place(labels, n, obstacles, list_obstacles(chart, obstacles), &area);
    for (size_t i = 0; i < n; i++) {
        write_label(script, &labels[i], names[i], chart->shown[i]->name == NULL);
        free(names[i]);
    }
    free(names);
    free(labels);
    free(obstacles);
}

static void write_point(FILE *script, double speed, double utilization)
{
    plot_script_number(script, speed);
    plot_script_number(script, 100 * utilization);
    fputc('\n', script);
}

static void write_points(const struct chart *chart, FILE *script)
{
    fputs("$references << END\n", script);
    for (size_t i = 0; i < chart->points.n_references; i++) {
        write_point(script, chart->points.references[i].speed,
                    chart->points.references[i].utilization);
    }
    fputs("NaN NaN\nEND\n$submission << END\n", script);
    write_point(script, chart->points.submission.speed, chart->points.submission.utilization);
    fputs("END\n$front << END\n", script);
    for (size_t i = 0; i < chart->n_front; i++) {
        double left = i == 0 ? exp(chart->speed.from) : chart->front[i - 1]->speed;
        write_point(script, left, chart->front[i]->utilization);
        write_point(script, chart->front[i]->speed, chart->front[i]->utilization);
    }
    write_point(script, chart->n_front == 0 ? NAN : chart->front[chart->n_front - 1]->speed,
                chart->percent.from / 100);
    fputs("END\n", script);
}

static char *remark_of(const struct chart *chart, const struct plot_input *input)
{
    const struct plot_points *points = &chart->points;
    if (points->n_traces == 0) {
        return xstrdup("None of the traces that were run counts for utilization or speed.");
    }
    char *speed = plot_script_speed_remark(input);
    char *text = xasprintf("Means over the %zu trace%s that count%s%s. %s %s%s", points->n_traces,
                           points->n_traces == 1 ? "" : "s", points->n_traces == 1 ? "s" : "",
                           points->passed ? " and passed" : "", speed,
                           points->n_references > 0 ? "References: stored figures."
                                                    : "There are no stored figures of references.",
                           has_submission(chart) ? "" : " The submission has no point.");
    free(speed);
    return text;
}

void plot_pareto_write(const struct plot_input *input, FILE *script)
{
    struct chart chart;
    fill_chart(&chart, input);
    char *remark = remark_of(&chart, input);
    char *axis = xasprintf("throughput / throughput of %s (geometric mean)", input->reference);
    plot_script_frame(script, input, WIDTH, HEIGHT, "Utilization against throughput", remark);
    plot_script_text(script, "speed_axis", axis);
    plot_script_text(script, "message", chart.n_shown > 0 ? "" : "no figures to show");
    fprintf(script, "left = %.4f\nright = %.4f\nbottom = %.4f\ntop = %.4f\n", area.left / WIDTH,
            area.right / WIDTH, area.bottom / HEIGHT, area.top / HEIGHT);
    fprintf(script, "slowest = %.6g\nfastest = %.6g\nleast = %.6g\nmost = %.6g\n",
            exp(chart.speed.from), exp(chart.speed.to), chart.percent.from, chart.percent.to);
    fprintf(script, "n_references = %zu\nhas_submission = %d\n", chart.points.n_references,
            has_submission(&chart));
    write_points(&chart, script);
    write_labels(&chart, input->result, script);
    free(axis);
    free(remark);
    free(chart.front);
    free(chart.shown);
    plot_points_free(&chart.points);
}
