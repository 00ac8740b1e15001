// SPDX-License-Identifier: MIT
// The list is read, what has an outcome is left out, the engine of this machine does the rest in a
// folder that is the node's own.
#include "harness/cli/batch_task.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/slurm_records.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "reports/replace.h"

struct task {
    char *run;
    const char *chunk_name; ///< its number
    struct slurm_chunk chunk;
    const struct batch_plan *plan; ///< the caller's
};

/// The caller frees it.
static char *outcome_path(const struct task *task, const char *subfolder, size_t item_idx)
{
    return xasprintf("%s/%s/%s.%zu", task->run, subfolder, task->chunk_name, item_idx);
}

// --- Grading ----------------------------------------------------------------------------------

/// What lies there, by content and by place: a folder that was removed and unpacked again in the
/// meantime is another one. The caller frees it.
static char *fingerprint(const struct submission_entry *entry)
{
    struct stat status = {0};
    if (entry->path != NULL) {
        stat(entry->path, &status);
    }
    char *hash = batch_hash(entry);
    char *text = xasprintf("%s %ju %jd.%09ld", hash, (uintmax_t)status.st_ino,
                           (intmax_t)status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
    free(hash);
    return text;
}

static bool is_same_grader(const struct task *task)
{
    char node[65] = "";
    if (strcmp(task->chunk.grader_hash, task->plan->grader_hash) == 0) {
        return true;
    }
    gethostname(node, sizeof node - 1);
    note("%s does not judge as the machine that submitted: mmgrade, compiler, rubric or a trace "
         "differs",
         node);
    return false;
}

/// For struct batch_plan.
static bool grade(void *context, const struct submission_entry *entry, const char *path)
{
    const struct task *task = context;
    const char *listed =
        task->chunk.batch.items[entry - task->chunk.intake.entries].submission_hash;
    if (!is_same_grader(task)) {
        return false;
    }
    char *before = fingerprint(entry);
    bool ok = strncmp(before, listed, strlen(listed)) == 0 &&
              task->plan->grade(task->plan->context, entry, path);
    char *after = fingerprint(entry);
    if (strncmp(after, listed, strlen(listed)) != 0 || strcmp(before, after) != 0) {
        note("the submission has changed since it was listed");
        ok = false;
    }
    free(after);
    free(before);
    return ok;
}

/// For struct batch_plan.
static void take(void *context, struct batch *batch, struct batch_item *item,
                 const struct batch_outcome *outcome)
{
    struct task *task = context;
    struct error error;
    struct replacement replacement;
    char *path = outcome_path(task, "results", (size_t)(item - batch->items));
    bool ok = replace_begin(&replacement, path, &error);
    if (ok) {
        slurm_outcome_write(replacement.stream, task->chunk.grader_hash, item, outcome);
        ok = replace_finish(&replacement, &error);
    }
    if (!ok) {
        die("%s", error.text);
    }
    item->is_pending = false;
    batch->n_done++;
    free(path);
}

// --- The task ---------------------------------------------------------------------------------

/// What was done before the task was requeued, or by another that got the same chunk.
static void leave_out_done(struct task *task)
{
    struct batch *batch = &task->chunk.batch;
    for (size_t i = 0; i < batch->n_items; i++) {
        char *arrived = outcome_path(task, "results", i);
        char *taken = outcome_path(task, "taken", i);
        batch->items[i].is_pending = access(arrived, F_OK) != 0 && access(taken, F_OK) != 0;
        batch->n_pending += batch->items[i].is_pending;
        free(taken);
        free(arrived);
    }
}

static bool open_task(struct task *task, const char *name, struct error *error)
{
    const char *slash = strrchr(name, '/');
    if (slash == NULL) {
        return error_at(error, name, 0, 0, "--task takes RUN/CHUNK");
    }
    task->run = xasprintf("%.*s", (int)(slash - name), name);
    task->chunk_name = slash + 1;
    char *path = xasprintf("%s/chunks/%s", task->run, task->chunk_name);
    bool ok = slurm_chunk_read(path, &task->chunk, error);
    if (!ok) {
        free(task->run);
    }
    free(path);
    return ok;
}

bool batch_task_run(const char *name, const struct batch_plan *plan, struct error *error)
{
    struct task task = {.plan = plan};
    if (!open_task(&task, name, error)) {
        return false;
    }
    char *scratch = scratch_make();
    char *work = xasprintf("%s/work", scratch);
    struct batch_plan own = *plan;
    own.intake = &task.chunk.intake;
    own.work = work;
    own.context = &task;
    own.grade = grade;
    own.take = take;
    own.progress = NULL;
    leave_out_done(&task);
    batch_run(&task.chunk.batch, &own);
    printf("%zu of %zu submissions graded, %zu were done before\n", task.chunk.batch.n_done,
           task.chunk.batch.n_items, task.chunk.batch.n_items - task.chunk.batch.n_pending);
    free(work);
    scratch_remove(scratch);
    slurm_chunk_free(&task.chunk);
    free(task.run);
    return true;
}
