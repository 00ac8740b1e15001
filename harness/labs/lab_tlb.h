// SPDX-License-Identifier: MIT
// A cache of translations (CS:APP 9.6.2).
#ifndef MMGRADE_LABS_LAB_TLB_H
#define MMGRADE_LABS_LAB_TLB_H

#include "harness/labs/lab.h"

extern const struct lab lab_tlb;

#endif
