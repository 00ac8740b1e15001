// SPDX-License-Identifier: MIT
// Help, complaints, numbers, and the one loop over a trace.
#include "harness/cli/vmtrace_command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/access/dialects.h"
#include "harness/base/memory.h"
#include "harness/cli/trace_command.h"

enum { BATCH = 4096, MAX_PAGE_BITS = 40 };

int vmtrace_command_help(const struct vmtrace_command *self)
{
    printf("usage: mmgrade vmtrace %s %s\n\n%s\n", self->name, self->arguments, self->description);
    self->help();
    return trace_command_end(0);
}

int vmtrace_command_refuse_option(const struct vmtrace_command *self, int code, char **argv)
{
    note("%s '%s' (try: mmgrade vmtrace %s --help)",
         code == ':' ? "an argument is missing after" : "unknown option", argv[optind - 1],
         self->name);
    return 2;
}

bool vmtrace_command_number(const char *option, const char *text, uint64_t min, uint64_t max,
                            uint64_t *number)
{
    char *end = NULL;
    errno = 0;
    bool hexadecimal = text[0] == '0' && (text[1] | 32) == 'x';
    unsigned long long value = strtoull(text, &end, hexadecimal ? 16 : 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < min ||
        value > max) {
        note("--%s takes a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'", option, min,
             max, text);
        return false;
    }
    *number = value;
    return true;
}

void vmtrace_command_help_reading(void)
{
    printf("  --dialect D        read it as D (below) instead of recognising it\n"
           "  --page-bits N      page number P of a page trace is address P * 2^N (default %d)\n"
           "\nFILE may be compressed with gzip; - is standard input.\n\ndialects:\n",
           VMTRACE_PAGE_BITS);
    for (size_t i = 0; i < n_access_dialects; i++) {
        printf("  %-18s %s\n", access_dialects[i].name, access_dialects[i].form);
    }
}

bool vmtrace_command_reading(int code, struct access_options *options)
{
    uint64_t number = 0;
    struct error error;
    if (code == 'p') {
        bool ok = vmtrace_command_number("page-bits", optarg, 0, MAX_PAGE_BITS, &number);
        options->page_bits = (unsigned)number;
        return ok;
    }
    options->dialect = optarg;
    if (access_dialect_find(optarg, &error) == NULL) {
        note("%s", error.text);
        return false;
    }
    return true;
}

bool vmtrace_command_each(const char *path, const struct access_options *options,
                          bool (*take)(void *context, const struct access *records, size_t n),
                          void *context, const char **dialect, struct error *error)
{
    struct access_stream *stream = access_open(path, options, error);
    if (stream == NULL) {
        return false;
    }
    struct access *records = xcalloc(BATCH, sizeof *records);
    size_t n = 0;
    do {
        n = access_next(stream, records, BATCH, error);
    } while (n != 0 && n != SIZE_MAX && take(context, records, n));
    *dialect = access_dialect_name(stream);
    free(records);
    access_close(stream);
    return n != SIZE_MAX;
}
