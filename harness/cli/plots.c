// SPDX-License-Identifier: MIT
// `mmgrade plots`: grades submissions and draws them among the references.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grading/rubric.h"
#include "grading/score.h"
#include "harness/base/error.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/printable.h"
#include "harness/cli/commands.h"
#include "harness/labs/lab.h"
#include "reports/plot.h"
#include "reports/report_folder.h"

struct arguments {
    const char *lab;
    const char *rubric; ///< NULL: the lab's own
    const char *out;
    char **traces;
    size_t n_traces;
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
         "  --lab LAB      which lab; default malloc (see 'mmgrade labs')\n"
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
            arguments->lab = optarg;
            break;
        case 'r':
            arguments->rubric = optarg;
            break;
        case 't':
            arguments->traces[arguments->n_traces++] = optarg;
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

/// Whether all pictures are there.
static bool list_files(const char *folder)
{
    bool all = true;
    for (const struct plot *plot = plot_list; plot->name != NULL; plot++) {
        for (const char *const *format = plot_formats; *format != NULL; format++) {
            char *path = xasprintf("%s/%s.%s", folder, plot->name, *format);
            if (access(path, F_OK) == 0) {
                puts(path);
            } else {
                all = false;
            }
            free(path);
        }
    }
    return all;
}

/// Judges, draws, lists the files. The status to exit with.
static int draw(const struct arguments *arguments, const struct rubric *rubric,
                const char *submission)
{
    const struct lab *lab = lab_find(rubric->lab);
    struct result result = {.lab = xstrdup(lab->name),
                            .submission = printable(submission, strlen(submission)),
                            .rubric = xstrdup(rubric->path)};
    struct job job = {.submission = submission,
                      .reproduce_prefix = "mmgrade grade",
                      .settings = &rubric->settings};
    struct error error;
    char *folder = report_folder_name(arguments->out, lab->name, submission);
    int status = 2;
    if (!lab->run(&job, &result, &error)) {
        note("%s", error.text);
    } else {
        score_result(rubric, &result);
        if (!report_folder_write(folder, rubric, &result, &error)) {
            note("%s", error.text);
        } else if (!result.build.ok) {
            note("%s was not built; see 'mmgrade grade'", result.submission);
            status = 1;
        } else {
            status = list_files(folder) ? 0 : 2;
        }
    }
    free(folder);
    result_free(&result);
    return status;
}

static int draw_all(const struct arguments *arguments, const char *rubric_path)
{
    struct error error;
    struct rubric rubric;
    if (!rubric_read(&rubric, rubric_path, &error)) {
        note("%s", error.text);
        return 2;
    }
    int worst = 0;
    if (arguments->n_traces > 0) {
        rubric_set_traces(&rubric, arguments->traces, arguments->n_traces);
    }
    if (strcmp(rubric.lab, arguments->lab) != 0) {
        note("%s is a rubric of the lab %s, not of %s", rubric_path, rubric.lab, arguments->lab);
        worst = 2;
    }
    for (size_t i = 0; worst < 2 && i < arguments->n_submissions && interrupt_seen() == 0; i++) {
        int status = draw(arguments, &rubric, arguments->submissions[i]);
        worst = status > worst ? status : worst;
    }
    rubric_free(&rubric);
    return worst;
}

int command_plots(int argc, char **argv)
{
    struct arguments arguments = {.lab = "malloc", .out = "reports/out"};
    arguments.traces = xcalloc((size_t)argc, sizeof *arguments.traces);
    int status = read_arguments(argc, argv, &arguments);
    if (status < 0 && lab_find(arguments.lab) == NULL) {
        note("there is no lab '%s'; see 'mmgrade labs'", arguments.lab);
        status = 2;
    }
    if (status < 0) {
        interrupt_catch();
        char *relative = xasprintf("grading/rubrics/%s.yaml", arguments.lab);
        char *path = arguments.rubric != NULL ? xstrdup(arguments.rubric) : paths_in_root(relative);
        status = draw_all(&arguments, path);
        free(path);
        free(relative);
    }
    free(arguments.traces);
    return interrupt_seen() != 0 ? 128 + interrupt_seen() : status;
}
