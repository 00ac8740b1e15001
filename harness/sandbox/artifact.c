// SPDX-License-Identifier: MIT
// Hostile files and names.
#include "harness/sandbox/artifact.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/sandbox/isolation.h"

#define RUN_SECONDS 30.0
#define MAX_NAME_BYTES 200

bool artifact_run(const char *folder, const char *const *arguments, char **output)
{
    struct isolated isolated;
    isolated_start(&isolated, &(struct isolated_command){.arguments = arguments,
                                                         .folder = folder,
                                                         .seconds = RUN_SECONDS});
    bool ok = isolated_wait(&isolated) == ISOLATED_OK;
    if (output != NULL) {
        *output = xstrdup(isolated.output.head == NULL ? "" : isolated.output.head);
    }
    output_close(&isolated.output);
    return ok;
}

static char *read_all(int fd, size_t max_bytes, size_t *n_bytes)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
        (unsigned long long)status.st_size > max_bytes) {
        return NULL;
    }
    size_t n_wanted = (size_t)status.st_size;
    char *bytes = xcalloc(n_wanted + 1, 1);
    for (*n_bytes = 0; *n_bytes < n_wanted;) {
        ssize_t n = read(fd, bytes + *n_bytes, n_wanted - *n_bytes);
        if (n <= 0) {
            break;
        }
        *n_bytes += (size_t)n;
    }
    return bytes;
}

char *artifact_read(const char *folder, const char *path, size_t max_bytes, size_t *n_bytes)
{
    char *full = xasprintf("%s/%s", folder, path);
    int fd = open(full, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    char *bytes = fd < 0 ? NULL : read_all(fd, max_bytes, n_bytes);
    if (fd >= 0) {
        close(fd);
    }
    free(full);
    return bytes;
}

char *artifact_source_name(const char *name, size_t n_bytes)
{
    const char *slash = memrchr(name, '/', n_bytes);
    bool of_system = n_bytes > 5 && memcmp(name, "/usr/", 5) == 0;
    if (slash != NULL && !of_system) {
        n_bytes -= (size_t)(slash + 1 - name);
        name = slash + 1;
    }
    char *shown = printable(name, n_bytes < MAX_NAME_BYTES ? n_bytes : MAX_NAME_BYTES);
    for (char *c = shown; *c != '\0'; c++) {
        *c = *c == '\n' || *c == '\t' ? '?' : *c;
    }
    return shown;
}
