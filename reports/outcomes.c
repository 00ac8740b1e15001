// SPDX-License-Identifier: MIT
// Words for each test, made of the terminal's own blocks.
#include "reports/outcomes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "reports/page.h"
#include "reports/terminal.h"

#define TEXT_WIDTH 80

static struct page open_page(char **text, size_t *n_bytes)
{
    return (struct page){.stream = xopen_memstream(text, n_bytes), .width = TEXT_WIDTH};
}

static void close_page(struct page *page)
{
    if (fclose(page->stream) != 0) {
        die("out of memory");
    }
}

/// On one line and printable; frees `text`.
static char *as_line(char *text)
{
    char *line = printable_line(text);
    free(text);
    return line;
}

static char *printable_or_empty(const char *text)
{
    return text == NULL ? xstrdup("") : printable(text, strlen(text));
}

/// "CODE at operation 204 (line 208)"; the build and mm_init have no operation.
static char *verdict_place(const struct result *result, const struct verdict *verdict)
{
    const char *noun = result->op_noun == NULL ? "operation" : result->op_noun;
    char *operation = verdict->op == 0 ? xstrdup("") : xasprintf(" at %s %zu", noun, verdict->op);
    char *line = verdict->line == 0 ? xstrdup("") : xasprintf(" (line %zu)", verdict->line);
    char *place = xasprintf("%s%s%s", verdict->code, operation, line);
    free(operation);
    free(line);
    return place;
}

static char *verdict_reason(const struct result *result, const struct verdict *verdict)
{
    char *place = verdict_place(result, verdict);
    if (verdict->message == NULL) {
        return as_line(place);
    }
    char *reason = xasprintf("%s: %s", place, verdict->message);
    free(place);
    return as_line(reason);
}

/// The place on a line of its own, then the terminal's block.
static void print_verdict(const struct page *page, const char *lead, const struct result *result,
                          const struct verdict *verdict)
{
    char *place = verdict_place(result, verdict);
    fputs(lead, page->stream);
    page_text(page, place);
    fputs("\n\n", page->stream);
    terminal_verdict(page, verdict, NULL);
    free(place);
}

static void print_metrics(const struct page *page, const struct case_result *one)
{
    for (size_t i = 0; i < one->n_metrics; i++) {
        const struct metric *metric = &one->metrics[i];
        if (isfinite(metric->value)) {
            int n_digits = metric->value == trunc(metric->value) ? 15 : 4;
            fprintf(page->stream, "%s: %.*g %s", metric->name, n_digits, metric->value,
                    metric->unit);
            if (isfinite(metric->reference)) {
                fprintf(page->stream, " (reference: %.4g)", metric->reference);
            }
            fputc('\n', page->stream);
        }
    }
}

static char *case_text(const struct result *result, const struct case_result *one,
                       const char *reason)
{
    char *text = NULL;
    size_t n_bytes = 0;
    struct page page = open_page(&text, &n_bytes);
    if (one->verdict != NULL) {
        print_verdict(&page, "", result, one->verdict);
    } else if (*reason != '\0') {
        fprintf(page.stream, "%s\n", reason);
    }
    for (size_t i = 0; i < one->n_warnings; i++) {
        print_verdict(&page, "Warning: ", result, &one->warnings[i]);
    }
    print_metrics(&page, one);
    close_page(&page);
    return text;
}

static struct outcome case_outcome(const struct result *result, const struct case_result *one)
{
    static const char *const words[] = {[STATUS_PASSED] = "",
                                        [STATUS_FAILED] = "failed",
                                        [STATUS_SKIPPED] = "not judged: something else failed"};
    char *reason =
        one->verdict == NULL ? xstrdup(words[one->status]) : verdict_reason(result, one->verdict);
    return (struct outcome){.name = as_line(one->machine == NULL
                                                ? xstrdup(one->trace)
                                                : xasprintf("%s, %s", one->trace, one->machine)),
                            .code = one->verdict == NULL ? NULL : one->verdict->code,
                            .reason = reason,
                            .text = case_text(result, one, reason),
                            .output = printable_or_empty(one->output),
                            .status = one->status,
                            .score = one->score,
                            .max_score = one->max_score};
}

static struct outcome build_outcome(const struct result *result)
{
    const struct build_result *build = &result->build;
    const struct verdict *verdict = build->verdict;
    char *text = NULL;
    size_t n_bytes = 0;
    struct page page = open_page(&text, &n_bytes);
    if (verdict != NULL) {
        print_verdict(&page, "", result, verdict);
    }
    if (build->note != NULL) {
        page_wrap(&page, "", 0, build->note);
        fputc('\n', page.stream);
    }
    close_page(&page);
    return (struct outcome){.name = xstrdup("build"),
                            .code = verdict == NULL ? NULL : verdict->code,
                            .reason = verdict != NULL ? verdict_reason(result, verdict)
                                      : build->ok     ? xstrdup("")
                                                      : xstrdup("the build failed"),
                            .text = text,
                            .output = printable_or_empty(build->output),
                            .status = build->ok ? STATUS_PASSED : STATUS_FAILED};
}

static bool is_taken(const struct outcomes *outcomes, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(outcomes->items[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/// The second "a.rep" becomes "a.rep (2)".
static void make_unique(struct outcomes *outcomes, size_t idx)
{
    char *name = outcomes->items[idx].name;
    for (size_t n = 2; is_taken(outcomes, idx, outcomes->items[idx].name); n++) {
        char *next = xasprintf("%s (%zu)", name, n);
        if (outcomes->items[idx].name != name) {
            free(outcomes->items[idx].name);
        }
        outcomes->items[idx].name = next;
    }
    if (outcomes->items[idx].name != name) {
        free(name);
    }
}

struct outcomes outcomes_of(const struct result *result)
{
    struct outcomes outcomes = {.n_items = result->n_cases + 1};
    outcomes.items = xcalloc(outcomes.n_items, sizeof *outcomes.items);
    outcomes.items[0] = build_outcome(result);
    for (size_t i = 0; i < result->n_cases; i++) {
        outcomes.items[i + 1] = case_outcome(result, &result->cases[i]);
        make_unique(&outcomes, i + 1);
    }
    for (size_t i = 0; i < outcomes.n_items; i++) {
        outcomes.n_failed += outcomes.items[i].status == STATUS_FAILED;
        outcomes.n_skipped += outcomes.items[i].status == STATUS_SKIPPED;
    }
    return outcomes;
}

void outcomes_free(struct outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->n_items; i++) {
        struct outcome *one = &outcomes->items[i];
        free(one->name);
        free(one->reason);
        free(one->text);
        free(one->output);
    }
    free(outcomes->items);
}
