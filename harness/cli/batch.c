// SPDX-License-Identifier: MIT
// `mmgrade batch`: judges all submissions of a course, those that are not judged yet.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grading/batch.h"
#include "grading/slurm_collect.h"
#include "grading/slurm_queue.h"
#include "harness/base/cpus.h"
#include "harness/base/error.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/cli/batch_folder.h"
#include "harness/cli/batch_grade.h"
#include "harness/cli/batch_late.h"
#include "harness/cli/batch_options.h"
#include "harness/cli/batch_progress.h"
#include "harness/cli/batch_publish.h"
#include "harness/cli/batch_slurm.h"
#include "harness/cli/batch_task.h"
#include "harness/cli/commands.h"
#include "harness/cli/judge.h"
#include "harness/cli/names.h"
#include "harness/cli/subcommand.h"
#include "reports/course.h"
#include "reports/formats.h"

#define N_TRIES 3

/// What the engine's calls need.
struct course {
    const struct batch_options *options;
    struct judge judge;
    struct intake intake;
    struct late_rules late;
    char *grader_hash;
    char *work;
    char *slurm_folder;
    struct gradebook *gradebook;
    char *const *arguments; ///< of the command line, for Slurm's tasks
    struct batch_plan plan;
};

// --- The engine's calls -----------------------------------------------------------------------

/// Whether the student has another id now, and so other traces than those that were played.
static bool has_other_traces(const struct course *course, const struct gradebook_row *known)
{
    const struct lab_settings *settings = &course->judge.rubric.settings;
    bool per_student = false;
    for (size_t i = 0; i < settings->n_traces; i++) {
        per_student = per_student || settings->traces[i].per_student;
    }
    for (size_t i = 0; per_student && i < course->intake.n_entries; i++) {
        const struct submission_entry *entry = &course->intake.entries[i];
        if (strcmp(entry->name, known->name) == 0) {
            const char *now = entry->student_id == NULL ? "" : entry->student_id;
            return strcmp(now, known->student_id == NULL ? "" : known->student_id) != 0;
        }
    }
    return false;
}

static bool again(void *context, const struct gradebook_row *known)
{
    const struct course *course = context;
    const struct batch_options *options = course->options;
    return has_other_traces(course, known) || names_have(&options->regrade, known->name) ||
           (options->failed && known->first_verdict != NULL);
}

static bool grade(void *context, const struct submission_entry *entry, const char *path)
{
    const struct course *course = context;
    return batch_grade_entry(&course->judge, entry, path);
}

static bool read_result(void *context, const char *json, size_t n_bytes, struct gradebook_row *row,
                        struct error *error)
{
    (void)context;
    return batch_grade_read(json, n_bytes, row, error);
}

static void take(void *context, struct batch *batch, struct batch_item *item,
                 const struct batch_outcome *outcome)
{
    const struct course *course = context;
    batch_take(batch, item, &course->plan, course->gradebook, outcome);
}

static double final(void *context, const struct gradebook_row *row)
{
    const struct course *course = context;
    return late_rules_apply(&course->late, row).score;
}

static void progress(void *context, const struct batch *batch, const struct gradebook_row *row)
{
    const struct course *course = context;
    if (row != NULL) {
        struct export_source one = {.rows = xcalloc(1, sizeof *one.rows), .n_rows = 1};
        batch_publish(course->options->out, row, &course->late, one.rows);
        course_free(&one);
    }
    batch_progress_show(batch, row);
}

// --- The course -------------------------------------------------------------------------------

static void close_course(struct course *course)
{
    gradebook_close(course->gradebook);
    intake_free(&course->intake);
    late_rules_free(&course->late);
    judge_close(&course->judge);
    free(course->grader_hash);
    free(course->work);
    free(course->slurm_folder);
}

static bool open_gradebook(struct course *course, struct error *error)
{
    char *path = xasprintf("%s/gradebook.sqlite", course->options->out);
    course->gradebook = gradebook_open(path, error);
    free(path);
    return course->gradebook != NULL;
}

static bool read_intake(struct course *course, struct error *error)
{
    char *unpacked = xasprintf("%s/submissions", course->options->out);
    struct intake_plan plan = {.expected = course->judge.rubric.settings.build.entry,
                               .unpack_into = unpacked};
    bool ok = intake_read(course->options->submissions, &plan, &course->intake, error);
    free(unpacked);
    return ok;
}

/// That each name given with --regrade is one of the course.
static bool check_regrade(const struct course *course, struct error *error)
{
    const struct names *regrade = &course->options->regrade;
    for (size_t i = 0; i < regrade->n_items; i++) {
        size_t k = 0;
        while (k < course->intake.n_entries &&
               strcmp(course->intake.entries[k].name, regrade->items[i]) != 0) {
            k++;
        }
        if (k == course->intake.n_entries) {
            char *shown = printable_line(regrade->items[i]);
            error_at(error, course->options->submissions, 0, 0,
                     "holds no submission called '%s' (--regrade)", shown);
            free(shown);
            return false;
        }
    }
    return true;
}

static bool read_late_rules(struct course *course, struct error *error)
{
    const struct rubric *rubric = &course->judge.rubric;
    return late_rules_read(&course->late, &rubric->late, rubric->path, course->options->extensions,
                           error);
}

/// What judges: all that a task needs. False with a note and nothing to close.
static bool open_judge(struct course *course)
{
    struct error error;
    if (!judge_open(&course->judge, &course->options->choice)) {
        return false;
    }
    const struct rubric *rubric = &course->judge.rubric;
    bool ok = lab_find(rubric->lab)->check(&rubric->settings, &error) &&
              batch_grade_hash(&course->judge, &course->grader_hash, &error);
    if (!ok) {
        note("%s", error.text);
        close_course(course);
    }
    return ok;
}

/// The folder of grades, the submissions, the gradebook. False with a note and nothing to close.
static bool open_course(struct course *course)
{
    struct error error;
    const struct batch_options *options = course->options;
    bool needs_slurm = options->engine == ENGINE_SLURM && !options->collect;
    bool ok = (!needs_slurm || slurm_answers(&error)) && read_late_rules(course, &error) &&
              batch_folder_open(options->out, options->submissions, &error) &&
              read_intake(course, &error) && check_regrade(course, &error) &&
              open_gradebook(course, &error);
    if (!ok) {
        note("%s", error.text);
        close_course(course);
        return false;
    }
    late_rules_check(&course->late, &course->intake);
    char *out = realpath(options->out, NULL); // the sandbox takes no relative paths
    course->work = xasprintf("%s/work", out);
    course->slurm_folder = xasprintf("%s/slurm", out);
    free(out);
    return true;
}

/// CPUs for one submission: the judge and a worker that is timed have one each.
static size_t cpus_per_job(const struct course *course)
{
    return course->judge.rubric.settings.speed.enabled ? 2 : 1;
}

/// How many submissions at a time. A task of Slurm has the CPUs that were asked for.
static size_t choose_jobs(const struct course *course)
{
    if (course->options->n_jobs > 0) {
        return course->options->n_jobs;
    }
    if (course->options->task != NULL || course->options->engine != ENGINE_LOCAL) {
        return 1;
    }
    size_t n_jobs = cpus_count() / cpus_per_job(course);
    return n_jobs > 0 ? n_jobs : 1;
}

static void make_plan(struct course *course)
{
    course->plan = (struct batch_plan){
        .intake = &course->intake,
        .grader_hash = course->grader_hash,
        .version = MMGRADE_VERSION,
        .work = course->work,
        .n_jobs = choose_jobs(course),
        .n_tries = N_TRIES,
        .max_seconds = batch_grade_max_seconds(&course->judge),
        .context = course,
        .again = again,
        .grade = grade,
        .read = read_result,
        .take = take,
        .final = final,
        .progress = progress,
    };
}

static bool grade_on_slurm(struct course *course, struct batch *batch, struct error *error)
{
    struct batch_slurm slurm = {
        .options = &course->options->slurm,
        .arguments = course->arguments,
        .folder = course->slurm_folder,
        .n_cpus = course->plan.n_jobs * cpus_per_job(course),
        .seconds = batch_slurm_estimate(course->gradebook),
    };
    return batch_slurm_grade(&slurm, batch, &course->plan, error);
}

/// Whether all is graded, or on its way, as it was asked for. With a note if not.
static bool grade_pending(struct course *course, struct batch *batch)
{
    struct error error;
    const struct batch_options *options = course->options;
    if (options->collect) {
        return batch->n_done == batch->n_pending;
    }
    if (options->engine == ENGINE_LOCAL) {
        bool idle = batch->n_done == batch->n_pending;
        bool ready = idle || judge_count_reference(&course->judge);
        if (ready) {
            batch_run(batch, &course->plan);
        }
        return ready;
    }
    if (!grade_on_slurm(course, batch, &error)) {
        note("%s", error.text);
        return false;
    }
    return !options->slurm.waits || batch->n_done == batch->n_pending;
}

/// The status to exit with.
static int grade_course(struct course *course)
{
    const struct batch_options *options = course->options;
    struct batch batch;
    batch_select(&batch, &course->plan, course->gradebook);
    slurm_collect(course->slurm_folder, &batch, &course->plan);
    bool ok = grade_pending(course, &batch);
    batch_progress_end();
    batch_choose(&batch, &course->plan, course->gradebook, options->best);
    batch_folder_write(options->out, course->gradebook, &course->late);
    batch_progress_summarize(&batch, course->gradebook, options->out);
    batch_late_summarize(&course->late, course->gradebook);
    int status = ok && batch.n_errors == 0 ? 0 : 2;
    batch_free(&batch);
    return subcommand_end(status);
}

/// As a task of Slurm. The status to exit with.
static int grade_chunk(struct course *course)
{
    struct error error;
    if (!judge_count_reference(&course->judge)) {
        return 2;
    }
    if (!batch_task_run(course->options->task, &course->plan, &error)) {
        note("%s", error.text);
        return 2;
    }
    return subcommand_end(0);
}

/// The status to exit with.
static int run(const struct batch_options *options, char *const *arguments)
{
    struct course course = {.options = options, .arguments = arguments};
    bool is_task = options->task != NULL;
    if (!open_judge(&course) || (!is_task && !open_course(&course))) {
        return 2;
    }
    make_plan(&course);
    int status = is_task ? grade_chunk(&course) : grade_course(&course);
    close_course(&course);
    return status;
}

/// The words after the command's name as they came, before getopt_long sorts them; a NULL at the
/// end.
static char **copy_words(int argc, char **argv)
{
    char **words = xcalloc((size_t)argc, sizeof *words);
    for (int i = 1; i < argc; i++) {
        words[i - 1] = argv[i];
    }
    return words;
}

int command_batch(int argc, char **argv)
{
    struct batch_options options = {0};
    char **arguments = copy_words(argc, argv);
    int status = batch_options_read(argc, argv, &options);
    if (status < 0) {
        interrupt_catch();
        status = run(&options, arguments);
    }
    if (interrupt_seen() != 0) {
        note("stopped; the same command goes on from here");
        status = 128 + interrupt_seen();
    }
    batch_options_free(&options);
    free(arguments);
    return status;
}
