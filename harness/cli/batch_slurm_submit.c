// SPDX-License-Identifier: MIT
// Chunks are sized by time: Slurm starts some two tasks a second, so a task should take minutes.
#include "harness/cli/batch_slurm_submit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "grading/slurm_queue.h"
#include "grading/slurm_records.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/printable.h"
#include "reports/replace.h"

#define TASK_SECONDS 450.0
#define MAX_TASKS 1000        ///< Slurm's MaxArraySize is 1001, unless the site has another
#define TIME_RESERVE 4        ///< a task may take so many times what is expected
#define COLLECTING_MINUTES 60 ///< 10,000 outcomes take some five

// --- Files ------------------------------------------------------------------------------------

static void make_folder(const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        die("%s: %s", path, strerror(errno));
    }
}

/// A fresh folder with its subfolders. Its name, which sorts by time; the caller frees it.
static char *make_run_folder(const char *spool)
{
    static const char *const subfolders[] = {"chunks", "results", "taken"};
    char moment[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(moment, sizeof moment, "%Y%m%d-%H%M%S", gmtime_r(&now, &utc));
    make_folder(spool);
    char *folder = xasprintf("%s/%s-XXXXXX", spool, moment);
    if (mkdtemp(folder) == NULL) {
        die("%s: %s", folder, strerror(errno));
    }
    for (size_t i = 0; i < sizeof subfolders / sizeof *subfolders; i++) {
        char *path = xasprintf("%s/%s", folder, subfolders[i]);
        make_folder(path);
        free(path);
    }
    char *name = xstrdup(strrchr(folder, '/') + 1);
    free(folder);
    return name;
}

static FILE *begin(struct replacement *replacement, const char *path)
{
    struct error error;
    if (!replace_begin(replacement, path, &error)) {
        die("%s", error.text);
    }
    return replacement->stream;
}

static void finish(struct replacement *replacement)
{
    struct error error;
    if (!replace_finish(replacement, &error)) {
        die("%s", error.text);
    }
}

static void write_chunks(const struct batch_slurm_run *run, const char *folder,
                         const struct batch *batch, const struct batch_plan *plan)
{
    size_t n = 0;
    struct batch_item **pending = xcalloc(run->n_submissions, sizeof(struct batch_item *));
    for (size_t i = 0; i < batch->n_items; i++) {
        if (batch->items[i].is_pending) {
            pending[n++] = &batch->items[i];
        }
    }
    for (size_t i = 0; i < run->n_tasks; i++) {
        struct replacement replacement;
        size_t first = i * run->chunk_size;
        size_t n_left = n - first;
        char *path = xasprintf("%s/chunks/%zu", folder, i);
        slurm_chunk_write(begin(&replacement, path), plan->grader_hash, pending + first,
                          n_left < run->chunk_size ? n_left : run->chunk_size);
        finish(&replacement);
        free(path);
    }
    free(pending);
}

static void put_word(FILE *stream, const char *string)
{
    char *word = shell_word(string);
    fputs(word, stream);
    free(word);
}

/// A script that repeats this command with one more option. Slurm's own --output would take '%' and
/// '\\' in a path for something else.
static void write_script(const char *path, const struct batch_slurm *slurm, const char *folder,
                         const char *messages, const char *option)
{
    struct replacement replacement;
    FILE *stream = begin(&replacement, path);
    char *program = paths_beside_program("mmgrade");
    char *here = getcwd(NULL, 0);
    fputs("#!/bin/sh\n# Written by 'mmgrade batch --engine slurm'.\nrun=", stream);
    put_word(stream, folder);
    fprintf(stream, "\nexec >>\"$run/%s\" 2>&1\ncd ", messages);
    put_word(stream, here == NULL ? "/" : here);
    fputs(" || exit 2\nexec ", stream);
    put_word(stream, program);
    fprintf(stream, " batch %s", option);
    for (char *const *argument = slurm->arguments; *argument != NULL; argument++) {
        putc(' ', stream);
        put_word(stream, *argument);
    }
    putc('\n', stream);
    finish(&replacement);
    free(here);
    free(program);
}

// --- Sizes ------------------------------------------------------------------------------------

static size_t round_up(double number)
{
    size_t whole = (size_t)number;
    return whole + ((double)whole < number);
}

static size_t choose_chunk_size(const struct batch_slurm *slurm, const struct batch_plan *plan,
                                size_t n_submissions)
{
    if (slurm->options->chunk_size > 0) {
        return slurm->options->chunk_size;
    }
    size_t by_time = round_up(TASK_SECONDS * (double)plan->n_jobs / slurm->seconds);
    size_t by_number = (n_submissions + MAX_TASKS - 1) / MAX_TASKS;
    return by_time > by_number ? by_time : by_number;
}

static void choose_sizes(const struct batch_slurm *slurm, const struct batch *batch,
                         const struct batch_plan *plan, struct batch_slurm_run *run)
{
    size_t n = batch->n_pending - batch->n_done;
    size_t size = choose_chunk_size(slurm, plan, n);
    run->n_submissions = n;
    run->chunk_size = size < n ? size : n;
    run->n_tasks = (n + run->chunk_size - 1) / run->chunk_size;
    run->task_seconds = slurm->seconds * (double)run->chunk_size / (double)plan->n_jobs;
}

// --- Jobs -------------------------------------------------------------------------------------

char *batch_slurm_job_name(const char *run)
{
    return xasprintf("mmgrade-%s", run);
}

static bool submit_array(const struct batch_slurm *slurm, const struct batch_plan *plan,
                         const char *folder, struct batch_slurm_run *run, struct error *error)
{
    char *script = xasprintf("%s/task.sh", folder);
    write_script(script, slurm, folder, "task-$SLURM_ARRAY_TASK_ID.txt",
                 "--task \"$run/$SLURM_ARRAY_TASK_ID\"");
    struct slurm_job job = {
        .name = run->job_name,
        .script = script,
        .n_minutes = 1 + (size_t)((TIME_RESERVE * run->task_seconds + plan->max_seconds) / 60),
        .n_cpus = slurm->n_cpus,
        .n_tasks = run->n_tasks,
        .n_at_once = slurm->options->n_at_once,
        .options = slurm->options->site,
    };
    bool ok = slurm_submit(&job, &run->job_id, error);
    free(script);
    return ok;
}

static bool submit_collecting_job(const struct batch_slurm *slurm, const char *folder,
                                  struct batch_slurm_run *run, struct error *error)
{
    char *script = xasprintf("%s/collect.sh", folder);
    char *name = xasprintf("mmgrade-collect-%s", run->name);
    write_script(script, slurm, folder, "collect.txt", "--collect");
    struct slurm_job job = {.name = name,
                            .script = script,
                            .n_minutes = COLLECTING_MINUTES,
                            .n_cpus = 1,
                            .after = run->job_id,
                            .options = slurm->options->site};
    bool ok = slurm_submit(&job, &run->collecting_job_id, error);
    free(name);
    free(script);
    return ok;
}

bool batch_slurm_submit(const struct batch_slurm *slurm, const struct batch *batch,
                        const struct batch_plan *plan, struct batch_slurm_run *run,
                        struct error *error)
{
    *run = (struct batch_slurm_run){.name = make_run_folder(slurm->folder)};
    run->job_name = batch_slurm_job_name(run->name);
    char *folder = xasprintf("%s/%s", slurm->folder, run->name);
    choose_sizes(slurm, batch, plan, run);
    write_chunks(run, folder, batch, plan);
    bool ok = submit_array(slurm, plan, folder, run, error) &&
              (slurm->options->waits || submit_collecting_job(slurm, folder, run, error));
    free(folder);
    if (!ok) {
        batch_slurm_run_free(run);
    }
    return ok;
}

void batch_slurm_run_free(struct batch_slurm_run *run)
{
    free(run->name);
    free(run->job_name);
    free(run->job_id);
    free(run->collecting_job_id);
    *run = (struct batch_slurm_run){0};
}
