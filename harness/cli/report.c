// SPDX-License-Identifier: MIT
// `mmgrade report`: prints stored results in any format, without running a submission again.
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/cli/commands.h"
#include "harness/cli/names.h"
#include "harness/cli/subcommand.h"
#include "reports/course.h"
#include "reports/exporters.h"
#include "reports/formats.h"
#include "reports/json_read.h"
#include "reports/late_report.h"
#include "reports/leaderboard_names.h"
#include "reports/redact.h"

#define DEFAULT_TITLE "mmgrade"

struct arguments {
    const struct format *format;     ///< of one result; or NULL
    const struct exporter *exporter; ///< of a course; or NULL
    const char *out;                 ///< NULL: standard output
    const char *title;
    const char *roster;
    struct names hidden;         ///< patterns of traces
    bool for_student;            ///< only what students may see
    struct late_deductions late; ///< of a batch; else none
    const char *subject;
};

static void print_help(void)
{
    puts(
        "usage: mmgrade report [--format FORMAT] [--out PATH] [--student] [--hide PATTERN]... "
        "RESULT\n"
        "       mmgrade report --format FORMAT --out FOLDER [--student] [--hide PATTERN]... BATCH\n"
        "       mmgrade report --format canvas [--title TITLE] [--roster FILE] [--out FILE] BATCH\n"
        "       mmgrade report --format statistics|leaderboard|leaderboard-csv [--out FILE] BATCH\n"
        "       mmgrade report --format plagiarism --out FOLDER SUBMISSIONS\n"
        "\n"
        "Prints a result that 'mmgrade grade --json' or '--out' has written (a file, its folder, "
        "or\n"
        "'-' for standard input), or those of a batch (the folder that 'mmgrade batch' has\n"
        "written), without running a submission again. Those of a batch have the points that\n"
        "count, after its late policy.\n"
        "\n"
        "Of each result (of a batch, into FOLDER/NAME.EXTENSION):");
    for (const struct format *format = formats; format->name != NULL; format++) {
        printf("  %-15s  %s\n", format->name, format->description);
    }
    puts("\nOf all results together:");
    for (const struct exporter *exporter = exporters; exporter->name != NULL; exporter++) {
        printf("  %-15s  %s\n", exporter->name, exporter->description);
    }
    puts("\n"
         "  --format FORMAT  default terminal\n"
         "  --out PATH       a file, or the folder for a batch; default standard output\n"
         "  --student        only what students may see: of hidden traces outcome and points. The\n"
         "                   formats for other graders and for feedback never show more\n"
         "  --hide PATTERN   the same, and traces whose name matches ('exam-*') are hidden, too; "
         "may "
         "be\n"
         "                   repeated\n"
         "  --title TITLE    of Canvas's column: 'Malloc lab (4711)' with the assignment's id;\n"
         "                   default " DEFAULT_TITLE "\n"
         "  --roster FILE    the gradebook as Canvas exported it, whose people are filled in; a\n"
         "                   submission is of the person with that name, ID or login\n"
         "\n"
         "Exit status: 0 all was written, whatever the results say, 2 the input or the harness is "
         "at\n"
         "fault.");
}

static int refuse_format(const char *name)
{
    fprintf(stderr, "mmgrade: unknown format '%s' (one of", name);
    for (const struct format *format = formats; format->name != NULL; format++) {
        fprintf(stderr, " %s,", format->name);
    }
    for (const struct exporter *exporter = exporters; exporter->name != NULL; exporter++) {
        fprintf(stderr, " %s%s", exporter->name, exporter[1].name == NULL ? ")\n" : ",");
    }
    return 2;
}

static int take_subject(int argc, char **argv, const char *format, struct arguments *arguments)
{
    arguments->format = format_find(format);
    arguments->exporter = exporter_find(format);
    bool is_canvas = strcmp(format, "canvas") == 0;
    if (arguments->format == NULL && arguments->exporter == NULL) {
        return refuse_format(format);
    }
    if ((arguments->roster != NULL || arguments->title != NULL) && !is_canvas) {
        note("--title and --roster are for '--format canvas' alone");
        return 2;
    }
    if (argc - optind != 1) {
        note("report takes one result or batch, not %d; see 'mmgrade report --help'",
             argc - optind);
        return 2;
    }
    arguments->subject = argv[optind];
    return -1;
}

/// Reads the command line; a status to exit with, or -1 to go on.
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        {"format", required_argument, NULL, 'f'}, {"out", required_argument, NULL, 'o'},
        {"hide", required_argument, NULL, 'i'},   {"student", no_argument, NULL, 's'},
        {"title", required_argument, NULL, 't'},  {"roster", required_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    const char *format = "terminal";
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (c) {
        case 'f':
            format = optarg;
            break;
        case 'o':
            arguments->out = optarg;
            break;
        case 'i':
            names_add(&arguments->hidden, optarg);
            arguments->for_student = true;
            break;
        case 's':
            arguments->for_student = true;
            break;
        case 't':
            arguments->title = optarg;
            break;
        case 'r':
            arguments->roster = optarg;
            break;
        case 'h':
            print_help();
            return subcommand_end(0);
        default:
            note("see 'mmgrade report --help'");
            return 2;
        }
    }
    return take_subject(argc, argv, format, arguments);
}

/// Reads one result and marks what is hidden. False with a note.
static bool read_result(const struct arguments *arguments, const char *path, struct result *result)
{
    struct error error;
    if (!json_read_file(path, result, &error)) {
        note("%s", error.text);
        return false;
    }
    redact_hide(result, arguments->hidden.items, arguments->hidden.n_items);
    if (result->submission != NULL) {
        late_report_deduct(result, late_deductions_find(&arguments->late, result->submission));
    }
    return true;
}

static bool write_result(const struct arguments *arguments, const char *from, const char *to)
{
    struct result result;
    if (!read_result(arguments, from, &result)) {
        return false;
    }
    struct error error;
    struct format_options options = format_options_for(stdout);
    options.for_student = arguments->for_student;
    bool ok = true;
    if (to == NULL) {
        format_print(arguments->format, &result, stdout, &options);
    } else {
        options.colors = false;
        ok = format_write_file(arguments->format, &result, to, &options, &error);
    }
    if (!ok) {
        note("%s", error.text);
    }
    result_free(&result);
    return ok;
}

/// What an exporter makes of the rows; frees them.
static bool write_course(const struct arguments *arguments, struct export_source *source)
{
    struct error error;
    source->title = arguments->title == NULL ? DEFAULT_TITLE : arguments->title;
    source->roster = arguments->roster;
    const char *path = arguments->out == NULL ? "/dev/stdout" : arguments->out;
    bool ok = arguments->exporter->write(source, path, &error);
    if (!ok) {
        note("%s", error.text);
    }
    course_free(source);
    return ok;
}

static bool report_result(const struct arguments *arguments, const char *path)
{
    if (arguments->format != NULL) {
        return write_result(arguments, path, arguments->out);
    }
    struct result result;
    if (arguments->exporter->needs_pseudonyms) {
        note("'--format %s' takes the folder of a batch: there are the pseudonyms",
             arguments->exporter->name);
        return false;
    }
    if (!read_result(arguments, path, &result)) {
        return false;
    }
    struct export_source source = {0};
    if (arguments->for_student) {
        redact_result(&result);
    }
    course_of_result(&result, &source);
    course_take_result(source.rows, &result);
    return write_course(arguments, &source);
}

static int is_result(const struct dirent *child)
{
    size_t length = strlen(child->d_name);
    return child->d_name[0] != '.' && length > 5 &&
           strcmp(child->d_name + length - 5, ".json") == 0;
}

/// Each NAME.json of the folder as NAME.EXTENSION. One that is bad is noted, the others go on.
static bool write_results(const struct arguments *arguments, const char *folder)
{
    struct dirent **children;
    int n = scandir(folder, &children, is_result, alphasort);
    if (n < 0) {
        note("%s: cannot be read: %s", folder, strerror(errno));
        return false;
    }
    bool ok = true;
    for (int i = 0; i < n; i++) {
        const char *name = children[i]->d_name;
        char *from = xasprintf("%s/%s", folder, name);
        char *to = xasprintf("%s/%.*s.%s", arguments->out, (int)strlen(name) - 5, name,
                             arguments->format->extension);
        ok = write_result(arguments, from, to) && ok;
        free(to);
        free(from);
        free(children[i]);
    }
    free(children);
    return ok;
}

/// The rows of a batch with what the exporter needs of them. False with *error.
static bool read_course(const struct arguments *arguments, struct export_source *source,
                        struct error *error)
{
    struct leaderboard_key key;
    const char *folder = arguments->subject;
    const struct exporter *exporter = arguments->exporter;
    if (!course_read(folder, source, error)) {
        return false;
    }
    bool ok =
        !exporter->needs_results || course_read_results(folder, arguments->hidden.items,
                                                        arguments->hidden.n_items, source, error);
    ok = ok && (!exporter->needs_pseudonyms || leaderboard_key_read(folder, &key, error));
    if (ok && exporter->needs_pseudonyms) {
        leaderboard_name(source, &key);
    }
    if (!ok) {
        course_free(source);
    }
    return ok;
}

static bool export_batch(const struct arguments *arguments)
{
    struct error error;
    struct export_source source = {0};
    if (!read_course(arguments, &source, &error)) {
        note("%s", error.text);
        return false;
    }
    return write_course(arguments, &source);
}

/// Each result with the points that count.
static bool report_batch(struct arguments *arguments, const char *results)
{
    struct error error;
    if (arguments->out == NULL) {
        note("%s holds many results: '--out FOLDER' says where each goes", arguments->subject);
        return false;
    }
    if (mkdir(arguments->out, 0777) != 0 && errno != EEXIST) {
        note("%s: cannot be made: %s", arguments->out, strerror(errno));
        return false;
    }
    if (!late_deductions_read(&arguments->late, arguments->subject, &error)) {
        note("%s", error.text);
        return false;
    }
    return write_results(arguments, results);
}

static bool report_submissions(const struct arguments *arguments)
{
    if (arguments->out == NULL) {
        note("'--format %s' writes a folder: name it with --out", arguments->exporter->name);
        return false;
    }
    struct export_source source = {.submissions = arguments->subject};
    return write_course(arguments, &source);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool report(struct arguments *arguments)
{
    const char *subject = arguments->subject;
    if (arguments->exporter != NULL && arguments->exporter->is_folder) {
        return report_submissions(arguments);
    }
    char *results = xasprintf("%s/results", subject);
    char *result = is_folder(subject)          ? xasprintf("%s/result.json", subject)
                   : strcmp(subject, "-") == 0 ? xstrdup("/dev/stdin")
                                               : xstrdup(subject);
    bool is_batch = is_folder(results);
    bool ok = !is_batch                     ? report_result(arguments, result)
              : arguments->exporter != NULL ? export_batch(arguments)
                                            : report_batch(arguments, results);
    free(result);
    free(results);
    return ok;
}

int command_report(int argc, char **argv)
{
    struct arguments arguments = {0};
    int status = read_arguments(argc, argv, &arguments);
    if (status < 0) {
        status = subcommand_end(report(&arguments) ? 0 : 2);
    }
    late_deductions_free(&arguments.late);
    names_free(&arguments.hidden);
    return status;
}
