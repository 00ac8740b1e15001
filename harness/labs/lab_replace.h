// SPDX-License-Identifier: MIT
// Which page gives its frame up (CS:APP 9.3).
#ifndef MMGRADE_LABS_LAB_REPLACE_H
#define MMGRADE_LABS_LAB_REPLACE_H

#include "harness/labs/lab.h"

extern const struct lab lab_replace;

#endif
