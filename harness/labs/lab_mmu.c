// SPDX-License-Identifier: MIT
// Any modules of the machine together, from the virtual address to the cache.
#include "harness/labs/lab_mmu.h"

#include "harness/labs/module_lab.h"

#define MODULES (MODULES_ALL)

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

const struct lab lab_mmu = {
    .name = "mmu",
    .title = "Whole machine",
    .folder = "student_template/mmu",
    .modules = MODULES,
    .check = check,
    .run = run,
    .print_rules = print_rules,
};
