// SPDX-License-Identifier: MIT
// `mmgrade trace gen`: makes a trace from a seed.
#ifndef MMGRADE_CLI_TRACE_GEN_H
#define MMGRADE_CLI_TRACE_GEN_H

#include "harness/cli/trace_command.h"

int trace_gen_run(const struct trace_command *self, int argc, char **argv);

/// Options, kinds, laws and dialects, each from its table.
void trace_gen_help(void);

#endif
