// SPDX-License-Identifier: MIT
// Failing cases in full and warnings in short.
#include "reports/terminal.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

/// Cases with the same fault that are named.
#define MAX_NAMED 4

/// "CODE at operation 204 (cc1.rep:208: f 31)". The caller frees it.
static char *place_text(const struct result *result, const struct case_result *one,
                        const struct verdict *verdict)
{
    const char *noun = result->op_noun == NULL ? "operation" : result->op_noun;
    char *operation = verdict->op == 0 ? xasprintf(" before the first %s", noun)
                                       : xasprintf(" at %s %zu", noun, verdict->op);
    char *line = verdict->line == 0 ? xstrdup("")
                                    : xasprintf(" (%s:%zu%s%s)", one->trace, verdict->line,
                                                verdict->op_text == NULL ? "" : ": ",
                                                verdict->op_text == NULL ? "" : verdict->op_text);
    char *text = xasprintf("%s%s%s", verdict->code, operation, line);
    free(operation);
    free(line);
    return text;
}

void terminal_verdict(const struct page *page, const struct verdict *verdict, const char *output)
{
    if (verdict->message != NULL) {
        page_wrap(page, "  ", 2, verdict->message);
        fputc('\n', page->stream);
    }
    if (verdict->details != NULL) {
        page_lines(page, "  ", verdict->details);
        fputc('\n', page->stream);
    }
    if (verdict->source != NULL) {
        page_lines(page, "  ", verdict->source);
        fputc('\n', page->stream);
    }
    if (output != NULL && output[0] != '\0') {
        fputs("  The last that the submission printed:\n", page->stream);
        page_lines(page, "  | ", output);
        fputc('\n', page->stream);
    }
    if (verdict->hint != NULL) {
        page_wrap(page, "  Likely cause: ", 4, verdict->hint);
    }
    if (verdict->reproduce != NULL) { // not wrapped: it is there to be copied
        fputs("  Reproduce: ", page->stream);
        page_text(page, verdict->reproduce);
        fputc('\n', page->stream);
    }
    if (verdict->hint != NULL || verdict->reproduce != NULL) {
        fputc('\n', page->stream);
    }
}

/// The trace, and the machine when it was played on several.
static void print_name(const struct page *page, const struct case_result *one)
{
    page_text(page, one->trace);
    if (one->machine != NULL) {
        fputs("  ", page->stream);
        page_text(page, one->machine);
    }
}

/// Of cases on many machines that fail with the same code one is told in full, that which fails
/// first.
static size_t find_told(const struct result *result, size_t idx)
{
    size_t told = idx;
    for (size_t i = 0; i < result->n_cases && result->cases[idx].machine != NULL; i++) {
        const struct verdict *other = result->cases[i].verdict;
        const struct verdict *best = result->cases[told].verdict;
        if (other != NULL && strcmp(other->code, best->code) == 0 &&
            (other->op < best->op || (other->op == best->op && i < told))) {
            told = i;
        }
    }
    return told;
}

/// The cases that fail with the same code as the one told.
static void print_same_code(const struct page *page, const struct result *result, size_t told)
{
    const char *code = result->cases[told].verdict->code;
    char *names = NULL;
    size_t n_named = 0, n_more = 0;
    for (size_t i = 0; i < result->n_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (i == told || one->verdict == NULL || strcmp(one->verdict->code, code) != 0) {
            continue;
        }
        if (n_named == MAX_NAMED) {
            n_more++;
            continue;
        }
        char *longer = xasprintf("%s%s%s %s", names == NULL ? "" : names, names == NULL ? "" : "; ",
                                 one->trace, one->machine);
        if (one->verdict->op > 0) {
            free(names);
            names = longer;
            longer = xasprintf("%s at %s %zu", names, result->op_noun, one->verdict->op);
        }
        free(names);
        names = longer;
        n_named++;
    }
    if (names != NULL) {
        char *text = n_more == 0 ? xstrdup(names) : xasprintf("%s; and %zu more", names, n_more);
        char *lead = xasprintf("  %s as well: ", code);
        page_wrap(page, lead, 4, text);
        fputc('\n', page->stream);
        free(text);
        free(lead);
    }
    free(names);
}

void terminal_failures(const struct page *page, const struct result *result)
{
    for (size_t i = 0; i < result->n_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (one->verdict == NULL || one->status == STATUS_PASSED || find_told(result, i) != i) {
            continue;
        }
        char *place = place_text(result, one, one->verdict);
        bool failed = one->status == STATUS_FAILED;
        page_tone(page, failed ? TONE_BAD : TONE_WARN);
        print_name(page, one);
        fputs(failed ? "  X  " : "  skipped  ", page->stream);
        page_text(page, place);
        page_tone(page, TONE_PLAIN);
        fputs("\n\n", page->stream);
        terminal_verdict(page, one->verdict, one->output);
        if (one->machine != NULL) {
            print_same_code(page, result, i);
        }
        free(place);
    }
}

static const struct verdict *find_warning(const struct case_result *one, const char *code)
{
    for (size_t i = 0; i < one->n_warnings; i++) {
        if (strcmp(one->warnings[i].code, code) == 0) {
            return &one->warnings[i];
        }
    }
    return NULL;
}

/// True when no earlier case, and no earlier warning of this one, has the same code.
static bool is_first(const struct result *result, size_t case_idx, size_t warning_idx)
{
    const struct case_result *one = &result->cases[case_idx];
    const char *code = one->warnings[warning_idx].code;
    for (size_t i = 0; i < case_idx; i++) {
        if (find_warning(&result->cases[i], code) != NULL) {
            return false;
        }
    }
    return find_warning(one, code) == &one->warnings[warning_idx];
}

/// The other traces with the same warning, by name.
static void print_others(const struct page *page, const struct result *result, size_t first_idx,
                         const char *code)
{
    char *names = NULL;
    for (size_t i = first_idx + 1; i < result->n_cases; i++) {
        bool repeats = strcmp(result->cases[i].trace, result->cases[i - 1].trace) == 0;
        if (!repeats && find_warning(&result->cases[i], code) != NULL) {
            char *longer = xasprintf("%s%s%s", names == NULL ? "" : names,
                                     names == NULL ? "" : ", ", result->cases[i].trace);
            free(names);
            names = longer;
        }
    }
    if (names != NULL) {
        page_wrap(page, "  Also in: ", 4, names);
    }
    free(names);
}

void terminal_warnings(const struct page *page, const struct result *result)
{
    for (size_t i = 0; i < result->n_cases; i++) {
        const struct case_result *one = &result->cases[i];
        for (size_t j = 0; j < one->n_warnings; j++) {
            const struct verdict *warning = &one->warnings[j];
            if (!is_first(result, i, j)) {
                continue;
            }
            char *place = place_text(result, one, warning);
            page_tone(page, TONE_WARN);
            print_name(page, one);
            fputs("  warning  ", page->stream);
            page_text(page, place);
            page_tone(page, TONE_PLAIN);
            fputc('\n', page->stream);
            if (warning->message != NULL) {
                page_wrap(page, "  ", 2, warning->message);
            }
            if (warning->source != NULL) {
                page_lines(page, "  ", warning->source);
            }
            if (warning->hint != NULL) {
                page_wrap(page, "  Likely cause: ", 4, warning->hint);
            }
            print_others(page, result, i, warning->code);
            fputc('\n', page->stream);
            free(place);
        }
    }
}
