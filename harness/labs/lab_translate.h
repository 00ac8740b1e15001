// SPDX-License-Identifier: MIT
// Splitting addresses into their fields, and joining them (CS:APP 9.3, 9.6).
#ifndef MMGRADE_LABS_LAB_TRANSLATE_H
#define MMGRADE_LABS_LAB_TRANSLATE_H

#include "harness/labs/lab.h"

extern const struct lab lab_translate;

#endif
