// SPDX-License-Identifier: MIT
// The folder that `mmgrade batch --out` names:
//
//   gradebook.sqlite    the truth (grading/gradebook.h)
//   grades.csv          name,status,score,max_score,first_verdict of the chosen rows
//   results/NAME.json   the result tree of each, for programs
//   feedback/NAME.txt   the same for its student
//   submissions/NAME/   what was unpacked from archives
//   work/               what is being graded; gone afterwards
//   lock                held by the one batch that may write here
//
// NAME is intake_file_name(). All but the first are made from it again when they are missing or
// differ; what is called like no submission of the course is removed from results/ and feedback/.
#ifndef MMGRADE_CLI_BATCH_FOLDER_H
#define MMGRADE_CLI_BATCH_FOLDER_H

#include <stdbool.h>

#include "grading/gradebook.h"
#include "harness/base/error.h"

/// Makes the folder and what it holds, and locks it until the process ends. `submissions` is where
/// the course lies: a folder within it would be taken for a submission. False with *error.
bool batch_folder_open(const char *folder, const char *submissions, struct error *error);

/// Writes the files of one row. Dies when the disk refuses.
void batch_folder_publish(const char *folder, const struct gradebook_row *row);

/// Brings grades.csv, results/ and feedback/ to what the gradebook has chosen. Dies when the disk
/// refuses.
void batch_folder_write(const char *folder, struct gradebook *gradebook);

#endif
