// SPDX-License-Identifier: MIT
// `mmgrade trace gen|check|info`: makes, validates and describes malloc traces.
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/cli/commands.h"
#include "harness/cli/trace_info.h"
#include "harness/cli/trace_record.h"
#include "harness/trace/generators.h"
#include "harness/trace/reader.h"
#include "harness/trace/trace.h"

struct subcommand {
    const char *name;
    const char *arguments;
    const char *description;
    int (*run)(const struct subcommand *self, int argc, char **argv);
    void (*help)(void); ///< what follows the usage line
};

/// Flushes standard output: a full disk or a closed pipe behind it is an error too.
static int end_output(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        note("cannot write to standard output: %s", strerror(errno));
        return 2;
    }
    return status;
}

static int print_help(const struct subcommand *self)
{
    printf("usage: mmgrade trace %s %s\n\n%s\n", self->name, self->arguments, self->description);
    self->help();
    return end_output(0);
}

static void help_dialects(void)
{
    printf("\ndialects:\n");
    for (size_t i = 0; i < n_readers; i++) {
        printf("  %-14s %s\n", readers[i].name, readers[i].description);
    }
}

static void help_gen(void)
{
    printf("\n"
           "  --seed N       the same seed gives the same bytes on every machine (default 1)\n"
           "  --ops N        at most N operations; kinds that work in rounds stop at a whole one\n"
           "  --live N       how much is alive at once; what it counts depends on KIND\n"
           "  --weight N     what counts: 0 correctness alone, 1 (default) utilization and speed "
           "too,\n"
           "                 2 utilization, 3 speed; the classic dialect knows 0 and 1\n"
           "  --dialect D    the header's dialect (default %s)\n"
           "  -o, --output F write to the file F (default: standard output)\n"
           "\nkinds:\n",
           readers[0].name);
    for (size_t i = 0; i < n_generators; i++) {
        const struct generator *kind = &generators[i];
        printf("  %-14s %s\n  %-14s   --ops %zu", kind->name, kind->description, "",
               kind->default_ops);
        if (kind->default_live != 0) {
            printf(" --live %zu (%s)", kind->default_live, kind->live_means);
        }
        putchar('\n');
    }
    help_dialects();
}

static void help_convert(void)
{
    printf("\n"
           "  --dialect D    the header's dialect (default %s)\n"
           "  -o, --output F write to the file F (default: standard output)\n",
           readers[0].name);
    help_dialects();
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

struct gen_options {
    struct generator_options generator;
    enum trace_weight weight;
    const struct reader *dialect;
    const char *output; ///< NULL: standard output
};

static bool parse_count(const char *option, const char *text, uint64_t min, uint64_t max,
                        uint64_t *count)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < min ||
        value > max) {
        note("--%s takes a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'", option, min,
             max, text);
        return false;
    }
    *count = value;
    return true;
}

/// Names what stands in a table of `n` entries, each `stride` bytes long and its name in front.
static int refuse_word(const char *what, const char *word, const void *table, size_t n,
                       size_t stride)
{
    if (*word == '\0') {
        fprintf(stderr, "mmgrade: missing %s (one of", what);
    } else {
        fprintf(stderr, "mmgrade: unknown %s '%s' (one of", what, word);
    }
    for (size_t i = 0; i < n; i++) {
        const char *name = *(const char *const *)((const char *)table + i * stride);
        fprintf(stderr, "%s %s", i == 0 ? "" : ",", name);
    }
    fputs(")\n", stderr);
    return 2;
}

/// What getopt_long gave back when it was none of our options.
static int refuse_option(const char *subcommand, int code, char **argv)
{
    note("%s '%s' (try: mmgrade trace %s --help)",
         code == ':' ? "an argument is missing after" : "unknown option", argv[optind - 1],
         subcommand);
    return 2;
}

static bool parse_gen_option(int code, struct gen_options *options)
{
    uint64_t count = 0;
    switch (code) {
    case 's':
        return parse_count("seed", optarg, 0, UINT64_MAX, &options->generator.seed);
    case 'n':
        if (!parse_count("ops", optarg, 1, GENERATOR_MAX_OPS, &count)) {
            return false;
        }
        options->generator.n_ops = count;
        return true;
    case 'l':
        if (!parse_count("live", optarg, 1, GENERATOR_MAX_OPS, &count)) {
            return false;
        }
        options->generator.live = count;
        return true;
    case 'w':
        if (!parse_count("weight", optarg, WEIGHT_NONE, WEIGHT_SPEED, &count)) {
            return false;
        }
        options->weight = (enum trace_weight)count;
        return true;
    case 'd':
        options->dialect = reader_find(optarg);
        return options->dialect != NULL ||
               refuse_word("dialect", optarg, readers, n_readers, sizeof readers[0]) == 0;
    default:
        options->output = optarg;
        return true;
    }
}

/// Reads the options of the subcommands that write a trace; a status to exit with, or -1 to go on.
static int read_options(const struct subcommand *self, int argc, char **argv,
                        const struct option *long_options, struct gen_options *options)
{
    for (int code; (code = getopt_long(argc, argv, ":ho:", long_options, NULL)) != -1;) {
        if (code == 'h') {
            return print_help(self);
        }
        if (code == '?' || code == ':') {
            return refuse_option(self->name, code, argv);
        }
        if (!parse_gen_option(code, options)) {
            return 2;
        }
    }
    return -1;
}

static int generate(const struct generator *kind, const struct gen_options *options)
{
    struct trace trace;
    generator_run(kind, options->generator, &trace);
    trace.weight = options->weight;
    int status = 0;
    struct error error;
    if (trace.n_ops == 0) {
        note("'%s' needs more operations than --ops %zu", kind->name, options->generator.n_ops);
        status = 2;
    } else if (options->output == NULL) {
        trace_print(&trace, options->dialect, stdout);
        status = end_output(0);
    } else if (!trace_write(&trace, options->dialect, options->output, &error)) {
        fprintf(stderr, "%s\n", error.text);
        status = 2;
    }
    trace_free(&trace);
    return status;
}

static int run_gen(const struct subcommand *self, int argc, char **argv)
{
    static const struct option long_options[] = {
        {"seed", required_argument, NULL, 's'},   {"ops", required_argument, NULL, 'n'},
        {"live", required_argument, NULL, 'l'},   {"dialect", required_argument, NULL, 'd'},
        {"weight", required_argument, NULL, 'w'}, {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    struct gen_options options = {
        .generator = {.seed = 1}, .weight = WEIGHT_BOTH, .dialect = &readers[0]};
    int status = read_options(self, argc, argv, long_options, &options);
    if (status >= 0) {
        return status;
    }
    const char *name = optind < argc ? argv[optind] : "";
    const struct generator *kind = generator_find(name);
    if (kind == NULL) {
        return refuse_word("kind", name, generators, n_generators, sizeof generators[0]);
    }
    if (optind + 1 < argc) {
        note("unexpected '%s' after the kind '%s'", argv[optind + 1], name);
        return 2;
    }
    if (options.generator.live != 0 && kind->default_live == 0) {
        note("'%s' has no use for --live", kind->name);
        return 2;
    }
    return generate(kind, &options);
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
        return print_help(self);
    }
    if (code != -1) {
        return refuse_option(self->name, code, argv);
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
    return end_output(status);
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
static int convert(const char *input, const struct reader *dialect, const char *output)
{
    struct trace trace;
    struct error error;
    if (!trace_read(&trace, input, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 2;
    }
    int status = 0;
    if (output == NULL) {
        trace_print(&trace, dialect, stdout);
        status = end_output(0);
    } else if (!trace_write(&trace, dialect, output, &error)) {
        fprintf(stderr, "%s\n", error.text);
        status = 2;
    }
    trace_free(&trace);
    return status;
}

static int run_convert(const struct subcommand *self, int argc, char **argv)
{
    static const struct option long_options[] = {{"dialect", required_argument, NULL, 'd'},
                                                 {"output", required_argument, NULL, 'o'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {NULL, 0, NULL, 0}};
    struct gen_options options = {.dialect = &readers[0]};
    int status = read_options(self, argc, argv, long_options, &options);
    if (status >= 0) {
        return status;
    }
    if (argc - optind != 1) {
        note("convert takes one file, not %d (try: mmgrade trace convert --help)", argc - optind);
        return 2;
    }
    return convert(argv[optind], options.dialect, options.output);
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
            return print_help(self);
        }
        if (code != 'o') {
            return refuse_option(self->name, code, argv);
        }
        output = optarg;
    }
    if (output == NULL || optind == argc) {
        note("record takes -o FILE and a command (try: mmgrade trace record --help)");
        return 2;
    }
    return end_output(trace_record(output, argv + optind));
}

static const struct subcommand subcommands[] = {
    {"gen", "KIND [--seed N] [--ops N] [--live N] [-o F]", "Makes a trace from a seed.", run_gen,
     help_gen},
    {"check", "FILE...", "Validates trace files.", run_check, help_check},
    {"info", "FILE...", "Describes trace files.", run_info, help_info},
    {"convert", "FILE [--dialect D] [-o F]", "Writes a trace under another header.", run_convert,
     help_convert},
    {"record", "-o F -- COMMAND...", "Records a program's allocations.", run_record, help_record},
};
static const size_t n_subcommands = sizeof subcommands / sizeof subcommands[0];

static int help_all(void)
{
    printf("usage: mmgrade trace COMMAND ...\n\nMakes, validates and describes malloc traces "
           "(.rep files).\n\n");
    for (size_t i = 0; i < n_subcommands; i++) {
        printf("  %-6s %-48s %s\n", subcommands[i].name, subcommands[i].arguments,
               subcommands[i].description);
    }
    printf("\n`mmgrade trace COMMAND --help` tells more.\n");
    return end_output(0);
}

int command_trace(int argc, char **argv)
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
    return refuse_word("trace command", name, subcommands, n_subcommands, sizeof subcommands[0]);
}
