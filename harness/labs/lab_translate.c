// SPDX-License-Identifier: MIT
// Splitting addresses into their fields, and joining them (CS:APP 9.3, 9.6).
#include "harness/labs/lab_translate.h"

#include "harness/labs/module_lab.h"

#define MODULES (1u << MODULE_TRANSLATE)

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

const struct lab lab_translate = {
    .name = "translate",
    .title = "Address translation",
    .folder = "student_template/translate",
    .modules = MODULES,
    .check = check,
    .run = run,
    .print_rules = print_rules,
};
