// SPDX-License-Identifier: MIT
// Numbers as `mmgrade vm` takes them: frame counts, addresses, the cache lab's s,E,b. Each parser
// gives false with a reason in *error that names the option.
#ifndef MMGRADE_CLI_VM_NUMBERS_H
#define MMGRADE_CLI_VM_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/vm/cache.h"

#define VM_LIST_MAX_ITEMS 4096
#define VM_LIST_MAX_NUMBER (UINT32_C(1) << 24)
#define VM_MAX_CACHE_LINES (UINT64_C(1) << 26)

/// A whole number from `min` to `max` (whole_number.h).
bool vm_numbers_whole(const char *option, const char *text, uint64_t min, uint64_t max,
                      uint64_t *number, struct error *error);

/// Hexadecimal digits, with 0x in front or without.
bool vm_numbers_address(const char *text, uint64_t *address, struct error *error);

/// Numbers of frames or windows, ascending and no two alike.
struct number_list {
    uint64_t *items;
    size_t n_items;
};

/// Single numbers ("3"), ranges that double ("4..1024") and ranges by steps ("10..100/10"), with
/// commas between; a range's last number always belongs to it. number_list_free either way.
bool vm_numbers_list(const char *option, const char *text, struct number_list *list,
                     struct error *error);
void number_list_free(struct number_list *list);

/// s,E,b: 2^s sets of E lines of 2^b bytes. Sets these three alone.
bool vm_numbers_cache(const char *text, struct cache_settings *settings, struct error *error);

#endif
