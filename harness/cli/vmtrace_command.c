// SPDX-License-Identifier: MIT
// Options of those that read, and the one loop over a trace.
#include "harness/cli/vmtrace_command.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/access/dialects.h"
#include "harness/base/memory.h"
#include "harness/cli/whole_number.h"

enum { BATCH = 4096, MAX_PAGE_BITS = 40 };

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
        bool ok = whole_number_option("page-bits", optarg, 0, MAX_PAGE_BITS, &number);
        options->page_bits = (unsigned)number;
        return ok;
    }
    options->dialect = optarg;
    if (access_dialect_find(optarg, &error) == NULL) {
        note("--dialect: %s", error.text);
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
