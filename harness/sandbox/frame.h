// SPDX-License-Identifier: MIT
// A program of which a submission hands in some functions only; what it leaves out is the
// harness's. Which of them it has is read from its text (contract.h), so that `static` ones count.
//
// The frame's folder holds, besides public headers:
//   link.c   compiled with the submission: includes it (MMGRADE_ENTRY) and gives each function that
//            it has (MMGRADE_HAS_name) the name under which the core calls it
//   core.c   the rest of the program, compiled apart with MMGRADE_CORE defined, and with the spares
// Headers learn from mmgrade_parts.h what to declare: MMGRADE_DECLARES_name stands for each
// function that the submission declares itself.
#ifndef MMGRADE_SANDBOX_FRAME_H
#define MMGRADE_SANDBOX_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/sandbox/contract.h"

#define FRAME_LINK "../include/link.c" ///< as the compiler is told
#define FRAME_REST "../include/mmgrade_rest.c"

struct build_frame {
    const char *folder;
    const char *const *functions; ///< that may be handed in, NULL at the end
    const char *const *spares;    ///< for each of them, the C file to take when it is missing
};

/// Puts all that the frame compiles into the folder `include`: of the spares only those that the
/// submission lacks, since it could include the others. Dies when a file cannot be copied.
void frame_provide(const struct build_frame *frame, const struct contract *contract,
                   const char *include);

/// Whether a file of that name belongs to the frame: a copy of it is no part of an answer.
bool frame_has(const struct build_frame *frame, const char *name);

/// "find_fit, place": the functions that are `defined`; "" for none. The caller frees it.
char *frame_describe(const struct build_frame *frame, unsigned defined);

/// Copies the files of `from` whose names end in `suffix`; dies when it cannot.
void frame_copy_folder(const char *from, const char *suffix, const char *to);

#endif
