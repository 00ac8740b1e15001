// SPDX-License-Identifier: MIT
// `mmgrade doctor`: what this machine offers for judging untrusted code, and what is missing.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/cpus.h"
#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/cli/commands.h"
#include "harness/sandbox/confine.h"
#include "harness/sandbox/filter.h"
#include "harness/sandbox/isolation.h"
#include "reports/plot.h"

static void tell(const char *what, bool there, const char *otherwise)
{
    printf("%-28s %s\n", what, there ? "yes" : otherwise);
}

static bool has_program(const char *path)
{
    return access(path, X_OK) == 0;
}

static bool has_worker(const char *name)
{
    char *path = paths_beside_program(name);
    bool there = has_program(path);
    free(path);
    return there;
}

/// What builds use beside the compiler, in the package binutils.
static bool has_binutils(void)
{
    return has_program("/usr/bin/ar") && has_program("/usr/bin/nm") &&
           has_program("/usr/bin/addr2line");
}

static bool has_gnuplot(void)
{
    char *path = plot_find_gnuplot();
    bool there = path != NULL;
    free(path);
    return there;
}

/// Landlock, and what of it the kernel is too old for.
static void tell_landlock(void)
{
    int version = confine_landlock_version();
    const char *bounds = version == 0  ? "no: workers can read what you can read until they run"
                         : version < 4 ? "files only; network, signals: by seccomp"
                         : version < 6 ? "files, network; signals: by seccomp"
                                       : "files, network, signals";
    if (version == 0) {
        tell("Landlock", false, bounds);
    } else {
        printf("%-28s version %d (%s)\n", "Landlock", version, bounds);
    }
}

/// What keeps foreign code in; false when nothing may be run here.
static bool tell_isolation(void)
{
    enum isolation offered = isolation_offered();
    char *trouble = isolation_bubblewrap_trouble();
    char *no = trouble == NULL ? NULL : xasprintf("no: %s", trouble);
    tell("seccomp", filter_is_offered(), "MISSING: this kernel cannot run submissions safely");
    tell_landlock();
    tell("bubblewrap", trouble == NULL, no);
    printf("%-28s %s\n", "code is isolated by", isolation_name(offered));
    tell("fit for isolation: full", offered == ISOLATION_FULL,
         "no: rubrics that demand it are refused");
    free(no);
    free(trouble);
    return filter_is_offered();
}

int command_doctor(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        puts("usage: mmgrade doctor\n\nTells what this machine offers: compilers, isolation, "
             "gnuplot, CPUs.\nExit status: 0 submissions can be judged here, 2 they cannot.");
        return 0;
    }
    if (argc > 1) {
        note("doctor takes no '%s'; see 'mmgrade doctor --help'", argv[1]);
        return 2;
    }
    bool can_grade = has_worker("mmgrade-worker") && has_binutils() &&
                     (has_program("/usr/bin/gcc") || has_program("/usr/bin/clang"));
    tell("worker", has_worker("mmgrade-worker"), "MISSING: run make");
    tell("32-bit worker (abi: m32)", has_worker("mmgrade-worker32"),
         "no: install gcc-multilib and run make");
    tell("archives", has_worker("mmgrade-unpack"), "MISSING: run make");
    tell("gcc", has_program("/usr/bin/gcc"), "no");
    tell("clang", has_program("/usr/bin/clang"), "no");
    tell("binutils", has_binutils(), "MISSING: install binutils");
    bool isolates = tell_isolation();
    tell("gnuplot", has_gnuplot(), "no: no pictures; install gnuplot-nox");
    printf("%-28s %zu%s\n", "CPUs", cpus_count(),
           cpus_count() < 2 ? " (judge and worker take turns: slower)" : "");
    return can_grade && isolates ? 0 : 2;
}
