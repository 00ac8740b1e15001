// SPDX-License-Identifier: MIT
// A submission's code, built a second time so that each access can be traced to its line. Built
// when it is first asked for: most submissions are never explained.
#ifndef MMGRADE_HEAP_SOURCES_H
#define MMGRADE_HEAP_SOURCES_H

#include <stdbool.h>

#include "harness/base/result.h"
#include "harness/sandbox/build.h"
#include "harness/worker/ring.h"

struct sources {
    const struct build_plan *graded; ///< how the graded build was made
    struct build_plan plan;
    struct build build;
    struct build_result result;
    bool was_built; ///< or was tried to
};

void sources_open(struct sources *sources, const struct build_plan *graded);
void sources_close(struct sources *sources);

/// The instrumented shared object; NULL when it could not be built. About 0.3 s the first time.
const char *sources_library(struct sources *sources);

/// Whether no access is hidden from it, by inline assembly say.
bool sources_see_all(struct sources *sources);

/// The places of a sighting's frames, the innermost first: gives *n_places of them, with the texts
/// of their lines. The caller owns the array and its strings. Frames that belong to no line of the
/// submission are left out.
struct code_place *sources_resolve(const struct sources *sources, const struct sighting *sighting,
                                   size_t *n_places);
void sources_free_places(struct code_place *places, size_t n_places);

#endif
