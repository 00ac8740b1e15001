// SPDX-License-Identifier: MIT
// Finds the project's root from the place of the running program.
#include "harness/base/paths.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"

/// The folder of the running program, without a slash at the end.
static void program_folder(char folder[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (n <= 0) {
        die("cannot find my own program: is /proc mounted?");
    }
    folder[n] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
}

static const char *find_root(char folder[PATH_MAX])
{
    program_folder(folder);
    for (;;) {
        char *probe = xasprintf("%s/grading/rubrics", folder);
        int found = access(probe, F_OK) == 0;
        free(probe);
        if (found) {
            return folder;
        }
        char *slash = strrchr(folder, '/');
        if (slash == NULL) {
            die("cannot find the project's folder above my own program; set MMGRADE_ROOT");
        }
        *slash = '\0';
    }
}

const char *paths_root(void)
{
    static char folder[PATH_MAX];
    static const char *root;
    if (root == NULL) {
        root = getenv("MMGRADE_ROOT");
    }
    if (root == NULL) {
        root = find_root(folder);
    }
    return root;
}

char *paths_in_root(const char *relative)
{
    return relative[0] == '/' ? xstrdup(relative) : xasprintf("%s/%s", paths_root(), relative);
}

char *paths_beside_program(const char *name)
{
    char folder[PATH_MAX];
    program_folder(folder);
    char *beside = xasprintf("%s/%s", folder, name);
    for (char *slash; access(beside, F_OK) != 0 && (slash = strrchr(folder, '/')) != NULL;) {
        *slash = '\0';
        char *above = xasprintf("%s/%s", folder, name);
        if (access(above, F_OK) == 0) {
            free(beside);
            return above;
        }
        free(above);
    }
    return beside;
}
