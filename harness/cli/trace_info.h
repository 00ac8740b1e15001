// SPDX-License-Identifier: MIT
// `mmgrade trace info`: what a trace asks for, in figures and histograms.
#ifndef MMGRADE_CLI_TRACE_INFO_H
#define MMGRADE_CLI_TRACE_INFO_H

#include "harness/trace/trace.h"

/// Prints dialect, counts, peaks, the mix of operations and two histograms by powers of two: sizes
/// asked for, in bytes, and lifetimes of blocks, in operations.
void trace_info_print(const struct trace *trace);

#endif
