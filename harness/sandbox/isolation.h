// SPDX-License-Identifier: MIT
// Running one fixed command over untrusted files: bubblewrap where the system allows it, else
// Landlock. The command sees the system's programs, three folders of ours, no network, nothing of
// the course and no environment.
//
// The folders lie side by side, and the command starts in src/, so that relative paths hold in
// both kinds of isolation:   src/ (read)   include/ (read)   out/ (write)
#ifndef MMGRADE_SANDBOX_ISOLATION_H
#define MMGRADE_SANDBOX_ISOLATION_H

#include <stdbool.h>

#include "harness/sandbox/output.h"
#include "harness/sandbox/process.h"

enum isolation { ISOLATION_BUBBLEWRAP, ISOLATION_LANDLOCK, ISOLATION_RLIMITS };

/// What this machine offers, the strongest first; found out once, about 10 ms.
enum isolation isolation_offered(void);

/// "bubblewrap", "Landlock (no bubblewrap here)", ...; static.
const char *isolation_name(enum isolation isolation);

struct isolated_command {
    const char *const *arguments; ///< [0] an absolute path; NULL at the end
    const char *folder;           ///< holds src/, include/, out/
    double seconds;               ///< wall clock and CPU time
};

struct isolated {
    struct process process;
    struct output output;
    uint64_t deadline_ns;
};

/// Starts the command; its output is kept up to 64 KiB.
void isolated_start(struct isolated *isolated, const struct isolated_command *command);

enum isolated_end { ISOLATED_OK, ISOLATED_FAILED, ISOLATED_TIMED_OUT };

/// Waits for it; the output can be read afterwards, until output_close.
enum isolated_end isolated_wait(struct isolated *isolated);

#endif
