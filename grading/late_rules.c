// SPDX-License-Identifier: MIT
// Reading extensions, and finding whom they are for.
#include "grading/late_rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grading/csv.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"

#define MAX_DAYS 3660

enum { NAME, STUDENT_ID, DUE, EXTRA_HOURS, EXTRA_DAYS };

static const struct csv_column columns[] = {
    [NAME] = {"name", false},
    [STUDENT_ID] = {"student_id", false},
    [DUE] = {"due", false},
    [EXTRA_HOURS] = {"extra_hours", false},
    [EXTRA_DAYS] = {"extra_days", false},
    {NULL},
};

/// NULL for an empty cell, too.
static const char *cell_of(const struct csv_row *row, size_t column)
{
    const char *cell = row->cells[column];
    return cell == NULL || *cell == '\0' ? NULL : cell;
}

// --- Reading ----------------------------------------------------------------------------------

static bool refuse(const struct late_rules *rules, const struct csv_row *row, const char *form,
                   const char *cell, struct error *error)
{
    char *shown = printable_line(cell);
    error_at(error, rules->path, row->line, 0, "'%.64s' is not %s", shown, form);
    free(shown);
    return false;
}

/// Adds a cell's hours or days to the time; an empty one adds nothing.
static bool add_extra(const struct late_rules *rules, const struct csv_row *row, size_t column,
                      double unit_seconds, int64_t *time, struct error *error)
{
    const char *cell = cell_of(row, column);
    char *end = NULL;
    if (cell == NULL) {
        return true;
    }
    double number = strtod(cell, &end);
    if (*end != '\0' || !(number > 0) || number * unit_seconds > MAX_DAYS * LATE_DAY_SECONDS) {
        char *form = xasprintf("a number of %s above 0", columns[column].name + strlen("extra_"));
        refuse(rules, row, form, cell, error);
        free(form);
        return false;
    }
    *time += (int64_t)llround(number * unit_seconds);
    return true;
}

static bool take_due(const struct late_rules *rules, const struct csv_row *row, int64_t *time,
                     struct error *error)
{
    const char *due = cell_of(row, DUE);
    bool has_extra = cell_of(row, EXTRA_HOURS) != NULL || cell_of(row, EXTRA_DAYS) != NULL;
    *time = rules->policy.due_at;
    if ((due != NULL) == has_extra) {
        return error_at(error, rules->path, row->line, 0,
                        "a row needs either 'due', or 'extra_hours' or 'extra_days'");
    }
    if (has_extra) {
        return add_extra(rules, row, EXTRA_HOURS, 3600, time, error) &&
               add_extra(rules, row, EXTRA_DAYS, LATE_DAY_SECONDS, time, error);
    }
    if (!late_parse_time(due, time)) {
        return refuse(rules, row, LATE_TIME_FORM, due, error);
    }
    return *time > rules->policy.due_at ||
           refuse(rules, row, "later than the rubric's 'due'", due, error);
}

static bool same_text(const char *left, const char *right)
{
    return left != NULL && right != NULL && strcmp(left, right) == 0;
}

static bool add_row(struct late_rules *rules, const struct csv_row *row, struct error *error)
{
    const char *name = cell_of(row, NAME);
    const char *student_id = cell_of(row, STUDENT_ID);
    int64_t due_at;
    if (name == NULL && student_id == NULL) {
        return error_at(error, rules->path, row->line, 0, "a row needs a name or a student_id");
    }
    for (size_t i = 0; i < rules->n_extensions; i++) {
        const struct late_extension *other = &rules->extensions[i];
        if (same_text(name, other->name) || same_text(student_id, other->student_id)) {
            char *shown = printable_line(same_text(name, other->name) ? name : student_id);
            error_at(error, rules->path, row->line, 0, "'%.64s' stands twice (first on line %zu)",
                     shown, other->line);
            free(shown);
            return false;
        }
    }
    if (!take_due(rules, row, &due_at, error)) {
        return false;
    }
    rules->extensions =
        xreallocarray(rules->extensions, rules->n_extensions + 1, sizeof *rules->extensions);
    rules->extensions[rules->n_extensions++] =
        (struct late_extension){.name = name == NULL ? NULL : xstrdup(name),
                                .student_id = student_id == NULL ? NULL : xstrdup(student_id),
                                .due_at = due_at,
                                .line = row->line};
    return true;
}

static bool read_extensions(struct late_rules *rules, struct error *error)
{
    struct csv csv;
    if (!csv_read(&csv, rules->path, columns, error)) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < csv.n_rows; i++) {
        ok = add_row(rules, &csv.rows[i], error);
    }
    csv_free(&csv);
    return ok;
}

bool late_rules_read(struct late_rules *rules, const struct late_policy *policy,
                     const char *rubric_path, const char *extensions, struct error *error)
{
    *rules = (struct late_rules){.policy = *policy};
    if (extensions != NULL && !policy->is_set) {
        return error_at(error, rubric_path, 0, 0,
                        "has no group 'late' whose 'due' could be extended (--extensions)");
    }
    if (extensions != NULL) {
        rules->path = xstrdup(extensions);
    } else if (policy->extensions != NULL) {
        const char *slash = *policy->extensions == '/' ? NULL : strrchr(rubric_path, '/');
        int folder_bytes = slash == NULL ? 0 : (int)(slash - rubric_path + 1);
        rules->path = xasprintf("%.*s%s", folder_bytes, rubric_path, policy->extensions);
    }
    bool ok = rules->path == NULL || read_extensions(rules, error);
    if (!ok) {
        late_rules_free(rules);
    }
    return ok;
}

void late_rules_free(struct late_rules *rules)
{
    for (size_t i = 0; i < rules->n_extensions; i++) {
        free(rules->extensions[i].name);
        free(rules->extensions[i].student_id);
    }
    free(rules->extensions);
    free(rules->path);
    *rules = (struct late_rules){0};
}

// --- Applying ---------------------------------------------------------------------------------

/// Whether `one` is among the ids of a submission, which a group separates by ';'.
static bool has_id(const char *ids, const char *one)
{
    size_t n = strlen(one);
    while (ids != NULL) {
        ids += strspn(ids, " ");
        const char *end = ids + strcspn(ids, ";");
        size_t n_id = (size_t)(end - ids);
        if (n_id == n && strncmp(ids, one, n) == 0) {
            return true;
        }
        ids = *end == '\0' ? NULL : end + 1;
    }
    return false;
}

static bool is_for(const struct late_extension *extension, const char *name, const char *student_id)
{
    return same_text(extension->name, name) ||
           (extension->student_id != NULL && has_id(student_id, extension->student_id));
}

void late_rules_check(const struct late_rules *rules, const struct intake *intake)
{
    for (size_t i = 0; i < rules->n_extensions; i++) {
        const struct late_extension *extension = &rules->extensions[i];
        size_t k = 0;
        while (k < intake->n_entries &&
               !is_for(extension, intake->entries[k].name, intake->entries[k].student_id)) {
            k++;
        }
        if (k == intake->n_entries) {
            bool by_name = extension->name != NULL;
            char *shown = printable_line(by_name ? extension->name : extension->student_id);
            note("%s:%zu: no submission has the %s '%s'", rules->path, extension->line,
                 by_name ? "name" : "student_id", shown);
            free(shown);
        }
    }
}

struct late_outcome late_rules_apply(const struct late_rules *rules,
                                     const struct gradebook_row *row)
{
    int64_t due_at = rules->policy.due_at;
    bool is_extended = false;
    for (size_t i = 0; i < rules->n_extensions; i++) {
        const struct late_extension *extension = &rules->extensions[i];
        if (is_for(extension, row->name, row->student_id) && extension->due_at > due_at) {
            due_at = extension->due_at;
            is_extended = true;
        }
    }
    struct late_outcome outcome =
        late_judge(&rules->policy, due_at, row->submitted_at, row->score, row->max_score);
    outcome.is_extended = is_extended;
    return outcome;
}
