// SPDX-License-Identifier: MIT
// `mmgrade plots`: grades submissions and draws them among the references.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/cli/commands.h"
#include "harness/cli/judge.h"
#include "reports/plot.h"
#include "reports/report_folder.h"

struct arguments {
    struct judge_choice choice;
    const char *out;
    char **submissions;
    size_t n_submissions;
};

static void print_help(void)
{
    puts("usage: mmgrade plots [--lab LAB] [--rubric FILE] [--trace FILE]... [--out FOLDER] "
         "SUBMISSION...\n"
         "\n"
         "Grades each submission, prints no table, and draws, as SVG and PNG:\n"
         "  pareto   utilization against throughput, beside the references and their Pareto front\n"
         "  traces   utilization and speed by trace, beside the reference\n"
         "  heap     payload, overhead and holes over the operations of the trace that uses its\n"
         "           heap worst; with --trace, of that one\n"
         "The files that were written are listed.\n"
         "\n"
         "  --lab LAB      which lab (see 'mmgrade labs'); default the rubric's, without one "
         "malloc\n"
         "  --rubric FILE  how to judge; default grading/rubrics/LAB.yaml\n"
         "  --trace FILE   use this trace instead of the rubric's; may be repeated\n"
         "  --out FOLDER   write into FOLDER/LAB/NAME/; default reports/out\n"
         "\n"
         "Exit status: 0 all pictures are there, 1 a submission could not be built, 2 the harness\n"
         "or its input is at fault.");
}

/// Reads the command line; a status to exit with, or -1 to go on.
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        {"lab", required_argument, NULL, 'l'},   {"rubric", required_argument, NULL, 'r'},
        {"trace", required_argument, NULL, 't'}, {"out", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
    };
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (c) {
        case 'l':
            arguments->choice.lab = optarg;
            break;
        case 'r':
            arguments->choice.rubric = optarg;
            break;
        case 't':
            names_add(&arguments->choice.traces, optarg);
            break;
        case 'o':
            arguments->out = optarg;
            break;
        case 'h':
            print_help();
            return 0;
        default:
            note("see 'mmgrade plots --help'");
            return 2;
        }
    }
    arguments->submissions = argv + optind;
    arguments->n_submissions = (size_t)(argc - optind);
    if (arguments->n_submissions == 0) {
        note("plots takes one or more submissions; see 'mmgrade plots --help'");
        return 2;
    }
    return -1;
}

/// Whether there are any: they are drawn all or none.
static bool list_files(const char *folder)
{
    bool any = false;
    for (const struct plot *plot = plot_list; plot->name != NULL; plot++) {
        for (const char *const *format = plot_formats; *format != NULL; format++) {
            char *path = xasprintf("%s/%s.%s", folder, plot->name, *format);
            if (access(path, F_OK) == 0) {
                puts(path);
                any = true;
            }
            free(path);
        }
    }
    return any;
}

/// Judges, draws, lists the files. The status to exit with.
static int draw(const char *out, const struct judge *judge, const char *submission)
{
    if (lab_find(judge->rubric.lab)->modules != 0) {
        note("there are no pictures of the lab %s: it has no heap", judge->rubric.lab);
        return 2;
    }
    struct result result;
    if (!judge_run(judge, (struct job){.submission = submission}, &result)) {
        return 2;
    }
    struct error error;
    char *folder = report_folder_name(out, result.lab, submission);
    int status = 2;
    if (!report_folder_write(folder, &judge->rubric, &result, &error)) {
        note("%s", error.text);
    } else if (!result.build.ok) {
        note("%s was not built; see 'mmgrade grade'", result.submission);
        status = 1;
    } else {
        status = list_files(folder) ? 0 : 2;
    }
    free(folder);
    result_free(&result);
    return status;
}

static int draw_all(const struct arguments *arguments)
{
    struct judge judge;
    if (!judge_open(&judge, &arguments->choice)) {
        return 2;
    }
    int worst = 0;
    for (size_t i = 0; worst < 2 && i < arguments->n_submissions && interrupt_seen() == 0; i++) {
        int status = draw(arguments->out, &judge, arguments->submissions[i]);
        worst = status > worst ? status : worst;
    }
    judge_close(&judge);
    return worst;
}

int command_plots(int argc, char **argv)
{
    struct arguments arguments = {.out = "reports/out"};
    int status = read_arguments(argc, argv, &arguments);
    if (status < 0) {
        interrupt_catch();
        status = draw_all(&arguments);
    }
    judge_choice_free(&arguments.choice);
    return interrupt_seen() != 0 ? 128 + interrupt_seen() : status;
}
