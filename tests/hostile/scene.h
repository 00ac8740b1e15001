// SPDX-License-Identifier: MIT
// Where an attack is graded: a private folder with secrets beside the submission.
//
//   sub/        what is handed in        home/      HOME, with the file canary
//   traces/     the trace, and a canary  results/   of others, a canary
//   other/      another submission       scratch/   TMPDIR: must be empty afterwards
//   out/        the log and the result
//
// The submission learns all paths from hostile.h, which is put beside it: guessing is not the test.
#ifndef MMGRADE_TESTS_HOSTILE_SCENE_H
#define MMGRADE_TESTS_HOSTILE_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/hostile/attack.h"

struct scene {
    char *folder;
    char *submission, *trace, *log, *result;
    char *secret;    ///< what all canaries and the environment hold
    uint64_t before; ///< digest of the files that must not change
};

void scene_open(struct scene *scene);

/// Writes the attack's files and runs its prepare.sh. NULL, or what went wrong.
const char *scene_place(struct scene *scene, const struct attack *attack);

/// The environment of the grading: HOME, TMPDIR and a secret, PATH.
void scene_enter(const struct scene *scene);

/// What has changed that must not, or NULL. The caller frees it.
char *scene_damage(const struct scene *scene);

void scene_close(struct scene *scene);

#endif
