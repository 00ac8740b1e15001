// SPDX-License-Identifier: MIT
// A growing list of names, for what may be repeated on a command line. Starts as {0}.
#ifndef MMGRADE_CLI_NAMES_H
#define MMGRADE_CLI_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct names {
    char **items;
    size_t n_items;
};

/// Appends a copy.
void names_add(struct names *names, const char *name);

bool names_have(const struct names *names, const char *name);

void names_free(struct names *names);

#endif
