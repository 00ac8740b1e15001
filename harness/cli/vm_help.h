// SPDX-License-Identifier: MIT
// What `mmgrade vm` says about itself: its help and its lists.
#ifndef MMGRADE_CLI_VM_HELP_H
#define MMGRADE_CLI_VM_HELP_H

#include <stdbool.h>

/// Prints what was asked for by --help (h), --list-machines (M), --list-policies (P) or --keys (K);
/// false for every other option.
bool vm_help_print(int code);

#endif
