// SPDX-License-Identifier: MIT
// Progress and summary.
#include "harness/cli/batch_progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/printable.h"

/// "3 h 20 min", "12 min", "40 s".
static void print_duration(double seconds, FILE *stream)
{
    unsigned long minutes = (unsigned long)(seconds / 60);
    if (minutes >= 60) {
        fprintf(stream, "%lu h %lu min", minutes / 60, minutes % 60);
    } else if (minutes >= 2) {
        fprintf(stream, "%lu min", minutes);
    } else {
        fprintf(stream, "%.0f s", seconds);
    }
}

static void rewrite_line(const struct batch *batch)
{
    double seconds = (double)(clock_ns() - batch->start_ns) / 1e9;
    fprintf(stderr, "\r\033[K%zu of %zu submissions, %zu harness error%s", batch->n_done,
            batch->n_pending, batch->n_errors, batch->n_errors == 1 ? "" : "s");
    if (batch->n_done > 0) {
        fputs(", about ", stderr);
        print_duration(seconds / (double)batch->n_done * (double)(batch->n_pending - batch->n_done),
                       stderr);
        fputs(" left", stderr);
    }
}

static void print_row(const struct batch *batch, const struct gradebook_row *row)
{
    char *name = printable_line(row->name);
    fprintf(stderr, "%zu/%zu %s: %s", batch->n_done, batch->n_pending, name,
            grade_status_name(row->status));
    if (row->status == GRADE_HARNESS_ERROR) {
        fprintf(stderr, ": %s\n", row->reason);
    } else {
        fprintf(stderr, ", %.2f of %.0f%s%s\n", row->score, row->max_score,
                row->first_verdict == NULL ? "" : ", ",
                row->first_verdict == NULL ? "" : row->first_verdict);
    }
    free(name);
}

void batch_progress_show(const struct batch *batch, const struct gradebook_row *row)
{
    if (isatty(STDERR_FILENO)) {
        rewrite_line(batch);
    } else if (row != NULL) {
        print_row(batch, row);
    }
}

void batch_progress_end(void)
{
    if (isatty(STDERR_FILENO)) {
        fputs("\r\033[K", stderr);
    }
}

struct counts {
    size_t n_of[GRADE_N_STATUSES];
};

static void count(void *context, const struct gradebook_row *row)
{
    struct counts *counts = context;
    counts->n_of[row->status]++;
    if (row->status == GRADE_HARNESS_ERROR) {
        char *name = printable_line(row->name);
        printf("harness error, not scored, tried %u times: %s: %s\n", row->attempts, name,
               row->reason);
        free(name);
    }
}

void batch_progress_summarize(const struct batch *batch, struct gradebook *gradebook,
                              const char *folder)
{
    struct counts counts = {0};
    gradebook_each(gradebook, count, &counts);
    size_t n_left = batch->n_pending - batch->n_done;
    printf("%zu submissions: %zu graded, %zu not built, %zu harness errors", batch->n_items,
           counts.n_of[GRADE_GRADED], counts.n_of[GRADE_NOT_BUILT],
           counts.n_of[GRADE_HARNESS_ERROR]);
    if (n_left > 0) {
        printf(", %zu still to be graded", n_left);
    }
    printf(" (%zu of them now, %zu unchanged)\nGrades: %s/grades.csv\n", batch->n_done,
           batch->n_items - batch->n_pending, folder);
}
