// SPDX-License-Identifier: MIT
// What the command line of `mmgrade vm` asks for.
#ifndef MMGRADE_CLI_VM_CHOICE_H
#define MMGRADE_CLI_VM_CHOICE_H

#include "harness/access/access.h"
#include "harness/cli/vm_numbers.h"
#include "harness/vm/machine.h"

struct vm_choice {
    const char *trace; ///< NULL: none, explain the machine as it is at first
    struct access_options access;
    uint64_t max_records;
    const char *json; ///< NULL: none

    bool wants_machine;
    struct machine_settings machine;
    uint64_t *addresses; ///< to explain
    size_t n_addresses;

    const char *cache_name; ///< s,E,b; NULL: no cache
    struct cache_settings cache;

    const struct policy **policies; ///< none: no miss-ratio curve
    size_t n_policies;
    struct number_list frames;
    struct policy_settings policy_settings; ///< but for n_frames
    struct number_list windows;             ///< of the working-set curve; none: no such curve
};

/// Reads the command line into *choice, which is zero. A status to exit with (after help, a list,
/// or a complaint), or -1 to go on. vm_choice_free either way.
int vm_choice_read(struct vm_choice *choice, int argc, char **argv);
void vm_choice_free(struct vm_choice *choice);

/// Whether the JSON goes to standard output, which then belongs to it alone.
bool vm_choice_is_quiet(const struct vm_choice *choice);

/// Whether a chosen policy needs to know the future: two passes over the trace.
bool vm_choice_needs_future(const struct vm_choice *choice);

#endif
