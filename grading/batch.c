// SPDX-License-Identifier: MIT
// Selecting, running, taking results, choosing.
#include "grading/batch.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grading/batch_child.h"
#include "harness/base/clock.h"
#include "harness/base/content_hash.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "harness/base/text_file.h"

#define MAX_RESULT_BYTES ((size_t)256 << 20)
#define TICK_MS 1000
#define MAX_HASHED_BYTES ((uint64_t)64 << 20)

// --- Selecting --------------------------------------------------------------------------------

/// Of what cannot be read there is nothing to hash, either. A folder may hold a file of a terabyte
/// that takes no space.
char *batch_hash(const struct submission_entry *entry)
{
    if (entry->refused != NULL) {
        return content_hash_text(entry->refused);
    }
    char *path = realpath(entry->path, NULL); // a roster may name links
    char *hash = path == NULL ? NULL : content_hash_bounded(path, MAX_HASHED_BYTES);
    free(path);
    return hash == NULL ? xstrdup("unreadable") : hash;
}

static bool needs_grading(const struct batch_plan *plan, struct gradebook *gradebook,
                          const struct batch_item *item)
{
    struct gradebook_row known;
    if (!gradebook_find(gradebook, item->entry->name, item->submission_hash, plan->grader_hash,
                        &known)) {
        return true;
    }
    bool needs = known.status == GRADE_HARNESS_ERROR ||
                 (plan->again != NULL && plan->again(plan->context, &known));
    gradebook_row_free(&known);
    return needs;
}

void batch_select(struct batch *batch, const struct batch_plan *plan, struct gradebook *gradebook)
{
    const struct intake *intake = plan->intake;
    *batch = (struct batch){.items = xcalloc(intake->n_entries, sizeof *batch->items),
                            .n_items = intake->n_entries,
                            .start_ns = clock_ns()};
    for (size_t i = 0; i < batch->n_items; i++) {
        struct batch_item *item = &batch->items[i];
        item->entry = &intake->entries[i];
        item->submission_hash = batch_hash(item->entry);
        item->is_pending = needs_grading(plan, gradebook, item);
        batch->n_pending += item->is_pending;
    }
}

void batch_free(struct batch *batch)
{
    for (size_t i = 0; i < batch->n_items; i++) {
        free(batch->items[i].submission_hash);
    }
    free(batch->items);
    *batch = (struct batch){0};
}

// --- Taking results ---------------------------------------------------------------------------

void batch_take(struct batch *batch, struct batch_item *item, const struct batch_plan *plan,
                struct gradebook *gradebook, const struct batch_outcome *outcome)
{
    const struct submission_entry *entry = item->entry;
    struct error error = {"nobody knows why"};
    struct gradebook_row row = {.name = xstrdup(entry->name),
                                .submission_hash = xstrdup(item->submission_hash),
                                .grader_hash = xstrdup(plan->grader_hash),
                                .submitted_at = entry->submitted_at,
                                .attempts = outcome->attempts,
                                .version = xstrdup(plan->version),
                                .seconds = outcome->seconds};
    row.student_id = entry->student_id == NULL ? NULL : xstrdup(entry->student_id);
    if (outcome->json != NULL &&
        plan->read(plan->context, outcome->json, strlen(outcome->json), &row, &error)) {
        row.result_json = xstrdup(outcome->json);
    } else {
        row.status = GRADE_HARNESS_ERROR;
        row.score = NAN;
        row.max_score = NAN;
        row.reason = xstrdup(outcome->reason == NULL ? error.text : outcome->reason);
    }
    gradebook_put(gradebook, &row);
    item->is_pending = false;
    batch->n_done++;
    batch->n_errors += row.status == GRADE_HARNESS_ERROR;
    if (plan->progress != NULL) {
        plan->progress(plan->context, batch, &row);
    }
    gradebook_row_free(&row);
}

// --- Running ----------------------------------------------------------------------------------

struct engine {
    struct batch *batch;
    const struct batch_plan *plan;
    struct batch_child *children; ///< n_jobs of them
    size_t next;                  ///< item to look at
    size_t n_started;
};

static void start_try(struct engine *engine, struct batch_child *child, struct batch_item *item,
                      unsigned attempt)
{
    *child = (struct batch_child){
        .item = item,
        .attempt = attempt,
        .place = (size_t)(child - engine->children),
        .folder = xasprintf("%s/%zu", engine->plan->work, engine->n_started++),
    };
    batch_child_start(child, engine->plan);
}

/// Gives each idle place the next pending item. How many run.
static size_t fill(struct engine *engine)
{
    size_t n_running = 0;
    for (size_t i = 0; i < engine->plan->n_jobs; i++) {
        struct batch_child *child = &engine->children[i];
        while (child->pid == 0 && engine->next < engine->batch->n_items) {
            struct batch_item *item = &engine->batch->items[engine->next++];
            if (item->is_pending) {
                start_try(engine, child, item, 1);
            }
        }
        n_running += child->pid != 0;
    }
    return n_running;
}

/// What the last try has left, or why there is nothing.
static void take(struct engine *engine, const struct batch_child *child, bool has_result)
{
    const struct batch_plan *plan = engine->plan;
    struct error error = {""};
    size_t n_bytes;
    char *json =
        has_result ? text_file_read(child->path, MAX_RESULT_BYTES, &n_bytes, &error) : NULL;
    char *reason = has_result ? xstrdup(error.text) : batch_child_reason(child);
    struct batch_outcome outcome = {.json = json,
                                    .reason = json == NULL ? reason : NULL,
                                    .attempts = child->attempt,
                                    .seconds = (double)(clock_ns() - child->start_ns) / 1e9};
    plan->take(plan->context, engine->batch, child->item, &outcome);
    free(reason);
    free(json);
}

/// A child has ended: its result is taken, or the item is tried again.
static void finish(struct engine *engine, struct batch_child *child)
{
    struct batch_item *item = child->item;
    unsigned attempt = child->attempt;
    bool has_result = batch_child_reap(child) && !child->is_late;
    bool goes_on = !has_result && attempt < engine->plan->n_tries;
    if (!goes_on) {
        take(engine, child, has_result);
    }
    batch_child_stop(child);
    if (goes_on) {
        start_try(engine, child, item, attempt + 1);
    }
}

/// Waits until a child ends or a second is over.
static void wait_for_children(struct engine *engine)
{
    size_t n = engine->plan->n_jobs;
    struct pollfd *polled = xcalloc(n, sizeof *polled);
    for (size_t i = 0; i < n; i++) {
        bool runs = engine->children[i].pid != 0;
        polled[i] = (struct pollfd){.fd = runs ? engine->children[i].pidfd : -1, .events = POLLIN};
    }
    int n_ready = poll(polled, n, TICK_MS);
    for (size_t i = 0; n_ready > 0 && interrupt_seen() == 0 && i < n; i++) {
        if (polled[i].revents != 0) {
            finish(engine, &engine->children[i]);
        }
    }
    if (n_ready == 0 && engine->plan->progress != NULL) {
        engine->plan->progress(engine->plan->context, engine->batch, NULL);
    }
    free(polled);
}

static void stop_late(struct engine *engine)
{
    for (size_t i = 0; i < engine->plan->n_jobs; i++) {
        struct batch_child *child = &engine->children[i];
        double seconds = (double)(clock_ns() - child->start_ns) / 1e9;
        if (child->pid != 0 && !child->is_late && seconds > engine->plan->max_seconds) {
            child->is_late = true;
            kill(child->pid, SIGKILL); // its end is seen like any other
        }
    }
}

static void make_work_folder(const char *work)
{
    // An earlier run that was killed has left it.
    if (!scratch_remove_tree(work) || mkdir(work, 0700) != 0) {
        die("%s: %s", work, strerror(errno));
    }
}

void batch_run(struct batch *batch, const struct batch_plan *plan)
{
    struct engine engine = {
        .batch = batch, .plan = plan, .children = xcalloc(plan->n_jobs, sizeof *engine.children)};
    make_work_folder(plan->work);
    while (interrupt_seen() == 0 && fill(&engine) > 0) {
        wait_for_children(&engine);
        stop_late(&engine);
    }
    for (size_t i = 0; i < plan->n_jobs; i++) {
        batch_child_stop(&engine.children[i]);
    }
    free(engine.children);
    scratch_remove_tree(plan->work);
}

// --- Choosing ---------------------------------------------------------------------------------

static bool find_row(const struct batch_item *item, const struct batch_plan *plan,
                     struct gradebook *gradebook, bool best, struct gradebook_row *row)
{
    const char *name = item->entry->name;
    return best ? gradebook_find_best(gradebook, name, plan->grader_hash, plan->final,
                                      plan->context, row)
                : gradebook_find(gradebook, name, item->submission_hash, plan->grader_hash, row);
}

void batch_choose(const struct batch *batch, const struct batch_plan *plan,
                  struct gradebook *gradebook, bool best)
{
    gradebook_begin(gradebook);
    gradebook_choose_none(gradebook);
    for (size_t i = 0; i < batch->n_items; i++) {
        const struct batch_item *item = &batch->items[i];
        struct gradebook_row row;
        gradebook_set_origin(gradebook, item->entry->name, item->submission_hash, plan->grader_hash,
                             item->entry->submitted_at, item->entry->student_id);
        if (find_row(item, plan, gradebook, best, &row)) {
            gradebook_choose(gradebook, &row);
            gradebook_row_free(&row);
        }
    }
    gradebook_commit(gradebook);
}
