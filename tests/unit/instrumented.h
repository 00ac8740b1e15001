// SPDX-License-Identifier: MIT
// Builds of the kind that hidden_check looks at: each source preprocessed by the compiler's plain
// settings into out/, the outcome compiled with callbacks, in the sandbox.
#ifndef MMGRADE_TESTS_UNIT_INSTRUMENTED_H
#define MMGRADE_TESTS_UNIT_INSTRUMENTED_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/scratch.h"
#include "harness/sandbox/artifact.h"
#include "harness/sandbox/hidden.h"
#include "harness/sandbox/preprocess.h"

struct source_text {
    const char *name, *text;
};

#define PLAIN_FLAGS "-std=gnu17", "-O2", "-g", "-fPIC", "-w", "-fcommon", "-I../include"

/// Compiles out/mm.i, and each other .i into the archive; headers are there to be included.
static const char instrumented_script[] =
    "set -e; cc=$1 level=$2; cd ../out\n"
    "if [ $cc = gcc ]; then own='--param tsan-instrument-func-entry-exit=0 "
    "-fsanitize=bounds,unreachable -fsanitize-undefined-trap-on-error "
    "-fdump-tree-tsan-raw-lineno-uid -fdump-tree-tsan0-raw-lineno-uid'\n"
    "else own='-mllvm -tsan-instrument-func-entry-exit=0'; fi\n"
    "for i in *.i; do\n"
    "  $cc -std=gnu17 $level -g -fPIC -w -fcommon -gdwarf-4 -fno-builtin -fsanitize=thread $own "
    "-fsanitize-coverage=trace-pc -c -o ${i%i}o $i || [ $i != mm.i ]\n"
    "  [ $i = mm.i ] || [ ! -e ${i%i}o ] || ar rcs extras.a ${i%i}o\n"
    "done\n"
    "$cc -shared -Wl,-Bsymbolic,-z,now,--wrap=memcpy,--wrap=memmove,--wrap=memset "
    "-o submission.so mm.o $(ls extras.a 2>/dev/null) -lm\n";

static inline void instrumented_write(const char *folder, const struct source_text *source)
{
    char *path = xasprintf("%s/src/%s", folder, source->name);
    FILE *file = fopen(path, "we");
    ck_assert(file != NULL && fputs(source->text, file) >= 0 && fclose(file) == 0);
    free(path);
}

static inline void instrumented_preprocess(const char *folder, const char *compiler,
                                           const struct source_text *source)
{
    size_t n = strlen(source->name);
    if (source->name[n - 1] == 'c') {
        char *unit = xasprintf("./%s", source->name);
        bool beside = strcmp(source->name, "mm.c") != 0;
        char *name = beside ? xasprintf("%d", source->name[0]) : xstrdup("mm");
        char *binary = xasprintf("/usr/bin/%s", compiler);
        const char *flags[] = {binary, PLAIN_FLAGS, NULL};
        char *outcome = preprocess_unit(folder, flags, unit, name);
        ck_assert_msg(strcmp(outcome, unit) != 0, "%s cannot be preprocessed", unit);
        free(outcome);
        free(binary);
        free(name);
        free(unit);
    }
}

/// Writes `sources` (a name of NULL ends them) and builds at a level of optimisation, "-O2";
/// returns the build's folder, for scratch_remove. What does not compile fails the test.
static inline char *instrumented_build_at(const char *level, const char *compiler,
                                          const struct source_text *sources)
{
    char *folder = scratch_make();
    char *headers = paths_in_root("student_template/malloc");
    char *command =
        xasprintf("cd '%s' && mkdir src include out && cp '%s'/*.h include/", folder, headers);
    ck_assert_int_eq(system(command), 0);
    for (const struct source_text *one = sources; one->name != NULL; one++) {
        instrumented_write(folder, one);
    }
    for (const struct source_text *one = sources; one->name != NULL; one++) {
        instrumented_preprocess(folder, compiler, one);
    }
    const char *arguments[] = {"/bin/sh", "-c", instrumented_script, "sh", compiler, level, NULL};
    char *output;
    bool ok = artifact_run(folder, arguments, &output);
    ck_assert_msg(ok, "%s: %s", compiler, output);
    free(output);
    free(command);
    free(headers);
    return folder;
}

static inline char *instrumented_build(const char *compiler, const struct source_text *sources)
{
    return instrumented_build_at("-O2", compiler, sources);
}

#define INSTRUMENTED_LEVELS 5
static const char *const instrumented_levels[INSTRUMENTED_LEVELS] = {"-O0", "-Og", "-O1", "-O2",
                                                                     "-O3"};

/// All that hidden_check refuses of this mm.c, compiled by gcc, a line each. The caller frees it.
static inline char *instrumented_refusals(const char *level, const char *text)
{
    struct source_text sources[] = {{"mm.c", text}, {0}};
    struct build_result result = {.ok = true};
    char *folder = instrumented_build_at(level, "gcc", sources);
    ck_assert(!hidden_check(folder, "gcc", NULL, &result));
    ck_assert_str_eq(result.verdict->code, "HIDDEN_CODE");
    char *told = xasprintf("%s\n%s\n", result.verdict->message, result.verdict->details);
    verdict_free(result.verdict);
    scratch_remove(folder);
    return told;
}

#endif
