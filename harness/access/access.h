// SPDX-License-Identifier: MIT
// The access record, and streams of them from trace files in all dialects of the field.
//
// Glossary of the stage `access`:
//   access     one use of memory by a program: a fetch, a read, a write, or both at once (modify)
//   event      what the operating system does between accesses: map, unmap, protect, switch
//   record     an access or an event: one line of a trace
//   dialect    one of the text or binary forms in which others write traces (access_dialects[])
//   page trace a trace whose numbers are page numbers, not addresses
#ifndef MMGRADE_ACCESS_ACCESS_H
#define MMGRADE_ACCESS_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

enum access_kind {
    ACCESS_FETCH,
    ACCESS_READ,
    ACCESS_WRITE,
    ACCESS_MODIFY, ///< a read, then a write, of the same place
    ACCESS_MAP,    ///< address .. address + bytes becomes valid, with `flags`
    ACCESS_UNMAP,
    ACCESS_PROTECT, ///< gets other `flags`
    ACCESS_SWITCH,  ///< from here on `process` runs
};

/// What a mapping allows, bits of `flags`.
enum access_flags {
    ACCESS_MAY_READ = 1, ///< always set: no hardware of ours has pages that cannot be read
    ACCESS_MAY_WRITE = 2,
    ACCESS_MAY_FETCH = 4,
    ACCESS_MAY_USER = 8,
    ACCESS_LARGE = 16, ///< by large pages as far as they fit
};

struct access {
    uint64_t address; ///< of the first byte
    uint64_t bytes;   ///< of an access 1 or more; 1 where a dialect does not say; of SWITCH 0
    uint32_t line;    ///< in the text, from 1, modulo 2^32; of a binary trace the record's number
    uint16_t process; ///< whose address it is; 0 where a dialect does not say
    uint8_t kind;     ///< enum access_kind
    uint8_t flags;    ///< of MAP and PROTECT; of accesses 0, or ACCESS_MAY_USER in user mode
};

struct access_stream;

struct access_options {
    const char *dialect; ///< by name (harness/access/dialects.h); NULL: recognised by content
    unsigned page_bits;  ///< a page trace's number n stands for address n << page_bits; 0 to 63
};

/// Opens a trace, gzip'd or not; "-" is standard input. NULL with *error when it cannot be read or
/// is of no known dialect. `options` NULL: any dialect, pages of 2^12 bytes. A file is read
/// through mmap; of a large one that is gzip'd the binary form is kept in the user's cache folder
/// for the next run (access_cache.h). Memory does not grow with the trace.
struct access_stream *access_open(const char *path, const struct access_options *options,
                                  struct error *error);

/// Fills up to n >= 1 records; returns how many, fewer also in between, 0 at the end. SIZE_MAX with
/// *error, naming file and line, when the trace is broken there; what was given before is good.
size_t access_next(struct access_stream *stream, struct access *records, size_t n,
                   struct error *error);

/// Back to the first record; false with *error for standard input and other pipes, after which one
/// can read on, and for a file that has gone.
bool access_rewind(struct access_stream *stream, struct error *error);

/// The dialect's name in access_dialects[], also when the cache had the trace.
const char *access_dialect_name(const struct access_stream *stream);
bool access_is_page_trace(const struct access_stream *stream);
void access_close(struct access_stream *stream); ///< takes NULL

/// A whole trace in memory: 24 bytes a record.
struct access_trace {
    char *name; ///< the file's, for people
    struct access *records;
    size_t n_records;
    bool pages; ///< a page trace
};

/// Reads all; at most max_records, and *cut tells whether there are more (0 and NULL: no limit). On
/// success the caller calls access_trace_free.
bool access_trace_read(struct access_trace *trace, const char *path,
                       const struct access_options *options, size_t max_records, bool *cut,
                       struct error *error);
void access_trace_free(struct access_trace *trace);

/// A record as the project's own text form has it, for people: "W 0x1f3a0 4", without a line end.
/// `text` holds at least ACCESS_TEXT_BYTES.
#define ACCESS_TEXT_BYTES 64
void access_print(const struct access *record, char *text);

#endif
