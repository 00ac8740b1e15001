// SPDX-License-Identifier: MIT
// The table of what has changed.
#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdlib.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "reports/page.h"
#include "reports/regression.h"

enum column {
    COLUMN_REFERENCE,
    COLUMN_TRACE,
    COLUMN_FIGURE,
    COLUMN_BEFORE,
    COLUMN_NOW,
    COLUMN_CHANGE,
    COLUMN_VERDICT,
    N_COLUMNS
};

static const struct {
    const char *title;
    int flags;
} columns[N_COLUMNS] = {
    [COLUMN_REFERENCE] = {"reference", 0},  [COLUMN_TRACE] = {"trace", 0},
    [COLUMN_FIGURE] = {"figure", 0},        [COLUMN_BEFORE] = {"baseline", SCOLS_FL_RIGHT},
    [COLUMN_NOW] = {"now", SCOLS_FL_RIGHT}, [COLUMN_CHANGE] = {"change", SCOLS_FL_RIGHT},
    [COLUMN_VERDICT] = {"verdict", 0},
};

static const struct {
    const char *word;
    enum tone tone;
} verdicts[CHANGE_KINDS] = {
    [CHANGE_WORSE] = {"worse", TONE_BAD},
    [CHANGE_BETTER] = {"better", TONE_GOOD},
    [CHANGE_NEW] = {"new", TONE_WARN},
    [CHANGE_GONE] = {"gone", TONE_WARN},
};

static void must(int failure)
{
    if (failure != 0) {
        die("cannot make a table");
    }
}

static void set(struct libscols_line *line, enum column column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void set(struct libscols_line *line, enum column column, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    must(scols_line_set_data(line, column, text));
}

static void add_change(struct libscols_table *table, const struct change *change)
{
    struct libscols_line *line = scols_table_new_line(table, NULL);
    must(line == NULL);
    set(line, COLUMN_REFERENCE, "%s", change->reference == NULL ? "(all)" : change->reference);
    set(line, COLUMN_TRACE, "%s", change->trace == NULL ? "(all)" : change->trace);
    if (change->figure != NULL) {
        set(line, COLUMN_FIGURE, "%s", change->figure->name);
        set(line, COLUMN_BEFORE, "%.8g", change->before);
        set(line, COLUMN_NOW, "%.8g", change->now);
        set(line, COLUMN_CHANGE, "%+.3g %%", 100 * (change->now / change->before - 1));
    } else if (change->failure != NULL) {
        bool worse = change->kind == CHANGE_WORSE;
        set(line, COLUMN_BEFORE, "%s", worse ? "passes" : change->failure);
        set(line, COLUMN_NOW, "%s", worse ? change->failure : "passes");
    }
    set(line, COLUMN_VERDICT, "%s", verdicts[change->kind].word);
    must(scols_cell_set_color(scols_line_get_cell(line, COLUMN_VERDICT),
                              page_tone_sequence(verdicts[change->kind].tone)));
}

void regression_print(const struct regression *regression, FILE *stream,
                      const struct format_options *options)
{
    if (regression->n_changes == 0) {
        return;
    }
    struct libscols_table *table = scols_new_table();
    must(table == NULL);
    must(scols_table_set_column_separator(table, "  "));
    must(scols_table_set_stream(table, stream));
    must(scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER));
    must(scols_table_enable_colors(table, options->colors));
    for (enum column column = 0; column < N_COLUMNS; column++) {
        must(scols_table_new_column(table, columns[column].title, 0, columns[column].flags) ==
             NULL);
    }
    for (size_t i = 0; i < regression->n_changes; i++) {
        add_change(table, &regression->changes[i]);
    }
    must(scols_print_table(table));
    scols_unref_table(table);
}
