// SPDX-License-Identifier: MIT
// Taking a submission's files. Links, devices and pipes are not opened: a link could name a file
// that the judge may read and the student may not.
#include "harness/sandbox/collect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"

struct text {
    char *bytes;
    size_t n_bytes;
};

/// Reads a regular file below `folder_fd`; false with *error otherwise.
static bool read_source(int folder_fd, const char *name, const char *shown, struct text *text,
                        struct error *error)
{
    int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    if (fd < 0) {
        return error_at(error, shown, 0, 0, "%s",
                        errno == ELOOP ? "is a link; hand in the file itself" : strerror(errno));
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > COLLECT_MAX_BYTES) {
        close(fd);
        return error_at(error, shown, 0, 0, "not a regular file of at most %u MiB",
                        COLLECT_MAX_BYTES >> 20);
    }
    text->bytes = xcalloc((size_t)status.st_size + 1, 1);
    ssize_t n = read(fd, text->bytes, (size_t)status.st_size);
    text->n_bytes = n < 0 ? 0 : (size_t)n;
    close(fd);
    return true;
}

static bool write_copy(const char *folder, const char *name, const struct text *text,
                       struct error *error)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *file = fopen(path, "wxe");
    bool ok = file != NULL && fwrite(text->bytes, 1, text->n_bytes, file) == text->n_bytes;
    ok = file != NULL && fclose(file) == 0 && ok;
    if (!ok) {
        error_at(error, path, 0, 0, "cannot write a copy: %s", strerror(errno));
    }
    free(path);
    return ok;
}

static bool has_suffix(const char *name, const char *suffix)
{
    size_t n = strlen(name);
    size_t m = strlen(suffix);
    return n > m && strcmp(name + n - m, suffix) == 0;
}

static void leave_out(struct collection *collection, const char *name, const char *why)
{
    char *shown = printable(name, strlen(name));
    char *longer = xasprintf("%s%s%s (%s)", collection->left_out,
                             *collection->left_out == '\0' ? "" : ", ", shown, why);
    free(shown);
    free(collection->left_out);
    collection->left_out = longer;
}

/// Why a .c file beside the entry is not compiled by itself, or NULL.
static const char *reason_to_leave(struct contract_file file, const struct contract *contract)
{
    return file.has_memlib          ? "is a memlib"
           : file.has_physical      ? "is a simulated memory"
           : file.has_allocator     ? "is another allocator"
           : contract->defined != 0 ? "has a function of the answer: #include it"
                                    : NULL;
}

static bool is_entry_name(const struct collection *collection, const char *name)
{
    bool is_entry = strcmp(name, collection->entry) == 0;
    for (size_t i = 0; i < collection->n_parts; i++) {
        is_entry |= strcmp(name, collection->parts[i]) == 0;
    }
    return is_entry;
}

static void append(char ***names, size_t *n_names, const char *name)
{
    *names = xreallocarray(*names, *n_names + 1, sizeof **names);
    (*names)[(*n_names)++] = xstrdup(name);
}

static bool take_file(struct collection *collection, const struct text *text, const char *name,
                      const char *folder, struct error *error)
{
    bool is_entry = is_entry_name(collection, name);
    if (!is_entry && collection->frame != NULL && frame_has(collection->frame, name)) {
        return true;
    }
    struct contract *contract = &collection->contract;
    struct contract spare = {.functions = contract->functions};
    bool is_helper = has_suffix(name, ".c") && !is_entry;
    struct contract_file file =
        contract_scan(is_helper ? &spare : contract, text->bytes, text->n_bytes);
    const char *reason = is_helper ? reason_to_leave(file, &spare) : NULL;
    contract->declared |= spare.declared;
    contract->defined |= spare.defined;
    if (reason != NULL) {
        leave_out(collection, name, reason);
    } else if (is_helper) {
        append(&collection->extras, &collection->n_extras, name);
    }
    return write_copy(folder, name, text, error);
}

static int is_source_name(const struct dirent *entry)
{
    return entry->d_name[0] != '.' &&
           (has_suffix(entry->d_name, ".c") || has_suffix(entry->d_name, ".h"));
}

static bool take_names(struct collection *collection, int folder_fd, struct dirent **names,
                       int n_names, const char *folder, struct error *error)
{
    size_t total = 0;
    bool ok = true;
    for (int i = 0; ok && i < n_names; i++) {
        struct text text = {0};
        char *shown = printable(names[i]->d_name, strlen(names[i]->d_name));
        ok = read_source(folder_fd, names[i]->d_name, shown, &text, error);
        total += text.n_bytes;
        if (ok && (total > COLLECT_MAX_BYTES || i >= COLLECT_MAX_FILES)) {
            ok = error_at(error, shown, 0, 0, "the submission has more than %d files or %u MiB",
                          COLLECT_MAX_FILES, COLLECT_MAX_BYTES >> 20);
        }
        ok = ok && take_file(collection, &text, names[i]->d_name, folder, error);
        free(text.bytes);
        free(shown);
    }
    return ok;
}

/// The next name of a list that spaces separate, allocated; NULL at its end.
static char *next_name(const char **list)
{
    const char *name = *list + strspn(*list, " ");
    size_t n = strcspn(name, " ");
    *list = name + n;
    return n == 0 ? NULL : strndup(name, n);
}

/// Notes which of the names are in the folder; false when none is.
static bool find_entries(struct collection *collection, int folder_fd, const char *names)
{
    for (char *name; (name = next_name(&names)) != NULL; free(name)) {
        if (faccessat(folder_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (collection->entry == NULL) {
            collection->entry = xstrdup(name);
        } else {
            append(&collection->parts, &collection->n_parts, name);
        }
    }
    return collection->entry != NULL;
}

/// A descriptor of the folder that holds an entry: `path`, or its only subfolder. -1: none.
static int open_folder(struct collection *collection, const char *path, const char *entries)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || find_entries(collection, fd, entries)) {
        return fd;
    }
    DIR *directory = fdopendir(fd);
    int inner = -1;
    int n_folders = 0;
    for (struct dirent *one; (one = readdir(directory)) != NULL;) {
        // Archives made on a Mac carry a folder of their own beside the real one.
        bool counts = one->d_name[0] != '.' && strcmp(one->d_name, "__MACOSX") != 0;
        if (counts && one->d_type == DT_DIR && n_folders++ == 0) {
            inner = openat(fd, one->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        }
    }
    closedir(directory);
    if (n_folders == 1 && inner >= 0 && find_entries(collection, inner, entries)) {
        return inner;
    }
    if (inner >= 0) {
        close(inner);
    }
    return -1;
}

static bool collect_folder(struct collection *collection, const char *path, const char *entries,
                           const char *folder, struct error *error)
{
    int fd = open_folder(collection, path, entries);
    if (fd < 0) {
        bool several = strchr(entries, ' ') != NULL;
        return error_at(error, path, 0, 0, "holds %s %s", several ? "none of" : "no", entries);
    }
    struct dirent **names = NULL;
    int n_names = scandirat(fd, ".", &names, is_source_name, alphasort);
    bool ok = n_names > 0 && take_names(collection, fd, names, n_names, folder, error);
    for (int i = 0; i < n_names; i++) {
        free(names[i]);
    }
    free(names);
    close(fd);
    return ok;
}

static bool collect_file(struct collection *collection, const char *path, const char *folder,
                         struct error *error)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    collection->entry = xstrdup(name);
    if (!has_suffix(name, ".c")) {
        return error_at(error, path, 0, 0, "is neither a folder nor a .c file");
    }
    struct text text = {0};
    bool ok = read_source(AT_FDCWD, path, path, &text, error) &&
              take_file(collection, &text, name, folder, error);
    free(text.bytes);
    return ok;
}

bool collect(struct collection *collection, const char *submission, const char *entries,
             const struct build_frame *frame, const char *folder, struct error *error)
{
    *collection = (struct collection){.left_out = xstrdup(""), .frame = frame};
    collection->contract.functions = frame == NULL ? NULL : frame->functions;
    struct stat status;
    if (stat(submission, &status) != 0) {
        return error_at(error, submission, 0, 0, "%s", strerror(errno));
    }
    return S_ISDIR(status.st_mode) ? collect_folder(collection, submission, entries, folder, error)
                                   : collect_file(collection, submission, folder, error);
}

static void free_names(char **names, size_t n_names)
{
    for (size_t i = 0; i < n_names; i++) {
        free(names[i]);
    }
    free(names);
}

void collection_free(struct collection *collection)
{
    free_names(collection->parts, collection->n_parts);
    free_names(collection->extras, collection->n_extras);
    free(collection->entry);
    free(collection->left_out);
}
