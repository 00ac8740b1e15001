// SPDX-License-Identifier: MIT
// What the subcommands of `mmgrade trace` have in common: the options and the output of those that
// write a trace.
#ifndef MMGRADE_CLI_TRACE_COMMAND_H
#define MMGRADE_CLI_TRACE_COMMAND_H

#include <getopt.h>

#include "harness/cli/subcommand.h"
#include "harness/trace/generators.h"
#include "harness/trace/reader.h"

/// The part of a help that lists the dialects.
void trace_command_help_dialects(void);

struct trace_options {
    struct generator_options generator;
    enum trace_weight weight;
    const struct reader *dialect;
    const char *output; ///< NULL: standard output
};

/// Reads `long_options` into *options: seed s, ops n, live l, sizes z, lifetimes t, weight w,
/// dialect d, output o, help h. A status to exit with, or -1 to go on.
int trace_command_options(const struct subcommand *self, int argc, char **argv,
                          const struct option *long_options, struct trace_options *options);

/// Writes the trace where the options say; the status to exit with.
int trace_command_write(const struct trace *trace, const struct trace_options *options);

#endif
