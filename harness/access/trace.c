// SPDX-License-Identifier: MIT
// A whole trace in memory.
#include <stdlib.h>
#include <string.h>

#include "harness/access/access.h"
#include "harness/base/memory.h"

#define BATCH_RECORDS 8192

static bool read_all(struct access_trace *trace, struct access_stream *stream, size_t max_records,
                     bool *cut, struct error *error)
{
    size_t capacity = 0;
    for (;;) {
        size_t limit = max_records == 0 ? SIZE_MAX : max_records;
        if (capacity - trace->n_records < BATCH_RECORDS) {
            capacity = 2 * capacity + BATCH_RECORDS;
            trace->records = xreallocarray(trace->records, capacity, sizeof *trace->records);
        }
        // One more than the limit tells whether there is more.
        size_t n = access_next(stream, trace->records + trace->n_records, BATCH_RECORDS, error);
        if (n == SIZE_MAX) {
            return false;
        }
        trace->n_records += n;
        if (trace->n_records > limit) {
            trace->n_records = limit;
            *cut = true;
            return true;
        }
        if (n == 0) {
            return true;
        }
    }
}

bool access_trace_read(struct access_trace *trace, const char *path,
                       const struct access_options *options, size_t max_records, bool *cut,
                       struct error *error)
{
    *trace = (struct access_trace){0};
    if (cut != NULL) {
        *cut = false;
    }
    struct access_stream *stream = access_open(path, options, error);
    if (stream == NULL) {
        return false;
    }
    const char *slash = strrchr(path, '/');
    trace->name = xstrdup(slash == NULL ? path : slash + 1);
    trace->pages = access_is_page_trace(stream);
    bool was_cut = false;
    bool ok = read_all(trace, stream, max_records, cut == NULL ? &was_cut : cut, error);
    access_close(stream);
    if (!ok) {
        access_trace_free(trace);
    }
    return ok;
}

void access_trace_free(struct access_trace *trace)
{
    free(trace->records);
    free(trace->name);
    *trace = (struct access_trace){0};
}
