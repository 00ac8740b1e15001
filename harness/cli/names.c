// SPDX-License-Identifier: MIT
// A list of names, searched from the front.
#include "harness/cli/names.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

void names_add(struct names *names, const char *name)
{
    names->items = xreallocarray(names->items, names->n_items + 1, sizeof *names->items);
    names->items[names->n_items++] = xstrdup(name);
}

bool names_have(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->n_items; i++) {
        if (strcmp(names->items[i], name) == 0) {
            return true;
        }
    }
    return false;
}

void names_free(struct names *names)
{
    for (size_t i = 0; i < names->n_items; i++) {
        free(names->items[i]);
    }
    free(names->items);
}
