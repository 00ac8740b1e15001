// SPDX-License-Identifier: MIT
// Every form that a result tree can be shown in. A format is one function and one line in
// formats[]; it reads the tree and adds no judgement of its own.
//
// Glossary of the stage `reports`:
//   format   a way to write a whole result tree: for people, for programs
//   block    what the terminal says about one failing case, under the table
//   advice   the one line at the end that names where most points are lost
//
// Whatever a submission had a part in (its name, its output, messages that quote it) goes through
// printable() on the way out: no escape sequence and no broken UTF-8 reaches a terminal or a file.
#ifndef MMGRADE_REPORTS_FORMATS_H
#define MMGRADE_REPORTS_FORMATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "harness/base/error.h"
#include "harness/base/result.h"

#define MMGRADE_VERSION "0.1"

struct format_options {
    size_t width; ///< columns of the terminal; text is laid out for at least 40
    bool colors;
    bool for_student; ///< only what students may see, whatever the format
};

/// Writes the tree. The stream's error flag tells whether that worked.
typedef void format_write(const struct result *result, FILE *stream,
                          const struct format_options *options);

struct format {
    const char *name; ///< "terminal", "json"
    const char *description;
    const char *extension;          ///< of a file: "txt"
    bool is_for_students;           ///< shows nothing of hidden cases but outcome and points
    format_write *write_unredacted; ///< for format_print alone
};

extern const struct format formats[]; ///< the name is NULL at the end

/// The format of that name, or NULL.
const struct format *format_find(const char *name);

/// Writes the tree to a stream, whose error flag tells whether that worked; a format for students
/// gets what they may see of it.
void format_print(const struct format *format, const struct result *result, FILE *stream,
                  const struct format_options *options);

/// The options that suit a stream: a terminal's width, and colours when NO_COLOR is unset or
/// empty; 100 columns without colours for everything else.
struct format_options format_options_for(FILE *stream);

/// The same to a temporary file beside `path` and renames it, so that readers see the old file or
/// the whole new one. What is no regular file (/dev/stdout) is written directly. False with *error.
bool format_write_file(const struct format *format, const struct result *result, const char *path,
                       const struct format_options *options, struct error *error);

/// The formats; for formats.c.
format_write terminal_write, json_write, feedback_write, gradescope_write, autolab_write,
    github_write, junit_write, tap_write;

#endif
