// SPDX-License-Identifier: MIT
// `mmgrade trace record`: runs a program and writes what it asks of malloc as traces.
#ifndef MMGRADE_CLI_TRACE_RECORD_H
#define MMGRADE_CLI_TRACE_RECORD_H

/// Runs `command` (NULL at the end) with the recorder preloaded and writes one trace a process:
/// the first as `output`, the others beside it. 0, or 2 with a message on stderr.
int trace_record(const char *output, char *const *command);

#endif
