// SPDX-License-Identifier: MIT
// One entry a dialect. The order of readers[] decides where two match: a header 1, n, m, 1 over
// requests of one byte is of the dialect `ranges`.
#include "harness/trace/reader.h"

#include <string.h>

#define MAX_WEIGHT WEIGHT_SPEED

static bool heap_matches(const uint64_t header[HEADER_LINES], uint64_t largest_size)
{
    (void)largest_size;
    return header[HEADER_FIRST] > MAX_WEIGHT;
}

static void heap_take(struct trace *trace, const uint64_t header[HEADER_LINES])
{
    trace->suggested_heap_bytes = header[HEADER_FIRST];
    trace->weight = header[HEADER_LAST] == 0 ? WEIGHT_NONE : WEIGHT_BOTH;
}

static void heap_give(const struct trace *trace, uint64_t header[HEADER_LINES])
{
    uint64_t bytes =
        trace->suggested_heap_bytes != 0 ? trace->suggested_heap_bytes : trace->peak_payload;
    header[HEADER_FIRST] = bytes > MAX_WEIGHT ? bytes : MAX_WEIGHT + 1;
    header[HEADER_LAST] = trace->weight != WEIGHT_NONE;
}

static bool ranges_matches(const uint64_t header[HEADER_LINES], uint64_t largest_size)
{
    (void)largest_size;
    return header[HEADER_FIRST] <= MAX_WEIGHT && header[HEADER_LAST] <= 1;
}

static void ranges_take(struct trace *trace, const uint64_t header[HEADER_LINES])
{
    trace->weight = (enum trace_weight)header[HEADER_FIRST];
    trace->ignore_ranges = header[HEADER_LAST] == 1;
}

static void ranges_give(const struct trace *trace, uint64_t header[HEADER_LINES])
{
    header[HEADER_FIRST] = trace->weight;
    header[HEADER_LAST] = trace->ignore_ranges;
}

static bool largest_matches(const uint64_t header[HEADER_LINES], uint64_t largest_size)
{
    return header[HEADER_FIRST] <= MAX_WEIGHT && header[HEADER_LAST] == largest_size;
}

static void largest_take(struct trace *trace, const uint64_t header[HEADER_LINES])
{
    trace->weight = (enum trace_weight)header[HEADER_FIRST];
}

static void largest_give(const struct trace *trace, uint64_t header[HEADER_LINES])
{
    header[HEADER_FIRST] = trace->weight;
    header[HEADER_LAST] = trace->largest_size;
}

const struct reader readers[] = {
    {"heap", "suggested heap bytes, ids, operations, weight (the classic header)", heap_matches,
     heap_take, heap_give},
    {"ranges", "weight 0-3, ids, operations, ignore ranges 0 or 1", ranges_matches, ranges_take,
     ranges_give},
    {"largest", "weight 0-3, ids, operations, largest allocation in bytes", largest_matches,
     largest_take, largest_give},
};
const size_t n_readers = sizeof readers / sizeof readers[0];

const struct reader *reader_find(const char *name)
{
    for (size_t i = 0; i < n_readers; i++) {
        if (strcmp(readers[i].name, name) == 0) {
            return &readers[i];
        }
    }
    return NULL;
}

const struct reader *reader_for(const uint64_t header[HEADER_LINES], uint64_t largest_size)
{
    for (size_t i = 0; i < n_readers; i++) {
        if (readers[i].matches(header, largest_size)) {
            return &readers[i];
        }
    }
    return NULL;
}
