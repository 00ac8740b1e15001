// SPDX-License-Identifier: MIT
// The list of labs.
#include <string.h>

#include "harness/labs/lab.h"
#include "harness/labs/lab_fit.h"
#include "harness/labs/lab_malloc.h"

const struct lab *const lab_list[] = {
    &lab_malloc,
    &lab_fit,
    NULL,
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
