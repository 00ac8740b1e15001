// SPDX-License-Identifier: MIT
// Attacks: submissions that try to get points, secrets or the machine. README.md beside this file
// says how a .attack file is written.
//
//     hostile MMGRADE [NAME...]
//
// runs those of that name, or all of tests/hostile, from the project's root, two at a time. Each is
// graded in a folder of its own, beside secrets that nothing may show. Checked of each:
//   the verdict and the score that it expects
//   no secret and no escape code in what is printed and in the result, and neither is long
//   no file outside changed, no temporary file left
//   no process left: whatever loses its parent becomes a child of the one that looks on
//   the time that it took
// A line for each that failed; 'N passed, N failed' stands last. Exit status 0 when all passed.
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "tests/hostile/attack.h"
#include "tests/hostile/outcome.h"
#include "tests/hostile/scene.h"

#define FOLDER "tests/hostile"
#define HONEST "honest" ///< the submission without any attack: what it scores is the honest score
#define N_PARALLEL 2
#define ORPHAN_SECONDS 3 ///< bubblewrap's processes end a moment after their parent
#define STEP_NS 5000000

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = STEP_NS}, NULL);
}

/// Replaces this process by mmgrade; all that it knows of its surroundings is the scene.
_Noreturn static void become_mmgrade(const struct attack *attack, const struct scene *scene,
                                     const char *mmgrade)
{
    int log = open(scene->log, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) {
        _exit(2);
    }
    scene_enter(scene);
    execl(mmgrade, mmgrade, "grade", "--lab", "malloc", "--rubric", attack->rubric, "--trace",
          scene->trace, "--json", scene->result, scene->submission, NULL);
    dprintf(STDERR_FILENO, "%s: %s\n", mmgrade, strerror(errno));
    _exit(2);
}

/// Waits for mmgrade; false when it took too long and had to be killed.
static bool wait_in_time(pid_t pid, double seconds, int *status)
{
    double deadline = now() + seconds;
    while (waitpid(pid, status, WNOHANG) == 0) {
        if (now() > deadline) {
            kill(pid, SIGKILL);
            waitpid(pid, status, 0);
            return false;
        }
        rest();
    }
    return true;
}

/// Whether every process that the grading has started is gone, or goes soon.
static bool nobody_left(void)
{
    double deadline = now() + ORPHAN_SECONDS;
    pid_t pid;
    while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0 && now() < deadline) {
        if (pid == 0) {
            rest();
        }
    }
    return pid < 0 && errno == ECHILD;
}

/// Grades one and prints what is wrong about it.
static bool run_one(struct attack *attack, const char *mmgrade, double honest, double *score)
{
    struct scene scene;
    scene_open(&scene);
    const char *wrong = scene_place(&scene, attack);
    if (wrong != NULL) {
        printf("%s: %s\n", attack->name, wrong);
        scene_close(&scene);
        return false;
    }
    fflush(stdout);
    double start = now();
    pid_t pid = fork();
    if (pid < 0) {
        die("fork: %s", strerror(errno));
    }
    if (pid == 0) {
        become_mmgrade(attack, &scene, mmgrade);
    }
    int status = 0;
    bool in_time = wait_in_time(pid, attack->seconds, &status);
    double seconds = now() - start;
    bool alone = nobody_left();
    struct outcome outcome;
    outcome_read(&outcome, scene.result, scene.log, status, scene.secret);
    *score = outcome.score;
    char *fault = NULL;
    if (!in_time) {
        fault = xasprintf("it still ran after %g s", attack->seconds);
    } else if (!alone) {
        fault = xstrdup("it left a process behind");
    } else {
        fault = outcome_fault(&outcome, attack, honest);
        fault = fault == NULL ? scene_damage(&scene) : fault;
    }
    if (fault != NULL) {
        printf("%s: %s (after %.1f s)\n%s", attack->name, fault, seconds, outcome.log_head);
    }
    outcome_free(&outcome);
    free(fault);
    scene_close(&scene);
    return fault == NULL;
}

/// A process for one attack, which adopts what the attack leaves behind.
static pid_t start(const char *path, const char *mmgrade, double honest)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid < 0) {
        die("fork: %s", strerror(errno));
    }
    if (pid > 0) {
        return pid;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    struct attack attack;
    double score;
    bool passed = attack_read(&attack, path) && run_one(&attack, mmgrade, honest, &score);
    attack_free(&attack);
    exit(passed ? 0 : 1);
}

static double honest_score(const char *mmgrade)
{
    struct attack attack;
    double score = 0;
    bool passed =
        attack_read(&attack, FOLDER "/" HONEST ".attack") && run_one(&attack, mmgrade, -1, &score);
    attack_free(&attack);
    if (!passed || score <= 0) {
        die("the honest submission itself does not pass: nothing can be concluded");
    }
    return score;
}

static bool reap(void)
{
    int status;
    if (wait(&status) < 0) {
        die("wait: %s", strerror(errno));
    }
    return status == 0;
}

static bool run_all(char **paths, size_t n_paths, const char *mmgrade)
{
    double honest = honest_score(mmgrade);
    size_t n_passed = 0;
    for (size_t i = 0; i < n_paths; i++) {
        if (i >= N_PARALLEL) {
            n_passed += reap();
        }
        start(paths[i], mmgrade, honest);
    }
    for (size_t i = 0; i < n_paths && i < N_PARALLEL; i++) {
        n_passed += reap();
    }
    printf("%zu passed, %zu failed\n", n_passed, n_paths - n_passed);
    return n_passed == n_paths && n_paths > 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        die("usage: hostile MMGRADE [NAME...]");
    }
    glob_t found = {0};
    for (int i = 2; i < argc || i == 2; i++) {
        char *pattern = xasprintf(FOLDER "/%s.attack", argc == 2 ? "*" : argv[i]);
        glob(pattern, GLOB_NOCHECK | (i > 2 ? GLOB_APPEND : 0), NULL, &found);
        free(pattern);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    bool fine = run_all(found.gl_pathv, found.gl_pathc, argv[1]);
    globfree(&found);
    return fine ? 0 : 1;
}
