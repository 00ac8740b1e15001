// SPDX-License-Identifier: MIT
// The figures of `mmgrade vm` for people.
#ifndef MMGRADE_CLI_VM_PRINT_H
#define MMGRADE_CLI_VM_PRINT_H

#include "harness/cli/vm_play.h"

/// All that was chosen, and the addresses explained, to standard output.
void vm_print(const struct vm_play *play);

#endif
