// SPDX-License-Identifier: MIT
// What the labs on addresses share: modules of a machine, each trace played on each machine of the
// rubric's grid, judged against the golden model access by access.
#ifndef MMGRADE_LABS_MODULE_LAB_H
#define MMGRADE_LABS_MODULE_LAB_H

#include "harness/labs/lab.h"

/// Where their templates lie: the headers that a submission includes.
#define MODULE_LAB_HEADERS "student_template/vm"

/// Reads the traces and makes the machines. As lab.h says of `check`.
bool module_lab_check(unsigned modules, const struct lab_settings *settings, struct error *error);

/// `modules`: a mask of those that may be handed in. Any of them is enough; of one, all functions
/// must be there. As lab.h says of `run`.
bool module_lab_run(unsigned modules, const struct job *job, struct result *result,
                    struct error *error);

void module_lab_print_rules(FILE *file, unsigned modules);

#endif
