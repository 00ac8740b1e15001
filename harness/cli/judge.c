// SPDX-License-Identifier: MIT
// The rubric decides on the lab; --lab alone chooses a rubric, beside --rubric it only confirms.
#include "harness/cli/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grading/score.h"
#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/printable.h"
#include "harness/sandbox/isolation.h"

#define DEFAULT_LAB "malloc"

/// The caller frees it.
static char *choose_rubric(const struct judge_choice *choice)
{
    if (choice->rubric != NULL) {
        return xstrdup(choice->rubric);
    }
    const char *lab = choice->lab != NULL ? choice->lab : DEFAULT_LAB;
    char *relative = xasprintf("grading/rubrics/%s.yaml", lab);
    char *path = paths_in_root(relative);
    free(relative);
    return path;
}

/// How this program was called, so far as it matters for one trace. The caller frees it.
static char *make_prefix(const struct judge_choice *choice, const struct rubric *rubric)
{
    char *program = shell_word(program_invocation_name);
    char *path = shell_word(rubric->path);
    char *prefix = NULL;
    if (choice->rubric != NULL) {
        prefix = xasprintf("%s grade --rubric %s", program, path);
    } else if (strcmp(rubric->lab, DEFAULT_LAB) != 0) {
        prefix = xasprintf("%s grade --lab %s", program, rubric->lab);
    } else {
        prefix = xasprintf("%s grade", program);
    }
    free(program);
    free(path);
    return prefix;
}

/// Whether this machine may judge by the rubric; false with a note.
static bool is_isolated_enough(const struct rubric *rubric)
{
    enum isolation offered = isolation_offered();
    bool enough = rubric->settings.isolation == DEMAND_ANY_ISOLATION || offered == ISOLATION_FULL;
    if (!enough) {
        note("%s demands full isolation, but this machine offers %s; see 'mmgrade doctor'",
             rubric->path, isolation_name(offered));
    }
    return enough;
}

/// False with a note and nothing to free.
static bool read_rubric(struct rubric *rubric, const struct judge_choice *choice)
{
    struct error error;
    char *path = choose_rubric(choice);
    bool was_read = rubric_read(rubric, path, &error);
    bool agrees = was_read && (choice->lab == NULL || strcmp(rubric->lab, choice->lab) == 0);
    if (!was_read) {
        note("%s", error.text);
    } else if (!agrees) {
        note("%s is a rubric of the lab %s, not of %s", path, rubric->lab, choice->lab);
        rubric_free(rubric);
    }
    free(path);
    return agrees;
}

/// Adds the folders, and makes sure that no submission can read what is hidden. False with a note.
static bool add_hidden(struct rubric *rubric, const struct names *folders)
{
    struct error error;
    for (size_t i = 0; i < folders->n_items; i++) {
        if (!rubric_add_hidden(rubric, folders->items[i], &error)) {
            note("%s", error.text);
            return false;
        }
    }
    for (size_t i = 0; i < rubric->settings.n_traces; i++) {
        const struct trace_choice *one = &rubric->settings.traces[i];
        const char *secret = one->generator == NULL ? one->path : rubric->path;
        if (one->hidden && isolation_reveals(secret)) {
            note("%s would not stay hidden: submissions could read it here (%s; they "
                 "always see the system's programs, libraries and headers)",
                 secret, isolation_name(isolation_offered()));
            return false;
        }
    }
    return true;
}

bool judge_open(struct judge *judge, const struct judge_choice *choice)
{
    *judge = (struct judge){0};
    if (choice->lab != NULL && lab_find(choice->lab) == NULL) {
        note("there is no lab '%s'; see 'mmgrade labs'", choice->lab);
        return false;
    }
    if (!read_rubric(&judge->rubric, choice)) {
        return false;
    }
    if (!is_isolated_enough(&judge->rubric)) {
        rubric_free(&judge->rubric);
        return false;
    }
    if (choice->traces.n_items > 0) {
        rubric_set_traces(&judge->rubric, choice->traces.items, choice->traces.n_items);
    }
    if (!add_hidden(&judge->rubric, &choice->hidden)) {
        rubric_free(&judge->rubric);
        return false;
    }
    judge->reproduce_prefix = make_prefix(choice, &judge->rubric);
    return true;
}

/// Whose submission it is when nobody says so: the last part of its path without ".c". The caller
/// frees it.
static char *student_of(const char *submission)
{
    size_t end = strlen(submission);
    while (end > 1 && submission[end - 1] == '/') {
        end--;
    }
    size_t start = end;
    while (start > 0 && submission[start - 1] != '/') {
        start--;
    }
    if (end - start > 2 && strncmp(submission + end - 2, ".c", 2) == 0) {
        end -= 2;
    }
    return xasprintf("%.*s", (int)(end - start), submission + start);
}

bool judge_count_reference(struct judge *judge)
{
    const struct lab *lab = lab_find(judge->rubric.lab);
    struct error error;
    bool fine = lab->count_reference == NULL ||
                lab->count_reference(&judge->rubric.settings, &judge->reference_costs, &error);
    if (!fine) {
        note("%s", error.text);
    }
    return fine;
}

bool judge_run(const struct judge *judge, struct job job, struct result *result)
{
    const struct rubric *rubric = &judge->rubric;
    struct lab_settings settings = rubric->settings;
    char *student = job.student == NULL ? student_of(job.submission) : xstrdup(job.student);
    *result = (struct result){.lab = xstrdup(rubric->lab),
                              .submission = printable(job.submission, strlen(job.submission)),
                              .rubric = xstrdup(rubric->path)};
    settings.traces = rubric_traces_for(rubric, student);
    job.settings = &settings;
    job.reproduce_prefix = judge->reproduce_prefix;
    job.reference_costs = judge->reference_costs;
    struct error error;
    bool judged = lab_find(rubric->lab)->run(&job, result, &error);
    if (judged) {
        score_result(rubric, result);
    } else {
        note("%s", error.text);
        result_free(result);
    }
    rubric_traces_free(settings.traces, settings.n_traces);
    free(student);
    return judged;
}

void judge_choice_free(struct judge_choice *choice)
{
    names_free(&choice->traces);
    names_free(&choice->hidden);
}

void judge_close(struct judge *judge)
{
    rubric_free(&judge->rubric);
    free(judge->reproduce_prefix);
    free(judge->reference_costs);
}
