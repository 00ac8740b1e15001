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

/// The strongest first. Builds use bubblewrap where it works, else Landlock; workers use Landlock.
/// All have rlimits; workers have seccomp, too, without which nothing is run at all.
enum isolation {
    ISOLATION_FULL,       ///< bubblewrap and Landlock
    ISOLATION_BUBBLEWRAP, ///< a worker can read what the user can, until its library is loaded
    ISOLATION_LANDLOCK,   ///< builds share namespaces (processes, network) with the user
    ISOLATION_RLIMITS
};

/// What this machine offers; found out once, about 10 ms.
enum isolation isolation_offered(void);

/// Why bubblewrap does not work here, one line for people; NULL when it works. The caller frees it.
char *isolation_bubblewrap_trouble(void);

/// Whether submissions could read a file, or one that is like it: because it lies among the
/// system's programs, which builds and workers see, or because there is no Landlock, without which
/// workers see what the user does.
bool isolation_reveals(const char *path);

/// "bubblewrap and Landlock", "Landlock alone (bubblewrap does not work here)", ...; static.
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
