// SPDX-License-Identifier: MIT
// One result as files.
#include "harness/cli/batch_publish.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grading/intake.h"
#include "harness/base/memory.h"
#include "reports/course.h"
#include "reports/formats.h"
#include "reports/json_read.h"
#include "reports/late_report.h"
#include "reports/replace.h"

void batch_publish_text(const char *path, const char *text)
{
    struct error error;
    struct replacement replacement;
    if (!replace_is_needed(path, text)) {
        return;
    }
    bool ok = replace_begin(&replacement, path, &error);
    if (ok) {
        fputs(text, replacement.stream);
        ok = replace_finish(&replacement, &error);
    }
    if (!ok) {
        die("%s", error.text);
    }
}

/// The commands that reproduce a fault name places of this machine, which are nothing to students.
static void forget_commands(struct result *result)
{
    for (size_t i = 0; i < result->n_cases; i++) {
        struct verdict *verdict = result->cases[i].verdict;
        if (verdict != NULL) {
            free(verdict->reproduce);
            verdict->reproduce = NULL;
        }
    }
}

static void read_result(const struct gradebook_row *row, struct result *result)
{
    struct error error;
    if (!json_read_result(row->result_json, strlen(row->result_json), result, &error)) {
        die("the gradebook's result of %s: %s", row->name, error.text);
    }
}

/// What the student gets. The caller frees it.
static char *feedback_text(const struct gradebook_row *row, const struct late_outcome *outcome,
                           const char *pseudonym)
{
    char *text;
    size_t n_bytes;
    struct result result;
    struct format_options options = {0};
    FILE *stream = xopen_memstream(&text, &n_bytes);
    read_result(row, &result);
    forget_commands(&result);
    late_report_deduct(&result, outcome->deduction);
    format_print(format_find("feedback"), &result, stream, &options);
    result_free(&result);
    if (outcome->kind != LATE_UNKNOWN) {
        fputc('\n', stream);
        late_report_paragraph(stream, outcome, row->max_score);
    }
    if (pseudonym != NULL && row->status == GRADE_GRADED) {
        fprintf(stream, "\nOn the leaderboard this submission is called %s.\n", pseudonym);
    }
    fclose(stream);
    return text;
}

void batch_publish(const char *folder, const struct gradebook_row *row,
                   const struct late_rules *late, struct export_row *exported)
{
    char *name = intake_file_name(row->name);
    char *path = xasprintf("%s/results/%s.json", folder, name);
    char *feedback = xasprintf("%s/feedback/%s.txt", folder, name);
    if (row->result_json == NULL) {
        unlink(path);
        unlink(feedback);
    } else {
        struct result result;
        struct late_outcome outcome = late_rules_apply(late, row);
        char *text = feedback_text(row, &outcome, exported->pseudonym);
        batch_publish_text(feedback, text);
        batch_publish_text(path, row->result_json);
        read_result(row, &result);
        course_take_result(exported, &result);
        free(text);
    }
    free(feedback);
    free(path);
    free(name);
}
