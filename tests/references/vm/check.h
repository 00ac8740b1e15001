// SPDX-License-Identifier: MIT
/// What the tests of the address labs' references share. Each file here but check.c is the test of
/// one lab; it is linked with one reference of that lab, and no code of the harness.
#ifndef TESTS_REFERENCES_VM_CHECK_H
#define TESTS_REFERENCES_VM_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The lab's test of the reference of that name ("lru"): its file name without .c.
void check_reference(const char *name);

/// Counts an expectation. When it does not hold, prints it; the program ends with status 1 after
/// the first ten, or at its end.
__attribute__((format(printf, 2, 3))) void check(bool fine, const char *format, ...);

/// The next random number, from 0 to n - 1. The seed is MMGRADE_SEED's, or taken from the clock; it
/// is printed with a failure.
uint64_t check_random(uint64_t n);

#endif
