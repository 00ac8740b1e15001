// SPDX-License-Identifier: MIT
// The system calls that a worker may make. The running list is what libc needs to print, assert
// and allocate; the loading list adds what the dynamic linker needs. Landlock bounds which files
// those open, rlimits how much memory they get.
#include "harness/sandbox/filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"

#ifndef PR_SET_VMA // older than Linux 5.17's headers
#define PR_SET_VMA 0x53564d41
#endif

static const char *const always[] = {
    "exit",
    "exit_group",
    "futex",
    "futex_time64",
    "rt_sigreturn",
    "sigreturn",
    "rt_sigprocmask",
    "brk",
    "munmap",
    "mremap",
    "madvise",
    "fstat",
    "fstat64",
    "getpid",
    "gettid",
    "clock_gettime",
    "clock_gettime64",
    "gettimeofday",
    "time",
    "getrandom",
    "sched_yield",
    "nanosleep",
    "clock_nanosleep",
    "restart_syscall",
};

static const char *const loading[] = {
    "open",       "openat",     "read",     "pread64", "close",
    "lseek",      "_llseek",    "stat",     "stat64",  "statx",
    "fstatat64",  "newfstatat", "mprotect", "access",  "set_thread_area",
    "arch_prctl",
};

static void check(int status, const char *what)
{
    if (status != 0) {
        die("libseccomp refuses %s: %s", what, strerror(-status));
    }
}

/// libseccomp takes the native ABI's numbers (or, for calls that it lacks, numbers of its own) and
/// translates them for the filter's ABI.
static int call_number(const char *name)
{
    return seccomp_syscall_resolve_name(name);
}

/// Allows calls by name; names that this ABI lacks are passed over.
static void allow(scmp_filter_ctx context, uint32_t arch, const char *const *names, size_t n_names)
{
    for (size_t i = 0; i < n_names; i++) {
        if (seccomp_syscall_resolve_name_arch(arch, names[i]) >= 0) {
            check(seccomp_rule_add(context, SCMP_ACT_ALLOW, call_number(names[i]), 0), names[i]);
        }
    }
}

/// Calls that are allowed with some arguments only.
static void allow_with_arguments(scmp_filter_ctx context, pid_t worker)
{
    static const char *const writes[] = {"write", "writev"};
    for (size_t i = 0; i < 2; i++) {
        int number = call_number(writes[i]);
        for (unsigned fd = 1; fd <= 2; fd++) {
            check(seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 1, SCMP_A0(SCMP_CMP_EQ, fd)),
                  writes[i]);
        }
    }
    // abort() alone: a worker that killed itself by SIGKILL would look as if the kernel had.
    check(seccomp_rule_add(context, SCMP_ACT_ALLOW, call_number("tgkill"), 2,
                           SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)worker),
                           SCMP_A2(SCMP_CMP_EQ, SIGABRT)),
          "tgkill");
    // isatty() and the like: a harmless no. glibc 2.38 and later name their mappings by prctl, in
    // abort() for one, and do without when told no.
    check(seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOTTY), call_number("ioctl"), 0), "ioctl");
    check(seccomp_rule_add(context, SCMP_ACT_ERRNO(EINVAL), call_number("prctl"), 1,
                           SCMP_A0(SCMP_CMP_EQ, PR_SET_VMA)),
          "prctl");
}

/// New shared memory is never mapped: no limit counts it but that of the address space.
static void allow_private_memory(scmp_filter_ctx context, uint32_t arch)
{
    static const char *const maps[] = {"mmap", "mmap2"};
    for (size_t i = 0; i < 2; i++) {
        if (seccomp_syscall_resolve_name_arch(arch, maps[i]) >= 0 &&
            !(arch == SCMP_ARCH_X86 && i == 0)) { // takes its arguments in memory
            check(seccomp_rule_add(context, SCMP_ACT_ALLOW, call_number(maps[i]), 1,
                                   SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_TYPE, MAP_PRIVATE)),
                  maps[i]);
        }
    }
}

/// The running stage maps memory, but neither files nor anything executable.
static void allow_anonymous_memory(scmp_filter_ctx context, uint32_t arch)
{
    const char *map = arch == SCMP_ARCH_X86 ? "mmap2" : "mmap";
    check(seccomp_rule_add(
              context, SCMP_ACT_ALLOW, call_number(map), 2,
              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
              SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS | MAP_TYPE, MAP_ANONYMOUS | MAP_PRIVATE)),
          map);
    check(seccomp_rule_add(context, SCMP_ACT_ALLOW, call_number("mprotect"), 1,
                           SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)),
          "mprotect");
}

static uint32_t architecture(bool m32)
{
    return m32 ? SCMP_ARCH_X86 : seccomp_arch_native();
}

static scmp_filter_ctx make_filter(enum filter_stage stage, bool m32, pid_t worker)
{
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_TRAP);
    if (context == NULL) {
        die("libseccomp gives no filter");
    }
    uint32_t arch = architecture(m32);
    if (m32) {
        check(seccomp_arch_remove(context, SCMP_ARCH_NATIVE), "removing the native ABI");
        check(seccomp_arch_add(context, arch), "the 32-bit ABI");
    }
    allow(context, arch, always, sizeof always / sizeof *always);
    allow_with_arguments(context, worker);
    if (stage == FILTER_LOADING) {
        allow(context, arch, loading, sizeof loading / sizeof *loading);
        allow_private_memory(context, arch);
        check(seccomp_rule_add(context, SCMP_ACT_ALLOW, call_number("prctl"), 1,
                               SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)),
              "prctl");
    } else {
        allow_anonymous_memory(context, arch);
    }
    return context;
}

size_t filter_write(enum filter_stage stage, bool m32, pid_t worker, void *buffer,
                    size_t buffer_bytes)
{
    scmp_filter_ctx context = make_filter(stage, m32, worker);
    int fd = memfd_create("filter", MFD_CLOEXEC);
    if (fd < 0) {
        die("memfd_create: %s", strerror(errno));
    }
    check(seccomp_export_bpf(context, fd), "the export of a filter");
    seccomp_release(context);
    ssize_t n = pread(fd, buffer, buffer_bytes, 0);
    close(fd);
    if (n <= 0 || (size_t)n == buffer_bytes) {
        die("a seccomp program of %zd bytes does not fit in the ring", n);
    }
    return (size_t)n;
}

bool filter_is_offered(void)
{
    // A kernel that knows the mode looks at the program, which is none.
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) != 0 && errno == EFAULT;
}

char *filter_call_name(bool m32, uint64_t number)
{
    char *name = seccomp_syscall_resolve_num_arch(architecture(m32), (int)number);
    char *copy = name == NULL ? xasprintf("system call %d", (int)number) : xstrdup(name);
    free(name);
    return copy;
}
