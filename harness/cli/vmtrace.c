// SPDX-License-Identifier: MIT
// `mmgrade vmtrace gen|check|info|convert`: makes, validates, describes and rewrites traces of
// memory accesses.
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/commands.h"
#include "harness/cli/subcommand.h"
#include "harness/cli/vmtrace_command.h"
#include "harness/cli/vmtrace_gen.h"
#include "harness/cli/vmtrace_info.h"
#include "harness/cli/vmtrace_output.h"

static void help_check(void)
{
    printf("\nPrints a line for each file. A broken one is named with its line and the reason, and "
           "the\nexit status is 1; it is 2 when a file cannot be read at all.\n\n");
    vmtrace_command_help_reading();
}

static void help_info(void)
{
    printf("\nFor each file: dialect, accesses and events by kind, the pages and lines that are "
           "used,\nprocesses, and the most frequent strides.\n\n");
    vmtrace_command_help_reading();
}

static void help_convert(void)
{
    putchar('\n');
    vmtrace_output_help();
    vmtrace_command_help_reading();
}

static bool count(void *context, const struct access *records, size_t n)
{
    (void)records;
    *(size_t *)context += n;
    return true;
}

static bool check_file(const char *path, const struct access_options *options, struct error *error)
{
    size_t n = 0;
    const char *dialect = NULL;
    if (!vmtrace_command_each(path, options, count, &n, &dialect, error)) {
        return false;
    }
    printf("%s: ok, dialect %s, %zu records\n", path, dialect, n);
    return true;
}

/// Both subcommands that read files: the good ones are printed, the bad ones named. The status that
/// a broken file gives is the caller's.
static int run_files(const struct subcommand *self, int argc, char **argv, int broken,
                     bool (*print)(const char *path, const struct access_options *options,
                                   struct error *error))
{
    static const struct option long_options[] = {VMTRACE_COMMAND_READING, {NULL, 0, NULL, 0}};
    struct access_options options = {.page_bits = VMTRACE_PAGE_BITS};
    for (int code; (code = getopt_long(argc, argv, ":h", long_options, NULL)) != -1;) {
        if (code == 'h') {
            return subcommand_help(self);
        }
        if (code == '?' || code == ':') {
            return subcommand_refuse_option(self, code, argv);
        }
        if (!vmtrace_command_reading(code, &options)) {
            return 2;
        }
    }
    if (optind == argc) {
        note("no file given (try: mmgrade vmtrace %s --help)", self->name);
        return 2;
    }
    int status = 0;
    for (int i = optind; i < argc; i++) {
        struct error error;
        if (!print(argv[i], &options, &error)) {
            fflush(stdout);
            fprintf(stderr, "%s\n", error.text);
            bool readable = strcmp(argv[i], "-") == 0 || access(argv[i], R_OK) == 0;
            int bad = readable ? broken : 2;
            status = bad > status ? bad : status;
        }
    }
    return subcommand_end(status);
}

static int run_check(const struct subcommand *self, int argc, char **argv)
{
    return run_files(self, argc, argv, 1, check_file);
}

static int run_info(const struct subcommand *self, int argc, char **argv)
{
    return run_files(self, argc, argv, 2, vmtrace_info_print);
}

static int convert(const char *path, const struct access_options *options,
                   struct vmtrace_output *output)
{
    struct error error;
    const char *dialect = NULL;
    if (!vmtrace_output_begin(output, NULL)) {
        return 2;
    }
    if (!vmtrace_command_each(path, options, vmtrace_output_add, output, &dialect, &error)) {
        vmtrace_output_abandon(output);
        fprintf(stderr, "%s\n", error.text);
        return 2;
    }
    return vmtrace_output_end(output);
}

static int run_convert(const struct subcommand *self, int argc, char **argv)
{
    static const struct option long_options[] = {VMTRACE_COMMAND_READING,
                                                 {"output", required_argument, NULL, 'o'},
                                                 {"to", required_argument, NULL, 't'},
                                                 {NULL, 0, NULL, 0}};
    struct access_options options = {.page_bits = VMTRACE_PAGE_BITS};
    struct vmtrace_output output = {.form = &vmtrace_forms[0]};
    for (int code; (code = getopt_long(argc, argv, ":ho:", long_options, NULL)) != -1;) {
        if (code == 'h') {
            return subcommand_help(self);
        }
        if (code == '?' || code == ':') {
            return subcommand_refuse_option(self, code, argv);
        }
        if (code == 'o') {
            output.path = optarg;
        } else if (code == 't') {
            output.form = vmtrace_output_form(optarg);
        } else if (!vmtrace_command_reading(code, &options)) {
            return 2;
        }
        if (output.form == NULL) {
            return 2;
        }
    }
    if (argc - optind != 1) {
        note("convert takes one file, not %d (try: mmgrade vmtrace convert --help)", argc - optind);
        return 2;
    }
    return convert(argv[optind], &options, &output);
}

static const struct subcommand subcommands[] = {
    {"gen", "vmtrace", "KIND [--seed N] [--accesses N] [...] [-o F]", "Makes a trace from a seed.",
     vmtrace_gen_run, vmtrace_gen_help},
    {"check", "vmtrace", "FILE...", "Validates trace files.", run_check, help_check},
    {"info", "vmtrace", "FILE...", "Describes trace files.", run_info, help_info},
    {"convert", "vmtrace", "FILE [--to FORM] [-o F]", "Writes a trace in another form.",
     run_convert, help_convert},
};

int command_vmtrace(int argc, char **argv)
{
    return subcommand_dispatch(subcommands, sizeof subcommands / sizeof subcommands[0],
                               "Makes, validates and describes traces of memory accesses.", argc,
                               argv);
}
