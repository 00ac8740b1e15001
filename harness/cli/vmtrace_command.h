// SPDX-License-Identifier: MIT
// What the subcommands of `mmgrade vmtrace` have in common: how they read traces.
#ifndef MMGRADE_CLI_VMTRACE_COMMAND_H
#define MMGRADE_CLI_VMTRACE_COMMAND_H

#include <getopt.h>

#include "harness/access/access.h"

/// What --page-bits is when nothing is said.
enum { VMTRACE_PAGE_BITS = 12 };

/// The options of those that read traces, for the table of getopt_long, and the help on them.
#define VMTRACE_COMMAND_READING                                                                    \
    {"dialect", required_argument, NULL, 'd'}, {"page-bits", required_argument, NULL, 'p'},        \
    {                                                                                              \
        "help", no_argument, NULL, 'h'                                                             \
    }

void vmtrace_command_help_reading(void);

/// Takes 'd' and 'p' of VMTRACE_COMMAND_READING; false after a complaint.
bool vmtrace_command_reading(int code, struct access_options *options);

/// Goes through a trace, some thousands of records at a time. False with *error when it is broken;
/// `take` is called with what stands before, and may end the reading by answering false.
bool vmtrace_command_each(const char *path, const struct access_options *options,
                          bool (*take)(void *context, const struct access *records, size_t n),
                          void *context, const char **dialect, struct error *error);

#endif
