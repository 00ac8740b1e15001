// SPDX-License-Identifier: MIT
// posix_spawn of sbatch and squeue.
#include "grading/slurm_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/memory.h"

// --- Running a program ------------------------------------------------------------------------

struct words {
    char **items; ///< ends in NULL
    size_t n_items;
};

/// Appends a string and owns it.
static void add(struct words *words, char *word)
{
    words->items = xreallocarray(words->items, words->n_items + 2, sizeof *words->items);
    words->items[words->n_items++] = word;
    words->items[words->n_items] = NULL;
}

static void free_words(struct words *words)
{
    for (size_t i = 0; i < words->n_items; i++) {
        free(words->items[i]);
    }
    free(words->items);
}

/// All that is written to the pipe; the caller frees it.
static char *read_all(int fd)
{
    char *text = NULL;
    size_t n_bytes;
    FILE *stream = xopen_memstream(&text, &n_bytes);
    char buffer[4096];
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR);) {
        fwrite(buffer, 1, n > 0 ? (size_t)n : 0, stream);
    }
    fclose(stream);
    return text;
}

/// What becomes of its standard output goes into the pipe. 0, or why it did not start.
static int start(const struct words *words, const int pipe_fds[2], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO);
    int reason = posix_spawnp(pid, words->items[0], &actions, NULL, words->items, environ);
    posix_spawn_file_actions_destroy(&actions);
    return reason;
}

/// Runs the program; *output is what it printed, which the caller frees. False with *error, and
/// nothing to free, when it did not end well.
static bool run(const struct words *words, char **output, struct error *error)
{
    const char *program = words->items[0];
    int pipe_fds[2];
    pid_t pid;
    if (pipe2(pipe_fds, O_CLOEXEC) != 0) {
        die("pipe: %s", strerror(errno));
    }
    int reason = start(words, pipe_fds, &pid);
    close(pipe_fds[1]);
    char *text = reason == 0 ? read_all(pipe_fds[0]) : NULL;
    close(pipe_fds[0]);
    if (reason != 0) {
        return error_at(error, program, 0, 0, "%s; --engine slurm needs Slurm's programs in $PATH",
                        strerror(reason));
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0) {
        free(text);
        return error_at(error, program, 0, 0, "Slurm has refused; its own message is above");
    }
    *output = text;
    return true;
}

// --- Slurm ------------------------------------------------------------------------------------

bool slurm_answers(struct error *error)
{
    struct words words = {0};
    char *output = NULL;
    add(&words, xstrdup("sbatch"));
    add(&words, xstrdup("--version"));
    bool ok = run(&words, &output, error);
    bool is_queued;
    ok = ok && slurm_is_queued("mmgrade", &is_queued, error);
    free(output);
    free_words(&words);
    return ok;
}

static void add_options(struct words *words, const char *options)
{
    static const char blanks[] = " \t\n";
    for (options += strspn(options, blanks); *options != '\0'; options += strspn(options, blanks)) {
        size_t n = strcspn(options, blanks);
        add(words, xasprintf("%.*s", (int)n, options));
        options += n;
    }
}

static void add_array(struct words *words, const struct slurm_job *job)
{
    if (job->n_at_once > 0) {
        add(words, xasprintf("--array=0-%zu%%%zu", job->n_tasks - 1, job->n_at_once));
    } else {
        add(words, xasprintf("--array=0-%zu", job->n_tasks - 1));
    }
}

bool slurm_submit(const struct slurm_job *job, char **id, struct error *error)
{
    struct words words = {0};
    add(&words, xstrdup("sbatch"));
    add(&words, xstrdup("--parsable"));
    add(&words, xasprintf("--time=%zu", job->n_minutes));
    add(&words, xasprintf("--cpus-per-task=%zu", job->n_cpus));
    add_options(&words, job->options == NULL ? "" : job->options);
    add(&words, xstrdup("--ntasks=1"));
    add(&words, xstrdup("--requeue"));
    add(&words, xasprintf("--job-name=%s", job->name));
    add(&words, xstrdup("--output=/dev/null"));
    if (job->n_tasks > 0) {
        add_array(&words, job);
    }
    if (job->after != NULL) {
        add(&words, xasprintf("--dependency=afterany:%s", job->after));
    }
    add(&words, xstrdup(job->script));
    bool ok = run(&words, id, error);
    if (ok) {
        (*id)[strcspn(*id, ";\n")] = '\0'; // "ID" or "ID;CLUSTER"
    }
    free_words(&words);
    return ok;
}

bool slurm_is_queued(const char *name, bool *is_queued, struct error *error)
{
    struct words words = {0};
    char *output;
    add(&words, xstrdup("squeue"));
    add(&words, xstrdup("--noheader"));
    add(&words, xasprintf("--name=%s", name));
    add(&words, xstrdup("--format=%i"));
    bool ok = run(&words, &output, error);
    if (ok) {
        *is_queued = *output != '\0';
        free(output);
    }
    free_words(&words);
    return ok;
}
