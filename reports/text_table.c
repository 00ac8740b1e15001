// SPDX-License-Identifier: MIT
// smartcols, which knows the widths of characters.
#include "reports/text_table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"

#define MAX_CELL 64

struct text_table {
    struct libscols_table *smartcols;
    struct libscols_line *line; ///< the last one
    size_t n_cells;             ///< of it
};

static void must(int failure)
{
    if (failure != 0) {
        die("cannot make a table");
    }
}

struct text_table *text_table_new(const struct text_column *columns)
{
    struct text_table *table = xcalloc(1, sizeof *table);
    table->smartcols = scols_new_table();
    must(table->smartcols == NULL);
    must(scols_table_set_column_separator(table->smartcols, "  "));
    must(scols_table_set_termforce(table->smartcols, SCOLS_TERMFORCE_ALWAYS));
    must(scols_table_set_termwidth(table->smartcols, TEXT_TABLE_WIDTH));
    for (; columns->title != NULL; columns++) {
        must(scols_table_new_column(table->smartcols, columns->title, 0,
                                    columns->is_number ? SCOLS_FL_RIGHT : SCOLS_FL_TRUNC) == NULL);
    }
    return table;
}

void text_table_row(struct text_table *table)
{
    table->line = scols_table_new_line(table->smartcols, NULL);
    must(table->line == NULL);
    table->n_cells = 0;
}

void text_table_text(struct text_table *table, const char *text)
{
    char *safe = printable_line(text);
    must(scols_line_set_data(table->line, table->n_cells++, safe));
    free(safe);
}

void text_table_cell(struct text_table *table, const char *format, ...)
{
    char text[MAX_CELL];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    must(scols_line_set_data(table->line, table->n_cells++, text));
}

void text_table_print(struct text_table *table, FILE *stream)
{
    char *text = NULL;
    must(scols_print_table_to_string(table->smartcols, &text));
    for (const char *line = text; line != NULL && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        size_t used = length;
        while (used > 0 && line[used - 1] == ' ') {
            used--;
        }
        fprintf(stream, "%.*s\n", (int)used, line);
        line += length + (line[length] == '\n');
    }
    free(text);
    scols_unref_table(table->smartcols);
    free(table);
}
