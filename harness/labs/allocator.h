// SPDX-License-Identifier: MIT
// What the labs on allocators share: a submission, or a program around its functions, tried and
// timed over traces of malloc, free and realloc.
#ifndef MMGRADE_LABS_ALLOCATOR_H
#define MMGRADE_LABS_ALLOCATOR_H

#include "harness/labs/lab.h"

/// How a lab differs from the others.
struct allocator_lab {
    const char *references;          ///< folder of the solutions: "reference/malloc"
    const struct build_frame *frame; ///< NULL: a submission is a whole allocator
    /// Which function is missing in what was built, or NULL; asked only with a frame.
    struct verdict *(*find_missing)(const struct build *build, const struct lab_settings *settings);
    /// One line for people: what is judged, and how. The caller frees it.
    char *(*describe)(const struct build *build, const struct lab_settings *settings);
};

/// Reads the traces. As lab.h says of `check`.
bool allocator_check(const struct lab_settings *settings, struct error *error);

/// Builds what is needed side by side, tries each trace in a worker of its own, counts and times
/// what has passed. As lab.h says of `run`.
bool allocator_run(const struct allocator_lab *lab, const struct job *job, struct result *result,
                   struct error *error);

/// As lab.h says of `count_reference`. Dies when the reference fails.
bool allocator_count_reference(const struct allocator_lab *lab, const struct lab_settings *settings,
                               struct cost **costs, struct error *error);

#endif
