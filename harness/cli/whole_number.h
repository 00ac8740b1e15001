// SPDX-License-Identifier: MIT
// Whole numbers on the command line, decimal or hexadecimal after 0x, without a sign.
#ifndef MMGRADE_CLI_WHOLE_NUMBER_H
#define MMGRADE_CLI_WHOLE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/// False when `text` is not just such a number, or one outside min .. max; *number stays then.
bool whole_number_read(const char *text, uint64_t min, uint64_t max, uint64_t *number);

/// The same; false after a complaint about --OPTION.
bool whole_number_option(const char *option, const char *text, uint64_t min, uint64_t max,
                         uint64_t *number);

#endif
