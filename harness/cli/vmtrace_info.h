// SPDX-License-Identifier: MIT
// `mmgrade vmtrace info`: describes traces of accesses.
#ifndef MMGRADE_CLI_VMTRACE_INFO_H
#define MMGRADE_CLI_VMTRACE_INFO_H

#include "harness/access/access.h"

/// Reads the trace and prints what is in it; false with *error when it is broken: then nothing is
/// printed. Memory grows with the lines of 64 bytes that the trace uses, not with its length.
bool vmtrace_info_print(const char *path, const struct access_options *options,
                        struct error *error);

#endif
