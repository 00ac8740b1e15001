// SPDX-License-Identifier: MIT
// The list of formats, and files that are never half written.
#include "reports/formats.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/memory.h"

#define DEFAULT_WIDTH 100

const struct format formats[] = {
    {"terminal", "a table and every fault in full, for people", terminal_write},
    {"json", "the whole result tree, for programs", json_write},
    {NULL, NULL, NULL},
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

/// True when all bytes have reached the system; else errno says why not.
static bool write_and_close(const struct format *format, const struct result *result, FILE *stream,
                            const struct format_options *options)
{
    errno = 0;
    format->write(result, stream, options);
    bool ok = fflush(stream) == 0 && !ferror(stream);
    int failure = errno;
    ok = fclose(stream) == 0 && ok;
    errno = failure != 0 ? failure : errno;
    return ok;
}

static bool refuse(struct error *error, const char *path)
{
    return error_at(error, path, 0, 0, "cannot be written: %s", strerror(errno));
}

/// The permissions that a file made with open() would have; mkstemp gives 0600.
static mode_t default_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

bool format_write_file(const struct format *format, const struct result *result, const char *path,
                       const struct format_options *options, struct error *error)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        FILE *stream = fopen(path, "we");
        return (stream != NULL && write_and_close(format, result, stream, options)) ||
               refuse(error, path);
    }
    char *temporary = xasprintf("%s.XXXXXX", path);
    int descriptor = mkostemp(temporary, O_CLOEXEC);
    FILE *stream = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    bool ok = stream != NULL && fchmod(descriptor, default_mode()) == 0;
    ok = stream != NULL && write_and_close(format, result, stream, options) && ok;
    ok = ok && rename(temporary, path) == 0;
    if (!ok) {
        refuse(error, path);
        if (descriptor >= 0) {
            unlink(temporary);
        }
    }
    free(temporary);
    return ok;
}
