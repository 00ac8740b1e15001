// SPDX-License-Identifier: MIT
// OPT (Belady): the page that is used next furthest in the future gives way. No policy has fewer
// faults, and none can be built: it needs the future, which the machine tells here.
//
//     uses so far  | fault | to come
//     7   0   1    |   2   |  0   3   0   4   2   3   0   3   2   1   2   0   1   7
//     uses ahead:      1      2                                  11              15
//
//     In the frames are 7, 0 and 1, used again 15, 2 and 11 uses ahead: 7 goes. A page that is
//     never used again goes before all others; of equals the lowest frame.
//
// replace_next_use counts from the fault at hand. Counted from the start instead, an answer stays
// true until its page is used: so it is kept, and only frames used since are asked about again.
//
// Costs: O(1) a use, O(frames) a fault, and one question for each frame used since the last fault.
#include "replace.h"

#include <stdlib.h>

struct frame {
    uint64_t page;
    uint64_t next_use; // its number from the start on, VM_NONE: never again
    bool known;        // next_use is that of now
};

static struct frame *frames;
static uint32_t n_frames;
static uint64_t n_uses;

void replace_init(const struct replace_config *config)
{
    free(frames);
    n_frames = config->n_frames;
    n_uses = 0;
    frames = calloc(n_frames, sizeof *frames);
    if (frames == NULL)
        abort();
}

static void use(uint32_t frame, uint64_t page)
{
    frames[frame] = (struct frame){.page = page, .known = false};
    n_uses++;
}

void replace_loaded(uint32_t frame, uint64_t page, bool write)
{
    (void)write;
    use(frame, page);
}

void replace_touched(uint32_t frame, uint64_t page, bool write)
{
    (void)write;
    use(frame, page);
}

static uint64_t next_use_of(struct frame *frame)
{
    if (!frame->known) {
        uint64_t ahead = replace_next_use(frame->page);
        frame->next_use = ahead == VM_NONE ? VM_NONE : n_uses + ahead;
        frame->known = true;
    }
    return frame->next_use;
}

uint32_t replace_victim(void)
{
    uint32_t victim = 0;
    for (uint32_t frame = 0; frame < n_frames; frame++)
        if (next_use_of(&frames[frame]) > next_use_of(&frames[victim]))
            victim = frame;
    return victim;
}
