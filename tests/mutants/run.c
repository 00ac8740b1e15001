// SPDX-License-Identifier: MIT
// The mutants: submissions that are broken on purpose, each with the verdict that it must get, and
// good ones that must not be accused. README.md beside this file says how a .mutant file is
// written.
//
//     mutants MMGRADE [--keep] [--clang | --golden] [NAME...]
//
// runs those of that name, or all of tests/mutants, from the project's root: it edits the base,
// lets `MMGRADE grade` judge the result over the mutant's trace, and compares what its JSON says.
// A line for each mutant that is judged otherwise; 'N passed, N failed' stands last. Exit status 0
// when all passed, 1 when not. --keep leaves the sources and results of those that failed.
// --clang judges only those that name a line of code (`at`) under the default rubric, compiled by
// clang; --golden only those that name a golden file.
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "tests/mutants/mutant.h"
#include "tests/mutants/outcome.h"

#define FOLDER "tests/mutants"
#define CLANG_RUBRIC FOLDER "/clang.yaml"
#define N_PARALLEL 2
#define ALARM_SECONDS 120 ///< for one mutant: mmgrade's own limits are far below

enum choice { ALL, WITH_LINE_BY_CLANG, WITH_GOLDEN_FILE };

struct options {
    const char *mmgrade;
    bool keep;
    enum choice choice;
};

// --- Judging one ------------------------------------------------------------------------------

static void write_source(const struct mutant *mutant)
{
    char *path = mutant_file(mutant, "mm.c");
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(mutant->source, file) < 0 || fclose(file) != 0) {
        die("%s: %s", path, strerror(errno));
    }
    free(path);
}

/// The child: mmgrade in this process's place, its output in a file.
static _Noreturn void become_mmgrade(const struct mutant *mutant, const char *mmgrade)
{
    int log = open(mutant_file(mutant, "log"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) {
        _exit(2);
    }
    alarm(ALARM_SECONDS); // outlives execl
    execl(mmgrade, mmgrade, "grade", "--lab", mutant->lab, "--rubric", mutant->rubric, "--trace",
          mutant->trace, "--json", mutant_file(mutant, "result.json"), mutant_file(mutant, "mm.c"),
          NULL);
    dprintf(STDERR_FILENO, "%s: %s\n", mmgrade, strerror(errno));
    _exit(2);
}

static void start(struct mutant *mutant, const char *mmgrade)
{
    mutant->folder = scratch_make();
    write_source(mutant);
    fflush(NULL);
    mutant->pid = fork();
    if (mutant->pid < 0) {
        die("fork: %s", strerror(errno));
    }
    if (mutant->pid == 0) {
        become_mmgrade(mutant, mmgrade);
    }
}

// --- The run ----------------------------------------------------------------------------------

/// Prints the line of one that failed, and tidies up.
static void finish(struct mutant *mutant, bool passed, bool keep)
{
    if (!passed) {
        printf("%s: %s\n", mutant->name, mutant->error);
    }
    if (!passed && keep && mutant->folder != NULL) {
        // Under a name that scratch.c does not know: it removes its own when the program ends.
        char *kept = xasprintf("%s.kept", mutant->folder);
        bool moved = rename(mutant->folder, kept) == 0;
        printf("    %s %s\n", moved ? "kept in" : "cannot be kept as", kept);
        free(kept);
    }
    scratch_remove(mutant->folder);
    mutant->folder = NULL; // scratch_remove has freed it
    mutant_free(mutant);
}

/// Waits for one of the running ones and finishes it; returns whether it passed.
static bool reap(struct mutant *mutants, size_t n_mutants, const struct options *options)
{
    int status;
    pid_t pid = wait(&status);
    for (size_t i = 0; i < n_mutants; i++) {
        if (pid > 0 && mutants[i].pid == pid) {
            mutants[i].pid = 0;
            bool passed = outcome_agrees(&mutants[i], options->mmgrade, status);
            finish(&mutants[i], passed, options->keep);
            return passed;
        }
    }
    die("wait: %s", strerror(errno));
}

/// With clang only those count that name a line and have no rubric of their own.
static bool is_chosen(struct mutant *mutant, enum choice choice)
{
    if (choice != WITH_LINE_BY_CLANG) {
        return choice == ALL || mutant->golden != NULL;
    }
    bool chosen = mutant->at != NULL && strcmp(mutant->rubric, "grading/rubrics/malloc.yaml") == 0;
    if (chosen) {
        free(mutant->rubric);
        mutant->rubric = xstrdup(CLANG_RUBRIC);
        free(mutant->golden); // shows what gcc's build does
        mutant->golden = NULL;
    }
    return chosen;
}

static bool run_all(struct mutant *mutants, size_t n_mutants, const struct options *options)
{
    size_t n_running = 0, n_passed = 0, n_left_out = 0;
    for (size_t i = 0; i < n_mutants; i++) {
        if (!mutant_read(&mutants[i])) {
            finish(&mutants[i], false, options->keep);
            continue;
        }
        if (!is_chosen(&mutants[i], options->choice)) {
            finish(&mutants[i], true, options->keep);
            n_left_out++;
            continue;
        }
        if (n_running == N_PARALLEL) {
            n_passed += reap(mutants, n_mutants, options);
            n_running--;
        }
        start(&mutants[i], options->mmgrade);
        n_running++;
    }
    for (; n_running > 0; n_running--) {
        n_passed += reap(mutants, n_mutants, options);
    }
    size_t n_judged = n_mutants - n_left_out;
    printf("%zu passed, %zu failed\n", n_passed, n_judged - n_passed);
    return n_passed == n_judged && n_judged > 0;
}

/// The mutants of these names, or all there are.
static struct mutant *find_mutants(char **names, size_t n_names, size_t *n_mutants)
{
    glob_t found = {0};
    for (size_t i = 0; i < n_names || (n_names == 0 && i == 0); i++) {
        char *pattern = xasprintf(FOLDER "/%s.mutant", n_names == 0 ? "*" : names[i]);
        glob(pattern, GLOB_NOCHECK | (i > 0 ? GLOB_APPEND : 0), NULL, &found);
        free(pattern);
    }
    struct mutant *mutants = xcalloc(found.gl_pathc, sizeof *mutants);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *file = strrchr(found.gl_pathv[i], '/') + 1;
        mutants[i].path = xstrdup(found.gl_pathv[i]);
        mutants[i].name = xasprintf("%.*s", (int)strcspn(file, "."), file);
    }
    *n_mutants = found.gl_pathc;
    globfree(&found);
    return mutants;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        die("usage: mutants MMGRADE [--keep] [--clang | --golden] [NAME...]");
    }
    struct options options = {.mmgrade = argv[1]};
    int first = 2;
    for (; first < argc && strncmp(argv[first], "--", 2) == 0; first++) {
        if (strcmp(argv[first], "--keep") == 0) {
            options.keep = true;
        } else if (strcmp(argv[first], "--clang") == 0) {
            options.choice = WITH_LINE_BY_CLANG;
        } else if (strcmp(argv[first], "--golden") == 0) {
            options.choice = WITH_GOLDEN_FILE;
        } else {
            die("unknown option %s", argv[first]);
        }
    }
    size_t n_mutants;
    struct mutant *mutants = find_mutants(argv + first, (size_t)(argc - first), &n_mutants);
    bool fine = run_all(mutants, n_mutants, &options);
    free(mutants);
    return fine ? 0 : 1;
}
