// SPDX-License-Identifier: MIT
// The compiler's command line: the fixed flags, what a plan adds, what the linker is told.
#ifndef MMGRADE_SANDBOX_BUILD_COMMAND_H
#define MMGRADE_SANDBOX_BUILD_COMMAND_H

#include <stddef.h>

#include "harness/sandbox/build.h"

#define BUILD_COMMAND_MAX (COLLECT_MAX_FILES + 96)

struct build_command {
    const char *list[BUILD_COMMAND_MAX + 1]; ///< ends with NULL; the strings belong to others
    size_t n;
};

/// Takes the argument, which must live as long as the command; beyond the maximum it is dropped.
void build_command_push(struct build_command *command, const char *argument);

/// The compiler and the flags of a plain build, but those of the linker. `alignment` is
/// "-DMMGRADE_ALIGNMENT=16".
void build_command_start(struct build_command *command, const struct build_plan *plan,
                         const char *compiler, const char *alignment);

/// The flags that an instrumented build adds, if the plan is of one.
void build_command_instrument(struct build_command *command, const struct build_plan *plan);

/// What the linker is told; to look for a function that nobody defines does no harm. The caller
/// frees it.
char *build_command_linking(const struct build_plan *plan);

/// The libraries, last of all.
void build_command_libraries(struct build_command *command, const struct build_plan *plan);

/// The command as one line; the caller frees it.
char *build_command_join(const struct build_command *command);

#endif
