// SPDX-License-Identifier: MIT
// seccomp programs for the worker, as bytes: the worker links no libseccomp, and a 32-bit worker
// gets a program for its own system calls.
//
// Glossary of the stage `sandbox`:
//   loading   from exec until the submission's shared object is loaded, its constructors included
//   running   afterwards: the submission's functions are called
//   confine   what a process does to itself before it runs untrusted code
#ifndef MMGRADE_SANDBOX_FILTER_H
#define MMGRADE_SANDBOX_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum filter_stage { FILTER_LOADING, FILTER_RUNNING };

/// Writes the program for a stage into `buffer` and returns its length in bytes; dies when
/// libseccomp fails. Whatever is not allowed raises SIGSYS. `worker` is the only process that the
/// filtered one may send a signal to, for abort().
size_t filter_write(enum filter_stage stage, bool m32, pid_t worker, void *buffer,
                    size_t buffer_bytes);

/// Whether this kernel has seccomp programs. Without them nothing is run.
bool filter_is_offered(void);

/// The system call's name, in a string that the caller frees.
char *filter_call_name(bool m32, uint64_t number);

#endif
