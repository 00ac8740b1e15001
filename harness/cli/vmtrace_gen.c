// SPDX-License-Identifier: MIT
// The options of `mmgrade vmtrace gen`, one for each parameter of the kinds.
#include "harness/cli/vmtrace_gen.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/access/generators.h"
#include "harness/base/memory.h"
#include "harness/cli/vmtrace_output.h"
#include "harness/cli/whole_number.h"

/// What getopt_long gives back for the parameter with the id 0; more than any letter.
enum { FIRST_PARAMETER = 256 };

/// " --pages 64", or "" when there is nothing to say; the caller frees it.
static char *parameter_text(enum access_parameter_id id, uint64_t value)
{
    const struct access_parameter *parameter = &access_parameters[id];
    if (parameter->words != NULL) {
        return xasprintf(" --%s %s", parameter->name, parameter->words[value - parameter->min]);
    }
    if (value < parameter->min) {
        return xstrdup("");
    }
    return xasprintf(id == PARAMETER_BASE && value != 0 ? " --%s 0x%" PRIx64 : " --%s %" PRIu64,
                     parameter->name, value);
}

static void help_parameters(void)
{
    for (size_t i = 0; i < N_PARAMETERS; i++) {
        const struct access_parameter *parameter = &access_parameters[i];
        char *option = xasprintf("--%s %s", parameter->name, parameter->value);
        printf("  %-18s %s", option, parameter->description);
        for (size_t j = 0; parameter->words != NULL && parameter->words[j] != NULL; j++) {
            printf("%s %s", j == 0 ? ":" : ",", parameter->words[j]);
        }
        putchar('\n');
        free(option);
    }
}

static void help_kinds(void)
{
    printf("\nkinds, each with what it takes and the defaults; all take --seed (1) and --page-bits "
           "(12):\n");
    for (size_t i = 0; i < n_access_generators; i++) {
        const struct access_generator *kind = &access_generators[i];
        printf("  %-14s %s\n  %-14s  ", kind->name, kind->description, "");
        for (size_t j = 0; j < kind->n_defaults; j++) {
            char *text = parameter_text(kind->defaults[j].id, kind->defaults[j].value);
            printf("%s", *text == '\0' ? " --accesses all" : text);
            free(text);
        }
        putchar('\n');
    }
}

void vmtrace_gen_help(void)
{
    putchar('\n');
    help_parameters();
    vmtrace_output_help();
    help_kinds();
}

static bool parse_parameter(enum access_parameter_id id, const char *text, uint64_t *value)
{
    const struct access_parameter *parameter = &access_parameters[id];
    if (parameter->words == NULL) {
        return whole_number_option(parameter->name, text, parameter->min, parameter->max, value);
    }
    size_t n = (size_t)(parameter->max - parameter->min + 1);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(parameter->words[i], text) == 0) {
            *value = parameter->min + i;
            return true;
        }
    }
    subcommand_refuse_word(parameter->name, text, parameter->words, n, sizeof(char *));
    return false;
}

/// False after naming the kinds that do take the parameter.
static bool check_takes(const struct access_generator *kind, enum access_parameter_id id)
{
    if (access_generator_takes(kind, id)) {
        return true;
    }
    fprintf(stderr, "mmgrade: '%s' has no use for --%s, which is for", kind->name,
            access_parameters[id].name);
    for (size_t i = 0, n = 0; i < n_access_generators; i++) {
        if (access_generator_takes(&access_generators[i], id)) {
            fprintf(stderr, "%s %s", n++ == 0 ? "" : ",", access_generators[i].name);
        }
    }
    fputc('\n', stderr);
    return false;
}

/// What the command line asks for.
struct request {
    bool is_given[N_PARAMETERS];
    uint64_t given[N_PARAMETERS];
    struct vmtrace_output output;
};

/// A status to exit with, or -1 to go on.
static int parse_options(const struct subcommand *self, int argc, char **argv,
                         struct request *request)
{
    struct option options[N_PARAMETERS + 4] = {{"output", required_argument, NULL, 'o'},
                                               {"to", required_argument, NULL, 't'},
                                               {"help", no_argument, NULL, 'h'}};
    for (int i = 0; i < N_PARAMETERS; i++) {
        options[i + 3] = (struct option){access_parameters[i].name, required_argument, NULL,
                                         FIRST_PARAMETER + i};
    }
    for (int code; (code = getopt_long(argc, argv, ":ho:", options, NULL)) != -1;) {
        if (code == 'h') {
            return subcommand_help(self);
        }
        if (code >= FIRST_PARAMETER) {
            int id = code - FIRST_PARAMETER;
            request->is_given[id] = true;
            if (!parse_parameter((enum access_parameter_id)id, optarg, &request->given[id])) {
                return 2;
            }
        } else if (code == 't') {
            request->output.form = vmtrace_output_form(optarg);
            if (request->output.form == NULL) {
                return 2;
            }
        } else if (code == 'o') {
            request->output.path = optarg;
        } else {
            return subcommand_refuse_option(self, code, argv);
        }
    }
    return -1;
}

/// The command with all its parameters, also those that were not given.
static char *describe(const struct access_generator *kind, const uint64_t *values)
{
    char *command = xasprintf("mmgrade vmtrace gen %s", kind->name);
    for (int i = 0; i < N_PARAMETERS; i++) {
        if (access_generator_takes(kind, (enum access_parameter_id)i)) {
            char *text = parameter_text((enum access_parameter_id)i, values[i]);
            char *longer = xasprintf("%s%s", command, text);
            free(command);
            free(text);
            command = longer;
        }
    }
    return command;
}

static int generate(const struct access_generator *kind, struct request *request)
{
    uint64_t values[N_PARAMETERS];
    access_generator_defaults(kind, values);
    for (int i = 0; i < N_PARAMETERS; i++) {
        if (request->is_given[i]) {
            if (!check_takes(kind, (enum access_parameter_id)i)) {
                return 2;
            }
            values[i] = request->given[i];
        }
    }
    struct error error;
    if (!access_generator_check(kind, values, &error)) {
        note("%s", error.text);
        return 2;
    }
    char *comment = describe(kind, values);
    bool ok = vmtrace_output_begin(&request->output, comment);
    free(comment);
    if (!ok) {
        return 2;
    }
    access_generator_run(kind, values, (struct access_sink){vmtrace_output_add, &request->output});
    return vmtrace_output_end(&request->output);
}

int vmtrace_gen_run(const struct subcommand *self, int argc, char **argv)
{
    struct request request = {.output = {.form = &vmtrace_forms[0]}};
    int status = parse_options(self, argc, argv, &request);
    if (status >= 0) {
        return status;
    }
    const char *name = optind < argc ? argv[optind] : "";
    const struct access_generator *kind = access_generator_find(name);
    if (kind == NULL) {
        return subcommand_refuse_word("kind", name, access_generators, n_access_generators,
                                      sizeof access_generators[0]);
    }
    if (optind + 1 < argc) {
        note("unexpected '%s' after the kind '%s'", argv[optind + 1], name);
        return 2;
    }
    return generate(kind, &request);
}
