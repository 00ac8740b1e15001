// SPDX-License-Identifier: MIT
// What mmgrade has made of a mutant, held against what the mutant expects.
#ifndef MMGRADE_TESTS_MUTANTS_OUTCOME_H
#define MMGRADE_TESTS_MUTANTS_OUTCOME_H

#include <stdbool.h>

#include "tests/mutants/mutant.h"

/// Reads result.json and the log in the mutant's folder, and the wait status of mmgrade; false with
/// `error` when something is otherwise than expected. With the environment's GOLDEN_UPDATE the
/// golden file is written and not compared.
bool outcome_agrees(struct mutant *mutant, const char *mmgrade, int status);

#endif
