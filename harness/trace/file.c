// SPDX-License-Identifier: MIT
// Maps: reading costs 20 ns an operation more, most of it for fresh pages to read into.
#include "harness/trace/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/memory.h"

#define MAX_FILE_BYTES ((size_t)32 << 30)

static bool check_kind(const char *path, const struct stat *status, struct error *error)
{
    if (S_ISDIR(status->st_mode)) {
        return error_at(error, path, 0, 0, "is a folder, not a file");
    }
    if (!S_ISREG(status->st_mode) && !S_ISFIFO(status->st_mode)) {
        return error_at(error, path, 0, 0, "is neither a file nor a pipe");
    }
    if ((size_t)status->st_size > MAX_FILE_BYTES) {
        return error_at(error, path, 0, 0, "is too large (%lld bytes; the most is %zu)",
                        (long long)status->st_size, MAX_FILE_BYTES);
    }
    return true;
}

static bool map_all(struct file *file, int descriptor, const char *path, struct error *error)
{
    void *text = mmap(NULL, file->n_bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
    if (text == MAP_FAILED) {
        return error_at(error, path, 0, 0, "cannot map: %s", strerror(errno));
    }
    file->text = text;
    return true;
}

static bool read_all(struct file *file, int descriptor, const char *path, struct error *error)
{
    size_t capacity = 0;
    for (;;) {
        file->copy = array_grow(file->copy, &capacity, file->n_bytes, 1);
        file->text = file->copy;
        ssize_t n = read(descriptor, file->copy + file->n_bytes, capacity - file->n_bytes);
        if (n == 0) {
            return file->n_bytes > 0 || error_at(error, path, 0, 0, "is empty");
        }
        if (n < 0 && errno != EINTR) {
            return error_at(error, path, 0, 0, "%s", strerror(errno));
        }
        file->n_bytes += n < 0 ? 0 : (size_t)n;
        if (file->n_bytes > MAX_FILE_BYTES) {
            return error_at(error, path, 0, 0, "is too large (the most is %zu bytes)",
                            MAX_FILE_BYTES);
        }
    }
}

bool file_open(struct file *file, const char *path, struct error *error)
{
    *file = (struct file){0};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) {
        return error_at(error, path, 0, 0, "%s", strerror(errno));
    }
    struct stat status = {0};
    bool ok = fstat(descriptor, &status) == 0 ? check_kind(path, &status, error)
                                              : error_at(error, path, 0, 0, "%s", strerror(errno));
    // Files of /proc say that they have 0 bytes; only reading tells.
    if (ok && S_ISREG(status.st_mode) && status.st_size > 0) {
        file->n_bytes = (size_t)status.st_size;
        ok = map_all(file, descriptor, path, error);
    } else if (ok) {
        ok = read_all(file, descriptor, path, error);
    }
    close(descriptor);
    if (!ok) {
        file_close(file);
    }
    return ok;
}

void file_close(struct file *file)
{
    if (file->copy != NULL) {
        free(file->copy);
    } else if (file->text != NULL) {
        munmap((void *)(uintptr_t)file->text, file->n_bytes);
    }
    *file = (struct file){0};
}
