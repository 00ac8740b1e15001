// SPDX-License-Identifier: MIT
// The three kinds of failure, kept apart everywhere in mmgrade:
//
//   the harness is broken      die()       message on stderr, exit status 2
//   an input file is bad       error_at()  returned to the caller with file, line and column
//   the submission is wrong    a verdict   (harness/base/result.h), never through this header
//
// Glossary of the stage `base`: what every other stage may use and what uses no other stage.
#ifndef MMGRADE_BASE_ERROR_H
#define MMGRADE_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/// Why an input was refused: one line for people, "file:line:column: reason".
struct error {
    char text[1024];
};

/// Prints "mmgrade: ..." on stderr and exits with status 2. For faults of the harness or of the
/// machine, never for what a submission did.
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// Prints "mmgrade: ..." on stderr and goes on.
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// Fills *error with "file:line:column: ..."; line 0 and column 0 are left out.
/// Always returns false, so that a reader can `return error_at(...)`.
bool error_at(struct error *error, const char *file, size_t line, size_t column, const char *format,
              ...) __attribute__((format(printf, 5, 6)));

#endif
