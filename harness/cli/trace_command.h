// SPDX-License-Identifier: MIT
// What the subcommands of `mmgrade trace` have in common: their help, their complaints, the options
// and the output of those that write a trace.
#ifndef MMGRADE_CLI_TRACE_COMMAND_H
#define MMGRADE_CLI_TRACE_COMMAND_H

#include <getopt.h>

#include "harness/trace/generators.h"
#include "harness/trace/reader.h"

struct trace_command {
    const char *name;
    const char *arguments;
    const char *description;
    int (*run)(const struct trace_command *self, int argc, char **argv);
    void (*help)(void); ///< what follows the usage line
};

/// Flushes standard output: a full disk or a closed pipe behind it is an error too.
int trace_command_end(int status);

/// What `--help` prints; the status to exit with.
int trace_command_help(const struct trace_command *self);

/// The part of a help that lists the dialects.
void trace_command_help_dialects(void);

/// Names what stands in a table of `n` entries, each `stride` bytes long and its name in front.
/// Returns 2.
int trace_command_refuse_word(const char *what, const char *word, const void *table, size_t n,
                              size_t stride);

/// For what getopt_long gave back when it was none of our options. Returns 2.
int trace_command_refuse_option(const struct trace_command *self, int code, char **argv);

struct trace_options {
    struct generator_options generator;
    enum trace_weight weight;
    const struct reader *dialect;
    const char *output; ///< NULL: standard output
};

/// Reads `long_options` into *options: seed s, ops n, live l, sizes z, lifetimes t, weight w,
/// dialect d, output o, help h. A status to exit with, or -1 to go on.
int trace_command_options(const struct trace_command *self, int argc, char **argv,
                          const struct option *long_options, struct trace_options *options);

/// Writes the trace where the options say; the status to exit with.
int trace_command_write(const struct trace *trace, const struct trace_options *options);

#endif
