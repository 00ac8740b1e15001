// SPDX-License-Identifier: MIT
// Looks for secrets and prints what it finds; the runner searches all output for them.
#include "hostile.h"
#include "raw.h"

#define LEAK "LE" /* so that a quoted source is no leak */ "AK:"

static const char *const secrets[] = {
    HOME_CANARY,
    SCENE "/traces/canary",
    SCENE "/traces/attack.rep",
    SCENE "/results/canary",
    SCENE "/other/canary",
    SCENE "/sub/mm.c",
    SCENE "/out/log",
    ROOT "/README.md",
    "/etc/passwd",
    "/etc/hostname",
    "/proc/self/environ",
    "/proc/self/maps",
    "/proc/1/cmdline",
    "/proc/self/fd/0",
    "/proc/version",
    "/dev/kmsg",
    "../home/canary",
};

static inline void leak(const char *path)
{
    char text[256];
    int fd = (int)raw(SYS_openat, AT_FDCWD, path, O_RDONLY);
    long n = fd < 0 ? -1 : raw(SYS_read, fd, text, sizeof text);
    if (n > 0) {
        printf(LEAK " %s: %.*s\n", path, (int)n, text);
    }
}

static inline void leak_all(void)
{
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        leak(secrets[i]);
    }
}
