// SPDX-License-Identifier: MIT
// Working set (Denning): a page that was not used within the last `window` uses has left the set of
// pages that the program works with, and gives way first.
//
//     uses       .. 3   7   3   5   9   5   now       window = 4
//                   |   |<------------->|
//     frame's last use  |   working set
//     before the window: outside; of those the one used longest ago
//
// When all are inside, the program needs more frames than it has. Then the least recently used page
// that is clean goes, since evicting it costs no write; when all are dirty, the least recently used
// one. If any page is outside, the least recently used one is: it needs no search of its own.
//
// Costs: O(1) a use, O(frames) a fault; a time and a bit a frame.
#include "replace.h"

#include <stdlib.h>

struct frame {
    uint64_t last_use;
    bool dirty;
};

static struct frame *frames;
static uint32_t n_frames;
static uint32_t window;
static uint64_t now; // uses so far

void replace_init(const struct replace_config *config)
{
    free(frames);
    n_frames = config->n_frames;
    window = config->window;
    now = 0;
    frames = calloc(n_frames, sizeof *frames);
    if (frames == NULL)
        abort();
}

void replace_loaded(uint32_t frame, uint64_t page, bool write)
{
    (void)page;
    frames[frame] = (struct frame){.last_use = ++now, .dirty = write};
}

void replace_touched(uint32_t frame, uint64_t page, bool write)
{
    (void)page;
    frames[frame].last_use = ++now;
    if (write)
        frames[frame].dirty = true;
}

// n_frames: there is none.
static uint32_t least_recently_used(bool clean_only)
{
    uint32_t found = n_frames;
    for (uint32_t frame = 0; frame < n_frames; frame++) {
        if (clean_only && frames[frame].dirty)
            continue;
        if (found == n_frames || frames[frame].last_use < frames[found].last_use)
            found = frame;
    }
    return found;
}

uint32_t replace_victim(void)
{
    uint32_t oldest = least_recently_used(false);
    if (now - frames[oldest].last_use >= window)
        return oldest;
    uint32_t oldest_clean = least_recently_used(true);
    return oldest_clean != n_frames ? oldest_clean : oldest;
}
