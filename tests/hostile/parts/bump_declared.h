// SPDX-License-Identifier: MIT
// The headers of bump.h, for attacks that need them before.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "memlib.h"
