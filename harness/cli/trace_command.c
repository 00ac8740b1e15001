// SPDX-License-Identifier: MIT
// Help, complaints, options and output of the subcommands of `mmgrade trace`.
#include "harness/cli/trace_command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int trace_command_end(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        note("cannot write to standard output: %s", strerror(errno));
        return 2;
    }
    return status;
}

int trace_command_help(const struct trace_command *self)
{
    printf("usage: mmgrade trace %s %s\n\n%s\n", self->name, self->arguments, self->description);
    self->help();
    return trace_command_end(0);
}

void trace_command_help_dialects(void)
{
    printf("\ndialects:\n");
    for (size_t i = 0; i < n_readers; i++) {
        printf("  %-14s %s\n", readers[i].name, readers[i].description);
    }
}

int trace_command_refuse_word(const char *what, const char *word, const void *table, size_t n,
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

int trace_command_refuse_option(const struct trace_command *self, int code, char **argv)
{
    note("%s '%s' (try: mmgrade trace %s --help)",
         code == ':' ? "an argument is missing after" : "unknown option", argv[optind - 1],
         self->name);
    return 2;
}

static bool parse_number(const char *option, const char *text, uint64_t min, uint64_t max,
                         uint64_t *number)
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
    *number = value;
    return true;
}

static bool parse_count(const char *option, const char *text, size_t *count)
{
    uint64_t number = 0;
    if (!parse_number(option, text, 1, GENERATOR_MAX_OPS, &number)) {
        return false;
    }
    *count = number;
    return true;
}

static bool parse_weight(const char *text, enum trace_weight *weight)
{
    uint64_t number = 0;
    if (!parse_number("weight", text, WEIGHT_NONE, WEIGHT_SPEED, &number)) {
        return false;
    }
    *weight = (enum trace_weight)number;
    return true;
}

static bool parse_sizes(const char *text, struct sizes *sizes)
{
    struct error error;
    if (!sizes_parse(sizes, text, "--sizes", &error)) {
        note("%s", error.text);
        return false;
    }
    return true;
}

static bool parse_option(int code, struct trace_options *options)
{
    struct generator_options *generator = &options->generator;
    switch (code) {
    case 's':
        return parse_number("seed", optarg, 0, UINT64_MAX, &generator->seed);
    case 'n':
        return parse_count("ops", optarg, &generator->n_ops);
    case 'l':
        return parse_count("live", optarg, &generator->live);
    case 'z':
        return parse_sizes(optarg, &generator->sizes);
    case 't':
        generator->lifetimes = lifetimes_find(optarg);
        return generator->lifetimes != NULL ||
               trace_command_refuse_word("law of lifetimes", optarg, lifetime_laws, n_lifetime_laws,
                                         sizeof lifetime_laws[0]) == 0;
    case 'w':
        return parse_weight(optarg, &options->weight);
    case 'd':
        options->dialect = reader_find(optarg);
        return options->dialect != NULL ||
               trace_command_refuse_word("dialect", optarg, readers, n_readers,
                                         sizeof readers[0]) == 0;
    default:
        options->output = optarg;
        return true;
    }
}

int trace_command_options(const struct trace_command *self, int argc, char **argv,
                          const struct option *long_options, struct trace_options *options)
{
    for (int code; (code = getopt_long(argc, argv, ":ho:", long_options, NULL)) != -1;) {
        if (code == 'h') {
            return trace_command_help(self);
        }
        if (code == '?' || code == ':') {
            return trace_command_refuse_option(self, code, argv);
        }
        if (!parse_option(code, options)) {
            return 2;
        }
    }
    return -1;
}

int trace_command_write(const struct trace *trace, const struct trace_options *options)
{
    struct error error;
    if (options->output == NULL) {
        trace_print(trace, options->dialect, stdout);
        return trace_command_end(0);
    }
    if (!trace_write(trace, options->dialect, options->output, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 2;
    }
    return 0;
}
