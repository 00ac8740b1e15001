// SPDX-License-Identifier: MIT
// Writing gnuplot: what every picture says in the same way. Text goes into single-quoted strings
// outside of braces: gnuplot expands nothing there, and looks for the end of a block without regard
// to quotes. Data blocks hold numbers and words of our own.
#ifndef MMGRADE_REPORTS_PLOT_SCRIPT_H
#define MMGRADE_REPORTS_PLOT_SCRIPT_H

#include <stddef.h>
#include <stdio.h>

#include "reports/plot.h"

/// Widths of DejaVu Sans, a wide face: pixels a character at a font size.
#define PLOT_EM 0.58

/// The text as one gnuplot string with its quotes, printable, on one line, its apostrophes
/// typographic. The caller frees it.
char *plot_script_quote(const char *text);

/// The same for the label of a tic, which is a format: each % doubled.
char *plot_script_quote_tic(const char *text);

/// The text in at most `max_characters` characters, an ellipsis in the middle. The caller frees it.
char *plot_script_shorten(const char *text, size_t max_characters);

/// `name = 'text'`.
void plot_script_text(FILE *script, const char *name, const char *text);

/// A number with its space, or NaN.
void plot_script_number(FILE *script, double number);

/// The size of the picture in pixels, its headline, and the caption: what was run, then `remark`.
void plot_script_frame(FILE *script, const struct plot_input *input, int width, int height,
                       const char *headline, const char *remark);

/// How the speed was measured: "speed: wall time, ...". The caller frees it.
char *plot_script_speed_remark(const struct plot_input *input);

/// Copies reports/gnuplot/NAME.gp. Dies when it is not there: the installation is broken.
void plot_script_template(FILE *script, const char *name);

#endif
