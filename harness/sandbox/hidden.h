// SPDX-License-Identifier: MIT
// What an instrumented build refuses: code that compiler callbacks do not see, since neither its
// cost can be counted nor its faults explained. The plain build is not concerned: such a submission
// is checked for correctness like any other.
//
// Four views that must agree, each of which alone could be deceived:
//   the source as it was handed in   no directive forges line markers (directives.h)
//   the source preprocessed          macros and included files are seen
//   what is left of its calls        structures that a call copies by itself
//   the symbols that came out of it  calls that no text shows, functions that replace callbacks
#ifndef MMGRADE_SANDBOX_HIDDEN_H
#define MMGRADE_SANDBOX_HIDDEN_H

#include <stdbool.h>

#include "harness/base/result.h"

/// Looks at a build that has succeeded. `folder` is struct build's: src/ as it was handed in, and
///   out/NAME.i          what was compiled: each unit preprocessed (preprocess.h)
///   out/submission.so   the outcome
///   out/extras.a        or none; a K.i with a number for K became its member K.o, and counts only
///                       if that was linked
///   out/NAME.i.*        of gcc, what it reports on the unit (hidden_aggregates.h)
/// What was compiled from there with -fno-builtin shows each call in its symbols. `allowed` are
/// functions that may be called besides the usual (symbols.h), NULL at the end; or NULL.
///
/// `compiler` is "gcc" or "clang".
///
/// False with result->ok false and a verdict when something is refused:
///   HIDDEN_CODE      assembly, attributes and pragmas that switch callbacks off, ...
///   FORBIDDEN_CALL   a function that runs unobserved: memchr, qsort, dlsym, ...
/// It names the first place as "mm.c:31", its details the others. About 15 ms.
bool hidden_check(const char *folder, const char *compiler, const char *const *allowed,
                  struct build_result *result);

#endif
