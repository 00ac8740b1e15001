// SPDX-License-Identifier: MIT
// The last words of a worker: which signal, at which address. The judge does not trust them; the
// process's own exit status must agree.
#include "harness/worker/crash.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "harness/worker/port.h"
#include "harness/worker/shadow.h"

static struct ring *ring;
static char handler_stack[16384];

/// The C library looks at /proc/self/maps before it prints a %n, as in the message of assert(). It
/// is told no and goes on; any other file that is opened ends the worker.
static bool answer_libc(const siginfo_t *info, ucontext_t *context)
{
#if defined(__x86_64__)
    enum { PATH = REG_RSI, RESULT = REG_RAX };
#elif defined(__i386__)
    enum { PATH = REG_ECX, RESULT = REG_EAX };
#endif
#if defined(__x86_64__) || defined(__i386__)
    greg_t *registers = context->uc_mcontext.gregs;
    const char *path = (const char *)(uintptr_t)registers[PATH];
    if (info->si_syscall == SYS_openat && strcmp(path, "/proc/self/maps") == 0) {
        registers[RESULT] = -EACCES;
        return true;
    }
#endif
    (void)info;
    (void)context;
    return false;
}

/// What a compiler's own check ends: where it stands is the last that happened.
static void note_trap(const ucontext_t *context)
{
#if defined(__x86_64__)
    enum { CODE = REG_RIP, FRAME = REG_RBP, STACK = REG_RSP };
#elif defined(__i386__)
    enum { CODE = REG_EIP, FRAME = REG_EBP, STACK = REG_ESP };
#endif
#if defined(__x86_64__) || defined(__i386__)
    const greg_t *registers = context->uc_mcontext.gregs;
    shadow_block((struct call_site){(uintptr_t)registers[CODE] + 1,
                                    (const uintptr_t *)(uintptr_t)registers[FRAME],
                                    (uintptr_t)registers[STACK]});
#endif
    (void)context;
}

static void report(int signal, siginfo_t *info, void *context)
{
    if (signal == SIGSYS && answer_libc(info, context)) {
        return;
    }
    ring->signal = signal;
    ring->signal_code = info->si_code;
    ring->signal_address = signal == SIGSYS ? (uint64_t)(unsigned)info->si_syscall
                                            : (uint64_t)(uintptr_t)info->si_addr;
    if (signal == SIGILL && shadow_is_kept) {
        note_trap(context);
    }
    shadow_note_signal();
    port_reply(ring, RING_DIED, 0);
    _exit(128 + signal);
}

static void note_stack(void)
{
    char here;
    struct rlimit limit = {.rlim_cur = 8 << 20};
    getrlimit(RLIMIT_STACK, &limit);
    uintptr_t top = (uintptr_t)&here + 65536;
    // A guard gap below the limit is where an endless recursion ends.
    ring->stack_low = (uint64_t)(top - (uintptr_t)limit.rlim_cur - (2 << 20));
    ring->stack_high = (uint64_t)top;
}

bool crash_open(struct ring *shared)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    ring = shared;
    note_stack();
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    if (sigaltstack(&stack, NULL) != 0) {
        return false;
    }
    struct sigaction action = {.sa_sigaction = report, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (sigaction(signals[i], &action, NULL) != 0) {
            return false;
        }
    }
    return true;
}
