// SPDX-License-Identifier: MIT
// The fit lab of CS:APP problems 9.8 and 9.9: find_fit and place on an implicit free list.
#ifndef MMGRADE_LABS_LAB_FIT_H
#define MMGRADE_LABS_LAB_FIT_H

#include "harness/labs/lab.h"

extern const struct lab lab_fit;

#endif
