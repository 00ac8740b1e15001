// SPDX-License-Identifier: MIT
// Which page gives its frame up (CS:APP 9.3).
#include "harness/labs/lab_replace.h"

#include "harness/labs/module_lab.h"

#define MODULES (1u << MODULE_REPLACE)

static bool check(const struct lab_settings *settings, struct error *error)
{
    return module_lab_check(MODULES, settings, error);
}

static bool run(const struct job *job, struct result *result, struct error *error)
{
    return module_lab_run(MODULES, job, result, error);
}

static void print_rules(FILE *file)
{
    module_lab_print_rules(file, MODULES);
}

const struct lab lab_replace = {
    .name = "replace",
    .title = "Page replacement",
    .folder = "student_template/replace",
    .modules = MODULES,
    .check = check,
    .run = run,
    .print_rules = print_rules,
};
