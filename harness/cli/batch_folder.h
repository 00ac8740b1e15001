// SPDX-License-Identifier: MIT
// The folder that `mmgrade batch --out` names:
//
//   gradebook.sqlite    the truth (grading/gradebook.h), with raw scores
//   grades.csv          name,status,score,max_score,first_verdict of the chosen rows; the score is
//                       the one that counts, after the late policy
//   late.csv            what the late policy did to each; only when the rubric has one
//   results/NAME.json   the result tree of each, for programs; raw
//   feedback/NAME.txt   the same for its student, with the score that counts
//   statistics.txt      of the course, for its instructor; statistics.svg, .png and the script .gp
//   leaderboard.txt     ranks under pseudonyms; leaderboard.csv the same
//   leaderboard.key     the secret that makes the pseudonyms, made once
//   submissions/NAME/   what was unpacked from archives
//   work/               what is being graded; gone afterwards
//   slurm/              what tasks of Slurm read and leave (grading/slurm_records.h)
//   lock                held by the one batch that may write here
//
// NAME is intake_file_name(). All but gradebook and key are made from these two again when they are
// missing or differ; what is called like no submission of the course is removed from results/ and
// feedback/.
#ifndef MMGRADE_CLI_BATCH_FOLDER_H
#define MMGRADE_CLI_BATCH_FOLDER_H

#include <stdbool.h>

#include "grading/gradebook.h"
#include "grading/late_rules.h"
#include "harness/base/error.h"

/// Makes the folder, what it holds, a key if there is none, and locks it until the process ends.
/// `submissions` is where the course lies: a folder within it would be taken for a submission.
/// False with *error.
bool batch_folder_open(const char *folder, const char *submissions, struct error *error);

/// Brings all files to what the gradebook has chosen. Dies when the disk refuses; a picture that
/// cannot be drawn is noted on stderr.
void batch_folder_write(const char *folder, struct gradebook *gradebook,
                        const struct late_rules *late);

#endif
