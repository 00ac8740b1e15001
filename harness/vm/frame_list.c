// SPDX-License-Identifier: MIT
// A row of frames: its memory. What runs at each use stands in the header.
#include "harness/vm/frame_list.h"

#include <stdlib.h>

#include "harness/base/memory.h"

void frame_list_open(struct frame_list *list, uint32_t n_frames)
{
    *list = (struct frame_list){.nodes = xcalloc((size_t)n_frames + 1, sizeof *list->nodes)};
}

void frame_list_close(struct frame_list *list)
{
    free(list->nodes);
}
