// SPDX-License-Identifier: MIT
// mkostemp, then rename. A device, a pipe or a link is just opened: a rename would put a file into
// the place of /dev/stdout.
#include "reports/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/base/text_file.h"

bool replace_is_needed(const char *path, const char *text)
{
    struct error ignored;
    size_t n_bytes;
    char *old = text_file_read(path, strlen(text), &n_bytes, &ignored);
    bool needed = old == NULL || strcmp(old, text) != 0;
    free(old);
    return needed;
}

static bool refuse(const struct replacement *replacement, struct error *error)
{
    return error_at(error, replacement->path, 0, 0, "cannot be written: %s", strerror(errno));
}

/// The permissions that a file made with open() would have; mkostemp gives 0600.
static mode_t default_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static bool begin_temporary(struct replacement *replacement)
{
    replacement->temporary = xasprintf("%s.XXXXXX", replacement->path);
    int descriptor = mkostemp(replacement->temporary, O_CLOEXEC);
    if (descriptor < 0) {
        free(replacement->temporary);
        return false;
    }
    replacement->stream = fdopen(descriptor, "w");
    if (replacement->stream == NULL) {
        die("out of memory");
    }
    return true;
}

bool replace_begin(struct replacement *replacement, const char *path, struct error *error)
{
    *replacement = (struct replacement){.path = path};
    struct stat status;
    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        replacement->stream = fopen(path, "we");
        return replacement->stream != NULL || refuse(replacement, error);
    }
    return begin_temporary(replacement) || refuse(replacement, error);
}

bool replace_finish(struct replacement *replacement, struct error *error)
{
    FILE *stream = replacement->stream;
    const char *temporary = replacement->temporary;
    bool ok = fflush(stream) == 0 && !ferror(stream);
    ok = ok && (temporary == NULL || fchmod(fileno(stream), default_mode()) == 0);
    ok = fclose(stream) == 0 && ok;
    ok = ok && (temporary == NULL || rename(temporary, replacement->path) == 0);
    if (!ok) {
        refuse(replacement, error);
        if (temporary != NULL) {
            unlink(temporary);
        }
    }
    free(replacement->temporary);
    return ok;
}

void replace_abandon(struct replacement *replacement)
{
    fclose(replacement->stream);
    if (replacement->temporary != NULL) {
        unlink(replacement->temporary);
        free(replacement->temporary);
    }
}
