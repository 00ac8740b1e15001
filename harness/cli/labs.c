// SPDX-License-Identifier: MIT
// `mmgrade labs`: the labs that can be graded, and what their verdicts mean.
#include <stdio.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/cli/commands.h"
#include "harness/labs/lab.h"

static int list_labs(void)
{
    for (size_t i = 0; lab_list[i] != NULL; i++) {
        printf("%-10s %-20s %s\n", lab_list[i]->name, lab_list[i]->title, lab_list[i]->folder);
    }
    return 0;
}

static int describe_lab(const char *name)
{
    const struct lab *lab = lab_find(name);
    if (lab == NULL) {
        note("there is no lab '%s'; see 'mmgrade labs'", name);
        return 2;
    }
    printf("%s: the verdict codes, and the rule behind each\n\n", lab->title);
    lab->print_rules(stdout);
    return 0;
}

int command_labs(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        puts("usage: mmgrade labs [LAB]\n\nLists the labs, each with the folder that holds its "
             "template. With the name of a lab: its\nverdict codes, and the rule behind each.");
        return 0;
    }
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        note("labs takes the name of a lab, not '%s'; see 'mmgrade labs --help'", argv[argc - 1]);
        return 2;
    }
    return argc == 2 ? describe_lab(argv[1]) : list_labs();
}
