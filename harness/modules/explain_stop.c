// SPDX-License-Identifier: MIT
// What to say when a call did not come back.
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/modules/explain.h"
#include "harness/sandbox/filter.h"

#define NEAR_NULL 65536

static void tell_timeout(const struct telling *telling)
{
    const struct worker_news *news = &telling->breach->news;
    if (news->whole_run) {
        fprintf(telling->message,
                "The trace took more than %g s of CPU time; this is how far it got.",
                news->seconds);
        fputs("each call searches too much: more than the entries of one set, or of one table",
              telling->hint);
        return;
    }
    say_call(telling->message, telling);
    fprintf(telling->message, " did not return within %g s.", news->seconds);
    fputs("an endless loop: a list that has become a circle, or a hand that never finds a frame",
          telling->hint);
}

static void tell_exit(const struct telling *telling)
{
    const struct worker_news *news = &telling->breach->news;
    say_call(telling->message, telling);
    if (news->event == WORKER_EXITED) {
        fprintf(telling->message, " ended the program with exit(%d).", news->exit_code);
        fputs("no function of a module may call exit", telling->hint);
        return;
    }
    fputs(" ended the program with abort().", telling->message);
    fputs("an assertion failed, malloc's own bookkeeping was overwritten, or abort() was called: "
          "the last lines of output may say which",
          telling->hint);
}

static const char *crash_cause(const struct telling *telling)
{
    const struct worker_news *news = &telling->breach->news;
    const struct ring *ring = telling->pipeline->session->worker.ring;
    if (news->signal == SIGFPE) {
        return "an integer division by zero, or a modulo by zero: a size was not kept by the init "
               "function";
    }
    if (news->signal != SIGSEGV && news->signal != SIGBUS) {
        return "the compiler put a trap where the program's behaviour is undefined, or execution "
               "went astray";
    }
    if (news->address < NEAR_NULL) {
        return "a NULL pointer was used: a table that the init function has not allocated, or an "
               "allocation that failed";
    }
    if (news->address >= ring->stack_low && news->address < ring->stack_high) {
        return "endless recursion, or a local array that is too large";
    }
    return "an index past the end of an array: more sets, ways, frames or levels than it has room "
           "for, or an index that was not masked. Addresses of simulated memory are no pointers: "
           "use phys_read64 and phys_write64";
}

static void tell_crash(const struct telling *telling)
{
    const struct worker_news *news = &telling->breach->news;
    const char *abbreviation = sigabbrev_np(news->signal);
    say_call(telling->message, telling);
    fprintf(telling->message, " crashed with SIG%s (%s)", abbreviation == NULL ? "?" : abbreviation,
            strsignal(news->signal));
    if ((news->signal == SIGSEGV || news->signal == SIGBUS) && news->signal_code != SI_KERNEL) {
        fprintf(telling->message, " at address 0x%" PRIx64, news->address);
    }
    fputc('.', telling->message);
    fputs(crash_cause(telling), telling->hint);
}

static void tell_forbidden_call(const struct telling *telling)
{
    char *name = filter_call_name(false, telling->breach->news.address);
    say_call(telling->message, telling);
    fprintf(telling->message, " asked the operating system for %s, which is not allowed.", name);
    fputs("malloc and free are there; files, processes, signals and the network are out of reach",
          telling->hint);
    free(name);
}

void explain_stop(const struct telling *telling)
{
    switch (telling->breach->rule) {
    case RULE_TIMEOUT:
        tell_timeout(telling);
        break;
    case RULE_EXITED:
        tell_exit(telling);
        break;
    case RULE_CRASH:
        tell_crash(telling);
        break;
    case RULE_FORBIDDEN_SYSCALL:
        tell_forbidden_call(telling);
        break;
    default:
        say_call(telling->message, telling);
        fputs(" left the harness's own memory in a state that no call leaves it in.",
              telling->message);
        fputs("a wild store hit memory that is not the submission's", telling->hint);
    }
}
