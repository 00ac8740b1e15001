// SPDX-License-Identifier: MIT
// Starting an untrusted process and knowing when it is gone.
#ifndef MMGRADE_SANDBOX_PROCESS_H
#define MMGRADE_SANDBOX_PROCESS_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "harness/sandbox/confine.h"

struct process_plan {
    const char *const *arguments; ///< [0] is the program's path; NULL at the end
    const char *const *environment;
    const char *folder; ///< working directory
    int output_fd;      ///< becomes descriptors 1 and 2
    const int *fds;     ///< become descriptors 3, 4, ...
    size_t n_fds;
    bool is_guarded; ///< it has processes of its own: all of its group die with the judge
    struct confinement confinement;
};

struct process {
    pid_t pid; ///< 0: none
    int pidfd;
};

/// How a process ended.
struct process_end {
    int signal;    ///< 0: it exited
    int exit_code; ///< when it exited
    struct rusage usage;
};

/// Starts it in a session of its own, with no other descriptors, killed when the judge dies.
/// Dies when the process cannot be started: a fault of the machine.
void process_start(struct process *process, const struct process_plan *plan);

/// Whether it has ended, reaped or not.
bool process_ended(const struct process *process);

/// Kills it if it runs, reaps it, closes the pidfd. Calling it twice is harmless.
struct process_end process_stop(struct process *process);

/// CPU time used so far in ns; 0 when it is gone.
uint64_t process_cpu_ns(const struct process *process);

/// From now on it gets that much more private memory that may be written, whatever asks for it:
/// malloc, a system call or the loader. The stack does not count. Dies when the kernel refuses.
void process_limit_data(const struct process *process, uint64_t more_bytes);

/// Minor page faults so far; 0 when it is gone.
uint64_t process_page_faults(const struct process *process);

#endif
