// SPDX-License-Identifier: MIT
// The text that a student gets: what the terminal would show, as a file.
#include "reports/formats.h"

#define FEEDBACK_WIDTH 80

void feedback_write(const struct result *result, FILE *stream, const struct format_options *options)
{
    (void)options; // it is read in a mail or a browser, not here
    terminal_write(result, stream, &(struct format_options){.width = FEEDBACK_WIDTH});
}
