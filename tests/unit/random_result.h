// SPDX-License-Identifier: MIT
// Result trees of every shape for tests of what is written and read back.
#ifndef MMGRADE_TESTS_UNIT_RANDOM_RESULT_H
#define MMGRADE_TESTS_UNIT_RANDOM_RESULT_H

#include <stdint.h>

#include "harness/base/result.h"

/// A tree whose every member is drawn at random: texts are absent, empty, hostile or no UTF-8;
/// numbers are absent, whole, tiny, huge or negative; lists are empty or not. The same seed gives
/// the same tree. result_free() frees it.
struct result random_result(uint64_t seed);

#endif
