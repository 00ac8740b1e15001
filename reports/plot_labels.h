// SPDX-License-Identifier: MIT
// Where the names of points go, so that none covers another, a point or a line. All in pixels.
#ifndef MMGRADE_REPORTS_PLOT_LABELS_H
#define MMGRADE_REPORTS_PLOT_LABELS_H

#include <stdbool.h>
#include <stddef.h>

struct plot_box {
    double left, bottom, right, top;
};

struct plot_label {
    double x, y; ///< the point that it names
    double width, height;
    double gap;            ///< to keep from the point, for its marker
    double text_x, text_y; ///< out: the text's centre
    bool is_far;           ///< out: so far from its point that a line should lead there
};

/// Places each label beside its point: the nearest of 16 directions and some distances that covers
/// least. Earlier labels choose first; then each moves once more, knowing the others. `obstacles`
/// are what must stay visible, the points' markers among them. O(n_labels * (n_labels +
/// n_obstacles)).
void plot_labels_place(struct plot_label *labels, size_t n_labels, const struct plot_box *obstacles,
                       size_t n_obstacles, const struct plot_box *area);

#endif
