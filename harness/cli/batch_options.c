// SPDX-License-Identifier: MIT
// The command line of `mmgrade batch` and its help.
#include "harness/cli/batch_options.h"

#include <getopt.h>
#include <stdio.h>

#include "harness/base/error.h"
#include "harness/cli/subcommand.h"
#include "harness/cli/whole_number.h"

#define MAX_JOBS 1024

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
    options->submissions = argv[optind];
    return -1;
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
    case 'o':
        options->out = optarg;
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
        return false;
    }
}

int batch_options_read(int argc, char **argv, struct batch_options *options)
{
    static const struct option long_options[] = {
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
    names_free(&options->choice.traces);
    names_free(&options->regrade);
}
