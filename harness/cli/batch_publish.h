// SPDX-License-Identifier: MIT
// The two files of one submission in a batch's folder: results/NAME.json for programs, with raw
// points, and feedback/NAME.txt for its student, with those that count.
#ifndef MMGRADE_CLI_BATCH_PUBLISH_H
#define MMGRADE_CLI_BATCH_PUBLISH_H

#include "grading/gradebook.h"
#include "grading/late_rules.h"
#include "reports/exporters.h"

/// Writes those that are missing or differ; of a row without a result both go. The row of an
/// exporter gives its pseudonym (NULL: it is not told) and gets the result. Dies when the disk
/// refuses.
void batch_publish(const char *folder, const struct gradebook_row *row,
                   const struct late_rules *late, struct export_row *exported);

/// Writes a text file, replaced whole, unless it holds that text already. Dies when the disk
/// refuses.
void batch_publish_text(const char *path, const char *text);

#endif
