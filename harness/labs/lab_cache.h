// SPDX-License-Identifier: MIT
// A physically addressed cache (CS:APP 6.4).
#ifndef MMGRADE_LABS_LAB_CACHE_H
#define MMGRADE_LABS_LAB_CACHE_H

#include "harness/labs/lab.h"

extern const struct lab lab_cache;

#endif
