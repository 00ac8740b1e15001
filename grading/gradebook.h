// SPDX-License-Identifier: MIT
// The gradebook of a course: what each submission got, in one SQLite file. What lies beside it
// (grades.csv, results/, feedback/) is made from it and can be made again.
//
// A row is known by its content: the submission's name, a hash of what was handed in, and a hash of
// all that judged it. So the same work under the same rules is graded once, and a new version gets
// a row of its own while the old one stays. A row is written whole or not at all, whenever the
// process is killed. One process writes; others may read meanwhile (sqlite3 OUT/gradebook.sqlite).
//
// What a disk or SQLite refuses after the gradebook was opened is a fault of the machine: die().
#ifndef MMGRADE_GRADING_GRADEBOOK_H
#define MMGRADE_GRADING_GRADEBOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/error.h"

struct gradebook;

enum grade_status {
    GRADE_GRADED,
    GRADE_NOT_BUILT,     ///< does not compile, or nothing of it was taken
    GRADE_HARNESS_ERROR, ///< the harness failed, each time it was tried: no score
    GRADE_N_STATUSES
};

/// Strings belong to the row: gradebook_row_free.
struct gradebook_row {
    char *name;            ///< of the submission; bytes, maybe no UTF-8
    char *submission_hash; ///< of what was handed in
    char *grader_hash;     ///< of rubric, traces, tool, compiler, seed
    enum grade_status status;
    double score;         ///< raw points; NAN when there are none
    double max_score;     ///< NAN when there are none
    char *first_verdict;  ///< code of the first failing case, or the build's; or NULL
    char *reason;         ///< of a harness error, for people; else NULL
    char *result_json;    ///< the whole result tree; NULL of a harness error
    int64_t submitted_at; ///< seconds since 1970 UTC; 0: nobody said
    char *student_id;     ///< or NULL
    unsigned attempts;    ///< how often it was tried
    char *version;        ///< of the tool: "0.1"
    double seconds;       ///< that the last try took
};

/// "graded", "not_built", "harness_error"; static.
const char *grade_status_name(enum grade_status status);

/// Opens or makes the file. NULL with *error when it is no gradebook, or of another version.
struct gradebook *gradebook_open(const char *path, struct error *error);

/// Closes it; takes NULL. All that was put is in the one file then.
void gradebook_close(struct gradebook *gradebook);

/// The row of that content; false when there is none.
bool gradebook_find(struct gradebook *gradebook, const char *name, const char *submission_hash,
                    const char *grader_hash, struct gradebook_row *row);

/// What a row's score counts, after deductions; NAN: it has none.
typedef double gradebook_final(void *context, const struct gradebook_row *row);

/// Of all that was handed in under that name and judged by that grader: the row that counts most by
/// `final` (NULL: by its raw score), of several that with most raw points, then the one submitted
/// first. False when there is none.
bool gradebook_find_best(struct gradebook *gradebook, const char *name, const char *grader_hash,
                         gradebook_final *final, void *context, struct gradebook_row *row);

/// Changes what is known of the submission of a row (if there is one of that content): when it was
/// handed in, and by whom (or NULL).
void gradebook_set_origin(struct gradebook *gradebook, const char *name,
                          const char *submission_hash, const char *grader_hash,
                          int64_t submitted_at, const char *student_id);

/// Adds the row or replaces the one of the same content, at once and for good.
void gradebook_put(struct gradebook *gradebook, const struct gradebook_row *row);

/// Between the two, all or nothing happens.
void gradebook_begin(struct gradebook *gradebook);
void gradebook_commit(struct gradebook *gradebook);

/// No row is the course's grade any longer.
void gradebook_choose_none(struct gradebook *gradebook);

/// This row is its name's grade in the course: column `chosen`.
void gradebook_choose(struct gradebook *gradebook, const struct gradebook_row *row);

/// Visits the chosen rows, sorted by name bytewise. One row is in memory at a time; the visitor
/// must not keep it.
void gradebook_each(struct gradebook *gradebook,
                    void (*visit)(void *context, const struct gradebook_row *row), void *context);

/// Frees the strings, not the struct.
void gradebook_row_free(struct gradebook_row *row);

#endif
