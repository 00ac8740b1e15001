// SPDX-License-Identifier: MIT
// Notes that the user wants to stop.
#include "harness/base/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t seen;

static void note_signal(int signal)
{
    seen = signal;
}

void interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

int interrupt_seen(void)
{
    return seen;
}
