// SPDX-License-Identifier: MIT
// mkostemp, then rename.
#include "reports/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/memory.h"

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

bool replace_begin(struct replacement *replacement, const char *path, struct error *error)
{
    *replacement = (struct replacement){.path = path, .temporary = xasprintf("%s.XXXXXX", path)};
    int descriptor = mkostemp(replacement->temporary, O_CLOEXEC);
    if (descriptor < 0) {
        refuse(replacement, error);
        free(replacement->temporary);
        return false;
    }
    replacement->stream = fdopen(descriptor, "w");
    if (replacement->stream == NULL) {
        die("out of memory");
    }
    return true;
}

bool replace_finish(struct replacement *replacement, struct error *error)
{
    FILE *stream = replacement->stream;
    bool ok = fflush(stream) == 0 && !ferror(stream);
    ok = ok && fchmod(fileno(stream), default_mode()) == 0;
    ok = fclose(stream) == 0 && ok && rename(replacement->temporary, replacement->path) == 0;
    if (!ok) {
        refuse(replacement, error);
        unlink(replacement->temporary);
    }
    free(replacement->temporary);
    return ok;
}
