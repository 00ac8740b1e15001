// SPDX-License-Identifier: MIT
// From a word to the subcommand of that name, and what all of them say alike.
#include "harness/cli/subcommand.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"

int subcommand_end(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        note("cannot write to standard output: %s", strerror(errno));
        return 2;
    }
    return status;
}

int subcommand_help(const struct subcommand *self)
{
    printf("usage: mmgrade %s %s %s\n\n%s\n", self->command, self->name, self->arguments,
           self->description);
    self->help();
    return subcommand_end(0);
}

int subcommand_refuse_option(const struct subcommand *self, int code, char **argv)
{
    note("%s '%s' (try: mmgrade %s %s --help)",
         code == ':' ? "an argument is missing after" : "unknown option", argv[optind - 1],
         self->command, self->name);
    return 2;
}

int subcommand_refuse_word(const char *what, const char *word, const void *table, size_t n,
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

static size_t wider(size_t columns, const char *text)
{
    return strlen(text) > columns ? strlen(text) : columns;
}

static int help_all(const struct subcommand *subcommands, size_t n, const char *purpose)
{
    size_t name_columns = 0;
    size_t argument_columns = 0;
    for (size_t i = 0; i < n; i++) {
        name_columns = wider(name_columns, subcommands[i].name);
        argument_columns = wider(argument_columns, subcommands[i].arguments);
    }
    printf("usage: mmgrade %s COMMAND ...\n\n%s\n\n", subcommands->command, purpose);
    for (size_t i = 0; i < n; i++) {
        printf("  %-*s %-*s  %s\n", (int)name_columns, subcommands[i].name, (int)argument_columns,
               subcommands[i].arguments, subcommands[i].description);
    }
    printf("\n`mmgrade %s COMMAND --help` tells more.\n", subcommands->command);
    return subcommand_end(0);
}

int subcommand_dispatch(const struct subcommand *subcommands, size_t n, const char *purpose,
                        int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        return help_all(subcommands, n, purpose);
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(subcommands[i].name, name) == 0) {
            optind = 0; // glibc: start afresh
            opterr = 0; // our own messages
            return subcommands[i].run(&subcommands[i], argc - 1, argv + 1);
        }
    }
    char *what = xasprintf("%s command", subcommands->command);
    int status = subcommand_refuse_word(what, name, subcommands, n, sizeof *subcommands);
    free(what);
    return status;
}
