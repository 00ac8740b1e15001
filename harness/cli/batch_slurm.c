// SPDX-License-Identifier: MIT
// Submit, wait, take. The outcomes are the truth; the queue only tells when to stop waiting.
#include "harness/cli/batch_slurm.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "grading/slurm_collect.h"
#include "grading/slurm_queue.h"
#include "harness/base/clock.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/cli/batch_slurm_submit.h"

#define TICK_MS 1000
#define QUEUE_TICKS 10         ///< ticks between two looks at the queue
#define LATE_NS 60000000000ULL ///< a network file system may show a new file that much later
#define SECONDS_OF_DEFAULT 10.0

// --- What a submission costs ------------------------------------------------------------------

struct sum {
    double seconds;
    size_t n_rows;
};

static void add_row(void *context, const struct gradebook_row *row)
{
    struct sum *sum = context;
    if (row->seconds > 0) {
        sum->seconds += row->seconds;
        sum->n_rows++;
    }
}

double batch_slurm_estimate(struct gradebook *gradebook)
{
    struct sum sum = {0};
    gradebook_each(gradebook, add_row, &sum);
    return sum.n_rows == 0 ? SECONDS_OF_DEFAULT : sum.seconds / (double)sum.n_rows;
}

// --- Runs -------------------------------------------------------------------------------------

/// The oldest run that is still queued, in *run, or NULL; the caller frees it. Those that have come
/// to their end are removed.
static bool find_queued(const char *folder, char **run, struct error *error)
{
    size_t n;
    bool ok = true;
    char **runs = slurm_runs(folder, &n);
    *run = NULL;
    for (size_t i = 0; i < n; i++) {
        bool is_queued = false;
        char *name = batch_slurm_job_name(runs[i]);
        ok = ok && (*run != NULL || slurm_is_queued(name, &is_queued, error));
        if (is_queued) {
            *run = xstrdup(runs[i]);
        } else if (ok && *run == NULL) {
            slurm_run_remove(folder, runs[i]);
        }
        free(name);
        free(runs[i]);
    }
    free(runs);
    return ok;
}

static size_t n_left(const struct batch *batch)
{
    return batch->n_pending - batch->n_done;
}

/// Until all that is pending has arrived, or no task of the run can bring anything more.
static void wait_for(const char *run, const struct batch_slurm *slurm, struct batch *batch,
                     const struct batch_plan *plan)
{
    struct error ignored; // a controller that is away comes back
    char *name = batch_slurm_job_name(run);
    uint64_t seen_ns = clock_ns();
    for (unsigned tick = 0; interrupt_seen() == 0 && n_left(batch) > 0; tick++) {
        bool is_queued = false;
        if (tick % QUEUE_TICKS == 0 &&
            (!slurm_is_queued(name, &is_queued, &ignored) || is_queued)) {
            seen_ns = clock_ns();
        } else if (clock_ns() - seen_ns > LATE_NS) {
            break;
        }
        poll(NULL, 0, TICK_MS);
        slurm_collect(slurm->folder, batch, plan);
        plan->progress(plan->context, batch, NULL);
    }
    free(name);
}

// --- For people -------------------------------------------------------------------------------

static void print_run(const struct batch_slurm *slurm, const struct batch_slurm_run *run)
{
    printf("%zu submissions went to Slurm as job %s: %zu task%s of at most %zu, each about %.0f "
           "min\n",
           run->n_submissions, run->job_id, run->n_tasks, run->n_tasks == 1 ? "" : "s",
           run->chunk_size, run->task_seconds < 60 ? 1 : run->task_seconds / 60);
    if (run->collecting_job_id != NULL) {
        printf("  job %s takes the results after them; before that: the same command with "
               "--collect\n",
               run->collecting_job_id);
    }
    printf("  to follow it:    squeue --name=%s\n"
           "  its messages:    %s/%s/*.txt\n",
           run->job_name, slurm->folder, run->name);
    fflush(stdout);
}

static void print_queued(const char *run)
{
    printf("Slurm is still at work on this course (squeue --name=mmgrade-%s); nothing more is "
           "submitted meanwhile\n",
           run);
    fflush(stdout);
}

// --- The engine -------------------------------------------------------------------------------

/// The run to wait for, in *run: one that is queued, else a new one of all that is pending.
static bool find_or_submit(const struct batch_slurm *slurm, const struct batch *batch,
                           const struct batch_plan *plan, char **run, bool *is_new,
                           struct error *error)
{
    struct batch_slurm_run submitted;
    if (!find_queued(slurm->folder, run, error)) {
        return false;
    }
    *is_new = *run == NULL;
    if (!*is_new) {
        print_queued(*run);
        return true;
    }
    if (!batch_slurm_submit(slurm, batch, plan, &submitted, error)) {
        return false;
    }
    print_run(slurm, &submitted);
    *run = xstrdup(submitted.name);
    batch_slurm_run_free(&submitted);
    return true;
}

bool batch_slurm_grade(const struct batch_slurm *slurm, struct batch *batch,
                       const struct batch_plan *plan, struct error *error)
{
    bool is_over = false;
    while (!is_over && n_left(batch) > 0 && interrupt_seen() == 0) {
        char *run;
        bool is_new;
        if (!find_or_submit(slurm, batch, plan, &run, &is_new, error)) {
            return false;
        }
        if (slurm->options->waits) {
            wait_for(run, slurm, batch, plan);
        }
        is_over = is_new || !slurm->options->waits;
        free(run);
    }
    return true;
}
