// SPDX-License-Identifier: MIT
// The list of formats, and what suits a stream.
#include "reports/formats.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "reports/replace.h"

#define DEFAULT_WIDTH 100

const struct format formats[] = {
    {"terminal", "a table and every fault in full, for people", "txt", terminal_write},
    {"json", "the whole result tree, for programs", "json", json_write},
    {"feedback", "the same text as the terminal's, 80 columns, for a student", "txt",
     feedback_write},
    {"gradescope", "Gradescope's results.json", "json", gradescope_write},
    {"autolab", "the last two lines of an Autolab autograder", "txt", autolab_write},
    {"github", "GitHub Classroom's result, base64", "txt", github_write},
    {"junit", "JUnit XML, for continuous integration", "xml", junit_write},
    {"tap", "the Test Anything Protocol, version 14", "tap", tap_write},
    {NULL},
};

const struct format *format_find(const char *name)
{
    for (const struct format *format = formats; format->name != NULL; format++) {
        if (strcmp(format->name, name) == 0) {
            return format;
        }
    }
    return NULL;
}

struct format_options format_options_for(FILE *stream)
{
    struct format_options options = {.width = DEFAULT_WIDTH};
    int descriptor = fileno(stream);
    struct winsize size;
    if (descriptor >= 0 && isatty(descriptor)) {
        const char *no_color = getenv("NO_COLOR");
        options.colors = no_color == NULL || no_color[0] == '\0';
        if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
            options.width = size.ws_col;
        }
    }
    return options;
}

bool format_write_file(const struct format *format, const struct result *result, const char *path,
                       const struct format_options *options, struct error *error)
{
    struct replacement replacement;
    if (!replace_begin(&replacement, path, error)) {
        return false;
    }
    format->write(result, replacement.stream, options);
    return replace_finish(&replacement, error);
}
