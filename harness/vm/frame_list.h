// SPDX-License-Identifier: MIT
// Frames in a row, by the order of loads or uses: the front is the oldest. A doubly linked ring of
// indexes, O(1) each. Frames enter in the order 0, 1, 2, ... and stay.
#ifndef MMGRADE_VM_FRAME_LIST_H
#define MMGRADE_VM_FRAME_LIST_H

#include <assert.h>
#include <stdint.h>

/// Frame f is node f + 1. Node 0 closes the ring: its next is the front, its previous the back.
struct frame_list_node {
    uint32_t next, previous;
};

struct frame_list {
    struct frame_list_node *nodes; ///< n_frames + 1
    uint32_t n_entered;
};

void frame_list_open(struct frame_list *list, uint32_t n_frames);
void frame_list_close(struct frame_list *list);

/// The frame behind `frame`, UINT32_MAX at the end.
static inline uint32_t frame_list_next(const struct frame_list *list, uint32_t frame)
{
    return list->nodes[frame + 1].next - 1;
}

/// UINT32_MAX when no frame has entered.
static inline uint32_t frame_list_front(const struct frame_list *list)
{
    return list->nodes[0].next - 1;
}

/// Puts the frame at the back, wherever it was. A frame that enters must be number n_entered.
static inline void frame_list_to_back(struct frame_list *list, uint32_t frame)
{
    struct frame_list_node *nodes = list->nodes;
    uint32_t node = frame + 1;
    if (nodes[0].previous == node) {
        return;
    }
    assert(frame <= list->n_entered);
    if (frame == list->n_entered) {
        list->n_entered++;
    } else {
        nodes[nodes[node].previous].next = nodes[node].next;
        nodes[nodes[node].next].previous = nodes[node].previous;
    }
    uint32_t back = nodes[0].previous;
    nodes[node] = (struct frame_list_node){.next = 0, .previous = back};
    nodes[back].next = node;
    nodes[0].previous = node;
}

#endif
