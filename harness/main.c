// SPDX-License-Identifier: MIT
// mmgrade: from the command line to a subcommand.
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "harness/base/error.h"
#include "harness/cli/commands.h"
#include "reports/formats.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"grade", command_grade, "judge one submission"},
    {"batch", command_batch, "judge all submissions of a course"},
    {"regress", command_regress, "hold the references against their stored figures"},
    {"plots", command_plots, "draw submissions among the references"},
    {"report", command_report, "print stored results in any format, for people and other graders"},
    {"trace", command_trace, "generate, check and describe traces"},
    {"vmtrace", command_vmtrace, "generate, check and describe traces of memory accesses"},
    {"vm", command_vm, "run the simulated machine over a trace of memory accesses"},
    {"labs", command_labs, "list the labs"},
    {"doctor", command_doctor, "tell what this machine offers and what is missing"},
};

#define N_COMMANDS (sizeof commands / sizeof *commands)

static void print_help(FILE *file)
{
    fputs("usage: mmgrade COMMAND [ARGUMENT]...\n\n", file);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        fprintf(file, "  %-8s %s\n", commands[i].name, commands[i].summary);
    }
    fputs("\n'mmgrade COMMAND --help' says more. Exit status: 0 fine, 1 the submission failed,\n"
          "2 the harness or its input is at fault.\n",
          file);
}

int main(int argc, char **argv)
{
    // A worker of the same user could otherwise open this process's memory and descriptors.
    prctl(PR_SET_DUMPABLE, 0);
    setlocale(LC_CTYPE, ""); // widths of characters; numbers keep their decimal point
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("mmgrade " MMGRADE_VERSION);
        return 0;
    }
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    note("there is no command '%s'; see 'mmgrade --help'", argv[1]);
    return 2;
}
