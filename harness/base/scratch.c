// SPDX-License-Identifier: MIT
// Temporary folders.
#include "harness/base/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"

/// What is still there is removed when the program ends, by exit() or die().
static char **folders;
static size_t n_folders;
static pid_t owner; ///< a child of ours ends without removing what is its parent's

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

bool scratch_remove_tree(const char *folder)
{
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT;
}

static void remove_all(void)
{
    if (getpid() != owner) {
        return;
    }
    for (size_t i = 0; i < n_folders; i++) {
        scratch_remove_tree(folders[i]);
        free(folders[i]);
    }
    free(folders);
}

char *scratch_make(void)
{
    const char *parent = getenv("TMPDIR");
    char *folder =
        xasprintf("%s/mmgrade.XXXXXX", parent == NULL || *parent == '\0' ? "/tmp" : parent);
    if (mkdtemp(folder) == NULL) {
        die("cannot make a temporary folder %s: %s", folder, strerror(errno));
    }
    if (folders == NULL) {
        owner = getpid();
        atexit(remove_all);
    }
    folders = xreallocarray(folders, n_folders + 1, sizeof *folders);
    folders[n_folders++] = folder;
    return folder;
}

void scratch_remove(char *folder)
{
    for (size_t i = 0; folder != NULL && i < n_folders; i++) {
        if (folders[i] == folder) {
            scratch_remove_tree(folder);
            free(folder);
            folders[i] = folders[--n_folders];
            return;
        }
    }
}
