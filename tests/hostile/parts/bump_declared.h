// SPDX-License-Identifier: MIT
// The headers of bump.h, for attacks that need them before.
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "memlib.h"
