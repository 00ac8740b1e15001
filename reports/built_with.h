// SPDX-License-Identifier: MIT
// What a submission was built with, in a few words: the compiler and the flags that change what is
// measured.
#ifndef MMGRADE_REPORTS_BUILT_WITH_H
#define MMGRADE_REPORTS_BUILT_WITH_H

#include "harness/base/result.h"

/// "gcc 12.2.0 -O2 -m32"; "" when nothing was built. As it was said, not made printable. The caller
/// frees it.
char *built_with_text(const struct build_result *build);

#endif
