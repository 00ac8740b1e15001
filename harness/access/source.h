// SPDX-License-Identifier: MIT
// The bytes of a trace file, window by window, in memory that does not depend on its length: a
// file through mmap, what is gzip'd or comes from a pipe through a rolling buffer. source.c is the
// only file that knows zlib.
#ifndef MMGRADE_ACCESS_SOURCE_H
#define MMGRADE_ACCESS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "harness/base/error.h"

struct gzFile_s;

struct source {
    const char *path;   ///< for messages; the caller's
    struct stat status; ///< of the file when it was opened
    char *map;          ///< the file, map_bytes; NULL: through `gz`
    size_t map_bytes;
    size_t data_bytes; ///< of the map, from its start: what the windows show
    size_t map_at;     ///< where the next window starts
    struct gzFile_s *gz;
    char *buffer; ///< bytes [taken, filled) come next; of a map its last line
    size_t capacity;
    size_t filled;
    size_t taken;
    bool ended; ///< `gz` has no more
};

/// Opens a file or, as "-", standard input. False with "file: reason" when it is missing,
/// unreadable, a folder or a device. source_close either way does no harm.
/// A file must not be cut short by another program before source_close: touching what is gone is a
/// SIGBUS.
bool source_open(struct source *source, const char *path, struct error *error);

/// The first bytes, at most 64 KiB, which stay in the stream: *n_bytes of them, 0 when it is empty.
bool source_peek(struct source *source, const char **text, size_t *n_bytes, struct error *error);

/// The next window, valid until the next call: *at == *end at the end. With unit_bytes 0 it is
/// whole lines, the last byte of each window a line feed, added where the file's last line has
/// none. Otherwise whole units of that many bytes; only the last window of all can be shorter than
/// one. False with *error for damaged or truncated gzip data and lines of more than 256 MiB; `line`
/// is for that message.
bool source_next(struct source *source, size_t unit_bytes, const char **at, const char **end,
                 uint64_t line, struct error *error);

/// What a gzip'd file takes once it is unpacked, in bytes, as its last ones say: modulo 2^32, and
/// of the last member alone where several were joined. 0 for what is not gzip'd and for a pipe.
uint64_t source_unpacked_bytes(const struct source *source);

/// Can the file be opened a second time, with the same content?
bool source_is_file(const struct source *source);

void source_close(struct source *source);

#endif
