// SPDX-License-Identifier: MIT
// The fit lab: a submission hands in find_fit, place, or both, and perhaps coalesce and
// extend_heap; the core in student_template/fit calls them, and the reference fills in the rest.
#include "harness/labs/lab_fit.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/heap/trial.h"
#include "harness/labs/allocator.h"

#define FOLDER "student_template/fit"
#define N_FUNCTIONS 4

static const char *const functions[N_FUNCTIONS + 1] = {"find_fit", "place", "coalesce",
                                                       "extend_heap", NULL};

/// The find_fit that stands in when a submission has none.
static const char *const find_fits[] = {[FIT_ANY] = "first_fit",
                                        [FIT_FIRST] = "first_fit",
                                        [FIT_NEXT] = "next_fit",
                                        [FIT_BEST] = "best_fit"};

static struct verdict *find_missing(const struct build *build, const struct lab_settings *settings)
{
    unsigned defined = build->collection.contract.defined & FIT_REQUIRES_BOTH;
    unsigned missing = settings->fit_requires & ~defined;
    if (missing == 0 && defined != 0) {
        return NULL;
    }
    char *names = frame_describe(build->plan->frame, missing);
    struct verdict *verdict = verdict_new("MISSING_FUNCTION", 0, 0);
    verdict->message =
        missing != 0 ? xasprintf("%s does not define %s.", build->collection.entry, names)
                     : xasprintf("%s defines neither find_fit nor place.", build->collection.entry);
    verdict->hint = xstrdup("a misspelt name, or an #ifdef around it");
    free(names);
    return verdict;
}

static char *describe(const struct build *build, const struct lab_settings *settings)
{
    static const char *const placements[] = {[FIT_ANY] = "any placement",
                                             [FIT_FIRST] = "first fit",
                                             [FIT_NEXT] = "next fit",
                                             [FIT_BEST] = "best fit"};
    unsigned defined = build->collection.contract.defined;
    char *own = frame_describe(build->plan->frame, defined);
    char *others = frame_describe(build->plan->frame, ~defined);
    char *text = xasprintf("%s  judged: %s%s%s", placements[settings->heap.fit_policy], own,
                           *others == '\0' ? "" : "  the reference's: ", others);
    free(own);
    free(others);
    return text;
}

/// The lab with the frame that its settings ask for.
struct framed {
    struct allocator_lab lab;
    struct build_frame frame;
    char *folder;
    const char *spares[N_FUNCTIONS];
    char *paths[N_FUNCTIONS];
};

static void open_frame(struct framed *framed, const struct lab_settings *settings)
{
    for (size_t i = 0; i < N_FUNCTIONS; i++) {
        const char *name = i == 0 ? find_fits[settings->heap.fit_policy] : functions[i];
        char *relative = xasprintf("reference/fit/%s.c", name);
        framed->spares[i] = framed->paths[i] = paths_in_root(relative);
        free(relative);
    }
    framed->folder = paths_in_root(FOLDER);
    framed->frame = (struct build_frame){
        .folder = framed->folder, .functions = functions, .spares = framed->spares};
    framed->lab = (struct allocator_lab){.references = "reference/fit",
                                         .frame = &framed->frame,
                                         .find_missing = find_missing,
                                         .describe = describe};
}

static void close_frame(struct framed *framed)
{
    free(framed->folder);
    for (size_t i = 0; i < N_FUNCTIONS; i++) {
        free(framed->paths[i]);
    }
}

static bool run(const struct job *job, struct result *result, struct error *error)
{
    struct framed framed;
    open_frame(&framed, job->settings);
    bool fine = allocator_run(&framed.lab, job, result, error);
    close_frame(&framed);
    return fine;
}

static bool count_reference(const struct lab_settings *settings, struct cost **costs,
                            struct error *error)
{
    struct framed framed;
    open_frame(&framed, settings);
    bool fine = allocator_count_reference(&framed.lab, settings, costs, error);
    close_frame(&framed);
    return fine;
}

static void print_rules(FILE *file)
{
    fputs("  BUILD_FAILED       the submission compiles and loads\n"
          "  MISSING_FUNCTION   find_fit or place is there, or both, as the rubric says\n"
          "  HIDDEN_CODE        where cycles are counted: no code hides from the counting\n"
          "  FORBIDDEN_CALL     where cycles are counted: no call hides from it\n"
          "  OUTSIDE_STORAGE    what an allocator keeps it keeps in its heap\n",
          file);
    trial_print_rules(file, true);
}

const struct lab lab_fit = {
    .name = "fit",
    .title = "Fit lab",
    .folder = FOLDER,
    .check = allocator_check,
    .run = run,
    .count_reference = count_reference,
    .print_rules = print_rules,
};
