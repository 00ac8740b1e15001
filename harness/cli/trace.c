// SPDX-License-Identifier: MIT
// `mmgrade trace gen|check|info|convert|record`: makes, validates, describes, rewrites and records
// malloc traces.
#include <getopt.h>
#include <stdio.h>

#include "harness/cli/commands.h"
#include "harness/cli/trace_command.h"
#include "harness/cli/trace_gen.h"
#include "harness/cli/trace_info.h"
#include "harness/cli/trace_record.h"
#include "harness/trace/reader.h"
#include "harness/trace/trace.h"

static void help_convert(void)
{
    printf("\n"
           "  --dialect D    the header's dialect (default %s)\n"
           "  -o, --output F write to the file F (default: standard output)\n",
           readers[0].name);
    trace_command_help_dialects();
}

static void help_record(void)
{
    printf(
        "\nRuns COMMAND and writes what it asks of malloc, calloc, realloc, memalign and their kin "
        "as\n"
        "a trace: F for its first process, F.2.NAME.rep and so on for the others (fork, exec). A\n"
        "program that crashes or is killed leaves what it did until then. Says what it left "
        "out.\n");
}

static void help_check(void)
{
    printf("\nPrints a line for each file. A broken one is named with its line and the reason, and "
           "the\nexit status is 2.\n");
}

static void help_info(void)
{
    printf(
        "\nFor each file: dialect, operations by kind, ids, the largest request, the peak "
        "payload (the\nlargest sum of live sizes), what is still alive at the end, and histograms "
        "of sizes and\nlifetimes by powers of two.\n");
}

static void print_check(const struct trace *trace)
{
    printf("%s: ok, dialect %s, %zu operations, %zu ids\n", trace->path, trace->reader->name,
           trace->n_ops, trace->n_slots);
}

/// Both subcommands that read files: the good ones are printed, the bad ones named.
static int run_files(const struct subcommand *self, int argc, char **argv,
                     void (*print)(const struct trace *trace))
{
    static const struct option long_options[] = {{"help", no_argument, NULL, 'h'},
                                                 {NULL, 0, NULL, 0}};
    int code = getopt_long(argc, argv, ":h", long_options, NULL);
    if (code == 'h') {
        return subcommand_help(self);
    }
    if (code != -1) {
        return subcommand_refuse_option(self, code, argv);
    }
    if (optind == argc) {
        note("no file given (try: mmgrade trace %s --help)", self->name);
        return 2;
    }
    int status = 0;
    for (int i = optind; i < argc; i++) {
        struct trace trace;
        struct error error;
        if (trace_read(&trace, argv[i], &error)) {
            print(&trace);
            trace_free(&trace);
        } else {
            fflush(stdout);
            fprintf(stderr, "%s\n", error.text);
            status = 2;
        }
    }
    return subcommand_end(status);
}

static int run_check(const struct subcommand *self, int argc, char **argv)
{
    return run_files(self, argc, argv, print_check);
}

static int run_info(const struct subcommand *self, int argc, char **argv)
{
    return run_files(self, argc, argv, trace_info_print);
}

/// Reads one file and writes it under another header, in the writer's own plain form.
static int run_convert(const struct subcommand *self, int argc, char **argv)
{
    static const struct option long_options[] = {{"dialect", required_argument, NULL, 'd'},
                                                 {"output", required_argument, NULL, 'o'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {NULL, 0, NULL, 0}};
    struct trace_options options = {.dialect = &readers[0]};
    int status = trace_command_options(self, argc, argv, long_options, &options);
    if (status >= 0) {
        return status;
    }
    if (argc - optind != 1) {
        note("convert takes one file, not %d (try: mmgrade trace convert --help)", argc - optind);
        return 2;
    }
    struct trace trace;
    struct error error;
    if (!trace_read(&trace, argv[optind], &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 2;
    }
    status = trace_command_write(&trace, &options);
    trace_free(&trace);
    return status;
}

static int run_record(const struct subcommand *self, int argc, char **argv)
{
    static const struct option long_options[] = {{"output", required_argument, NULL, 'o'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {NULL, 0, NULL, 0}};
    const char *output = NULL;
    // '+': what stands behind the command is the command's.
    for (int code; (code = getopt_long(argc, argv, "+:ho:", long_options, NULL)) != -1;) {
        if (code == 'h') {
            return subcommand_help(self);
        }
        if (code != 'o') {
            return subcommand_refuse_option(self, code, argv);
        }
        output = optarg;
    }
    if (output == NULL || optind == argc) {
        note("record takes -o FILE and a command (try: mmgrade trace record --help)");
        return 2;
    }
    return subcommand_end(trace_record(output, argv + optind));
}

static const struct subcommand subcommands[] = {
    {"gen", "trace", "KIND [--seed N] [--ops N] [--live N] [-o F]", "Makes a trace from a seed.",
     trace_gen_run, trace_gen_help},
    {"check", "trace", "FILE...", "Validates trace files.", run_check, help_check},
    {"info", "trace", "FILE...", "Describes trace files.", run_info, help_info},
    {"convert", "trace", "FILE [--dialect D] [-o F]", "Writes a trace under another header.",
     run_convert, help_convert},
    {"record", "trace", "-o F -- COMMAND...", "Records a program's allocations.", run_record,
     help_record},
};

int command_trace(int argc, char **argv)
{
    return subcommand_dispatch(subcommands, sizeof subcommands / sizeof subcommands[0],
                               "Makes, validates and describes malloc traces (.rep files).", argc,
                               argv);
}
