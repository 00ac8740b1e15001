// SPDX-License-Identifier: MIT
// What needs no file: an operation as text, and the end of a trace.
#include "harness/trace/trace.h"

#include <stdio.h>
#include <stdlib.h>

void trace_free(struct trace *trace)
{
    free(trace->path);
    free(trace->name);
    free(trace->ops);
    free(trace->ids);
    *trace = (struct trace){0};
}

const char *trace_op_text(const struct trace *trace, size_t op_idx, char buffer[64])
{
    struct op op = trace->ops[op_idx];
    long long id = op.slot == TRACE_NO_SLOT ? -1 : trace->ids[op.slot];
    if (op.kind == OP_FREE) {
        snprintf(buffer, 64, "f %lld", id);
    } else {
        snprintf(buffer, 64, "%c %lld %llu", op.kind == OP_ALLOC ? 'a' : 'r', id,
                 (unsigned long long)op.size);
    }
    return buffer;
}
