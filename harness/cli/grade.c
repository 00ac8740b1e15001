// SPDX-License-Identifier: MIT
// `mmgrade grade`: judges one submission and prints what came of it.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grading/rubric.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/interrupt.h"
#include "harness/cli/commands.h"
#include "harness/cli/judge.h"
#include "reports/formats.h"
#include "reports/redact.h"
#include "reports/report_folder.h"

#define PROGRESS_AFTER_NS 1000000000u

struct arguments {
    struct judge_choice choice;
    const char *json; ///< NULL: no file
    const char *out;  ///< NULL: no report folder
    bool strict;
    bool for_student;    ///< only what students may see
    const char *student; ///< whose submission; NULL: its name says so
    const char *submission;
};

static void print_help(void)
{
    puts(
        "usage: mmgrade grade [--lab LAB] [--rubric FILE] [--trace FILE]... [--hidden FOLDER]...\n"
        "                     [--json FILE] [--out FOLDER] [--strict] [--student]\n"
        "                     [--student-id ID] SUBMISSION\n"
        "\n"
        "Builds and judges one submission, a folder that holds mm.c or one C file, and prints a\n"
        "table, each failure in full, and the score.\n"
        "\n"
        "  --lab LAB      which lab (see 'mmgrade labs'); default the rubric's, without one "
        "malloc\n"
        "  --rubric FILE  how to judge and score; default grading/rubrics/LAB.yaml\n"
        "  --trace FILE   use this trace instead of the rubric's; may be repeated. With one trace\n"
        "                 what the submission prints is shown as it comes\n"
        "  --hidden FOLDER\n"
        "                 also play each trace of this folder as a hidden one; may be repeated\n"
        "  --json FILE    also write the whole result as JSON ('-': standard output, no table)\n"
        "  --out FOLDER   also write the result as JSON, and pictures, into FOLDER/LAB/NAME/\n"
        "  --strict       also look at each access of what passes: reads and writes of live "
        "payloads,\n"
        "                 reads of fresh memory\n"
        "  --student      show only what students may see: of hidden traces outcome and points\n"
        "  --student-id ID\n"
        "                 who gets the traces of a rubric with 'seed: student'; default the\n"
        "                 submission's name\n"
        "  --keys         list what a rubric may say, and exit\n"
        "\n"
        "Exit status: 0 all passed, 1 the submission failed somewhere, 2 the harness or its input\n"
        "is at fault.");
}

static int take_submission(int argc, char **argv, struct arguments *arguments)
{
    if (argc - optind != 1) {
        note("grade takes one submission, a folder or a C file, not %d; see 'mmgrade grade --help'",
             argc - optind);
        return 2;
    }
    arguments->submission = argv[optind];
    return -1;
}

/// One option with its value, or without. False when it is none of ours.
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
    case 'i':
        names_add(&arguments->choice.hidden, optarg);
        return true;
    case 'j':
        arguments->json = optarg;
        return true;
    case 'o':
        arguments->out = optarg;
        return true;
    case 's':
        arguments->strict = true;
        return true;
    case 'v':
        arguments->for_student = true;
        return true;
    case 'd':
        arguments->student = optarg;
        return true;
    default:
        return false;
    }
}

/// Reads the command line; a status to exit with, or -1 to go on.
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        {"lab", required_argument, NULL, 'l'},   {"rubric", required_argument, NULL, 'r'},
        {"trace", required_argument, NULL, 't'}, {"hidden", required_argument, NULL, 'i'},
        {"json", required_argument, NULL, 'j'},  {"out", required_argument, NULL, 'o'},
        {"keys", no_argument, NULL, 'k'},        {"strict", no_argument, NULL, 's'},
        {"student", no_argument, NULL, 'v'},     {"student-id", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
    };
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (c == 'k') {
            rubric_print_keys(stdout);
            return 0;
        }
        if (c == 'h') {
            print_help();
            return 0;
        }
        if (!take_option(c, arguments)) {
            note("see 'mmgrade grade --help'");
            return 2;
        }
    }
    return take_submission(argc, argv, arguments);
}

static uint64_t start_ns;

/// One line on a terminal, rewritten after each case, once grading has taken over a second.
static void show_progress(const struct result *result, size_t n_done, size_t n_cases)
{
    if (clock_ns() - start_ns < PROGRESS_AFTER_NS || !isatty(STDERR_FILENO)) {
        return;
    }
    size_t n_failed = 0;
    for (size_t i = 0; i < n_done; i++) {
        n_failed += result->cases[i].status == STATUS_FAILED;
    }
    bool may_name = n_done < n_cases && !result->cases[n_done].hidden;
    const char *next = may_name ? result->cases[n_done].trace : "";
    fprintf(stderr, "\r\033[K%zu of %zu traces, %zu failed  %s", n_done, n_cases, n_failed, next);
    if (n_done == n_cases) {
        fputs("\r\033[K", stderr);
    }
}

static void write_json(const char *path, const struct result *result)
{
    const struct format *json = format_find("json");
    struct format_options options = {0};
    if (strcmp(path, "-") == 0) {
        format_print(json, result, stdout, &options);
        return;
    }
    struct error error;
    if (!format_write_file(json, result, path, &options, &error)) {
        die("%s", error.text);
    }
}

/// The folder is named below the table, unless standard output is the JSON.
static void write_report(const struct arguments *arguments, const struct rubric *rubric,
                         const struct result *result, bool quiet)
{
    struct error error;
    char *folder = report_folder_name(arguments->out, rubric->lab, arguments->submission);
    if (!report_folder_write(folder, rubric, result, &error)) {
        die("%s", error.text);
    }
    if (!quiet) {
        printf("\nReport: %s/\n", folder);
    }
    free(folder);
}

/// To the terminal and the files that were asked for.
static void write_all(const struct arguments *arguments, const struct rubric *rubric,
                      const struct result *result)
{
    bool json_only = arguments->json != NULL && strcmp(arguments->json, "-") == 0;
    if (!json_only) {
        struct format_options options = format_options_for(stdout);
        format_print(format_find("terminal"), result, stdout, &options);
    }
    if (arguments->json != NULL) {
        write_json(arguments->json, result);
    }
    if (arguments->out != NULL) {
        write_report(arguments, rubric, result, json_only);
    }
}

static void report(const struct arguments *arguments, const struct rubric *rubric,
                   const struct result *result)
{
    if (!arguments->for_student) {
        write_all(arguments, rubric, result);
        return;
    }
    struct result view = redact_view(result);
    write_all(arguments, rubric, &view);
    redact_view_free(&view);
}

static int exit_status(const struct result *result)
{
    bool all_passed = result->build.ok;
    for (size_t i = 0; i < result->n_cases; i++) {
        all_passed = all_passed && result->cases[i].status == STATUS_PASSED;
    }
    return all_passed ? 0 : 1;
}

/// What the rubric ignores of the strict pass becomes a warning.
static void be_strict(enum finding_policy *policy)
{
    *policy = *policy == FINDING_IGNORE ? FINDING_WARN : *policy;
}

/// Judges, scores and prints. The status to exit with.
static int grade(const struct arguments *arguments)
{
    struct judge judge;
    if (!judge_open(&judge, &arguments->choice)) {
        return 2;
    }
    if (arguments->strict) {
        be_strict(&judge.rubric.settings.heap.findings.payload_access);
        be_strict(&judge.rubric.settings.heap.findings.fresh_read);
    }
    struct job job = {
        .submission = arguments->submission,
        .student = arguments->student,
        .echo_output =
            !arguments->for_student && judge.rubric.settings.n_traces == 1 && isatty(STDERR_FILENO),
        .progress = show_progress,
    };
    struct result result;
    int status = 2;
    start_ns = clock_ns();
    if (judge_run(&judge, job, &result)) {
        report(arguments, &judge.rubric, &result);
        status = exit_status(&result);
        result_free(&result);
    }
    judge_close(&judge);
    return status;
}

int command_grade(int argc, char **argv)
{
    struct arguments arguments = {0};
    int status = read_arguments(argc, argv, &arguments);
    if (status < 0) {
        interrupt_catch();
        status = grade(&arguments);
    }
    if (interrupt_seen() != 0) {
        note("stopped; what was not judged counts as skipped");
    }
    judge_choice_free(&arguments.choice);
    return interrupt_seen() != 0 ? 128 + interrupt_seen() : status;
}
