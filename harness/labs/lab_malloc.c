// SPDX-License-Identifier: MIT
// The malloc lab: a submission is a whole allocator.
#include "harness/labs/lab_malloc.h"

#include "harness/heap/trial.h"
#include "harness/labs/allocator.h"

static const struct allocator_lab lab = {.references = "reference/malloc"};

static bool run(const struct job *job, struct result *result, struct error *error)
{
    return allocator_run(&lab, job, result, error);
}

static bool count_reference(const struct lab_settings *settings, struct cost **costs,
                            struct error *error)
{
    return allocator_count_reference(&lab, settings, costs, error);
}

static void print_rules(FILE *file)
{
    fputs("  BUILD_FAILED       the submission compiles and loads\n"
          "  MISSING_FUNCTION   mm_init, mm_malloc, mm_free and mm_realloc are there\n"
          "  HIDDEN_CODE        where cycles are counted: no code hides from the counting\n"
          "  FORBIDDEN_CALL     where cycles are counted: no call hides from it\n"
          "  OUTSIDE_STORAGE    what an allocator keeps it keeps in its heap\n",
          file);
    trial_print_rules(file, false);
}

const struct lab lab_malloc = {
    .name = "malloc",
    .title = "Malloc lab",
    .folder = "student_template/malloc",
    .check = allocator_check,
    .run = run,
    .count_reference = count_reference,
    .print_rules = print_rules,
};
