// SPDX-License-Identifier: MIT
// A trace from its file to batches of records: source, cache and dialect put together.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/access/access.h"
#include "harness/access/access_cache.h"
#include "harness/access/cursor.h"
#include "harness/access/dialects.h"
#include "harness/access/source.h"
#include "harness/base/memory.h"

#define DEFAULT_PAGE_BITS 12

struct access_stream {
    char *path;
    unsigned page_bits;
    const struct access_dialect *dialect; ///< of the file
    const struct access_dialect *parser;  ///< the same, or of what the cache has of it
    struct source source;
    struct cursor cursor;
    struct access_cache *cache; ///< NULL: not worth one
    bool pages;
    bool failed;        ///< with *cursor.error, told once the records before are given
    struct error error; ///< where cursor.error points to
};

static bool choose_dialect(struct access_stream *stream)
{
    const char *text = NULL;
    size_t n_bytes = 0;
    if (!source_peek(&stream->source, &text, &n_bytes, &stream->error)) {
        return false;
    }
    if (n_bytes == 0) {
        return error_at(&stream->error, stream->source.path, 0, 0, "is empty");
    }
    size_t n_mark = n_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    if (stream->dialect == NULL) {
        stream->dialect = access_dialect_recognise(stream->source.path, text + n_mark,
                                                   n_bytes - n_mark, &stream->error);
    }
    return stream->dialect != NULL;
}

static bool next_window(struct access_stream *stream)
{
    struct cursor *cursor = &stream->cursor;
    return source_next(&stream->source, stream->parser->unit_bytes, &cursor->at, &cursor->end,
                       cursor->line, &stream->error);
}

static void skip_byte_order_mark(struct access_stream *stream)
{
    struct cursor *cursor = &stream->cursor;
    if (stream->parser->unit_bytes == 0 && cursor->end - cursor->at >= 3 &&
        memcmp(cursor->at, "\xef\xbb\xbf", 3) == 0) {
        cursor->at += 3;
    }
}

static bool start(struct access_stream *stream)
{
    if (!source_open(&stream->source, stream->path, &stream->error) || !choose_dialect(stream)) {
        return false;
    }
    stream->cursor =
        (struct cursor){.line = 1, .path = stream->source.path, .error = &stream->error};
    stream->parser = stream->dialect;
    stream->cache = access_cache_open(&stream->source, stream->dialect);
    if (stream->cache != NULL && access_cache_use(stream->cache, &stream->source)) {
        access_cache_close(stream->cache);
        stream->cache = NULL;
        stream->parser = access_dialect_find("binary", &stream->error);
        stream->cursor.keeps_lines = true;
    }
    if (!next_window(stream)) {
        return false;
    }
    skip_byte_order_mark(stream);
    if (stream->parser->begin != NULL && !stream->parser->begin(&stream->cursor)) {
        return false;
    }
    stream->pages = stream->dialect->pages || stream->cursor.pages;
    return true;
}

static void stop(struct access_stream *stream)
{
    access_cache_close(stream->cache);
    stream->cache = NULL;
    source_close(&stream->source);
}

struct access_stream *access_open(const char *path, const struct access_options *options,
                                  struct error *error)
{
    struct access_stream *stream = xcalloc(1, sizeof *stream);
    stream->path = xstrdup(path);
    stream->page_bits = options == NULL ? DEFAULT_PAGE_BITS : options->page_bits;
    assert(stream->page_bits < 64);
    bool ok = true;
    if (options != NULL && options->dialect != NULL) {
        stream->dialect = access_dialect_find(options->dialect, &stream->error);
        ok = stream->dialect != NULL;
    }
    if (!ok || !start(stream)) {
        *error = stream->error;
        access_close(stream);
        return NULL;
    }
    return stream;
}

/// At the end of the file: is it a good one, and complete?
static void finish(struct access_stream *stream)
{
    if (stream->parser->end != NULL && !stream->parser->end(&stream->cursor)) {
        stream->failed = true;
    } else if (stream->cache != NULL) {
        access_cache_keep(stream->cache);
    }
}

/// Page numbers to addresses; returns how many records fit.
static size_t scale(struct access_stream *stream, struct access *records, size_t n)
{
    unsigned bits = stream->page_bits;
    for (size_t i = 0; stream->pages && i < n; i++) {
        uint64_t page = records[i].address;
        records[i].address = page << bits;
        if (records[i].address >> bits != page) {
            error_at(&stream->error, stream->cursor.path, records[i].line, 0,
                     "page %llu lies past 64-bit addresses with pages of 2^%u bytes",
                     (unsigned long long)page, bits);
            stream->failed = true;
            return i;
        }
    }
    return n;
}

size_t access_next(struct access_stream *stream, struct access *records, size_t n,
                   struct error *error)
{
    assert(n > 0);
    struct cursor *cursor = &stream->cursor;
    size_t n_read = 0;
    while (n_read == 0 && !stream->failed) {
        if (cursor->at == cursor->end) {
            stream->failed = !next_window(stream);
            if (!stream->failed && cursor->at == cursor->end) {
                finish(stream);
                break;
            }
        }
        if (!stream->failed) {
            n_read = stream->parser->read(cursor, records, n);
            stream->failed = cursor->failed;
        }
        if (stream->cache != NULL) {
            access_cache_add(stream->cache, records, n_read);
        }
        n_read = scale(stream, records, n_read);
    }
    if (n_read == 0 && stream->failed) {
        *error = stream->error;
        return SIZE_MAX;
    }
    return n_read;
}

bool access_rewind(struct access_stream *stream, struct error *error)
{
    if (!source_is_file(&stream->source)) {
        return error_at(error, stream->source.path, 0, 0, "can be read only once");
    }
    stop(stream);
    stream->failed = !start(stream);
    if (stream->failed) {
        *error = stream->error;
    }
    return !stream->failed;
}

const char *access_dialect_name(const struct access_stream *stream)
{
    return stream->dialect->name;
}

bool access_is_page_trace(const struct access_stream *stream)
{
    return stream->pages;
}

void access_close(struct access_stream *stream)
{
    if (stream != NULL) {
        stop(stream);
        free(stream->path);
        free(stream);
    }
}
