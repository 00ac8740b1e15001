// SPDX-License-Identifier: MIT
// Greedy placement with a second look: some twenty labels at most, so nothing finer is needed.
#include "reports/plot_labels.h"

#include <math.h>

#define N_DIRECTIONS 16
#define N_RINGS 12
#define RING 14.0
#define N_SWEEPS 4
#define ROOM 3.0            // around a text
#define COST_OF_RING 60.0   // in covered pixels: what a label covers before it moves one ring out
#define WEIGHT_OF_TEXT 20.0 // covered text is worse than any distance
#define PI 3.14159265358979323846

static struct plot_box box_of(const struct plot_label *label)
{
    return (struct plot_box){
        label->text_x - label->width / 2 - ROOM, label->text_y - label->height / 2 - ROOM,
        label->text_x + label->width / 2 + ROOM, label->text_y + label->height / 2 + ROOM};
}

static double overlap(const struct plot_box *a, const struct plot_box *b)
{
    double width = fmin(a->right, b->right) - fmax(a->left, b->left);
    double height = fmin(a->top, b->top) - fmax(a->bottom, b->bottom);
    return fmax(width, 0) * fmax(height, 0);
}

static struct plot_label at_place(const struct plot_label *label, int ring, int direction)
{
    double angle = 2 * PI * direction / N_DIRECTIONS;
    double distance = label->gap + ring * RING;
    struct plot_label moved = *label;
    moved.text_x = label->x + cos(angle) * (label->width / 2 + distance);
    moved.text_y = label->y + sin(angle) * (label->height / 2 + distance);
    moved.is_far = ring > 1;
    return moved;
}

/// How bad a place is, in pixels: what it covers, what lies outside, how far it is.
static double cost_of(const struct plot_label *moved, int ring, const struct plot_box *obstacles,
                      size_t n_obstacles, const struct plot_box *area)
{
    struct plot_box box = box_of(moved);
    double outside = (box.right - box.left) * (box.top - box.bottom) - overlap(&box, area);
    double cost = ring * COST_OF_RING + WEIGHT_OF_TEXT * outside;
    for (size_t i = 0; i < n_obstacles; i++) {
        cost += overlap(&box, &obstacles[i]);
    }
    return cost;
}

static double covered_text(const struct plot_label *moved, const struct plot_label *labels,
                           size_t n_labels, size_t mine)
{
    struct plot_box box = box_of(moved);
    double sum = 0;
    for (size_t i = 0; i < n_labels; i++) {
        struct plot_box other = box_of(&labels[i]);
        sum += i == mine ? 0 : overlap(&box, &other);
    }
    return sum;
}

void plot_labels_place(struct plot_label *labels, size_t n_labels, const struct plot_box *obstacles,
                       size_t n_obstacles, const struct plot_box *area)
{
    for (size_t turn = 0; turn < N_SWEEPS * n_labels; turn++) {
        size_t mine = turn % n_labels;
        size_t n_placed = turn < n_labels ? turn : n_labels;
        double least = INFINITY;
        struct plot_label best = labels[mine];
        for (int place = 0; place < N_RINGS * N_DIRECTIONS; place++) {
            int ring = place / N_DIRECTIONS;
            struct plot_label moved = at_place(&labels[mine], ring, place % N_DIRECTIONS);
            double cost = cost_of(&moved, ring, obstacles, n_obstacles, area) +
                          WEIGHT_OF_TEXT * covered_text(&moved, labels, n_placed, mine);
            if (cost < least) {
                least = cost;
                best = moved;
            }
        }
        labels[mine] = best;
    }
}
