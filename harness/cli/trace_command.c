// SPDX-License-Identifier: MIT
// Options and output of the subcommands of `mmgrade trace`.
#include "harness/cli/trace_command.h"

#include <stdio.h>

#include "harness/cli/whole_number.h"

void trace_command_help_dialects(void)
{
    printf("\ndialects:\n");
    for (size_t i = 0; i < n_readers; i++) {
        printf("  %-14s %s\n", readers[i].name, readers[i].description);
    }
}

static bool parse_count(const char *option, const char *text, size_t *count)
{
    uint64_t number = 0;
    if (!whole_number_option(option, text, 1, GENERATOR_MAX_OPS, &number)) {
        return false;
    }
    *count = number;
    return true;
}

static bool parse_weight(const char *text, enum trace_weight *weight)
{
    uint64_t number = 0;
    if (!whole_number_option("weight", text, WEIGHT_NONE, WEIGHT_SPEED, &number)) {
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
        return whole_number_option("seed", optarg, 0, UINT64_MAX, &generator->seed);
    case 'n':
        return parse_count("ops", optarg, &generator->n_ops);
    case 'l':
        return parse_count("live", optarg, &generator->live);
    case 'z':
        return parse_sizes(optarg, &generator->sizes);
    case 't':
        generator->lifetimes = lifetimes_find(optarg);
        return generator->lifetimes != NULL ||
               subcommand_refuse_word("law of lifetimes", optarg, lifetime_laws, n_lifetime_laws,
                                      sizeof lifetime_laws[0]) == 0;
    case 'w':
        return parse_weight(optarg, &options->weight);
    case 'd':
        options->dialect = reader_find(optarg);
        return options->dialect != NULL ||
               subcommand_refuse_word("dialect", optarg, readers, n_readers, sizeof readers[0]) ==
                   0;
    default:
        options->output = optarg;
        return true;
    }
}

int trace_command_options(const struct subcommand *self, int argc, char **argv,
                          const struct option *long_options, struct trace_options *options)
{
    for (int code; (code = getopt_long(argc, argv, ":ho:", long_options, NULL)) != -1;) {
        if (code == 'h') {
            return subcommand_help(self);
        }
        if (code == '?' || code == ':') {
            return subcommand_refuse_option(self, code, argv);
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
        return subcommand_end(0);
    }
    if (!trace_write(trace, options->dialect, options->output, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 2;
    }
    return 0;
}
