// SPDX-License-Identifier: MIT
// Reading what an untrusted process prints.
#include "harness/sandbox/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"

int output_open(struct output *output, uint64_t cap, bool echo)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        die("pipe: %s", strerror(errno));
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *output = (struct output){.fd = ends[0], .cap = cap, .echo = echo, .at_line_start = true};
    return ends[1];
}

static void show(struct output *output, const char *bytes, size_t n_bytes)
{
    char *text = printable(bytes, n_bytes);
    for (const char *c = text; *c != '\0'; c++) {
        if (output->at_line_start) {
            fputs("  | ", stderr);
        }
        fputc(*c, stderr);
        output->at_line_start = *c == '\n';
    }
    free(text);
}

/// Keeps and shows what is below the cap.
static void take_below_cap(struct output *output, const char *bytes, size_t n_bytes)
{
    uint64_t room = output->cap > output->total_bytes ? output->cap - output->total_bytes : 0;
    size_t n = n_bytes < room ? n_bytes : (size_t)room;
    if (n > 0) {
        output->head = xreallocarray(output->head, output->head_bytes + n + 1, 1);
        memcpy(output->head + output->head_bytes, bytes, n);
        output->head_bytes += n;
        output->head[output->head_bytes] = '\0';
    }
    if (output->echo) {
        show(output, bytes, n);
        if (n < n_bytes && room > 0) {
            fprintf(stderr, "\n  | (more than %llu bytes: not shown)\n",
                    (unsigned long long)output->cap);
            output->at_line_start = true;
        }
    }
}

static void take(struct output *output, const char *bytes, size_t n_bytes)
{
    take_below_cap(output, bytes, n_bytes);
    for (size_t i = 0; i < n_bytes; i++) {
        output->tail[(output->total_bytes + i) % OUTPUT_TAIL_BYTES] = bytes[i];
    }
    output->total_bytes += n_bytes;
}

void output_drain(struct output *output)
{
    char buffer[16384];
    for (int turn = 0; turn < 4 && output->fd >= 0; turn++) {
        ssize_t n = read(output->fd, buffer, sizeof buffer);
        if (n <= 0) {
            return;
        }
        take(output, buffer, (size_t)n);
    }
}

char *output_last_lines(const struct output *output, size_t max_lines)
{
    if (output->total_bytes == 0) {
        return NULL;
    }
    char last[OUTPUT_TAIL_BYTES];
    size_t n = output->total_bytes < sizeof last ? (size_t)output->total_bytes : sizeof last;
    for (size_t i = 0; i < n; i++) {
        last[i] = output->tail[(output->total_bytes - n + i) % OUTPUT_TAIL_BYTES];
    }
    size_t start = n;
    size_t lines = 0;
    while (start > 0 && (lines += last[start - 1] == '\n' && start != n) < max_lines) {
        start--;
    }
    return printable(last + start, n - start);
}

void output_close(struct output *output)
{
    if (output->fd >= 0) {
        close(output->fd);
        output->fd = -1;
    }
    free(output->head);
    output->head = NULL;
}
