// SPDX-License-Identifier: MIT
// A set-associative cache, physically addressed, least recently used line replaced: CS:APP 3e,
// section 6.4. Only what a cache knows about its lines, not the bytes in them.
//
//     PA        |          CT          |    CI    |   CO   |
//               |          line number             | offset |     line number = PA / line_bytes
//
//     lines     | set 0: way 0 | way 1 | .. | set 1: way 0 | way 1 | .. |
//
//     one line  | valid | dirty | line number | last use |
//
// The line number is tag and index side by side: kept whole, a victim's address is its line number
// times line_bytes, and need not be put together from its set and its tag.
//
//                       hit                          miss
//     read              use                          fill, use
//     write, back       use, dirty                   fill, use, dirty    (allocate)
//     write, through    use; memory is written       fill, use; memory is written
//     without allocate                               a write: only memory is written
//
// Costs: each access looks at all ways of one set. A clock that counts accesses orders the lines.
#include "cache.h"

#include <stdlib.h>

struct line {
    bool valid;
    bool dirty;
    uint64_t number;
    uint64_t last_use;
};

static struct cache_config shape;
static struct line *lines;
static uint64_t now; // in accesses

void cache_init(const struct cache_config *config)
{
    free(lines);
    shape = *config;
    now = 0;
    lines = calloc((size_t)shape.sets * shape.ways, sizeof *lines);
    if (lines == NULL)
        abort();
}

static struct line *set_of(uint64_t number)
{
    return lines + (size_t)(number & (shape.sets - 1)) * shape.ways;
}

static struct line *find(uint64_t number)
{
    struct line *set = set_of(number);
    for (struct line *line = set; line < set + shape.ways; line++)
        if (line->valid && line->number == number)
            return line;
    return NULL;
}

// An invalid line of the set, else the victim.
static struct line *make_room(uint64_t number)
{
    struct line *set = set_of(number);
    struct line *oldest = set;
    for (struct line *line = set; line < set + shape.ways; line++) {
        if (!line->valid)
            return line;
        if (line->last_use < oldest->last_use)
            oldest = line;
    }
    return oldest;
}

static void use(struct line *line, bool write)
{
    line->last_use = ++now;
    if (write && shape.write_back)
        line->dirty = true;
}

struct cache_result cache_access(uint64_t pa, bool write)
{
    struct cache_result result = {.hit = false};
    uint64_t number = pa / shape.line_bytes;
    struct line *line = find(number);

    if (line != NULL) {
        result.hit = true;
        use(line, write);
        return result;
    }
    if (write && !shape.write_allocate)
        return result;

    line = make_room(number);
    if (line->valid) {
        result.evicted = true;
        result.written_back = line->dirty;
        result.victim = line->number * shape.line_bytes;
    }
    *line = (struct line){.valid = true, .number = number};
    use(line, write);
    return result;
}
