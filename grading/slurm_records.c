// SPDX-License-Identifier: MIT
// Strings that end in a NUL, one after another.
#include "grading/slurm_records.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/text_file.h"

#define CHUNK_MARK "mmgrade chunk 1"
#define OUTCOME_MARK "mmgrade outcome 1"
#define MAX_BYTES ((size_t)256 << 20)

// --- Strings ----------------------------------------------------------------------------------

/// NULL is written as an empty string.
static void put(FILE *stream, const char *string)
{
    fputs(string == NULL ? "" : string, stream);
    putc('\0', stream);
}

struct strings {
    char *next;
    const char *end;
    bool is_cut; ///< a string was wanted where none is left
};

/// The next string; an empty one when none is left.
static const char *take(struct strings *strings)
{
    char *string = strings->next;
    if (string >= strings->end) {
        strings->is_cut = true;
        return "";
    }
    strings->next = string + strlen(string) + 1;
    return string;
}

static const char *take_or_null(struct strings *strings)
{
    const char *string = take(strings);
    return *string == '\0' ? NULL : string;
}

static char *copy_or_null(struct strings *strings)
{
    return string_or_null(xstrdup(take(strings)));
}

/// Reads a file that begins with `mark` and ends with a NUL. The text, which the caller frees; or
/// NULL with *error.
static char *open_strings(const char *path, const char *mark, struct strings *strings,
                          struct error *error)
{
    size_t n_bytes;
    char *text = text_file_read(path, MAX_BYTES, &n_bytes, error);
    if (text == NULL) {
        return NULL;
    }
    *strings = (struct strings){.next = text, .end = text + n_bytes};
    if (n_bytes == 0 || text[n_bytes - 1] != '\0' || strcmp(take(strings), mark) != 0) {
        error_at(error, path, 0, 0, "does not hold what '%s' announces", mark);
        free(text);
        return NULL;
    }
    return text;
}

// --- Chunks -----------------------------------------------------------------------------------

void slurm_chunk_write(FILE *stream, const char *grader_hash, struct batch_item *const *items,
                       size_t n_items)
{
    put(stream, CHUNK_MARK);
    put(stream, grader_hash);
    fprintf(stream, "%zu", n_items);
    putc('\0', stream);
    for (size_t i = 0; i < n_items; i++) {
        const struct submission_entry *entry = items[i]->entry;
        put(stream, items[i]->submission_hash);
        put(stream, entry->name);
        put(stream, entry->path);
        put(stream, entry->refused);
        put(stream, entry->student_id);
        fprintf(stream, "%" PRId64, entry->submitted_at);
        putc('\0', stream);
    }
}

static void read_submission(struct strings *strings, struct batch_item *item,
                            struct submission_entry *entry)
{
    *item = (struct batch_item){
        .entry = entry, .submission_hash = xstrdup(take(strings)), .is_pending = true};
    entry->name = xstrdup(take(strings));
    entry->path = copy_or_null(strings);
    entry->refused = copy_or_null(strings);
    entry->student_id = copy_or_null(strings);
    entry->submitted_at = strtoll(take(strings), NULL, 10);
}

bool slurm_chunk_read(const char *path, struct slurm_chunk *chunk, struct error *error)
{
    struct strings strings;
    char *text = open_strings(path, CHUNK_MARK, &strings, error);
    if (text == NULL) {
        return false;
    }
    *chunk = (struct slurm_chunk){.grader_hash = xstrdup(take(&strings))};
    size_t n = strtoul(take(&strings), NULL, 10);
    if (n > (size_t)(strings.end - strings.next)) {
        strings.is_cut = true;
        n = 0;
    }
    chunk->intake.entries = xcalloc(n, sizeof *chunk->intake.entries);
    chunk->intake.n_entries = n;
    chunk->batch.items = xcalloc(n, sizeof *chunk->batch.items);
    chunk->batch.n_items = n;
    for (size_t i = 0; i < n; i++) {
        read_submission(&strings, &chunk->batch.items[i], &chunk->intake.entries[i]);
    }
    free(text);
    if (strings.is_cut) {
        slurm_chunk_free(chunk);
        return error_at(error, path, 0, 0, "ends within a submission");
    }
    return true;
}

void slurm_chunk_free(struct slurm_chunk *chunk)
{
    batch_free(&chunk->batch);
    intake_free(&chunk->intake);
    free(chunk->grader_hash);
}

// --- Outcomes ---------------------------------------------------------------------------------

void slurm_outcome_write(FILE *stream, const char *grader_hash, const struct batch_item *item,
                         const struct batch_outcome *outcome)
{
    put(stream, OUTCOME_MARK);
    put(stream, grader_hash);
    put(stream, item->submission_hash);
    put(stream, item->entry->name);
    put(stream, item->entry->student_id);
    fprintf(stream, "%u", outcome->attempts);
    putc('\0', stream);
    fprintf(stream, "%.3f", outcome->seconds);
    putc('\0', stream);
    put(stream, outcome->reason);
    put(stream, outcome->json);
}

bool slurm_outcome_read(const char *path, struct slurm_outcome *outcome, struct error *error)
{
    struct strings strings;
    *outcome = (struct slurm_outcome){.text = open_strings(path, OUTCOME_MARK, &strings, error)};
    if (outcome->text == NULL) {
        return false;
    }
    outcome->grader_hash = take(&strings);
    outcome->submission_hash = take(&strings);
    outcome->name = take(&strings);
    outcome->student_id = take(&strings);
    outcome->batch.attempts = (unsigned)strtoul(take(&strings), NULL, 10);
    outcome->batch.seconds = strtod(take(&strings), NULL);
    outcome->batch.reason = take_or_null(&strings);
    outcome->batch.json = take_or_null(&strings);
    if (strings.is_cut) {
        slurm_outcome_free(outcome);
        return error_at(error, path, 0, 0, "ends within an outcome");
    }
    return true;
}

void slurm_outcome_free(struct slurm_outcome *outcome)
{
    free(outcome->text);
    *outcome = (struct slurm_outcome){0};
}
