// SPDX-License-Identifier: MIT
// bubblewrap or Landlock around one command.
#include "harness/sandbox/isolation.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/sandbox/system_folders.h"

#define BUBBLEWRAP "/usr/bin/bwrap"
#define MAX_ARGUMENTS 384
#define OUTPUT_BYTES 65536
#define MEMORY_BYTES (2ull << 30)
#define FILE_BYTES (256ull << 20)

struct arguments {
    const char *list[MAX_ARGUMENTS + 1];
    size_t n;
    char *owned[16]; ///< strings to free
    size_t n_owned;
};

__attribute__((sentinel)) static void add(struct arguments *arguments, const char *first, ...);

static void add(struct arguments *arguments, const char *first, ...)
{
    va_list rest;
    va_start(rest, first);
    for (const char *one = first; one != NULL && arguments->n < MAX_ARGUMENTS;
         one = va_arg(rest, const char *)) {
        arguments->list[arguments->n++] = one;
    }
    va_end(rest);
    arguments->list[arguments->n] = NULL;
}

static const char *own(struct arguments *arguments, char *string)
{
    arguments->owned[arguments->n_owned++] = string;
    return string;
}

static void add_system(struct arguments *arguments)
{
    add(arguments, BUBBLEWRAP, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv",
        "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "LC_ALL", "C.UTF-8", "--proc", "/proc",
        "--dev", "/dev", "--tmpfs", "/tmp", NULL);
    for (size_t i = 0; system_folders[i].path != NULL; i++) {
        const char *folder = system_folders[i].path;
        struct stat status;
        char target[64];
        if (lstat(folder, &status) != 0) {
            continue;
        }
        ssize_t n = readlink(folder, target, sizeof target - 1);
        if (n > 0) {
            target[n] = '\0';
            add(arguments, "--symlink", own(arguments, xstrdup(target)), folder, NULL);
        } else {
            add(arguments, "--ro-bind", folder, folder, NULL);
        }
    }
    add(arguments, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--ro-bind-try",
        "/etc/alternatives", "/etc/alternatives", NULL);
    if (system_folders_hidden() != NULL) {
        add(arguments, "--tmpfs", system_folders_hidden(), NULL);
    }
}

static void add_folders(struct arguments *arguments, const char *folder)
{
    static const char *const names[] = {"src", "include", "out"};
    static const char *const places[] = {"/mm/src", "/mm/include", "/mm/out"};
    for (size_t i = 0; i < 3; i++) {
        add(arguments, i == 2 ? "--bind" : "--ro-bind",
            own(arguments, xasprintf("%s/%s", folder, names[i])), places[i], NULL);
    }
    add(arguments, "--chdir", "/mm/src", NULL);
}

static void free_arguments(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->n_owned; i++) {
        free(arguments->owned[i]);
    }
}

static void start(struct isolated *isolated, const char *const *arguments, const char *folder,
                  const char *const *environment, double seconds,
                  const struct confinement *confinement)
{
    int output_fd = output_open(&isolated->output, OUTPUT_BYTES, false);
    struct process_plan plan = {
        .arguments = arguments,
        .environment = environment,
        .folder = folder,
        .output_fd = output_fd,
        .is_guarded = true,
        .confinement = *confinement,
    };
    plan.confinement.memory_bytes = MEMORY_BYTES;
    plan.confinement.file_bytes = FILE_BYTES;
    plan.confinement.cpu_seconds = (uint64_t)seconds + 1;
    isolated->deadline_ns = clock_ns() + (uint64_t)(seconds * 1e9);
    process_start(&isolated->process, &plan);
    close(output_fd);
}

static void start_in_bubblewrap(struct isolated *isolated, const struct isolated_command *command)
{
    struct arguments arguments = {0};
    add_system(&arguments);
    if (command->folder != NULL) {
        add_folders(&arguments, command->folder);
    }
    // What holds the mounts is a file system in memory, which could be filled.
    add(&arguments, "--remount-ro", "/", "--", NULL);
    for (size_t i = 0; command->arguments[i] != NULL; i++) {
        add(&arguments, command->arguments[i], NULL);
    }
    const char *environment[] = {NULL};
    start(isolated, arguments.list, "/", environment, command->seconds, &(struct confinement){0});
    free_arguments(&arguments);
}

static void start_in_landlock(struct isolated *isolated, const struct isolated_command *command)
{
    char *src = xasprintf("%s/src", command->folder);
    char *include = xasprintf("%s/include", command->folder);
    char *out = xasprintf("%s/out", command->folder);
    char *temporary = xasprintf("TMPDIR=%s", out);
    const char *const more[] = {src,         include, "/etc/ld.so.cache", "/etc/alternatives",
                                "/dev/null", NULL};
    const char **readable = system_folders_list(false, more);
    const char *environment[] = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", temporary, NULL};
    struct confinement confinement = {.readable = readable, .writable = out};
    start(isolated, command->arguments, src, environment, command->seconds, &confinement);
    free(readable);
    free(src);
    free(include);
    free(out);
    free(temporary);
}

void isolated_start(struct isolated *isolated, const struct isolated_command *command)
{
    if (isolation_offered() <= ISOLATION_BUBBLEWRAP) {
        start_in_bubblewrap(isolated, command);
    } else {
        start_in_landlock(isolated, command);
    }
}

enum isolated_end isolated_wait(struct isolated *isolated)
{
    struct pollfd ends[] = {
        {.fd = isolated->process.pidfd, .events = POLLIN},
        {.fd = isolated->output.fd, .events = POLLIN},
    };
    bool late = false;
    while (!process_ended(&isolated->process) && !late && interrupt_seen() == 0) {
        poll(ends, ends[1].revents & POLLHUP ? 1 : 2, 50);
        output_drain(&isolated->output);
        late = clock_ns() > isolated->deadline_ns;
    }
    struct process_end end = process_stop(&isolated->process);
    output_drain(&isolated->output);
    if (late) {
        return ISOLATED_TIMED_OUT;
    }
    return end.signal == 0 && end.exit_code == 0 ? ISOLATED_OK : ISOLATED_FAILED;
}

char *isolation_bubblewrap_trouble(void)
{
    static const char *const nothing[] = {"/usr/bin/true", NULL};
    if (access(BUBBLEWRAP, X_OK) != 0) {
        return xstrdup(BUBBLEWRAP " is not there: install bubblewrap");
    }
    struct isolated isolated;
    start_in_bubblewrap(&isolated, &(struct isolated_command){.arguments = nothing, .seconds = 5});
    bool works = isolated_wait(&isolated) == ISOLATED_OK;
    char *said = output_last_lines(&isolated.output, 1);
    output_close(&isolated.output);
    char *trouble = works          ? NULL
                    : said == NULL ? xstrdup("it fails without a word")
                                   : xasprintf("%.*s", (int)strcspn(said, "\n"), said);
    free(said);
    return trouble;
}

static bool bubblewrap_works(void)
{
    char *trouble = isolation_bubblewrap_trouble();
    bool works = trouble == NULL;
    free(trouble);
    return works;
}

enum isolation isolation_offered(void)
{
    static int found = -1;
    if (found < 0) {
        bool landlock = confine_has_landlock();
        found = bubblewrap_works() ? (landlock ? ISOLATION_FULL : ISOLATION_BUBBLEWRAP)
                                   : (landlock ? ISOLATION_LANDLOCK : ISOLATION_RLIMITS);
    }
    return (enum isolation)found;
}

const char *isolation_name(enum isolation isolation)
{
    static const char *const names[] = {
        "bubblewrap and Landlock",
        "bubblewrap, but workers without Landlock (this kernel lacks it)",
        "Landlock alone (bubblewrap does not work here)",
        "resource limits only (neither bubblewrap nor Landlock works here)",
    };
    return names[isolation];
}

static bool lies_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

bool isolation_reveals(const char *path)
{
    enum isolation offered = isolation_offered();
    char *real = realpath(path, NULL);
    const char **seen = system_folders_list(false, (const char *const[]){NULL});
    bool reveals = offered == ISOLATION_BUBBLEWRAP || offered == ISOLATION_RLIMITS || real == NULL;
    for (size_t i = 0; !reveals && seen[i] != NULL; i++) {
        reveals = lies_below(real, seen[i]);
    }
    free(seen);
    free(real);
    return reveals;
}
