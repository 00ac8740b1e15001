// SPDX-License-Identifier: MIT
// Reads RUN/results, moves what was read to RUN/taken.
#include "grading/slurm_collect.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grading/slurm_records.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"

// --- Names in folders -------------------------------------------------------------------------

static int is_visible(const struct dirent *child)
{
    return child->d_name[0] != '.';
}

/// "C.I" and nothing else: not what a task is still writing.
static int is_outcome(const struct dirent *child)
{
    const char *name = child->d_name;
    size_t n_chunk = strspn(name, "0123456789");
    const char *rest = name + n_chunk + 1;
    size_t n_item = n_chunk > 0 && name[n_chunk] == '.' ? strspn(rest, "0123456789") : 0;
    return n_item > 0 && rest[n_item] == '\0';
}

/// Sorted; none where there is no folder. The caller frees each and the list.
static char **names_in(const char *folder, int (*is_wanted)(const struct dirent *child), size_t *n)
{
    struct dirent **children = NULL;
    int n_found = scandir(folder, &children, is_wanted, alphasort);
    *n = n_found < 0 ? 0 : (size_t)n_found;
    char **names = xcalloc(*n, sizeof *names);
    for (size_t i = 0; i < *n; i++) {
        names[i] = xstrdup(children[i]->d_name);
        free(children[i]);
    }
    free(children);
    return names;
}

static void free_names(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(names[i]);
    }
    free(names);
}

// --- Collecting -------------------------------------------------------------------------------

static int compare_with_item(const void *name, const void *item)
{
    return strcmp(name, ((const struct batch_item *)item)->entry->name);
}

static bool is_of(const struct slurm_outcome *outcome, const struct batch_item *item)
{
    const char *student_id = item->entry->student_id == NULL ? "" : item->entry->student_id;
    return strcmp(outcome->submission_hash, item->submission_hash) == 0 &&
           strcmp(outcome->student_id, student_id) == 0;
}

/// True when it is done with: taken, or of no use to anybody.
static bool deal_with(const char *path, struct batch *batch, const struct batch_plan *plan)
{
    struct error error;
    struct slurm_outcome outcome;
    if (!slurm_outcome_read(path, &outcome, &error)) {
        note("%s", error.text);
        return true;
    }
    bool is_ours = strcmp(outcome.grader_hash, plan->grader_hash) == 0;
    struct batch_item *item = bsearch(outcome.name, batch->items, batch->n_items,
                                      sizeof *batch->items, compare_with_item);
    if (is_ours && item != NULL && item->is_pending && is_of(&outcome, item)) {
        plan->take(plan->context, batch, item, &outcome.batch);
    }
    slurm_outcome_free(&outcome);
    return is_ours;
}

static void collect_run(const char *run, struct batch *batch, const struct batch_plan *plan)
{
    size_t n;
    char *results = xasprintf("%s/results", run);
    char **names = names_in(results, is_outcome, &n);
    for (size_t i = 0; i < n; i++) {
        char *path = xasprintf("%s/%s", results, names[i]);
        char *taken = xasprintf("%s/taken/%s", run, names[i]);
        if (deal_with(path, batch, plan)) {
            rename(path, taken); // else it is dealt with once more, which does no harm
        }
        free(taken);
        free(path);
    }
    free_names(names, n);
    free(results);
}

void slurm_collect(const char *folder, struct batch *batch, const struct batch_plan *plan)
{
    size_t n;
    char **runs = slurm_runs(folder, &n);
    for (size_t i = 0; i < n; i++) {
        char *run = xasprintf("%s/%s", folder, runs[i]);
        collect_run(run, batch, plan);
        free(run);
    }
    free_names(runs, n);
}

// --- Runs -------------------------------------------------------------------------------------

char **slurm_runs(const char *folder, size_t *n)
{
    return names_in(folder, is_visible, n);
}

void slurm_run_remove(const char *folder, const char *run)
{
    size_t n;
    char *path = xasprintf("%s/%s", folder, run);
    char *results = xasprintf("%s/results", path);
    char **names = names_in(results, is_outcome, &n);
    if (n == 0) {
        scratch_remove_tree(path);
    }
    free_names(names, n);
    free(results);
    free(path);
}
