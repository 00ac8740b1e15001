// SPDX-License-Identifier: MIT
// Where the project's own files lie: rubrics, traces, references, the worker.
#ifndef MMGRADE_BASE_PATHS_H
#define MMGRADE_BASE_PATHS_H

/// The project's root: $MMGRADE_ROOT, else the first folder upwards from the program that holds
/// `grading/rubrics`. Dies when there is none. Never freed.
const char *paths_root(void);

/// The path of `relative` below the root; the caller frees it. An absolute path stays as it is.
char *paths_in_root(const char *relative);

/// The path of a program that lies beside this one or in a folder above it (the worker; tests and
/// benches lie deeper); the caller frees it. When there is none, the path beside this one.
char *paths_beside_program(const char *name);

#endif
