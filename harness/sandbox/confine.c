// SPDX-License-Identifier: MIT
// Landlock and rlimits. The structures are declared here, because distributions' headers are older
// than the kernels that run them; each right is asked for only when the kernel's ABI knows it.
#include "harness/sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SYS_LANDLOCK_CREATE_RULESET 444
#define SYS_LANDLOCK_ADD_RULE 445
#define SYS_LANDLOCK_RESTRICT_SELF 446
#define LANDLOCK_ASK_VERSION 1u
#define LANDLOCK_PATH_BENEATH 1

// Rights by bit, Documentation/userspace-api/landlock.rst.
#define FS_EXECUTE (1ull << 0)
#define FS_READ_FILE (1ull << 2)
#define FS_READ_DIR (1ull << 3)
#define FS_ABI_1 0x1fffull
#define FS_REFER (1ull << 13)     // ABI 2
#define FS_TRUNCATE (1ull << 14)  // ABI 3
#define FS_IOCTL_DEV (1ull << 15) // ABI 5
#define FS_OF_FILES (FS_EXECUTE | 1ull << 1 | FS_READ_FILE | FS_TRUNCATE)

struct ruleset {
    uint64_t file_rights;
    uint64_t net_rights; // ABI 4
    uint64_t scopes;     // ABI 6
};

struct __attribute__((packed)) path_rule {
    uint64_t rights;
    int32_t folder;
};

static int landlock_abi(void)
{
    return (int)syscall(SYS_LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_ASK_VERSION);
}

int confine_landlock_version(void)
{
    int abi = landlock_abi();
    return abi < 0 ? 0 : abi;
}

bool confine_has_landlock(void)
{
    return confine_landlock_version() >= 1;
}

static uint64_t all_rights(int abi)
{
    return FS_ABI_1 | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0) |
           (abi >= 5 ? FS_IOCTL_DEV : 0);
}

static int allow_path(int ruleset, const char *path, uint64_t rights)
{
    struct path_rule rule = {.rights = rights, .folder = open(path, O_PATH | O_CLOEXEC)};
    struct stat status;
    if (rule.folder < 0) {
        return errno == ENOENT ? 0 : errno;
    }
    if (fstat(rule.folder, &status) == 0 && !S_ISDIR(status.st_mode)) {
        rule.rights &= FS_OF_FILES;
    }
    int failed = (int)syscall(SYS_LANDLOCK_ADD_RULE, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0);
    int reason = failed ? errno : 0;
    close(rule.folder);
    return reason;
}

static int restrict_files(const struct confinement *confinement, int abi)
{
    struct ruleset rules = {
        .file_rights = all_rights(abi),
        .net_rights = abi >= 4 ? 3 : 0,
        .scopes = abi >= 6 ? 3 : 0,
    };
    size_t bytes = abi >= 6 ? sizeof rules : abi >= 4 ? offsetof(struct ruleset, scopes) : 8;
    int ruleset = (int)syscall(SYS_LANDLOCK_CREATE_RULESET, &rules, bytes, 0);
    if (ruleset < 0) {
        return errno;
    }
    int reason = 0;
    for (size_t i = 0; reason == 0 && confinement->readable[i] != NULL; i++) {
        reason =
            allow_path(ruleset, confinement->readable[i], FS_EXECUTE | FS_READ_FILE | FS_READ_DIR);
    }
    if (reason == 0 && confinement->writable != NULL) {
        reason = allow_path(ruleset, confinement->writable, rules.file_rights);
    }
    if (reason == 0 && syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0) != 0) {
        reason = errno;
    }
    close(ruleset);
    return reason;
}

static int limit(__rlimit_resource_t resource, uint64_t value)
{
    struct rlimit both = {.rlim_cur = value, .rlim_max = value};
    return setrlimit(resource, &both) == 0 ? 0 : errno;
}

static int restrict_resources(const struct confinement *confinement)
{
    int reason = limit(RLIMIT_CORE, 0);
    reason = reason ? reason : limit(RLIMIT_AS, confinement->memory_bytes);
    reason = reason ? reason : limit(RLIMIT_FSIZE, confinement->file_bytes);
    reason = reason ? reason : limit(RLIMIT_CPU, confinement->cpu_seconds);
    if (reason == 0 && confinement->stack_bytes > 0) {
        reason = limit(RLIMIT_STACK, confinement->stack_bytes);
    }
    return reason ? reason : limit(RLIMIT_NOFILE, 256);
}

int confine_self(const struct confinement *confinement, const char **step)
{
    *step = "rlimits";
    int reason = restrict_resources(confinement);
    if (reason == 0) {
        *step = "no_new_privs";
        reason = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;
    }
    int abi = confinement->readable == NULL ? 0 : landlock_abi();
    if (reason == 0 && abi >= 1) {
        *step = "Landlock";
        reason = restrict_files(confinement, abi);
    }
    return reason;
}
