// SPDX-License-Identifier: MIT
// ISO 8601 in the variants that are met in practice.
#include "grading/timestamp.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/// Takes a number of exactly `n_digits` digits; false without moving when there is none.
static bool take_digits(const char **text, size_t n_digits, int *value)
{
    int number = 0;
    for (size_t i = 0; i < n_digits; i++) {
        if (!isdigit((unsigned char)(*text)[i])) {
            return false;
        }
        number = 10 * number + ((*text)[i] - '0');
    }
    *text += n_digits;
    *value = number;
    return true;
}

static bool take_char(const char **text, char wanted)
{
    bool found = **text == wanted;
    *text += found;
    return found;
}

static bool take_date(const char **text, struct tm *time)
{
    bool ok = take_digits(text, 4, &time->tm_year) && take_char(text, '-') &&
              take_digits(text, 2, &time->tm_mon) && take_char(text, '-') &&
              take_digits(text, 2, &time->tm_mday);
    time->tm_year -= 1900;
    time->tm_mon -= 1;
    return ok;
}

static bool take_time(const char **text, struct tm *time)
{
    if (!take_digits(text, 2, &time->tm_hour) || !take_char(text, ':') ||
        !take_digits(text, 2, &time->tm_min)) {
        return false;
    }
    if (!take_char(text, ':')) {
        return true;
    }
    if (!take_digits(text, 2, &time->tm_sec)) {
        return false;
    }
    if (take_char(text, '.')) {
        *text += strspn(*text, "0123456789");
    }
    return true;
}

static bool take_zone(const char **text, int *offset_seconds)
{
    *offset_seconds = 0;
    if (take_char(text, 'Z')) {
        return true;
    }
    if (strncmp(*text, "UTC", 3) == 0) {
        *text += 3;
        return true;
    }
    int sign = **text == '-' ? -1 : 1;
    int hours;
    int minutes = 0;
    if (!take_char(text, '+') && !take_char(text, '-')) {
        return **text == '\0';
    }
    if (!take_digits(text, 2, &hours)) {
        return false;
    }
    bool colon = take_char(text, ':');
    if (!take_digits(text, 2, &minutes) && colon) {
        return false;
    }
    *offset_seconds = sign * (hours * 3600 + minutes * 60);
    return hours <= 14 && minutes < 60;
}

bool timestamp_parse(const char *text, int64_t *seconds)
{
    size_t n_digits = strspn(text, "0123456789");
    if (n_digits >= 5 && n_digits <= 12 && text[n_digits] == '\0') {
        *seconds = strtoll(text, NULL, 10);
        return true;
    }
    struct tm time = {0};
    int offset;
    if (!take_date(&text, &time)) {
        return false;
    }
    if ((take_char(&text, 'T') || (text[0] == ' ' && isdigit((unsigned char)text[1]) && *text++)) &&
        !take_time(&text, &time)) {
        return false;
    }
    text += strspn(text, " ");
    if (!take_zone(&text, &offset) || *text != '\0') {
        return false;
    }
    // timegm carries the 31st of April over to May: a day that does not exist comes back changed.
    struct tm same = time;
    time_t utc = timegm(&same);
    *seconds = (int64_t)utc - offset;
    return same.tm_mday == time.tm_mday && same.tm_mon == time.tm_mon &&
           same.tm_hour == time.tm_hour && same.tm_min == time.tm_min && same.tm_sec == time.tm_sec;
}
