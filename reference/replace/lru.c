// SPDX-License-Identifier: MIT
// LRU: the page that was used longest ago gives way.
//
//     head -> newest <-> .. <-> oldest -> head      a ring through all frames in use; `head` is an
//                               ^ victim            entry of its own that holds no frame
//
// A use moves the frame to the front. What has not moved for the longest time is at the back.
//
// Costs: O(1) a use and a fault, two links a frame. But every use of memory writes links: hardware
// cannot do that, which is why systems approximate LRU by reference bits (clock.c, aging.c). LRU is
// a stack algorithm, more frames never mean more faults. Its worst case is a loop over one page
// more than there are frames: every use faults.
#include "replace.h"

#include <stdlib.h>

struct link {
    uint32_t newer;
    uint32_t older;
};

static struct link *links; // by frame, then the head
static uint32_t head;

void replace_init(const struct replace_config *config)
{
    free(links);
    head = config->n_frames;
    links = calloc((size_t)config->n_frames + 1, sizeof *links);
    if (links == NULL)
        abort();
    links[head] = (struct link){.newer = head, .older = head};
}

static void take_out(uint32_t frame)
{
    links[links[frame].newer].older = links[frame].older;
    links[links[frame].older].newer = links[frame].newer;
}

static void put_in_front(uint32_t frame)
{
    uint32_t second = links[head].older;
    links[frame] = (struct link){.newer = head, .older = second};
    links[second].newer = frame;
    links[head].older = frame;
}

// replace_victim has taken the frame out, or it was free.
void replace_loaded(uint32_t frame, uint64_t page, bool write)
{
    (void)page, (void)write;
    put_in_front(frame);
}

void replace_touched(uint32_t frame, uint64_t page, bool write)
{
    (void)page, (void)write;
    take_out(frame);
    put_in_front(frame);
}

uint32_t replace_victim(void)
{
    uint32_t oldest = links[head].newer;
    take_out(oldest);
    return oldest;
}
