// SPDX-License-Identifier: MIT
// Running a program under the recorder. Its logs stay whatever becomes of it; they are read when it
// has ended.
#include "harness/cli/trace_record.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/scratch.h"
#include "harness/trace/reader.h"
#include "harness/trace/recording.h"

struct log {
    char *path;
    struct recording_head head;
};

/// Runs the command to its end; false when it could not be started.
static bool run(const char *folder, char *const *command)
{
    char *library = paths_beside_program("mmgrade-record.so");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        setenv("LD_PRELOAD", library, 1);
        setenv(RECORDING_FOLDER, folder, 1);
        execvp(command[0], command);
        _exit(127);
    }
    free(library);
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (pid < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 127)) {
        note("cannot run %s", command[0]);
        return false;
    }
    if (WIFSIGNALED(status)) {
        note("%s was ended by signal %d; what it did until then is recorded", command[0],
             WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0) {
        note("%s ended with status %d", command[0], WEXITSTATUS(status));
    }
    return true;
}

static int by_start(const void *a, const void *b)
{
    const struct log *left = a;
    const struct log *right = b;
    return (left->head.start_ns > right->head.start_ns) -
           (left->head.start_ns < right->head.start_ns);
}

static bool read_head(struct log *log)
{
    FILE *file = fopen(log->path, "re");
    bool fine = file != NULL && fread(&log->head, sizeof log->head, 1, file) == 1 &&
                memcmp(log->head.magic, RECORDING_MAGIC, sizeof log->head.magic) == 0;
    if (file != NULL) {
        fclose(file);
    }
    return fine;
}

/// The logs in a folder, in the order in which their processes began.
static struct log *list_logs(const char *folder, size_t *n_logs)
{
    struct log *logs = NULL;
    size_t capacity = 0;
    DIR *directory = opendir(folder);
    for (struct dirent *one; directory != NULL && (one = readdir(directory)) != NULL;) {
        struct log log = {.path = xasprintf("%s/%s", folder, one->d_name)};
        if (one->d_name[0] == '.' || !read_head(&log)) {
            free(log.path);
            continue;
        }
        logs = array_grow(logs, &capacity, *n_logs, sizeof *logs);
        logs[(*n_logs)++] = log;
    }
    if (directory != NULL) {
        closedir(directory);
    }
    if (*n_logs > 0) {
        qsort(logs, *n_logs, sizeof *logs, by_start);
    }
    return logs;
}

/// "out.rep" for the first process, "out.2.cc1.rep" for the second.
static char *trace_name(const char *output, size_t idx, const struct recording_head *head)
{
    if (idx == 0) {
        return xstrdup(output);
    }
    char program[sizeof head->name];
    memcpy(program, head->name, sizeof program);
    program[sizeof program - 1] = '\0';
    for (char *c = program; *c != '\0'; c++) {
        *c = isalnum((unsigned char)*c) || strchr("_+-", *c) != NULL ? *c : '_';
    }
    size_t n = strlen(output);
    bool has_suffix = n > 4 && strcmp(output + n - 4, ".rep") == 0;
    return xasprintf("%.*s.%zu.%s.rep", (int)(has_suffix ? n - 4 : n), output, idx + 1, program);
}

static void print_losses(const struct recording_losses *losses)
{
    const struct {
        size_t n;
        const char *what;
    } rows[] = {
        {losses->n_unknown, "of blocks from before the recording or a fork: left out"},
        {losses->n_aligned, "with an alignment of their own: kept as plain allocations"},
        {losses->n_huge, "of over 4 GiB: left out"},
        {losses->n_cut, "after the log was full: left out"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].n > 0) {
            printf("    %zu %s\n", rows[i].n, rows[i].what);
        }
    }
}

static bool convert(const struct log *log, const char *name)
{
    struct trace trace;
    struct recording_head head;
    struct recording_losses losses;
    struct error error;
    if (!recording_read(&trace, log->path, name, &head, &losses, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return false;
    }
    bool fine = true;
    if (trace.n_ops == 0) {
        printf("%s (process %u): asked for nothing\n", head.name, head.pid);
    } else if (trace_write(&trace, &readers[0], name, &error)) {
        printf("%s (process %u): %s, %zu operations, peak payload %llu bytes\n", head.name,
               head.pid, name, trace.n_ops, (unsigned long long)trace.peak_payload);
        print_losses(&losses);
    } else {
        fprintf(stderr, "%s\n", error.text);
        fine = false;
    }
    trace_free(&trace);
    return fine;
}

int trace_record(const char *output, char *const *command)
{
    char *folder = scratch_make();
    int status = run(folder, command) ? 0 : 2;
    size_t n_logs = 0;
    struct log *logs = status == 0 ? list_logs(folder, &n_logs) : NULL;
    if (status == 0 && n_logs == 0) {
        note("%s left no recording: it is linked statically, or runs as another user", command[0]);
        status = 2;
    }
    for (size_t i = 0; i < n_logs; i++) {
        char *name = trace_name(output, i, &logs[i].head);
        status = convert(&logs[i], name) ? status : 2;
        free(name);
        free(logs[i].path);
    }
    free(logs);
    scratch_remove(folder);
    return status;
}
