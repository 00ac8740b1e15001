// SPDX-License-Identifier: MIT
// Laying out what is compiled around a submission's functions.
#include "harness/sandbox/frame.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"

static void copy_file(const char *from, const char *folder, const char *name)
{
    char buffer[65536];
    char *to = xasprintf("%s/%s", folder, name);
    FILE *in = fopen(from, "re");
    FILE *out = fopen(to, "we");
    size_t n = in == NULL ? 0 : fread(buffer, 1, sizeof buffer, in);
    if (in == NULL || out == NULL || n == sizeof buffer || fwrite(buffer, 1, n, out) != n) {
        die("cannot copy %s to %s: %s", from, to, strerror(errno));
    }
    fclose(in);
    fclose(out);
    free(to);
}

void frame_copy_folder(const char *from, const char *suffix, const char *to)
{
    DIR *directory = opendir(from);
    if (directory == NULL) {
        die("cannot read the public headers in %s: %s", from, strerror(errno));
    }
    size_t m = strlen(suffix);
    for (struct dirent *one; (one = readdir(directory)) != NULL;) {
        size_t n = strlen(one->d_name);
        if (n > m && strcmp(one->d_name + n - m, suffix) == 0) {
            char *path = xasprintf("%s/%s", from, one->d_name);
            copy_file(path, to, one->d_name);
            free(path);
        }
    }
    closedir(directory);
}

static FILE *create(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        die("cannot write %s: %s", path, strerror(errno));
    }
    free(path);
    return file;
}

/// Copies the spare of a function as NAME.c and has the rest include it.
static void add_spare(const char *spare, const char *name, const char *include, FILE *rest)
{
    char *file_name = xasprintf("mmgrade_%s.c", name);
    copy_file(spare, include, file_name);
    fprintf(rest, "#include \"%s\"\n", file_name);
    free(file_name);
}

void frame_provide(const struct build_frame *frame, const struct contract *contract,
                   const char *include)
{
    static const char *const own[] = {"link.c", "core.c"};
    frame_copy_folder(frame->folder, ".h", include);
    for (size_t i = 0; i < 2; i++) {
        char *path = xasprintf("%s/%s", frame->folder, own[i]);
        copy_file(path, include, own[i]);
        free(path);
    }
    FILE *parts = create(include, "mmgrade_parts.h");
    FILE *rest = create(include, "mmgrade_rest.c");
    fputs("#define MMGRADE_CORE\n#include \"core.c\"\n", rest);
    for (size_t i = 0; frame->functions[i] != NULL; i++) {
        const char *name = frame->functions[i];
        if ((contract->declared & 1u << i) != 0) {
            fprintf(parts, "#define MMGRADE_DECLARES_%s\n", name);
        }
        if ((contract->defined & 1u << i) != 0) {
            fprintf(parts, "#define MMGRADE_HAS_%s\n", name);
        } else {
            add_spare(frame->spares[i], name, include, rest);
        }
    }
    if (fclose(parts) != 0 || fclose(rest) != 0) {
        die("cannot write into %s: %s", include, strerror(errno));
    }
}

bool frame_has(const struct build_frame *frame, const char *name)
{
    char *path = xasprintf("%s/%s", frame->folder, name);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

char *frame_describe(const struct build_frame *frame, unsigned defined)
{
    char *text = xstrdup("");
    for (size_t i = 0; frame->functions[i] != NULL; i++) {
        if ((defined & 1u << i) != 0) {
            char *longer =
                xasprintf("%s%s%s", text, *text == '\0' ? "" : ", ", frame->functions[i]);
            free(text);
            text = longer;
        }
    }
    return text;
}
