// SPDX-License-Identifier: MIT
// What an untrusted process prints: read without blocking, capped, kept for the report, shown as
// it comes when asked to. Never taken for a result.
#ifndef MMGRADE_SANDBOX_OUTPUT_H
#define MMGRADE_SANDBOX_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTPUT_TAIL_BYTES 2048

struct output {
    int fd;       ///< the pipe's end to read from, non-blocking; -1 when closed
    uint64_t cap; ///< bytes kept in `head` and echoed
    bool echo;    ///< show on stderr, each line marked
    char *head;   ///< the first bytes, up to the cap
    size_t head_bytes;
    char tail[OUTPUT_TAIL_BYTES]; ///< the last bytes, a ring
    uint64_t total_bytes;
    bool at_line_start;
};

/// Makes the pipe; returns the end to write to, close-on-exec. Dies when it cannot.
int output_open(struct output *output, uint64_t cap, bool echo);

/// Reads what is there, at most one pipe's worth; never blocks.
void output_drain(struct output *output);

/// The last lines (up to `max_lines`) in printable form, or NULL when nothing was printed; the
/// caller frees it.
char *output_last_lines(const struct output *output, size_t max_lines);

void output_close(struct output *output);

#endif
