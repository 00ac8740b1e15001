// SPDX-License-Identifier: MIT
// strtoull without what it forgives: blanks, signs, overflow, anything behind the digits.
#include "harness/cli/whole_number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "harness/base/error.h"

bool whole_number_read(const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    char *end = NULL;
    errno = 0;
    bool hexadecimal = text[0] == '0' && (text[1] | 32) == 'x';
    unsigned long long value = strtoull(text, &end, hexadecimal ? 16 : 10);
    if (*end != '\0' || errno != 0 || value < min || value > max) {
        return false;
    }
    *number = value;
    return true;
}

bool whole_number_option(const char *option, const char *text, uint64_t min, uint64_t max,
                         uint64_t *number)
{
    if (!whole_number_read(text, min, max, number)) {
        note("--%s takes a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'", option, min,
             max, text);
        return false;
    }
    return true;
}
