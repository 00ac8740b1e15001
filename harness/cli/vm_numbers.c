// SPDX-License-Identifier: MIT
// From the command line's texts to numbers.
#include "harness/cli/vm_numbers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/base/memory.h"
#include "harness/cli/whole_number.h"

/// Digits at *text, which is moved behind them.
static bool take_digits(const char **text, uint64_t *number)
{
    char *end = NULL;
    errno = 0;
    *number = strtoull(*text, &end, 10);
    bool fine = **text >= '0' && **text <= '9' && errno == 0;
    *text = end;
    return fine;
}

bool vm_numbers_whole(const char *option, const char *text, uint64_t min, uint64_t max,
                      uint64_t *number, struct error *error)
{
    return whole_number_read(text, min, max, number) ||
           error_at(error, option, 0, 0,
                    "it takes a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'", min, max,
                    text);
}

bool vm_numbers_address(const char *text, uint64_t *address, struct error *error)
{
    const char *digits = strncasecmp(text, "0x", 2) == 0 ? text + 2 : text;
    size_t n_digits = strspn(digits, "0123456789abcdefABCDEF");
    errno = 0;
    *address = strtoull(digits, NULL, 16);
    return (n_digits > 0 && digits[n_digits] == '\0' && errno == 0) ||
           error_at(error, "--explain", 0, 0,
                    "it takes a hexadecimal address of at most 64 bits, not '%s'", text);
}

static bool add_number(const char *option, struct number_list *list, uint64_t number,
                       struct error *error)
{
    if (list->n_items == VM_LIST_MAX_ITEMS) {
        return error_at(error, option, 0, 0, "those are more than %d numbers", VM_LIST_MAX_ITEMS);
    }
    list->items = xreallocarray(list->items, list->n_items + 1, sizeof *list->items);
    list->items[list->n_items++] = number;
    return true;
}

struct range {
    uint64_t first, last;
    uint64_t step; ///< 0: doubling
};

static bool add_range(const char *option, struct number_list *list, const struct range *range,
                      struct error *error)
{
    for (uint64_t number = range->first; number < range->last;
         number += range->step == 0 ? number : range->step) {
        if (!add_number(option, list, number, error)) {
            return false;
        }
    }
    return add_number(option, list, range->last, error);
}

/// The range at *text, which is moved behind it.
static bool take_range(const char **text, struct range *range)
{
    bool fine = take_digits(text, &range->first);
    range->last = range->first;
    if (fine && strncmp(*text, "..", 2) == 0) {
        *text += 2;
        fine = take_digits(text, &range->last);
        if (fine && **text == '/') {
            *text += 1;
            fine = take_digits(text, &range->step) && range->step > 0;
        }
    }
    return fine && (**text == ',' || **text == '\0');
}

static int compare_numbers(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void sort_and_unite(struct number_list *list)
{
    qsort(list->items, list->n_items, sizeof *list->items, compare_numbers);
    size_t n_kept = 1;
    for (size_t i = 1; i < list->n_items; i++) {
        if (list->items[i] != list->items[n_kept - 1]) {
            list->items[n_kept++] = list->items[i];
        }
    }
    list->n_items = n_kept;
}

bool vm_numbers_list(const char *option, const char *text, struct number_list *list,
                     struct error *error)
{
    for (const char *at = text;; at++) {
        struct range range = {0};
        if (!take_range(&at, &range)) {
            return error_at(error, option, 0, 0,
                            "it takes numbers (3,4,5), ranges that double (4..1024) and ranges by "
                            "steps (10..100/10), not '%s'",
                            text);
        }
        if (range.first == 0 || range.last < range.first || range.last > VM_LIST_MAX_NUMBER) {
            return error_at(error, option, 0, 0,
                            "numbers go from 1 to %" PRIu32 ", in a range upwards, unlike in '%s'",
                            VM_LIST_MAX_NUMBER, text);
        }
        if (!add_range(option, list, &range, error)) {
            return false;
        }
        if (*at == '\0') {
            sort_and_unite(list);
            return true;
        }
    }
}

void number_list_free(struct number_list *list)
{
    free(list->items);
    *list = (struct number_list){0};
}

bool vm_numbers_cache(const char *text, struct cache_settings *settings, struct error *error)
{
    uint64_t numbers[3] = {0};
    const char *end = text;
    for (size_t i = 0; i < 3; i++) {
        if (!take_digits(&end, &numbers[i]) || *end != (i < 2 ? ',' : '\0')) {
            return error_at(error, "--cache", 0, 0,
                            "it takes s,E,b (2^s sets of E lines of 2^b bytes), such as 5,1,5, "
                            "not '%s'",
                            text);
        }
        end++;
    }
    uint64_t s = numbers[0];
    uint64_t n_ways = numbers[1];
    uint64_t b = numbers[2];
    if (n_ways == 0 || s > 26 || b > 26 || n_ways > VM_MAX_CACHE_LINES >> s) {
        return error_at(error, "--cache", 0, 0,
                        "E must be at least 1, b at most 26, and 2^s * E at most %" PRIu64
                        " lines, unlike '%s'",
                        VM_MAX_CACHE_LINES, text);
    }
    settings->sets = UINT32_C(1) << s;
    settings->ways = (uint32_t)n_ways;
    settings->line_bytes = UINT32_C(1) << b;
    return true;
}
