// SPDX-License-Identifier: MIT
// fork without exec: the child is the judge's own code, only the submission's workers are foreign.
#include "grading/batch_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/cpus.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/base/scratch.h"
#include "harness/base/text_file.h"

#define MAX_STDERR_BYTES ((size_t)1 << 20)

static void make_folder(const char *path)
{
    if (mkdir(path, 0700) != 0) {
        die("%s: %s", path, strerror(errno));
    }
}

static void redirect(int fd, const char *path, int flags)
{
    int opened = open(path, flags | O_CLOEXEC, 0600);
    if (opened < 0 || dup2(opened, fd) < 0) {
        die("%s: %s", path, strerror(errno));
    }
    close(opened);
}

_Noreturn static void become(const struct batch_child *child, const struct batch_plan *plan,
                             pid_t judge)
{
    setsid(); // Ctrl-C goes to the judge, which stops its children
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != judge) {
        _exit(2);
    }
    // Two children that may use each other's CPUs wait for each other: what one spins, the other
    // lacks, and a judge and its worker take turns on one CPU faster than that.
    cpus_take_share(child->place, plan->n_jobs);
    char *temporary = xasprintf("%s/tmp", child->folder);
    char *messages = xasprintf("%s/stderr.txt", child->folder);
    redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
    redirect(STDOUT_FILENO, "/dev/null", O_WRONLY);
    redirect(STDERR_FILENO, messages, O_WRONLY | O_CREAT | O_APPEND);
    setenv("TMPDIR", temporary, 1);
    free(messages);
    free(temporary);
    bool done = plan->grade(plan->context, child->item->entry, child->path);
    fflush(NULL);
    _exit(done ? 0 : 2);
}

void batch_child_start(struct batch_child *child, const struct batch_plan *plan)
{
    child->start_ns = clock_ns();
    child->path = xasprintf("%s/result.json", child->folder);
    char *temporary = xasprintf("%s/tmp", child->folder);
    make_folder(child->folder);
    make_folder(temporary);
    free(temporary);
    fflush(NULL); // else the child would print it, too
    pid_t judge = getpid();
    child->pid = fork();
    if (child->pid < 0) {
        die("cannot start another process: %s", strerror(errno));
    }
    if (child->pid == 0) {
        become(child, plan, judge);
    }
    child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    if (child->pidfd < 0) {
        die("pidfd_open: %s", strerror(errno));
    }
}

bool batch_child_reap(struct batch_child *child)
{
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    close(child->pidfd);
    child->pid = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

char *batch_child_reason(const struct batch_child *child)
{
    if (child->is_late) {
        return xstrdup("took too long and was stopped");
    }
    struct error error;
    size_t n_bytes = 0;
    char *path = xasprintf("%s/stderr.txt", child->folder);
    char *text = text_file_read(path, MAX_STDERR_BYTES, &n_bytes, &error);
    while (text != NULL && n_bytes > 0 && text[n_bytes - 1] == '\n') {
        text[--n_bytes] = '\0';
    }
    const char *line = text == NULL ? NULL : strrchr(text, '\n');
    line = line == NULL ? text : line + 1;
    char *reason =
        line == NULL || *line == '\0' ? xstrdup("ended without a word") : printable_line(line);
    free(text);
    free(path);
    return reason;
}

void batch_child_stop(struct batch_child *child)
{
    if (child->pid > 0) {
        kill(child->pid, SIGKILL);
        batch_child_reap(child);
    }
    if (child->folder != NULL) {
        scratch_remove_tree(child->folder);
    }
    free(child->folder);
    free(child->path);
    *child = (struct batch_child){0};
}
