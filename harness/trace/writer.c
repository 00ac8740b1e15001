// SPDX-License-Identifier: MIT
// A trace -> a .rep file of any dialect.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/trace/reader.h"
#include "harness/trace/trace.h"

#define BUFFER_BYTES ((size_t)1 << 20)

/// The number of ids for the header: largest id + 1, since other drivers keep their blocks in an
/// array of that length; the plain count when no such array could exist.
static uint64_t header_ids(const struct trace *trace)
{
    int64_t largest = -1;
    for (size_t i = 0; i < trace->n_slots; i++) {
        largest = trace->ids[i] > largest ? trace->ids[i] : largest;
    }
    return largest < INT32_MAX ? (uint64_t)(largest + 1) : trace->n_slots;
}

bool trace_print(const struct trace *trace, const struct reader *dialect, FILE *file)
{
    uint64_t header[HEADER_LINES] = {0};
    header[HEADER_IDS] = header_ids(trace);
    header[HEADER_OPS] = trace->n_ops;
    (dialect == NULL ? &readers[0] : dialect)->give(trace, header);
    for (size_t i = 0; i < HEADER_LINES; i++) {
        fprintf(file, "%llu\n", (unsigned long long)header[i]);
    }
    for (size_t i = 0; i < trace->n_ops; i++) {
        char buffer[64];
        fputs(trace_op_text(trace, i, buffer), file);
        putc('\n', file);
    }
    return fflush(file) == 0 && !ferror(file);
}

bool trace_write(const struct trace *trace, const struct reader *dialect, const char *path,
                 struct error *error)
{
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return error_at(error, path, 0, 0, "cannot write: %s", strerror(errno));
    }
    char *buffer = xreallocarray(NULL, BUFFER_BYTES, 1);
    setvbuf(file, buffer, _IOFBF, BUFFER_BYTES);
    errno = 0;
    bool ok = trace_print(trace, dialect, file);
    ok = fclose(file) == 0 && ok;
    free(buffer);
    return ok || error_at(error, path, 0, 0, "cannot write: %s",
                          errno == 0 ? "the disk may be full" : strerror(errno));
}
