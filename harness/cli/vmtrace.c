// SPDX-License-Identifier: MIT
// `mmgrade vmtrace gen|check|info|convert`: makes, validates, describes and rewrites traces of
// memory accesses.
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/commands.h"
#include "harness/cli/trace_command.h"
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
static int run_files(const struct vmtrace_command *self, int argc, char **argv, int broken,
                     bool (*print)(const char *path, const struct access_options *options,
                                   struct error *error))
{
    static const struct option long_options[] = {VMTRACE_COMMAND_READING, {NULL, 0, NULL, 0}};
    struct access_options options = {.page_bits = VMTRACE_PAGE_BITS};
    for (int code; (code = getopt_long(argc, argv, ":h", long_options, NULL)) != -1;) {
        if (code == 'h') {
            return vmtrace_command_help(self);
        }
        if (code == '?' || code == ':') {
            return vmtrace_command_refuse_option(self, code, argv);
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
    return trace_command_end(status);
}

static int run_check(const struct vmtrace_command *self, int argc, char **argv)
{
    return run_files(self, argc, argv, 1, check_file);
}

static int run_info(const struct vmtrace_command *self, int argc, char **argv)
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

static int run_convert(const struct vmtrace_command *self, int argc, char **argv)
{
    static const struct option long_options[] = {VMTRACE_COMMAND_READING,
                                                 {"output", required_argument, NULL, 'o'},
                                                 {"to", required_argument, NULL, 't'},
                                                 {NULL, 0, NULL, 0}};
    struct access_options options = {.page_bits = VMTRACE_PAGE_BITS};
    struct vmtrace_output output = {.form = &vmtrace_forms[0]};
    for (int code; (code = getopt_long(argc, argv, ":ho:", long_options, NULL)) != -1;) {
        if (code == 'h') {
            return vmtrace_command_help(self);
        }
        if (code == '?' || code == ':') {
            return vmtrace_command_refuse_option(self, code, argv);
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

static const struct vmtrace_command subcommands[] = {
    {"gen", "KIND [--seed N] [--accesses N] [...] [-o F]", "Makes a trace from a seed.",
     vmtrace_gen_run, vmtrace_gen_help},
    {"check", "FILE...", "Validates trace files.", run_check, help_check},
    {"info", "FILE...", "Describes trace files.", run_info, help_info},
    {"convert", "FILE [--to FORM] [-o F]", "Writes a trace in another form.", run_convert,
     help_convert},
};
static const size_t n_subcommands = sizeof subcommands / sizeof subcommands[0];

static int help_all(void)
{
    printf("usage: mmgrade vmtrace COMMAND ...\n\nMakes, validates and describes traces of memory "
           "accesses.\n\n");
    for (size_t i = 0; i < n_subcommands; i++) {
        printf("  %-7s %-44s %s\n", subcommands[i].name, subcommands[i].arguments,
               subcommands[i].description);
    }
    printf("\n`mmgrade vmtrace COMMAND --help` tells more.\n");
    return trace_command_end(0);
}

int command_vmtrace(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        return help_all();
    }
    for (size_t i = 0; i < n_subcommands; i++) {
        if (strcmp(subcommands[i].name, name) == 0) {
            optind = 0; // glibc: start afresh
            opterr = 0; // our own messages
            return subcommands[i].run(&subcommands[i], argc - 1, argv + 1);
        }
    }
    return trace_command_refuse_word("vmtrace command", name, subcommands, n_subcommands,
                                     sizeof subcommands[0]);
}
