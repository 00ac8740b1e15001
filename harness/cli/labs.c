// SPDX-License-Identifier: MIT
// `mmgrade labs`: the labs that can be graded.
#include <stdio.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/cli/commands.h"
#include "harness/labs/lab.h"

int command_labs(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        puts(
            "usage: mmgrade labs\n\nLists the labs, each with the folder that holds its template.");
        return 0;
    }
    if (argc > 1) {
        note("labs takes no '%s'; see 'mmgrade labs --help'", argv[1]);
        return 2;
    }
    for (size_t i = 0; lab_list[i] != NULL; i++) {
        printf("%-10s %-20s %s\n", lab_list[i]->name, lab_list[i]->title, lab_list[i]->folder);
    }
    return 0;
}
