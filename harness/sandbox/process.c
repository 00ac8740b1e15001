// SPDX-License-Identifier: MIT
// fork, confinement, exec; pidfd for the end. The child reports a failed step through a pipe that
// exec closes, so that a fault of the machine is never taken for one of the submission.
#include "harness/sandbox/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/error.h"

#define FIRST_FD 3

struct failure {
    int reason;
    char step[60];
};

static void fail(int report, const char *step, int reason)
{
    struct failure failure = {.reason = reason};
    strncpy(failure.step, step, sizeof failure.step - 1);
    ssize_t ignored = write(report, &failure, sizeof failure);
    (void)ignored;
    _exit(127);
}

/// Moves the plan's descriptors to 3, 4, ...; first out of the way, since they may lie there.
static void arrange_fds(const struct process_plan *plan, int *report)
{
    int high[8];
    int base = FIRST_FD + (int)plan->n_fds + 8;
    int output = fcntl(plan->output_fd, F_DUPFD, base);
    *report = fcntl(*report, F_DUPFD_CLOEXEC, base);
    for (size_t i = 0; i < plan->n_fds; i++) {
        high[i] = fcntl(plan->fds[i], F_DUPFD, base);
    }
    int none = open("/dev/null", O_RDONLY);
    dup2(none, 0);
    dup2(output, 1);
    dup2(output, 2);
    for (size_t i = 0; i < plan->n_fds; i++) {
        dup2(high[i], FIRST_FD + (int)i);
    }
    int moved = dup2(*report, FIRST_FD + (int)plan->n_fds);
    fcntl(moved, F_SETFD, FD_CLOEXEC);
    *report = moved;
    // close_range, by number: musl and older glibc lack the function.
    syscall(SYS_close_range, (unsigned)moved + 1, ~0u, 0);
}

static void die_with(pid_t parent, int signal)
{
    prctl(PR_SET_PDEATHSIG, signal);
    if (getppid() != parent) {
        _exit(127);
    }
}

/// Returns in a child, and stays to kill the whole group when the judge dies: bubblewrap, killed
/// between starting its child and being followed in death by it, leaves the child waiting for ever.
static void leave_guard(pid_t judge)
{
    sigset_t awaited;
    sigset_t before;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    sigprocmask(SIG_BLOCK, &awaited, &before);
    pid_t guard = getpid();
    die_with(judge, SIGTERM);
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        die_with(guard, SIGKILL);
        return;
    }
    // The descriptors with them: the judge waits for the end of the report.
    syscall(SYS_close_range, 0, ~0u, 0);
    int status = 127 << 8;
    while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0) {
        if (sigwaitinfo(&awaited, NULL) == SIGTERM) {
            kill(0, SIGKILL);
        }
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 127);
}

_Noreturn static void become(const struct process_plan *plan, int report, pid_t judge)
{
    arrange_fds(plan, &report);
    setsid();
    if (plan->is_guarded) {
        leave_guard(judge);
    } else {
        die_with(judge, SIGKILL);
    }
    if (chdir(plan->folder) != 0) {
        fail(report, plan->folder, errno);
    }
    const char *step;
    int reason = confine_self(&plan->confinement, &step);
    if (reason != 0) {
        fail(report, step, reason);
    }
    execve(plan->arguments[0], (char *const *)(uintptr_t)plan->arguments,
           (char *const *)(uintptr_t)plan->environment);
    fail(report, plan->arguments[0], errno);
    _exit(127);
}

void process_start(struct process *process, const struct process_plan *plan)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) {
        die("pipe: %s", strerror(errno));
    }
    pid_t judge = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        die("cannot start another process: %s", strerror(errno));
    }
    if (pid == 0) {
        become(plan, report[1], judge);
    }
    close(report[1]);
    struct failure failure;
    ssize_t n = read(report[0], &failure, sizeof failure);
    close(report[0]);
    if (n > 0) {
        die("cannot start %s: %s: %s", plan->arguments[0], failure.step, strerror(failure.reason));
    }
    process->pid = pid;
    process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (process->pidfd < 0) {
        die("pidfd_open: %s", strerror(errno));
    }
}

bool process_ended(const struct process *process)
{
    struct pollfd one = {.fd = process->pidfd, .events = POLLIN};
    return process->pid == 0 || poll(&one, 1, 0) > 0;
}

struct process_end process_stop(struct process *process)
{
    struct process_end end = {0};
    if (process->pid == 0) {
        return end;
    }
    // The whole group: a compiler driver that is killed leaves its compiler running.
    kill(-process->pid, SIGKILL);
    kill(process->pid, SIGKILL);
    int status;
    while (wait4(process->pid, &status, 0, &end.usage) < 0 && errno == EINTR) {
    }
    end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    close(process->pidfd);
    process->pid = 0;
    return end;
}

uint64_t process_cpu_ns(const struct process *process)
{
    clockid_t clock;
    struct timespec time;
    if (process->pid == 0 || clock_getcpuclockid(process->pid, &clock) != 0 ||
        clock_gettime(clock, &time) != 0) {
        return 0;
    }
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t process_page_faults(const struct process *process)
{
    char path[64];
    char line[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process->pid);
    FILE *file = fopen(path, "re");
    size_t n = file == NULL ? 0 : fread(line, 1, sizeof line - 1, file);
    if (file != NULL) {
        fclose(file);
    }
    line[n] = '\0';
    // Behind the name, which may hold anything: state ppid pgrp session tty tpgid flags minflt.
    const char *rest = strrchr(line, ')');
    unsigned long faults = 0;
    if (rest == NULL || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %lu", &faults) != 1) {
        return 0;
    }
    return faults;
}

/// Bytes of its memory that are private and may be written, without the stack; 0 when it is gone.
static uint64_t data_bytes(const struct process *process)
{
    char path[64];
    char line[256];
    unsigned long long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)process->pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL &&
           sscanf(line, "VmData: %llu kB", &kib) != 1) {
    }
    if (file != NULL) {
        fclose(file);
    }
    return kib << 10;
}

void process_limit_data(const struct process *process, uint64_t more_bytes)
{
    uint64_t bytes = data_bytes(process) + more_bytes;
    const struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
    if (prlimit(process->pid, RLIMIT_DATA, &limit, NULL) != 0 && !process_ended(process)) {
        die("cannot limit the memory of a process: %s", strerror(errno));
    }
}
