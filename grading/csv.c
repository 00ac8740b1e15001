// SPDX-License-Identifier: MIT
// CSV, unquoted in place: cells point into the file's text.
#include "grading/csv.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/base/text_file.h"

struct reader {
    const char *path;
    char *at;
    size_t line;
    struct error *error;
};

/// One line of the file, which quotes may stretch over several.
struct record {
    size_t line;
    const char *cells[CSV_MAX_COLUMNS];
    size_t n_cells;
};

/// Takes a quoted cell from the quote on; NULL with the reader's error.
static char *take_quoted(struct reader *reader)
{
    size_t first_line = reader->line;
    char *cell = reader->at;
    char *to = cell;
    for (reader->at++; reader->at[0] != '"' || reader->at[1] == '"'; reader->at++) {
        if (*reader->at == '\0') {
            error_at(reader->error, reader->path, first_line, 0,
                     "a quote is opened and never closed");
            return NULL;
        }
        reader->line += *reader->at == '\n';
        reader->at += *reader->at == '"';
        *to++ = *reader->at;
    }
    reader->at++;
    if (strchr(",\r\n", *reader->at) == NULL) {
        error_at(reader->error, reader->path, reader->line, 0,
                 "text behind a closing quote; a quote in a cell is written twice");
        return NULL;
    }
    *to = '\0';
    return cell;
}

/// Takes a cell and what ends it. *last tells whether it was the line's last one.
static char *take_cell(struct reader *reader, bool *last)
{
    char *cell = reader->at;
    if (*cell == '"') {
        cell = take_quoted(reader);
    } else {
        reader->at += strcspn(reader->at, ",\n");
    }
    if (cell == NULL) {
        return NULL;
    }
    char *end = reader->at;
    if (*end == '\n' && end > cell && end[-1] == '\r') {
        end[-1] = '\0';
    }
    reader->at += *end == '\r' && end[1] == '\n';
    *last = *reader->at != ',';
    reader->line += *reader->at == '\n';
    reader->at += *reader->at != '\0';
    *end = '\0';
    return cell;
}

static bool take_record(struct reader *reader, struct record *record)
{
    bool last = false;
    record->line = reader->line;
    record->n_cells = 0;
    while (!last) {
        if (record->n_cells == CSV_MAX_COLUMNS) {
            return error_at(reader->error, reader->path, record->line, 0, "more than %d columns",
                            CSV_MAX_COLUMNS);
        }
        const char *cell = take_cell(reader, &last);
        if (cell == NULL) {
            return false;
        }
        record->cells[record->n_cells++] = cell;
    }
    return true;
}

static bool refuse_column(const struct reader *reader, const struct record *header,
                          const char *name, const struct csv_column *columns)
{
    char *shown = printable_line(name);
    char *known = xstrdup("");
    for (; columns->name != NULL; columns++) {
        char *longer = xasprintf("%s%s%s", known, *known == '\0' ? "" : ", ", columns->name);
        free(known);
        known = longer;
    }
    error_at(reader->error, reader->path, header->line, 0,
             "unknown column '%.64s'; the first line names the columns (of %s)", shown, known);
    free(known);
    free(shown);
    return false;
}

/// Where each column of the table stands in the file; CSV_MAX_COLUMNS: nowhere.
static bool place_columns(const struct reader *reader, const struct record *header,
                          const struct csv_column *columns, size_t *places)
{
    for (size_t i = 0; columns[i].name != NULL; i++) {
        places[i] = CSV_MAX_COLUMNS;
    }
    for (size_t cell = 0; cell < header->n_cells; cell++) {
        size_t i = 0;
        while (columns[i].name != NULL && strcmp(columns[i].name, header->cells[cell]) != 0) {
            i++;
        }
        if (columns[i].name == NULL && columns[i].takes_others) {
            continue;
        }
        if (columns[i].name == NULL) {
            return refuse_column(reader, header, header->cells[cell], columns);
        }
        if (places[i] != CSV_MAX_COLUMNS) {
            return error_at(reader->error, reader->path, header->line, 0,
                            "the column '%s' stands twice", columns[i].name);
        }
        places[i] = cell;
    }
    for (size_t i = 0; columns[i].name != NULL; i++) {
        if (columns[i].required && places[i] == CSV_MAX_COLUMNS) {
            return error_at(reader->error, reader->path, header->line, 0,
                            "the column '%s' is missing", columns[i].name);
        }
    }
    return true;
}

static bool read_rows(struct csv *csv, struct reader *reader, const struct csv_column *columns)
{
    struct record header;
    size_t places[CSV_MAX_KNOWN];
    size_t capacity = 0;
    if (!take_record(reader, &header) || !place_columns(reader, &header, columns, places)) {
        return false;
    }
    while (*reader->at != '\0') {
        struct record record;
        if (!take_record(reader, &record)) {
            return false;
        }
        if (record.n_cells == 1 && record.cells[0][0] == '\0') {
            continue;
        }
        if (record.n_cells != header.n_cells) {
            return error_at(reader->error, reader->path, record.line, 0,
                            "%zu cells, but the first line names %zu columns", record.n_cells,
                            header.n_cells);
        }
        csv->rows = array_grow(csv->rows, &capacity, csv->n_rows, sizeof *csv->rows);
        struct csv_row *row = &csv->rows[csv->n_rows++];
        *row = (struct csv_row){.line = record.line};
        for (size_t i = 0; columns[i].name != NULL; i++) {
            row->cells[i] = places[i] == CSV_MAX_COLUMNS ? NULL : record.cells[places[i]];
        }
    }
    return true;
}

bool csv_read(struct csv *csv, const char *path, const struct csv_column *columns,
              struct error *error)
{
    *csv = (struct csv){0};
    size_t n_bytes;
    csv->text = text_file_read(path, CSV_MAX_BYTES, &n_bytes, error);
    if (csv->text == NULL) {
        return false;
    }
    struct reader reader = {.path = path, .at = csv->text, .line = 1, .error = error};
    reader.at += strncmp(reader.at, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    bool ok = true;
    if (strlen(csv->text) != n_bytes) {
        ok = error_at(error, path, 0, 0, "holds a NUL: not a CSV file in ASCII or UTF-8");
    } else if (*reader.at == '\0') {
        ok = error_at(error, path, 1, 0, "is empty; the first line names the columns");
    }
    ok = ok && read_rows(csv, &reader, columns);
    if (!ok) {
        csv_free(csv);
    }
    return ok;
}

void csv_free(struct csv *csv)
{
    free(csv->rows);
    free(csv->text);
    *csv = (struct csv){0};
}
