// SPDX-License-Identifier: MIT
// Resolving links matters: a rule of Landlock for /lib would be one for all of /usr/lib.
#include "harness/sandbox/system_folders.h"

#include <dirent.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/paths.h"

// /usr/local, /usr/share and /usr/src are not among them: nothing there is needed, and courses keep
// things there.
const struct system_folder system_folders[] = {{"/bin", false},         {"/sbin", false},
                                               {"/lib", true},          {"/lib32", true},
                                               {"/lib64", true},        {"/libx32", true},
                                               {"/usr/bin", false},     {"/usr/include", false},
                                               {"/usr/libexec", false}, {"/usr/lib", true},
                                               {"/usr/lib32", true},    {"/usr/lib64", true},
                                               {"/usr/libx32", true},   {NULL}};

struct list {
    char **items;
    size_t n;
    size_t capacity;
};

/// Whether `path` is below `folder`.
static bool lies_in(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return strncmp(path, folder, n) == 0 && path[n] == '/';
}

static const char *root(void)
{
    static char *resolved;
    if (resolved == NULL) {
        resolved = realpath(paths_root(), NULL);
    }
    return resolved == NULL ? "" : resolved;
}

const char *system_folders_hidden(void)
{
    for (const struct system_folder *one = system_folders; one->path != NULL; one++) {
        char *resolved = realpath(one->path, NULL);
        bool holds = resolved != NULL && lies_in(root(), resolved);
        free(resolved);
        if (holds) {
            return root();
        }
    }
    return NULL;
}

static void add(struct list *list, char *path)
{
    list->items = array_grow(list->items, &list->capacity, list->n, sizeof *list->items);
    list->items[list->n++] = path;
}

/// Takes an allocated path without links.
static void add_without_root(struct list *list, char *path)
{
    if (!lies_in(root(), path)) {
        add(list, path);
        return;
    }
    DIR *folder = opendir(path);
    for (struct dirent *one; folder != NULL && (one = readdir(folder)) != NULL;) {
        char *child = xasprintf("%s/%s", path, one->d_name);
        if (one->d_name[0] == '.' || one->d_type == DT_LNK || strcmp(child, root()) == 0) {
            free(child);
        } else {
            add_without_root(list, child);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    free(path);
}

static bool has(const struct list *list, const char *path)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->items[i], path) == 0) {
            return true;
        }
    }
    return false;
}

/// The folders as they are on this machine, found once.
static const struct list *resolve(bool only_libraries)
{
    static struct list lists[2];
    struct list *list = &lists[only_libraries];
    if (list->n > 0) {
        return list;
    }
    for (size_t i = 0; system_folders[i].path != NULL; i++) {
        const struct system_folder *one = &system_folders[i];
        char *path = one->has_libraries || !only_libraries ? realpath(one->path, NULL) : NULL;
        if (path != NULL && !has(list, path)) {
            add_without_root(list, path);
        } else {
            free(path);
        }
    }
    return list;
}

const char **system_folders_list(bool only_libraries, const char *const *more)
{
    const struct list *folders = resolve(only_libraries);
    size_t n_more = 0;
    while (more[n_more] != NULL) {
        n_more++;
    }
    const char **list = xcalloc(folders->n + n_more + 1, sizeof *list);
    for (size_t i = 0; i < folders->n; i++) {
        list[i] = folders->items[i];
    }
    memcpy(list + folders->n, more, n_more * sizeof *more);
    return list;
}
