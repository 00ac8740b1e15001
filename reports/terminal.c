// SPDX-License-Identifier: MIT
// The report for people: head, table, faults, how the points come about, what to do next.
#include "reports/terminal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "reports/advice.h"
#include "reports/built_with.h"
#include "reports/formats.h"

static const char *base_name(const char *path)
{
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

static void print_head(const struct page *page, const struct result *result)
{
    page_tone(page, TONE_BOLD);
    fputs("mmgrade " MMGRADE_VERSION, page->stream);
    page_tone(page, TONE_PLAIN);
    fputs("  ", page->stream);
    page_text(page, result->lab);
    fputs(" lab  ", page->stream);
    page_text(page, result->submission);
    if (result->build.compiler != NULL) {
        char *built_with = built_with_text(&result->build);
        fputs("  ", page->stream);
        page_text(page, built_with);
        free(built_with);
    }
    if (result->rubric != NULL) {
        fputs("  rubric ", page->stream);
        page_text(page, base_name(result->rubric));
    }
    if (result->build.note != NULL) {
        fputs("\n", page->stream);
        page_text(page, result->build.note);
    }
    fputs("\n\n", page->stream);
}

/// The compiler's first error with the lines under it that show the place. The caller frees it.
static char *first_error(const char *output)
{
    static const char *const marks[] = {"error:", "undefined reference", "multiple definition"};
    const char *at = NULL;
    for (size_t i = 0; i < 3 && at == NULL; i++) {
        at = strstr(output, marks[i]);
    }
    while (at != NULL && at > output && at[-1] != '\n') {
        at--;
    }
    const char *end = at == NULL ? output : at;
    for (size_t i = 0; i < 3 && *end != '\0'; i++) {
        end += strcspn(end, "\n");
        end += *end == '\n';
    }
    at = at == NULL ? output : at;
    return xasprintf("%.*s", (int)(end - at), at);
}

static void print_build_failure(const struct page *page, const struct build_result *build)
{
    const struct verdict *verdict = build->verdict;
    page_tone(page, TONE_BAD);
    fputs("The submission was not built", page->stream);
    page_tone(page, TONE_PLAIN);
    fprintf(page->stream, "%s%s\n\n", verdict == NULL ? "" : "  ",
            verdict == NULL ? "" : verdict->code);
    if (build->output != NULL && (verdict == NULL || verdict->details == NULL)) {
        char *error = first_error(build->output);
        page_lines(page, "  ", error);
        fputs("\n", page->stream);
        free(error);
    }
    if (verdict != NULL) {
        terminal_verdict(page, verdict, NULL);
    }
}

/// Why the cost pass was left out.
static void print_uncounted(const struct page *page, const struct verdict *verdict)
{
    if (verdict != NULL) {
        page_tone(page, TONE_WARN);
        fputs("Cycles could not be counted", page->stream);
        page_tone(page, TONE_PLAIN);
        fprintf(page->stream, "  %s\n\n", verdict->code);
        terminal_verdict(page, verdict, NULL);
    }
}

static size_t count_passed(const struct result *result)
{
    size_t n_passed = 0;
    for (size_t i = 0; i < result->n_cases; i++) {
        n_passed += result->cases[i].status == STATUS_PASSED;
    }
    return n_passed;
}

const char *terminal_case_noun(const struct result *result)
{
    for (size_t i = 0; i < result->n_cases; i++) {
        if (result->cases[i].machine != NULL) {
            return "case";
        }
    }
    return "trace";
}

/// What the mean of a criterion says.
static const struct {
    const char *criterion;
    double factor;
    const char *unit; ///< of the bounds
    const char *mean; ///< a format of the mean
} units[] = {{"utilization", 100, " %", "mean %.1f %%"},
             {"throughput", 1, "x", "geo-mean %.2fx of the reference"},
             {"hit_rate", 1, "x", "mean %.3fx of LRU's hit rate"},
             {"faults", 100, " %", "mean %.1f %% of the way from LRU's faults to OPT's"},
             {"frames", 100, " %", "the minimum is %.1f %% of the frames used"},
             {"references", 100, " %", "the minimum is %.1f %% of the references"}};

/// The mean, and which values of a single trace give points.
static char *ratio_reason(const struct result *result, const struct criterion_result *criterion,
                          bool all_passed)
{
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units &&
           strcmp(units[i].criterion, criterion->name) != 0) {
        i++;
    }
    double factor = units[i].factor;
    char mean[96] = "";
    char none[64] = "";
    bool has_mean = isfinite(criterion->value); // students are not told one over hidden cases
    if (has_mean) {
        snprintf(mean, sizeof mean, units[i].mean, factor * criterion->value);
    }
    bool with_zeros = has_mean && !all_passed && strcmp(criterion->name, "throughput") != 0;
    if (criterion->none > 0) {
        snprintf(none, sizeof none, ", none up to %g%s", factor * criterion->none, units[i].unit);
    }
    return xasprintf("%s%s%s(each %s: full marks from %g%s%s)", mean,
                     with_zeros ? " with 0 for the others" : "", has_mean ? " " : "",
                     terminal_case_noun(result), factor * criterion->full, units[i].unit, none);
}

/// How a criterion's points come about. The caller frees it.
static char *criterion_reason(const struct result *result, const struct criterion_result *criterion)
{
    size_t n_passed = count_passed(result);
    if (!result->build.ok) {
        return xstrdup("not built");
    }
    if (criterion->score < 0) {
        return xstrdup("handed in late");
    }
    if (criterion->max_score <= 0) {
        return xstrdup("not measured, left out of the total");
    }
    if (strcmp(criterion->name, "correctness") == 0) {
        bool weighted = fabs(criterion->value * (double)result->n_cases - (double)n_passed) > 1e-6;
        char *share =
            weighted ? xasprintf(", %.1f %% by weight", 100 * criterion->value) : xstrdup("");
        char *text = xasprintf("%zu of %zu %ss%s", n_passed, result->n_cases,
                               terminal_case_noun(result), share);
        free(share);
        return text;
    }
    if (n_passed == 0) {
        return xasprintf("no %s passed", terminal_case_noun(result));
    }
    if (result->build.uncounted != NULL && criterion->value < 0.005 &&
        strcmp(criterion->name, "throughput") == 0) {
        return xasprintf("cycles could not be counted (%s)", result->build.uncounted->code);
    }
    return ratio_reason(result, criterion, n_passed == result->n_cases);
}

/// "utilization     28.6 / 35"; the caller frees it.
static char *points_line(const char *name, double score, double max_score)
{
    char points[24];
    char max_points[24];
    page_points(score, points);
    page_max_points(max_score, max_points);
    return xasprintf("%-13s %6s / %s", name, points, max_points);
}

static void print_criterion(const struct page *page, const struct result *result,
                            const struct criterion_result *criterion)
{
    char *points = points_line(criterion->name, criterion->score, criterion->max_score);
    char *line = xasprintf("%-28s ", points);
    char *reason = criterion_reason(result, criterion);
    page_wrap(page, line, strlen(line), reason);
    free(points);
    free(line);
    free(reason);
}

static void print_score(const struct page *page, const struct result *result)
{
    for (size_t i = 0; i < result->n_criteria; i++) {
        print_criterion(page, result, &result->criteria[i]);
    }
    char *total = points_line("total", result->score, result->max_score);
    page_tone(page, TONE_BOLD);
    fputs(total, page->stream);
    page_tone(page, TONE_PLAIN);
    fputc('\n', page->stream);
    free(total);
    size_t n_failed = result->n_cases - count_passed(result);
    if (n_failed > 0 && result->build.ok) {
        fprintf(page->stream, "\n%zu of %zu %ss did not pass: %s nothing in any criterion.\n",
                n_failed, result->n_cases, terminal_case_noun(result),
                n_failed == 1 ? "it earns" : "they earn");
    }
}

void terminal_write(const struct result *result, FILE *stream, const struct format_options *options)
{
    struct page page = {.stream = stream, .width = options->width, .colors = options->colors};
    print_head(&page, result);
    if (!result->build.ok) {
        print_build_failure(&page, &result->build);
    } else {
        terminal_table(&page, result);
        terminal_failures(&page, result);
        terminal_warnings(&page, result);
    }
    print_uncounted(&page, result->build.uncounted);
    print_score(&page, result);
    char *advice = advice_text(result);
    if (advice != NULL) {
        fputc('\n', stream);
        page_wrap(&page, "What would help most: ", 2, advice);
    }
    free(advice);
}
