// SPDX-License-Identifier: MIT
// Ctrl-C and SIGTERM: noted, so that the judge stops at the next safe point and cleans up.
#ifndef MMGRADE_BASE_INTERRUPT_H
#define MMGRADE_BASE_INTERRUPT_H

#include <stdbool.h>

/// Notes SIGINT, SIGTERM and SIGHUP from now on; a second one ends the program at once.
void interrupt_catch(void);

/// The signal that came, or 0.
int interrupt_seen(void);

#endif
