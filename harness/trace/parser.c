// SPDX-License-Identifier: MIT
// A .rep file -> a valid trace: four header numbers, then an operation a line. The dialect is known
// only at the end, since one of them is told by the largest size.
#include "harness/trace/builder.h"
#include "harness/trace/file.h"
#include "harness/trace/reader.h"
#include "harness/trace/scanner.h"
#include "harness/trace/trace.h"

/// "f 0" and its newline: no operation is shorter.
#define MIN_OP_BYTES 4

struct header {
    uint64_t numbers[HEADER_LINES];
    size_t lines[HEADER_LINES]; ///< where each stands
};

/// What a number of the header is called, before its dialect is known.
static const char *const header_names[HEADER_LINES] = {
    "the header's first number", "the header's number of ids", "the header's number of operations",
    "the header's last number"};

static bool parse_header(struct scanner *scanner, struct header *header)
{
    for (unsigned i = 0; i < HEADER_LINES; i++) {
        if (!scanner_next_line(scanner)) {
            return error_at(scanner->error, scanner->path, scanner->line, 0,
                            "the file ends after %u of the header's %d numbers", i, HEADER_LINES);
        }
        int64_t number = 0;
        if (!scanner_number(scanner, header_names[i], &number) || !scanner_end_line(scanner)) {
            return false;
        }
        if (number < 0 || number > SCANNER_MAX_NUMBER) {
            return error_at(scanner->error, scanner->path, scanner->line, 0, "%s is %s",
                            header_names[i], number < 0 ? "negative" : "too large");
        }
        header->numbers[i] = (uint64_t)number;
        header->lines[i] = scanner->line;
    }
    return true;
}

static bool parse_kind(struct scanner *scanner, enum op_kind *kind)
{
    const char *word = scanner->at;
    char letter = '\0';
    if (!scanner_letter(scanner, &letter)) {
        return false;
    }
    switch (letter) {
    case 'a':
        *kind = OP_ALLOC;
        return true;
    case 'f':
        *kind = OP_FREE;
        return true;
    case 'r':
        *kind = OP_REALLOC;
        return true;
    default:
        return scanner_refuse_word(scanner, word, "unknown operation", " (one of a, f, r)");
    }
}

static bool parse_id(struct scanner *scanner, enum op_kind kind, int64_t *id)
{
    if (!scanner_number(scanner, "id", id)) {
        return false;
    }
    if (*id > SCANNER_MAX_NUMBER) {
        return error_at(scanner->error, scanner->path, scanner->line, 0,
                        "id is too large (the most is %lld)", (long long)SCANNER_MAX_NUMBER);
    }
    if (*id < -1 || (*id == -1 && kind != OP_FREE)) {
        return error_at(scanner->error, scanner->path, scanner->line, 0,
                        "id %lld is negative (only a free takes -1: free(NULL))", (long long)*id);
    }
    return true;
}

static bool parse_size(struct scanner *scanner, uint64_t *size)
{
    int64_t number = 0;
    if (!scanner_number(scanner, "size", &number)) {
        return false;
    }
    if (number < 0) {
        return error_at(scanner->error, scanner->path, scanner->line, 0, "size %lld is negative",
                        (long long)number);
    }
    *size = (uint64_t)number;
    if (*size > TRACE_MAX_SIZE) {
        return error_at(scanner->error, scanner->path, scanner->line, 0,
                        "size %s%llu is more than %llu bytes: it belongs to a trace for sparse "
                        "heaps, which this harness does not play",
                        number > SCANNER_MAX_NUMBER ? "of at least " : "",
                        (unsigned long long)*size, (unsigned long long)TRACE_MAX_SIZE);
    }
    return true;
}

/// A line as it stands there; op.slot is still open.
struct request {
    int64_t id;
    struct op op;
};

static bool parse_request(struct scanner *scanner, struct request *request)
{
    if (scanner->line > TRACE_MAX_LINE) {
        return error_at(scanner->error, scanner->path, scanner->line, 0,
                        "more than %u lines: too long for a trace", (unsigned)TRACE_MAX_LINE);
    }
    enum op_kind kind = OP_ALLOC;
    request->op = (struct op){.line = scanner->line & TRACE_MAX_LINE};
    bool ok = parse_kind(scanner, &kind) && parse_id(scanner, kind, &request->id) &&
              (kind == OP_FREE || parse_size(scanner, &request->op.size)) &&
              scanner_end_line(scanner);
    request->op.kind = kind & 3;
    return ok;
}

/// Parses up to BATCH lines ahead of the checks, so that the cache misses of the tables overlap.
/// False after a refusal. *end is set at the end of the text.
static bool parse_batch(struct scanner *scanner, struct builder *builder, bool *end)
{
    enum { BATCH = 64 };
    struct request batch[BATCH];
    size_t n = 0;
    bool ok = true;
    while (ok && n < BATCH && !*end) {
        *end = !scanner_next_line(scanner);
        ok = *end || parse_request(scanner, &batch[n]);
        if (ok && !*end) {
            builder_prefetch(builder, batch[n++].id);
        }
    }
    for (size_t i = 0; i < n; i++) {
        int64_t id = batch[i].id;
        batch[i].op.slot = id < 0 ? TRACE_NO_SLOT : builder_slot(builder, id);
    }
    for (size_t i = 0; i < n; i++) {
        // The refusal of an earlier line replaces that of the line behind the batch.
        if (!builder_add(builder, batch[i].op, scanner->error)) {
            return false;
        }
    }
    return ok;
}

static bool check_counts(const struct scanner *scanner, const struct builder *builder,
                         const struct header *header)
{
    const struct trace *trace = builder->trace;
    uint64_t ops = header->numbers[HEADER_OPS];
    if (ops != trace->n_ops) {
        return error_at(scanner->error, scanner->path, header->lines[HEADER_OPS], 0,
                        "the header says %llu operations, but the file has %zu%s",
                        (unsigned long long)ops, trace->n_ops,
                        trace->n_ops < ops ? ": is it truncated?" : "");
    }
    uint64_t ids = header->numbers[HEADER_IDS];
    if (ids != trace->n_slots && ids != builder->n_allocated &&
        ids != (uint64_t)builder->largest_id + 1) {
        return error_at(scanner->error, scanner->path, header->lines[HEADER_IDS], 0,
                        "the header says %llu ids, but the file has %zu and the largest is %lld",
                        (unsigned long long)ids, trace->n_slots, (long long)builder->largest_id);
    }
    return true;
}

static bool find_dialect(const struct scanner *scanner, struct trace *trace,
                         const struct header *header)
{
    trace->reader = reader_for(header->numbers, trace->largest_size);
    if (trace->reader == NULL) {
        return error_at(scanner->error, scanner->path, header->lines[HEADER_LAST], 0,
                        "the header's last number is %llu, but after a weight (%llu) in the first "
                        "line it must be 0 or 1 (ignore ranges) or the largest size (%llu)",
                        (unsigned long long)header->numbers[HEADER_LAST],
                        (unsigned long long)header->numbers[HEADER_FIRST],
                        (unsigned long long)trace->largest_size);
    }
    trace->reader->take(trace, header->numbers);
    return true;
}

/// Makes room for what the header says. It may lie; the file's length cannot.
static void begin(struct builder *builder, struct trace *trace, const char *path,
                  const struct header *header, size_t max_ops)
{
    uint64_t n_ops = header->numbers[HEADER_OPS];
    uint64_t n_ids = header->numbers[HEADER_IDS];
    n_ops = n_ops < max_ops ? n_ops : max_ops;
    builder_begin(builder, trace, path, n_ops, n_ids < n_ops ? n_ids : n_ops);
}

bool trace_parse(struct trace *trace, const char *path, const char *text, size_t text_bytes,
                 struct error *error)
{
    struct scanner scanner;
    struct header header;
    *trace = (struct trace){0};
    scanner_init(&scanner, path, text, text_bytes, error);
    if (text_bytes == 0) {
        return error_at(error, path, 0, 0, "is empty");
    }
    if (!parse_header(&scanner, &header)) {
        return false;
    }
    struct builder builder;
    begin(&builder, trace, path, &header, text_bytes / MIN_OP_BYTES + 1);
    bool ok = true;
    for (bool end = false; ok && !end;) {
        ok = parse_batch(&scanner, &builder, &end);
    }
    ok = ok && check_counts(&scanner, &builder, &header) && find_dialect(&scanner, trace, &header);
    builder_end(&builder);
    if (!ok) {
        trace_free(trace);
    }
    return ok;
}

bool trace_read(struct trace *trace, const char *path, struct error *error)
{
    struct file file;
    *trace = (struct trace){0};
    if (!file_open(&file, path, error)) {
        return false;
    }
    bool ok = trace_parse(trace, path, file.text, file.n_bytes, error);
    file_close(&file);
    return ok;
}
