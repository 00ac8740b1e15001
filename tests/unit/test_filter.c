// SPDX-License-Identifier: MIT
// The worker's seccomp programs: what they refuse raises SIGSYS.
#include <check.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/sandbox/filter.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define CALL(name, ...)                                                                            \
    {                                                                                              \
#name, SYS_##name,                                                                         \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

struct system_call {
    const char *name;
    long number;
    long arguments[4];
};

static const struct system_call refused_when_running[] = {
    CALL(socket, AF_INET, SOCK_STREAM),
    CALL(openat, AT_FDCWD, (long)"/etc/passwd"),
    CALL(execve, (long)"/bin/true"),
    CALL(clone, SIGCHLD),
    CALL(kill, 0, SIGTERM),
    CALL(ptrace, 0),
    CALL(read, 0),
    CALL(write, 3, (long)"x", 1),
    CALL(ftruncate, 3, 0),
    CALL(rt_sigaction, SIGSYS),
    CALL(mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS),
    CALL(mmap, 0, 4096, PROT_READ, MAP_SHARED),
    CALL(mprotect, 0, 0, PROT_EXEC),
    CALL(tgkill, 1, 1, 0),
    CALL(prctl, PR_SET_DUMPABLE),
    CALL(process_vm_readv, 1),
};

static const struct system_call refused_when_loading[] = {
    CALL(socket, AF_INET, SOCK_STREAM),
    CALL(execve, (long)"/bin/true"),
    CALL(clone, SIGCHLD),
    CALL(kill, 0, SIGTERM),
    CALL(memfd_create, (long)"x"),
    CALL(write, 3, (long)"x", 1),
    CALL(rt_sigaction, SIGSYS),
    CALL(tgkill, 1, 1, 0),
    CALL(prctl, PR_SET_DUMPABLE),
};

static const struct system_call allowed_when_running[] = {
    CALL(getpid),
    CALL(write, 1, (long)"", 0),
    CALL(writev, 2, (long)"", 0),
    CALL(mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS),
    CALL(sched_yield),
    CALL(ioctl, 1, 0x5401),
    CALL(prctl, 0x53564d41), // PR_SET_VMA, which newer C libraries try
};

/// The exit status, or minus the signal, of a child that makes one call under a stage's filter.
static int call_filtered(enum filter_stage stage, const struct system_call *call)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        static char filter[8192];
        size_t bytes = filter_write(stage, false, getpid(), filter, sizeof filter);
        struct sock_fprog program = {.len = (unsigned short)(bytes / sizeof(struct sock_filter)),
                                     .filter = (struct sock_filter *)(void *)filter};
        signal(SIGSYS, SIG_DFL);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
        syscall(call->number, call->arguments[0], call->arguments[1], call->arguments[2],
                call->arguments[3], -1, 0);
        syscall(SYS_exit_group, 0);
    }
    return wait_for_child(child);
}

static void expect_end(enum filter_stage stage, const struct system_call *call, int expected)
{
    if (under_valgrind()) {
        puts("skipped: valgrind's own system calls in the child would be refused");
        return;
    }
    int end = call_filtered(stage, call);
    ck_assert_msg(end == expected, "%s: ended with %d", call->name, end);
}

START_TEST(a_running_worker_is_refused)
{
    expect_end(FILTER_RUNNING, &refused_when_running[_i], -SIGSYS);
}
END_TEST

START_TEST(a_loading_worker_is_refused)
{
    expect_end(FILTER_LOADING, &refused_when_loading[_i], -SIGSYS);
}
END_TEST

START_TEST(a_running_worker_is_allowed)
{
    expect_end(FILTER_RUNNING, &allowed_when_running[_i], 0);
}
END_TEST

START_TEST(filters_exist_for_both_widths)
{
    char filters[2][2][8192];
    size_t bytes[2][2];
    for (int stage = 0; stage < 2; stage++) {
        for (int m32 = 0; m32 < 2; m32++) {
            bytes[stage][m32] = filter_write((enum filter_stage)stage, m32, 42, filters[stage][m32],
                                             sizeof filters[0][0]);
            ck_assert_uint_gt(bytes[stage][m32], 10 * sizeof(struct sock_filter));
            ck_assert_uint_eq(bytes[stage][m32] % sizeof(struct sock_filter), 0);
        }
        ck_assert(bytes[stage][0] != bytes[stage][1] ||
                  memcmp(filters[stage][0], filters[stage][1], bytes[stage][0]) != 0);
    }
    char *name = filter_call_name(false, SYS_socket);
    char *name32 = filter_call_name(true, 359); // socket of i386
    char *unknown = filter_call_name(false, 123456);
    ck_assert_str_eq(name, "socket");
    ck_assert_str_eq(name32, "socket");
    ck_assert_str_eq(unknown, "system call 123456");
    free(name);
    free(name32);
    free(unknown);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

Suite *filter_suite(void)
{
    Suite *suite = suite_create("filter");
    TCase *tests = tcase_create("filter");
    tcase_add_loop_test(tests, a_running_worker_is_refused, 0, N(refused_when_running));
    tcase_add_loop_test(tests, a_loading_worker_is_refused, 0, N(refused_when_loading));
    tcase_add_loop_test(tests, a_running_worker_is_allowed, 0, N(allowed_when_running));
    tcase_add_test(tests, filters_exist_for_both_widths);
    suite_add_tcase(suite, tests);
    return suite;
}
