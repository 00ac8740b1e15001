// SPDX-License-Identifier: MIT
// Any modules of the machine together, from the virtual address to the cache.
#ifndef MMGRADE_LABS_LAB_MMU_H
#define MMGRADE_LABS_LAB_MMU_H

#include "harness/labs/lab.h"

extern const struct lab lab_mmu;

#endif
