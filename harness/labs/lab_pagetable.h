// SPDX-License-Identifier: MIT
// Page tables of one to five levels in simulated memory (CS:APP 9.3, 9.6.3, 9.7).
#ifndef MMGRADE_LABS_LAB_PAGETABLE_H
#define MMGRADE_LABS_LAB_PAGETABLE_H

#include "harness/labs/lab.h"

extern const struct lab lab_pagetable;

#endif
