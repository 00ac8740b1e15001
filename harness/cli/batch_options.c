// SPDX-License-Identifier: MIT
// The command line of `mmgrade batch` and its help.
#include "harness/cli/batch_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/cli/subcommand.h"
#include "harness/cli/whole_number.h"

#define MAX_JOBS 1024
#define MAX_TASKS 1000000

static void print_options(void)
{
    puts(
        "\n"
        "  --lab LAB       which lab (see 'mmgrade labs'); default the rubric's, without one "
        "malloc\n"
        "  --rubric FILE   how to judge and score; default grading/rubrics/LAB.yaml\n"
        "  --trace FILE    use this trace instead of the rubric's; may be repeated\n"
        "  --hidden FOLDER also play each trace of this folder, of which students are told the "
        "outcome\n"
        "                  and the points alone; may be repeated\n"
        "  --jobs N        judge so many at a time; default one for each CPU, or one for every "
        "two\n"
        "                  when the rubric scores wall time\n"
        "  --out FOLDER    where the grades go; not within SUBMISSIONS\n"
        "  --regrade NAME  judge this submission again; may be repeated\n"
        "  --failed        judge again what did not pass everything\n"
        "  --latest        each submission's grade is that of what is handed in now (the default)\n"
        "  --best          it is the best of all versions that were judged in this way, each with\n"
        "                  the deduction of its own time\n"
        "  --extensions F  who has more time than the rubric's 'late: due': a CSV file with name "
        "or\n"
        "                  student_id, and due, extra_hours or extra_days; in place of the "
        "rubric's\n"
        "  --engine E      who judges: local, this machine (the default), or slurm, a cluster\n"
        "  --collect       judge nothing, only take what Slurm's tasks have left in FOLDER");
}

static void print_engine_options(void)
{
    puts("\n"
         "With --engine slurm\n"
         "  --wait          stay until all is judged; otherwise a job collects the grades\n"
         "  --chunk N       submissions a task; default as many as take some eight minutes\n"
         "  --at-once N     run at most so many tasks at a time\n"
         "  --slurm '...'   more options for sbatch: --slurm '--partition=long --mem=2G'\n"
         "  --jobs N        submissions at a time in each task; default 1\n"
         "  --task RUN/N    what Slurm starts: judge chunk N of that run, write no gradebook");
}

static void print_results(void)
{
    puts(
        "\n"
        "FOLDER then holds\n"
        "  grades.csv         name,status,score,max_score,first_verdict. The status is graded,\n"
        "                     not_built (score 0; first_verdict REFUSED: nothing was taken of it)\n"
        "                     or harness_error (no score: mmgrade failed three times; the next "
        "batch\n"
        "                     tries again)\n"
        "                     Its score is the one that counts, also for 'mmgrade report'\n"
        "  late.csv           what the rubric's 'late' took off the scores, and why; it and\n"
        "                     extensions may change afterwards: nothing is judged again\n"
        "  results/NAME.json  each result, for 'mmgrade report'; without deductions\n"
        "  feedback/NAME.txt  the same for the student\n"
        "  statistics.txt     histogram, quartiles, traces and verdicts; statistics.svg and .png\n"
        "  leaderboard.txt    ranks under pseudonyms, which the feedback tells; leaderboard.csv\n"
        "  gradebook.sqlite   all of it, older versions included, without deductions\n"
        "  slurm/             what the tasks read and leave\n"
        "\n"
        "Exit status: 0 all were judged, whatever their grades, or are with Slurm; 2 the harness\n"
        "failed on some, or its input is at fault.");
}

static void print_help(void)
{
    puts("usage: mmgrade batch [--lab LAB] [--rubric FILE] [--trace FILE]...\n"
         "                     [--hidden FOLDER]... [--jobs N] [--regrade NAME]... [--failed]\n"
         "                     [--best|--latest] [--engine local|slurm] [--collect]\n"
         "                     --out FOLDER SUBMISSIONS\n"
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
    print_engine_options();
    print_results();
}

// --- The command line -------------------------------------------------------------------------

static int refuse(const char *reason)
{
    note("%s; see 'mmgrade batch --help'", reason);
    return 2;
}

static int take_submissions(int argc, char **argv, struct batch_options *options)
{
    if (argc - optind != 1) {
        note("batch takes one folder or roster of submissions, not %d; see 'mmgrade batch --help'",
             argc - optind);
        return 2;
    }
    if (options->out == NULL) {
        return refuse("--out FOLDER is missing: where the grades go");
    }
    const struct batch_slurm_options *slurm = &options->slurm;
    bool is_for_slurm =
        slurm->waits || slurm->chunk_size > 0 || slurm->n_at_once > 0 || slurm->site != NULL;
    if (is_for_slurm && options->engine != ENGINE_SLURM) {
        return refuse("--wait, --chunk, --at-once and --slurm go with --engine slurm");
    }
    options->submissions = argv[optind];
    return -1;
}

static bool take_engine(const char *name, enum batch_engine *engine)
{
    static const char *const names[] = {[ENGINE_LOCAL] = "local", [ENGINE_SLURM] = "slurm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *engine = (enum batch_engine)i;
            return true;
        }
    }
    note("there is no engine '%s', only local and slurm", name);
    return false;
}

static bool take_count(const char *option, size_t max, size_t *count)
{
    uint64_t number = 0;
    bool ok = whole_number_option(option, optarg, 1, max, &number);
    *count = (size_t)number;
    return ok;
}

/// One of the options for many machines, with its value. False when it is no good.
static bool take_engine_option(int option, struct batch_options *options)
{
    switch (option) {
    case 'e':
        return take_engine(optarg, &options->engine);
    case 'k':
        return take_count("chunk", MAX_TASKS, &options->slurm.chunk_size);
    case 'a':
        return take_count("at-once", MAX_TASKS, &options->slurm.n_at_once);
    case 's':
        options->slurm.site = optarg;
        return true;
    case 'w':
        options->slurm.waits = true;
        return true;
    case 'c':
        options->collect = true;
        return true;
    case 'T':
        options->task = optarg;
        return true;
    default:
        return false;
    }
}

/// One option with its value. False when it is no good.
static bool take_option(int option, struct batch_options *options)
{
    switch (option) {
    case 'l':
        options->choice.lab = optarg;
        return true;
    case 'r':
        options->choice.rubric = optarg;
        return true;
    case 't':
        names_add(&options->choice.traces, optarg);
        return true;
    case 'i':
        names_add(&options->choice.hidden, optarg);
        return true;
    case 'o':
        options->out = optarg;
        return true;
    case 'x':
        options->extensions = optarg;
        return true;
    case 'g':
        names_add(&options->regrade, optarg);
        return true;
    case 'f':
        options->failed = true;
        return true;
    case 'b':
    case 'n':
        options->best = option == 'b';
        return true;
    default:
        return take_engine_option(option, options);
    }
}

int batch_options_read(int argc, char **argv, struct batch_options *options)
{
    static const struct option long_options[] = {
        {"lab", required_argument, NULL, 'l'},     {"rubric", required_argument, NULL, 'r'},
        {"trace", required_argument, NULL, 't'},   {"hidden", required_argument, NULL, 'i'},
        {"jobs", required_argument, NULL, 'j'},    {"out", required_argument, NULL, 'o'},
        {"regrade", required_argument, NULL, 'g'}, {"failed", no_argument, NULL, 'f'},
        {"best", no_argument, NULL, 'b'},          {"latest", no_argument, NULL, 'n'},
        {"engine", required_argument, NULL, 'e'},  {"wait", no_argument, NULL, 'w'},
        {"chunk", required_argument, NULL, 'k'},   {"at-once", required_argument, NULL, 'a'},
        {"slurm", required_argument, NULL, 's'},   {"collect", no_argument, NULL, 'c'},
        {"task", required_argument, NULL, 'T'},    {"extensions", required_argument, NULL, 'x'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "hj:", long_options, NULL)) != -1;) {
        uint64_t n_jobs = 0;
        if (c == 'h') {
            print_help();
            return subcommand_end(0);
        }
        if (c == 'j') {
            if (!whole_number_option("jobs", optarg, 1, MAX_JOBS, &n_jobs)) {
                return 2;
            }
            options->n_jobs = (size_t)n_jobs;
        } else if (!take_option(c, options)) {
            note("see 'mmgrade batch --help'");
            return 2;
        }
    }
    return take_submissions(argc, argv, options);
}

void batch_options_free(struct batch_options *options)
{
    judge_choice_free(&options->choice);
    names_free(&options->regrade);
}
