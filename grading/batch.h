// SPDX-License-Identifier: MIT
// Grading many submissions: which of them need it, running them side by side on this machine,
// taking their results into the gradebook.
//
//   batch_select   hashes what was handed in; leaves out what the gradebook has already
//   batch_run      grades the rest, each in a child of its own that writes one result file
//   batch_take     one result becomes a row; also of what was graded elsewhere (slurm_collect.h)
//   batch_choose   which row is the grade of each submission
//
// Children never see the gradebook. What a child was doing when anything died is lost, no more,
// and is done again by the next run.
#ifndef MMGRADE_GRADING_BATCH_H
#define MMGRADE_GRADING_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "grading/gradebook.h"
#include "grading/intake.h"
#include "harness/base/error.h"

/// One submission of the course. Belongs to struct batch.
struct batch_item {
    const struct submission_entry *entry;
    char *submission_hash; ///< of its files; of a refused one, of the reason
    bool is_pending;       ///< has to be graded
};

struct batch {
    struct batch_item *items; ///< in the order of the intake, so sorted by name
    size_t n_items;
    size_t n_pending; ///< at the start
    size_t n_done;    ///< of those
    size_t n_errors;  ///< harness errors among those
    uint64_t start_ns;
};

/// How grading an item ended.
struct batch_outcome {
    const char *json;   ///< the result; NULL: there is none
    const char *reason; ///< why not, for people; NULL: nobody knows
    unsigned attempts;
    double seconds; ///< of the last one
};

struct batch_plan {
    const struct intake *intake; ///< must outlive the batch
    const char *grader_hash;     ///< of all that may change a grade, but the submission
    const char *version;         ///< of the tool, for the rows
    const char *work;            ///< folder for what children are writing; batch_run makes it anew
    size_t n_jobs;               ///< children at a time, at least 1
    unsigned n_tries;            ///< of a submission that the harness fails on, at least 1
    double max_seconds;          ///< for one try; a child that takes longer is a harness error
    void *context;               ///< for the calls below

    /// Whether a submission that is in the gradebook has to be graded again. NULL: none.
    bool (*again)(void *context, const struct gradebook_row *known);
    /// In a child: grades, and writes the result as JSON to `path`. False, with a note on stderr,
    /// and any end of the child, is a harness error. A refused entry gets a result, too.
    bool (*grade)(void *context, const struct submission_entry *entry, const char *path);
    /// Fills status, score, max_score and first_verdict from the JSON text of a result. False with
    /// *error when it is none.
    bool (*read)(void *context, const char *json, size_t n_bytes, struct gradebook_row *row,
                 struct error *error);
    /// For batch_run: what became of the item, which is not pending any longer afterwards.
    void (*take)(void *context, struct batch *batch, struct batch_item *item,
                 const struct batch_outcome *outcome);
    /// What a row's score counts after deductions, for `best`. NULL: what it is.
    gradebook_final *final;
    /// After each row that was put, and about once a second with NULL. Maybe NULL.
    void (*progress)(void *context, const struct batch *batch, const struct gradebook_row *row);
};

/// Fills *batch. Harness errors of earlier runs are pending again. batch_free frees it.
void batch_select(struct batch *batch, const struct batch_plan *plan, struct gradebook *gradebook);

/// Grades what is pending. Stops early, with all children gone, once interrupted
/// (harness/base/interrupt.h); what was not finished stays pending.
void batch_run(struct batch *batch, const struct batch_plan *plan);

/// A hash of what was handed in, for the items. The caller frees it.
char *batch_hash(const struct submission_entry *entry);

/// Puts the outcome into the gradebook: the result, or a harness error when there is no readable
/// one. The item is not pending any longer. Taking the same result twice does no harm.
void batch_take(struct batch *batch, struct batch_item *item, const struct batch_plan *plan,
                struct gradebook *gradebook, const struct batch_outcome *outcome);

/// Chooses a row for each submission of the intake that has one: that of what is handed in now, or
/// with `best` the best of all versions that this grader has judged. What is handed in now was
/// handed in when the intake says, also if it was graded before that was known.
void batch_choose(const struct batch *batch, const struct batch_plan *plan,
                  struct gradebook *gradebook, bool best);

void batch_free(struct batch *batch);

#endif
