// SPDX-License-Identifier: MIT
// Points in time as rosters, downloads and rubrics write them.
#ifndef MMGRADE_GRADING_TIMESTAMP_H
#define MMGRADE_GRADING_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

/// What timestamp_parse takes, for messages.
#define TIMESTAMP_FORM "2026-03-01 18:00:00 +01:00 (no zone: UTC) or seconds since 1970"

/// Reads ISO 8601: a date, maybe a time after 'T' or a space, with minutes, or seconds and a
/// fraction, which is dropped; maybe Z, UTC, +HH, +HHMM or +HH:MM. Or a whole number of seconds
/// since 1970 (five digits or more). False when it is none of these or no such day or hour exists.
bool timestamp_parse(const char *text, int64_t *seconds);

#endif
