// SPDX-License-Identifier: MIT
// Pictures of one graded submission, drawn by gnuplot from the result tree and the references'
// stored figures; from nothing that the submission printed.
//
//   pareto   utilization against throughput: the references, their Pareto front, the submission;
//            where nothing is timed it is left out
//   traces   both by trace, the reference beside the submission
//   heap     payload, overhead and holes over the operations of one trace
//
// All of them are about heaps: labs on addresses have no pictures.
//
// plot_list[] lists them. To add one: a function that writes its figures as gnuplot variables and
// data blocks, reports/gnuplot/NAME.gp that draws them, one line in plot_list[].
#ifndef MMGRADE_REPORTS_PLOT_H
#define MMGRADE_REPORTS_PLOT_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/base/error.h"
#include "harness/base/result.h"
#include "reports/baseline.h"

struct plot_input {
    const struct result *result;
    const struct baseline *baseline; ///< no rows: drawn without references
    const char *reference;           ///< the rubric's, for speed; NULL when nothing is timed
    bool has_no_heap;                ///< of a lab on addresses
    size_t n_cpus;                   ///< that the speed was measured on
};

struct plot {
    const char *name; ///< of the files and of the template
    void (*write)(const struct plot_input *input, FILE *script);
    bool needs_reference; ///< left out when there is none for speed
    bool needs_heap;      ///< left out when the lab has none
};

extern const struct plot plot_list[]; ///< the name is NULL at the end

extern const char *const plot_formats[]; ///< "svg", "png"; NULL at the end

/// The first `gnuplot` in $PATH, or NULL. The caller frees it.
char *plot_find_gnuplot(void);

/// The script that draws all pictures into the current folder: styles, figures and templates in one
/// file. Text in it is quoted, whatever it says.
void plot_write_script(const struct plot_input *input, FILE *script);

/// Draws each picture in each format into `folder`, beside the script plots.gp that can be edited
/// and run again; nothing at all when every picture is left out. Takes 0.2 s. False with *error
/// when gnuplot is missing or fails; then there are no pictures, and the script stays.
bool plot_draw(const struct plot_input *input, const char *folder, struct error *error);

/// Runs gnuplot on a script that lies in `folder`, where alone it may write. False with *error when
/// it is missing, fails or takes too long.
bool plot_run(const char *folder, const char *script, struct error *error);

/// Removes what plot_draw left in `folder`: pictures of an earlier run beside a new result mislead.
void plot_remove(const char *folder);

/// The pictures; for plot.c.
void plot_pareto_write(const struct plot_input *input, FILE *script);
void plot_traces_write(const struct plot_input *input, FILE *script);
void plot_heap_write(const struct plot_input *input, FILE *script);

#endif
