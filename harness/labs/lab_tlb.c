// SPDX-License-Identifier: MIT
// A cache of translations (CS:APP 9.6.2).
#include "harness/labs/lab_tlb.h"

#include "harness/labs/module_lab.h"

#define MODULES (1u << MODULE_TLB)

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

const struct lab lab_tlb = {
    .name = "tlb",
    .title = "TLB",
    .folder = "student_template/tlb",
    .modules = MODULES,
    .check = check,
    .run = run,
    .print_rules = print_rules,
};
