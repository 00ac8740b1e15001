// SPDX-License-Identifier: MIT
// From a submission's sources to a shared object: a fixed command in the sandbox, over a private
// copy of the files, with only the public headers to include.
#ifndef MMGRADE_SANDBOX_BUILD_H
#define MMGRADE_SANDBOX_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"
#include "harness/base/result.h"
#include "harness/sandbox/collect.h"
#include "harness/sandbox/frame.h"
#include "harness/sandbox/isolation.h"

/// How a submission is compiled. The command itself is fixed; a submission's Makefile never runs.
struct build_settings {
    char *compiler; ///< "gcc" or "clang"
    char **flags;   ///< added to the fixed ones: "-O2", ...
    size_t n_flags;
    char **allow; ///< library functions besides the usual that instrumented code may call
    size_t n_allow;
    char *entry; ///< files of which a folder must hold one: "mm.c", "tlb.c cache.c"
};

struct build_plan {
    const char *submission; ///< a folder or one C file
    const struct build_settings *settings;
    const char *headers;             ///< folder of the public headers
    const struct build_frame *frame; ///< when a submission is part of a program; else NULL
    const char *const *wanted;       ///< functions to find in the files beside, to a NULL; or NULL
    bool m32;
    bool instrumented;  ///< calls back on each access and basic block; with m32 gcc alone can
    bool traced;        ///< instrumented so that each access knows its line and its callers
    unsigned alignment; ///< bytes; sources see it as MMGRADE_ALIGNMENT
    double seconds;
};

struct build {
    char *folder;    ///< scratch: src/ include/ out/
    char *library;   ///< where the shared object will be
    char *command;   ///< for people
    char *notes;     ///< what the compiler said about files beside the entry
    bool has_extras; ///< some of those were compiled into out/extras.a
    struct collection collection;
    struct isolated isolated;
    const struct build_plan *plan;
};

/// Collects the files and starts the compiler, so that two builds can run side by side. False with
/// *error when there is nothing to compile. The plan must live until build_finish.
bool build_start(struct build *build, const struct build_plan *plan, struct error *error);

/// Waits for the compiler and fills *result, with a verdict BUILD_FAILED when it failed. One that
/// fails is tried again without the declarations that contract_scan has read.
void build_finish(struct build *build, struct build_result *result);

/// For messages about a function that is missing: which files beside the entry did not compile or
/// were not compiled; NULL when there is nothing to say. The caller frees it.
char *build_side_notes(const struct build *build);

/// Removes the scratch folder and frees all.
void build_remove(struct build *build);

#endif
