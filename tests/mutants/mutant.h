// SPDX-License-Identifier: MIT
// One .mutant file: an edited base, and what must be said about it (README.md).
#ifndef MMGRADE_TESTS_MUTANTS_MUTANT_H
#define MMGRADE_TESTS_MUTANTS_MUTANT_H

#include <stdbool.h>
#include <sys/types.h>

#define MUTANT_ERROR_BYTES 512

struct mutant {
    char *path;
    char *name;
    char *text;   ///< of the .mutant file
    char *source; ///< the base with all edits applied
    char *lab;
    char *base; ///< files, separated by spaces
    char *rubric, *trace, *expect;
    char *at;     ///< the line of code that must be named, without blanks around it; or NULL
    char *also;   ///< a line that the explanation must show besides; or NULL
    char *golden; ///< the file with all that people must read; or NULL
    long changed; ///< the operation that the message must name; 0 when it need not
    char *folder; ///< where it is judged; NULL before that
    pid_t pid;    ///< of mmgrade, 0 when it does not run
    char error[MUTANT_ERROR_BYTES]; ///< what is wrong with the file, or with the judgement
};

/// Reads the file at `path` and edits the base; false with `error` when it is bad.
bool mutant_read(struct mutant *mutant);

/// Sets `error`; returns false.
bool mutant_complain(struct mutant *mutant, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/// A file in its folder; the caller frees the path.
char *mutant_file(const struct mutant *mutant, const char *name);

/// The whole text of a file, or NULL with errno set; the caller frees it.
char *mutant_read_file(const char *path);

void mutant_free(struct mutant *mutant);

#endif
