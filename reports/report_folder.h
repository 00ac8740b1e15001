// SPDX-License-Identifier: MIT
// The folder of one report, PARENT/LAB/NAME/: result.json and the pictures.
#ifndef MMGRADE_REPORTS_REPORT_FOLDER_H
#define MMGRADE_REPORTS_REPORT_FOLDER_H

#include <stdbool.h>

#include "grading/rubric.h"
#include "harness/base/error.h"
#include "harness/base/result.h"

/// PARENT/LAB/NAME without a slash at the end. NAME is the submission's last component without
/// ".c"; control characters, bytes that are no UTF-8 and a dot in front become '_'. Two submissions
/// of one name have one folder. The caller frees it.
char *report_folder_name(const char *parent, const char *lab, const char *submission);

/// Makes the folder, writes result.json and, when the build went well, the pictures; those of an
/// earlier run go. The references' figures come from the rubric's baseline, if it has one. A
/// missing or failing gnuplot and a bad baseline are noted on stderr, no more. False with *error
/// when the folder cannot be written.
bool report_folder_write(const char *folder, const struct rubric *rubric,
                         const struct result *result, struct error *error);

#endif
