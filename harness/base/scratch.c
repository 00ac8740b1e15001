// SPDX-License-Identifier: MIT
// Temporary folders.
#include "harness/base/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"

char *scratch_make(void)
{
    const char *parent = getenv("TMPDIR");
    char *folder = xasprintf("%s/mmgrade.XXXXXX", parent == NULL ? "/tmp" : parent);
    if (mkdtemp(folder) == NULL) {
        die("cannot make a temporary folder %s: %s", folder, strerror(errno));
    }
    return folder;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void scratch_remove(char *folder)
{
    if (folder != NULL) {
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        free(folder);
    }
}
