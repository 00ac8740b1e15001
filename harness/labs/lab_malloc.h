// SPDX-License-Identifier: MIT
// The malloc lab of CS:APP chapter 9: mm_init, mm_malloc, mm_free, mm_realloc over mem_sbrk.
#ifndef MMGRADE_LABS_LAB_MALLOC_H
#define MMGRADE_LABS_LAB_MALLOC_H

#include "harness/labs/lab.h"

extern const struct lab lab_malloc;

#endif
