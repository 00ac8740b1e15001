// SPDX-License-Identifier: MIT
// Commands that consist of subcommands (`mmgrade trace gen`): the table of them, their help, their
// complaints, how they end.
#ifndef MMGRADE_CLI_SUBCOMMAND_H
#define MMGRADE_CLI_SUBCOMMAND_H

#include <stddef.h>

struct subcommand {
    const char *name;
    const char *command; ///< whose part it is: "trace"
    const char *arguments;
    const char *description;
    int (*run)(const struct subcommand *self, int argc, char **argv);
    void (*help)(void); ///< what follows the usage line
};

/// Runs the one of n >= 1 that argv[1] names, with getopt_long afresh and silent; or prints the
/// list of them under what the command is for. The status to exit with.
int subcommand_dispatch(const struct subcommand *subcommands, size_t n, const char *purpose,
                        int argc, char **argv);

/// What `--help` of one prints; the status to exit with.
int subcommand_help(const struct subcommand *self);

/// For what getopt_long gave back when it was none of our options. Returns 2.
int subcommand_refuse_option(const struct subcommand *self, int code, char **argv);

/// Names what stands in a table of `n` entries, each `stride` bytes long and its name in front.
/// Returns 2.
int subcommand_refuse_word(const char *what, const char *word, const void *table, size_t n,
                           size_t stride);

/// Flushes standard output: a full disk or a closed pipe behind it is an error too.
int subcommand_end(int status);

#endif
