// SPDX-License-Identifier: MIT
// Where the subcommands of `mmgrade vmtrace` write a trace, and in which dialect.
#ifndef MMGRADE_CLI_VMTRACE_OUTPUT_H
#define MMGRADE_CLI_VMTRACE_OUTPUT_H

#include <stdio.h>

#include "harness/access/writer.h"
#include "reports/replace.h"

/// A dialect that can be written.
struct vmtrace_form {
    const char *name;
    const char *description;
    /// Writes the record; false when the dialect has no word for it. NULL: one of our own forms.
    bool (*put)(FILE *file, const struct access *record);
    enum access_form own;
};

extern const struct vmtrace_form vmtrace_forms[];
extern const size_t n_vmtrace_forms;

struct vmtrace_output {
    const struct vmtrace_form *form;
    const char *path; ///< NULL: standard output
    struct replacement replacement;
    FILE *file;
    struct access_writer writer;
    size_t n_left_out; ///< records that the dialect has no word for
};

void vmtrace_output_help(void);

/// The form of that name; NULL after a complaint.
const struct vmtrace_form *vmtrace_output_form(const char *name);

/// With `form` and `path` set: opens the file. False after a complaint. `comment`, of the text form
/// alone, says where the trace is from; NULL for none.
bool vmtrace_output_begin(struct vmtrace_output *output, const char *comment);

/// False when the file takes no more.
bool vmtrace_output_add(void *output, const struct access *records, size_t n);

/// Puts the file in its place and tells what was left out. The status to exit with.
int vmtrace_output_end(struct vmtrace_output *output);

/// Gives the file up: what stood at its path stays.
void vmtrace_output_abandon(struct vmtrace_output *output);

#endif
