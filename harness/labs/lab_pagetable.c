// SPDX-License-Identifier: MIT
// Page tables of one to five levels in simulated memory (CS:APP 9.3, 9.6.3, 9.7).
#include "harness/labs/lab_pagetable.h"

#include "harness/labs/module_lab.h"

#define MODULES (1u << MODULE_PAGETABLE)

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

const struct lab lab_pagetable = {
    .name = "pagetable",
    .title = "Page tables",
    .folder = "student_template/pagetable",
    .modules = MODULES,
    .check = check,
    .run = run,
    .print_rules = print_rules,
};
