// SPDX-License-Identifier: MIT
// One .attack file: what is handed in, and what must become of it.
#ifndef MMGRADE_TESTS_HOSTILE_ATTACK_H
#define MMGRADE_TESTS_HOSTILE_ATTACK_H

#include <stdbool.h>
#include <stddef.h>

#define ATTACK_MAX_EXPECTED 4
#define ATTACK_MAX_PARTS 8

struct attack_part {
    char *name; ///< "mm.c"
    char *text;
};

struct attack {
    char *name;
    char *expected[ATTACK_MAX_EXPECTED]; ///< any of them
    size_t n_expected;
    char *rubric;
    bool scores; ///< it does no harm and must get the honest score; else 0
    double seconds;
    struct attack_part parts[ATTACK_MAX_PARTS];
    size_t n_parts;
};

/// Reads one; false with a line on standard output when it is bad. attack_free in any case.
bool attack_read(struct attack *attack, const char *path);

void attack_free(struct attack *attack);

#endif
