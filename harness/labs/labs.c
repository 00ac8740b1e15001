// SPDX-License-Identifier: MIT
// The list of labs.
#include <string.h>

#include "harness/labs/lab.h"
#include "harness/labs/lab_cache.h"
#include "harness/labs/lab_fit.h"
#include "harness/labs/lab_malloc.h"
#include "harness/labs/lab_mmu.h"
#include "harness/labs/lab_pagetable.h"
#include "harness/labs/lab_replace.h"
#include "harness/labs/lab_tlb.h"
#include "harness/labs/lab_translate.h"

const struct lab *const lab_list[] = {
    &lab_malloc, &lab_fit,     &lab_translate, &lab_pagetable, &lab_tlb,
    &lab_cache,  &lab_replace, &lab_mmu,       NULL,
};

const struct lab *lab_find(const char *name)
{
    for (size_t i = 0; lab_list[i] != NULL; i++) {
        if (strcmp(lab_list[i]->name, name) == 0) {
            return lab_list[i];
        }
    }
    return NULL;
}
