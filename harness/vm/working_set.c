// SPDX-License-Identifier: MIT
// The working-set curve from distances. A use keeps its page in the working set after it and after
// the following window - 1 uses, but not beyond the page's next use or the end: min(window,
// distance) times. So sums and numbers of distances between two windows are all that is kept.
#include "harness/vm/working_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/vm/page_map.h"

/// Distances above the window before and up to this one.
struct range {
    uint64_t n;
    uint64_t sum;
};

struct working_set {
    uint64_t *windows;
    size_t n_windows;
    struct range *ranges; ///< n_windows + 1: the last is for distances above all windows
    struct page_map map;  ///< page -> the number of its last use, from 1
    uint64_t n_uses;
};

struct working_set *working_set_open(const uint64_t *windows, size_t n_windows)
{
    struct working_set *set = xcalloc(1, sizeof *set);
    set->windows = xcalloc(n_windows, sizeof *set->windows);
    set->n_windows = n_windows;
    set->ranges = xcalloc(n_windows + 1, sizeof *set->ranges);
    for (size_t i = 0; i < n_windows; i++) {
        assert(windows[i] > (i == 0 ? 0 : windows[i - 1]));
        set->windows[i] = windows[i];
    }
    page_map_open(&set->map);
    return set;
}

void working_set_close(struct working_set *set)
{
    if (set != NULL) {
        page_map_close(&set->map);
        free(set->windows);
        free(set->ranges);
        free(set);
    }
}

static void add_distance(const struct working_set *set, struct range *ranges, uint64_t distance)
{
    size_t low = 0;
    size_t high = set->n_windows;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (set->windows[middle] < distance) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    ranges[low].n++;
    ranges[low].sum += distance;
}

void working_set_use(struct working_set *set, uint64_t page)
{
    uint64_t *last = page_map_at(&set->map, page, 0);
    set->n_uses++;
    if (*last > 0) {
        add_distance(set, set->ranges, set->n_uses - *last);
    }
    *last = set->n_uses;
}

/// Each page's last use, with the end of the trace for its next one.
static void add_ends(const struct working_set *set, struct range *ranges)
{
    for (size_t i = 0; i <= set->map.mask; i++) {
        const struct page_map_entry *entry = &set->map.entries[i];
        if (entry->page != PAGE_MAP_EMPTY) {
            add_distance(set, ranges, set->n_uses + 1 - entry->value);
        }
    }
}

void working_set_points(const struct working_set *set, struct working_set_point *points)
{
    size_t n_ranges = set->n_windows + 1;
    struct range *stays = xcalloc(n_ranges, sizeof *stays);
    memcpy(stays, set->ranges, n_ranges * sizeof *stays);
    add_ends(set, stays);
    uint64_t n_longer = set->n_uses; // each use has one stay, of which these are longer
    uint64_t n_faults = set->n_uses;
    uint64_t sum = 0;
    for (size_t i = 0; i < set->n_windows; i++) {
        n_longer -= stays[i].n;
        n_faults -= set->ranges[i].n;
        sum += stays[i].sum;
        points[i] = (struct working_set_point){.window = set->windows[i], .n_faults = n_faults};
        if (set->n_uses > 0) {
            points[i].mean_pages =
                ((double)sum + (double)set->windows[i] * (double)n_longer) / (double)set->n_uses;
        }
    }
    free(stays);
}
