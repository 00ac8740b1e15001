// SPDX-License-Identifier: MIT
// Pages of a map are given back once a window is behind them: else the kernel counts a whole trace
// as memory of ours.
#include "harness/access/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "harness/base/memory.h"

#define PEEK_BYTES ((size_t)64 << 10)
#define WINDOW_BYTES ((size_t)4 << 20)
#define BUFFER_BYTES ((size_t)256 << 10) ///< stays in a processor's second cache
#define MAX_LINE_BYTES ((size_t)256 << 20)

static bool check_kind(const struct source *source, struct error *error)
{
    mode_t mode = source->status.st_mode;
    if (S_ISDIR(mode)) {
        return error_at(error, source->path, 0, 0, "is a folder, not a file");
    }
    if (!S_ISREG(mode) && !S_ISFIFO(mode)) {
        return error_at(error, source->path, 0, 0, "is neither a file nor a pipe");
    }
    return true;
}

static bool is_gzip(int descriptor)
{
    unsigned char magic[2];
    return pread(descriptor, magic, sizeof magic, 0) == sizeof magic && magic[0] == 0x1f &&
           magic[1] == 0x8b;
}

static bool map_file(struct source *source, int descriptor, struct error *error)
{
    source->map_bytes = (size_t)source->status.st_size;
    source->data_bytes = source->map_bytes;
    source->map = mmap(NULL, source->map_bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (source->map == MAP_FAILED) {
        source->map = NULL;
        return error_at(error, source->path, 0, 0, "cannot map: %s", strerror(errno));
    }
    madvise(source->map, source->map_bytes, MADV_SEQUENTIAL);
    return true;
}

/// zlib passes through what is not gzip'd.
static void open_stream(struct source *source, int descriptor)
{
    source->gz = gzdopen(descriptor, "r");
    if (source->gz == NULL) {
        die("out of memory");
    }
    gzbuffer(source->gz, (unsigned)BUFFER_BYTES);
    source->capacity = BUFFER_BYTES;
    source->buffer = xcalloc(source->capacity + 1, 1);
}

bool source_open(struct source *source, const char *path, struct error *error)
{
    *source = (struct source){.path = path};
    bool is_stdin = strcmp(path, "-") == 0;
    int descriptor = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                              : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0 || fstat(descriptor, &source->status) != 0) {
        error_at(error, path, 0, 0, "%s", strerror(errno));
        if (descriptor >= 0) {
            close(descriptor);
        }
        return false;
    }
    if (is_stdin) {
        source->path = "standard input";
        source->status.st_mode = S_IFIFO; // a file there has an offset that is not ours to move
    } else if (!check_kind(source, error)) {
        close(descriptor);
        return false;
    }
    // Files of /proc say that they have 0 bytes; only reading tells.
    if (S_ISREG(source->status.st_mode) && source->status.st_size > 0 && !is_gzip(descriptor)) {
        return map_file(source, descriptor, error);
    }
    open_stream(source, descriptor);
    return true;
}

static bool refuse_stream(const struct source *source, uint64_t line, struct error *error)
{
    int status = Z_OK;
    const char *reason = gzerror(source->gz, &status);
    if (status == Z_ERRNO) {
        return error_at(error, source->path, line, 0, "%s", strerror(errno));
    }
    if (status == Z_BUF_ERROR) {
        return error_at(error, source->path, line, 0,
                        "the gzip'd data ends too early: is the file truncated?");
    }
    const char *colon = strstr(reason, ": "); // zlib's own name for the file stands before it
    return error_at(error, source->path, line, 0, "the gzip'd data is damaged (%s)",
                    colon == NULL ? reason : colon + 2);
}

/// Fills the buffer, unless the stream ends before.
static bool fill(struct source *source, uint64_t line, struct error *error)
{
    memmove(source->buffer, source->buffer + source->taken, source->filled - source->taken);
    source->filled -= source->taken;
    source->taken = 0;
    while (!source->ended && source->filled < source->capacity) {
        int n = gzread(source->gz, source->buffer + source->filled,
                       (unsigned)(source->capacity - source->filled));
        int status = Z_OK;
        gzerror(source->gz, &status);
        // The end of truncated data looks like an end, but for this status.
        if (n < 0 || (n == 0 && status != Z_OK && status != Z_STREAM_END)) {
            return refuse_stream(source, line, error);
        }
        source->ended = n == 0;
        source->filled += (size_t)n;
    }
    return true;
}

bool source_peek(struct source *source, const char **text, size_t *n_bytes, struct error *error)
{
    if (source->map != NULL) {
        *text = source->map;
        *n_bytes = source->data_bytes < PEEK_BYTES ? source->data_bytes : PEEK_BYTES;
        return true;
    }
    if (!fill(source, 0, error)) {
        return false;
    }
    *text = source->buffer;
    *n_bytes = source->filled < PEEK_BYTES ? source->filled : PEEK_BYTES;
    return true;
}

static bool refuse_long_line(const struct source *source, uint64_t line, struct error *error)
{
    return error_at(error, source->path, line, 0, "this line has more than %zu bytes",
                    MAX_LINE_BYTES);
}

/// How many bytes from `text` on are whole units, or whole lines when unit_bytes is 0.
static size_t whole_bytes(const char *text, size_t n_bytes, size_t unit_bytes)
{
    if (unit_bytes != 0) {
        return n_bytes - n_bytes % unit_bytes;
    }
    const char *feed = memrchr(text, '\n', n_bytes);
    return feed == NULL ? 0 : (size_t)(feed - text) + 1;
}

/// A last line without a line feed gets one, in the buffer: no byte behind a map may be touched.
static bool copy_last_line(struct source *source, const char *text, size_t n_bytes, uint64_t line,
                           struct error *error)
{
    if (n_bytes > MAX_LINE_BYTES) {
        return refuse_long_line(source, line, error);
    }
    source->buffer = xreallocarray(source->buffer, n_bytes + 1, 1);
    memcpy(source->buffer, text, n_bytes);
    source->buffer[n_bytes] = '\n';
    source->filled = n_bytes + 1;
    return true;
}

static void drop_behind(struct source *source)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t behind = source->map_at & ~(page - 1);
    size_t from = behind > 2 * WINDOW_BYTES ? (behind - 2 * WINDOW_BYTES) & ~(page - 1) : 0;
    madvise(source->map + from, behind - from, MADV_DONTNEED);
}

static bool next_mapped(struct source *source, size_t unit_bytes, const char **at, const char **end,
                        uint64_t line, struct error *error)
{
    const char *text = source->map + source->map_at;
    size_t rest = source->data_bytes - source->map_at;
    size_t n_bytes = rest < WINDOW_BYTES ? rest : WINDOW_BYTES;
    size_t whole = whole_bytes(text, n_bytes, unit_bytes);
    if (whole == 0 && unit_bytes == 0 && rest > n_bytes) {
        const char *feed = memchr(text + n_bytes, '\n', rest - n_bytes);
        n_bytes = rest;
        whole = feed == NULL ? 0 : (size_t)(feed - text) + 1;
    }
    drop_behind(source);
    *at = text;
    *end = text + (whole == 0 ? n_bytes : whole);
    source->map_at += (size_t)(*end - *at);
    if (whole != 0 || unit_bytes != 0 || n_bytes == 0) {
        return true;
    }
    *at = source->buffer;
    if (!copy_last_line(source, text, n_bytes, line, error)) {
        return false;
    }
    *at = source->buffer;
    *end = source->buffer + source->filled;
    return true;
}

static bool next_streamed(struct source *source, size_t unit_bytes, const char **at,
                          const char **end, uint64_t line, struct error *error)
{
    for (;;) {
        if (!fill(source, line, error)) {
            return false;
        }
        if (source->ended && unit_bytes == 0 && source->filled > 0 &&
            source->buffer[source->filled - 1] != '\n') {
            source->buffer[source->filled++] = '\n'; // the buffer has one byte more for it
        }
        size_t whole = whole_bytes(source->buffer, source->filled, unit_bytes);
        if (whole != 0 || source->ended) {
            source->taken = whole == 0 ? source->filled : whole;
            *at = source->buffer;
            *end = source->buffer + source->taken;
            return true;
        }
        if (source->capacity >= MAX_LINE_BYTES) {
            return refuse_long_line(source, line, error);
        }
        source->capacity *= 2;
        source->buffer = xreallocarray(source->buffer, source->capacity + 1, 1);
    }
}

bool source_next(struct source *source, size_t unit_bytes, const char **at, const char **end,
                 uint64_t line, struct error *error)
{
    return source->map != NULL ? next_mapped(source, unit_bytes, at, end, line, error)
                               : next_streamed(source, unit_bytes, at, end, line, error);
}

uint64_t source_unpacked_bytes(const struct source *source)
{
    if (source->map != NULL || !source_is_file(source)) {
        return 0;
    }
    // RFC 1952, section 2.3.1: ISIZE, modulo 2^32, of the last member.
    unsigned char size[4];
    int descriptor = open(source->path, O_RDONLY | O_CLOEXEC);
    off_t at = source->status.st_size - (off_t)sizeof size;
    bool known = descriptor >= 0 && at > 0 && pread(descriptor, size, sizeof size, at) == 4;
    if (descriptor >= 0) {
        close(descriptor);
    }
    return known ? (uint64_t)size[0] | (uint64_t)size[1] << 8 | (uint64_t)size[2] << 16 |
                       (uint64_t)size[3] << 24
                 : 0;
}

bool source_is_file(const struct source *source)
{
    return S_ISREG(source->status.st_mode);
}

void source_close(struct source *source)
{
    if (source->map != NULL) {
        munmap(source->map, source->map_bytes);
    }
    if (source->gz != NULL) {
        gzclose(source->gz);
    }
    free(source->buffer);
    *source = (struct source){0};
}
