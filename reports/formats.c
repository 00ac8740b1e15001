// SPDX-License-Identifier: MIT
// The list of formats, and what suits a stream.
#include "reports/formats.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "reports/redact.h"
#include "reports/replace.h"

#define DEFAULT_WIDTH 100

const struct format formats[] = {
    {"terminal", "a table and every fault in full, for people", "txt", false, terminal_write},
    {"json", "the whole result tree, for programs", "json", false, json_write},
    {"feedback", "the same text as the terminal's, 80 columns, for a student", "txt", true,
     feedback_write},
    {"gradescope", "Gradescope's results.json", "json", true, gradescope_write},
    {"autolab", "the last two lines of an Autolab autograder", "txt", true, autolab_write},
    {"github", "GitHub Classroom's result, base64", "txt", true, github_write},
    {"junit", "JUnit XML, for continuous integration", "xml", true, junit_write},
    {"tap", "the Test Anything Protocol, version 14", "tap", true, tap_write},
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

void format_print(const struct format *format, const struct result *result, FILE *stream,
                  const struct format_options *options)
{
    struct result view = redact_view(result);
    bool is_redacted = format->is_for_students || options->for_student;
    format->write_unredacted(is_redacted ? &view : result, stream, options);
    redact_view_free(&view);
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
    format_print(format, result, replacement.stream, options);
    return replace_finish(&replacement, error);
}
