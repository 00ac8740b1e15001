// SPDX-License-Identifier: MIT
// `mmgrade batch`: judges all submissions of a course, those that are not judged yet.
#include <getopt.h>
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
#include "harness/cli/batch_progress.h"
#include "harness/cli/commands.h"
#include "harness/cli/judge.h"
#include "harness/cli/names.h"
#include "harness/cli/subcommand.h"
#include "harness/cli/whole_number.h"
#include "reports/formats.h"

#define N_TRIES 3
#define MAX_JOBS 1024

struct arguments {
    struct judge_choice choice;
    const char *out;
    size_t n_jobs;        ///< 0: as many as fit
    struct names regrade; ///< these once more
    bool failed;          ///< once more what did not pass everything
    bool best;            ///< of all versions handed in, not the latest
    const char *submissions;
};

/// What the engine's calls need.
struct course {
    const struct arguments *arguments;
    struct judge judge;
    struct intake intake;
    char *grader_hash;
    char *work;
    struct gradebook *gradebook;
};

static void print_options(void)
{
    puts(
        "\n"
        "  --lab LAB       which lab (see 'mmgrade labs'); default the rubric's, without one "
        "malloc\n"
        "  --rubric FILE   how to judge and score; default grading/rubrics/LAB.yaml\n"
        "  --trace FILE    use this trace instead of the rubric's; may be repeated\n"
        "  --jobs N        judge so many at a time; default one for each CPU, or one for every "
        "two\n"
        "                  when the rubric scores wall time\n"
        "  --out FOLDER    where the grades go; not within SUBMISSIONS\n"
        "  --regrade NAME  judge this submission again; may be repeated\n"
        "  --failed        judge again what did not pass everything\n"
        "  --latest        each submission's grade is that of what is handed in now (the default)\n"
        "  --best          it is the best of all versions that were judged in this way\n"
        "\n"
        "FOLDER then holds\n"
        "  grades.csv         name,status,score,max_score,first_verdict. The status is graded,\n"
        "                     not_built (score 0; first_verdict REFUSED: nothing was taken of it)\n"
        "                     or harness_error (no score: mmgrade failed three times; the next "
        "batch\n"
        "                     tries again)\n"
        "  results/NAME.json  each result, for 'mmgrade report'\n"
        "  feedback/NAME.txt  the same for the student\n"
        "  gradebook.sqlite   all of it, older versions included\n"
        "\n"
        "Exit status: 0 all were judged, whatever their grades; 2 the harness failed on some, or "
        "its\n"
        "input is at fault.");
}

static void print_help(void)
{
    puts("usage: mmgrade batch [--lab LAB] [--rubric FILE] [--trace FILE]... [--jobs N]\n"
         "                     [--regrade NAME]... [--failed] [--best|--latest] --out FOLDER\n"
         "                     SUBMISSIONS\n"
         "\n"
         "Judges all submissions of a course. SUBMISSIONS is a folder of folders, C files or\n"
         "archives (zip, tar.gz, ...), an unpacked Gradescope or Autolab download, or a roster (a\n"
         ".csv file with the columns name and path).\n"
         "\n"
         "What is in FOLDER already is not judged again, unless the submission, the rubric, a "
         "trace,\n"
         "mmgrade or the compiler has changed: a batch that was stopped, or killed, goes on where "
         "it\n"
         "was.");
    print_options();
}

// --- The command line -------------------------------------------------------------------------

static int refuse(const char *reason)
{
    note("%s; see 'mmgrade batch --help'", reason);
    return 2;
}

static int take_submissions(int argc, char **argv, struct arguments *arguments)
{
    if (argc - optind != 1) {
        note("batch takes one folder or roster of submissions, not %d; see 'mmgrade batch --help'",
             argc - optind);
        return 2;
    }
    if (arguments->out == NULL) {
        return refuse("--out FOLDER is missing: where the grades go");
    }
    arguments->submissions = argv[optind];
    return -1;
}

/// One option with its value. False when it is no good.
static bool take_option(int option, struct arguments *arguments)
{
    switch (option) {
    case 'l':
        arguments->choice.lab = optarg;
        return true;
    case 'r':
        arguments->choice.rubric = optarg;
        return true;
    case 't':
        names_add(&arguments->choice.traces, optarg);
        return true;
    case 'o':
        arguments->out = optarg;
        return true;
    case 'g':
        names_add(&arguments->regrade, optarg);
        return true;
    case 'f':
        arguments->failed = true;
        return true;
    case 'b':
    case 'n':
        arguments->best = option == 'b';
        return true;
    default:
        return false;
    }
}

/// Reads the command line; a status to exit with, or -1 to go on.
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        {"lab", required_argument, NULL, 'l'},
        {"rubric", required_argument, NULL, 'r'},
        {"trace", required_argument, NULL, 't'},
        {"jobs", required_argument, NULL, 'j'},
        {"out", required_argument, NULL, 'o'},
        {"regrade", required_argument, NULL, 'g'},
        {"failed", no_argument, NULL, 'f'},
        {"best", no_argument, NULL, 'b'},
        {"latest", no_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "hj:", options, NULL)) != -1;) {
        uint64_t n_jobs = 0;
        if (c == 'h') {
            print_help();
            return subcommand_end(0);
        }
        if (c == 'j') {
            if (!whole_number_option("jobs", optarg, 1, MAX_JOBS, &n_jobs)) {
                return 2;
            }
            arguments->n_jobs = (size_t)n_jobs;
        } else if (!take_option(c, arguments)) {
            note("see 'mmgrade batch --help'");
            return 2;
        }
    }
    return take_submissions(argc, argv, arguments);
}

// --- The engine's calls -----------------------------------------------------------------------

static bool again(void *context, const struct gradebook_row *known)
{
    const struct course *course = context;
    const struct arguments *arguments = course->arguments;
    return names_have(&arguments->regrade, known->name) ||
           (arguments->failed && known->first_verdict != NULL);
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
        batch_folder_publish(course->arguments->out, row);
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
    char *path = xasprintf("%s/gradebook.sqlite", course->arguments->out);
    course->gradebook = gradebook_open(path, error);
    free(path);
    return course->gradebook != NULL;
}

static bool read_intake(struct course *course, struct error *error)
{
    char *unpacked = xasprintf("%s/submissions", course->arguments->out);
    struct intake_plan plan = {.expected = course->judge.rubric.settings.build.entry,
                               .unpack_into = unpacked};
    bool ok = intake_read(course->arguments->submissions, &plan, &course->intake, error);
    free(unpacked);
    return ok;
}

/// That each name given with --regrade is one of the course.
static bool check_regrade(const struct course *course, struct error *error)
{
    const struct names *regrade = &course->arguments->regrade;
    for (size_t i = 0; i < regrade->n_items; i++) {
        size_t k = 0;
        while (k < course->intake.n_entries &&
               strcmp(course->intake.entries[k].name, regrade->items[i]) != 0) {
            k++;
        }
        if (k == course->intake.n_entries) {
            char *shown = printable_line(regrade->items[i]);
            error_at(error, course->arguments->submissions, 0, 0,
                     "holds no submission called '%s' (--regrade)", shown);
            free(shown);
            return false;
        }
    }
    return true;
}

/// False with a note and nothing to close.
static bool open_course(struct course *course, const struct arguments *arguments)
{
    struct error error;
    *course = (struct course){.arguments = arguments};
    if (!judge_open(&course->judge, &arguments->choice)) {
        return false;
    }
    bool ok = batch_grade_hash(&course->judge, &course->grader_hash, &error) &&
              batch_folder_open(arguments->out, arguments->submissions, &error) &&
              read_intake(course, &error) && check_regrade(course, &error) &&
              open_gradebook(course, &error);
    if (!ok) {
        note("%s", error.text);
        close_course(course);
        return false;
    }
    char *out = realpath(arguments->out, NULL); // the sandbox takes no relative paths
    course->work = xasprintf("%s/work", out);
    free(out);
    return true;
}

/// The judge and a worker that is timed have a CPU each.
static size_t choose_jobs(const struct course *course)
{
    cpu_set_t set;
    if (course->arguments->n_jobs > 0) {
        return course->arguments->n_jobs;
    }
    size_t n_cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
    bool is_timed = course->judge.rubric.settings.speed.enabled;
    return is_timed && n_cpus > 1 ? n_cpus / 2 : n_cpus;
}

/// The status to exit with.
static int grade_course(struct course *course)
{
    const struct arguments *arguments = course->arguments;
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
    batch_choose(&batch, &plan, course->gradebook, arguments->best);
    batch_folder_write(arguments->out, course->gradebook);
    batch_progress_summarize(&batch, course->gradebook, arguments->out);
    int status = batch.n_errors > 0 ? 2 : 0;
    batch_free(&batch);
    return subcommand_end(status);
}

int command_batch(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct course course;
    int status = read_arguments(argc, argv, &arguments);
    if (status < 0) {
        interrupt_catch();
        status = 2;
        if (open_course(&course, &arguments)) {
            status = grade_course(&course);
            close_course(&course);
        }
    }
    if (interrupt_seen() != 0) {
        note("stopped; the same command goes on from here");
        status = 128 + interrupt_seen();
    }
    names_free(&arguments.choice.traces);
    names_free(&arguments.regrade);
    return status;
}
