// SPDX-License-Identifier: MIT
// `mmgrade batch`: judges all submissions of a course, those that are not judged yet.
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grading/batch.h"
#include "harness/base/error.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/cli/batch_folder.h"
#include "harness/cli/batch_grade.h"
#include "harness/cli/batch_options.h"
#include "harness/cli/batch_progress.h"
#include "harness/cli/commands.h"
#include "harness/cli/judge.h"
#include "harness/cli/names.h"
#include "harness/cli/subcommand.h"
#include "reports/formats.h"

#define N_TRIES 3

/// What the engine's calls need.
struct course {
    const struct batch_options *options;
    struct judge judge;
    struct intake intake;
    char *grader_hash;
    char *work;
    struct gradebook *gradebook;
};

// --- The engine's calls -----------------------------------------------------------------------

static bool again(void *context, const struct gradebook_row *known)
{
    const struct course *course = context;
    const struct batch_options *options = course->options;
    return names_have(&options->regrade, known->name) ||
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

static void progress(void *context, const struct batch *batch, const struct gradebook_row *row)
{
    const struct course *course = context;
    if (row != NULL) {
        batch_folder_publish(course->options->out, row);
    }
    batch_progress_show(batch, row);
}

// --- The course -------------------------------------------------------------------------------

static void close_course(struct course *course)
{
    gradebook_close(course->gradebook);
    intake_free(&course->intake);
    judge_close(&course->judge);
    free(course->grader_hash);
    free(course->work);
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

/// False with a note and nothing to close.
static bool open_course(struct course *course, const struct batch_options *options)
{
    struct error error;
    *course = (struct course){.options = options};
    if (!judge_open(&course->judge, &options->choice)) {
        return false;
    }
    bool ok = batch_grade_hash(&course->judge, &course->grader_hash, &error) &&
              batch_folder_open(options->out, options->submissions, &error) &&
              read_intake(course, &error) && check_regrade(course, &error) &&
              open_gradebook(course, &error);
    if (!ok) {
        note("%s", error.text);
        close_course(course);
        return false;
    }
    char *out = realpath(options->out, NULL); // the sandbox takes no relative paths
    course->work = xasprintf("%s/work", out);
    free(out);
    return true;
}

/// The judge and a worker that is timed have a CPU each.
static size_t choose_jobs(const struct course *course)
{
    cpu_set_t set;
    if (course->options->n_jobs > 0) {
        return course->options->n_jobs;
    }
    size_t n_cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
    bool is_timed = course->judge.rubric.settings.speed.enabled;
    return is_timed && n_cpus > 1 ? n_cpus / 2 : n_cpus;
}

/// The status to exit with.
static int grade_course(struct course *course)
{
    const struct batch_options *options = course->options;
    struct batch_plan plan = {
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
        .progress = progress,
    };
    struct batch batch;
    batch_select(&batch, &plan, course->gradebook);
    batch_run(&batch, &plan, course->gradebook);
    batch_progress_end();
    batch_choose(&batch, &plan, course->gradebook, options->best);
    batch_folder_write(options->out, course->gradebook);
    batch_progress_summarize(&batch, course->gradebook, options->out);
    int status = batch.n_errors > 0 ? 2 : 0;
    batch_free(&batch);
    return subcommand_end(status);
}

int command_batch(int argc, char **argv)
{
    struct batch_options options = {0};
    struct course course;
    int status = batch_options_read(argc, argv, &options);
    if (status < 0) {
        interrupt_catch();
        status = 2;
        if (open_course(&course, &options)) {
            status = grade_course(&course);
            close_course(&course);
        }
    }
    if (interrupt_seen() != 0) {
        note("stopped; the same command goes on from here");
        status = 128 + interrupt_seen();
    }
    batch_options_free(&options);
    return status;
}
