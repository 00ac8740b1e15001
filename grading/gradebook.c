// SPDX-License-Identifier: MIT
// The one place that calls SQLite. Each call prepares its statement anew: a submission takes
// seconds, a statement microseconds.
#include "grading/gradebook.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

#define SCHEMA_VERSION 1
#define BUSY_MS 10000 ///< how long a reader may keep us from writing

struct gradebook {
    sqlite3 *db;
    char *path;
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS grades ("
    "name TEXT NOT NULL, submission_hash TEXT NOT NULL, grader_hash TEXT NOT NULL,"
    "status TEXT NOT NULL, score REAL, max_score REAL, first_verdict TEXT, reason TEXT,"
    "submitted_at INTEGER NOT NULL, student_id TEXT, attempts INTEGER NOT NULL,"
    "version TEXT NOT NULL, seconds REAL NOT NULL, chosen INTEGER NOT NULL DEFAULT 0,"
    "result_json TEXT,"
    "PRIMARY KEY (name, submission_hash, grader_hash)) WITHOUT ROWID;";

#define COLUMNS                                                                                    \
    "name, submission_hash, grader_hash, status, score, max_score, first_verdict, reason, "        \
    "submitted_at, student_id, attempts, version, seconds, result_json"
enum {
    NAME,
    SUBMISSION_HASH,
    GRADER_HASH,
    STATUS,
    SCORE,
    MAX_SCORE,
    FIRST_VERDICT,
    REASON,
    SUBMITTED_AT,
    STUDENT_ID,
    ATTEMPTS,
    VERSION,
    SECONDS,
    RESULT_JSON
};

static const char *const status_names[GRADE_N_STATUSES] = {
    [GRADE_GRADED] = "graded",
    [GRADE_NOT_BUILT] = "not_built",
    [GRADE_HARNESS_ERROR] = "harness_error",
};

const char *grade_status_name(enum grade_status status)
{
    return status_names[status];
}

_Noreturn static void fail(const struct gradebook *gradebook)
{
    die("%s: %s", gradebook->path, sqlite3_errmsg(gradebook->db));
}

// --- Statements -------------------------------------------------------------------------------

static sqlite3_stmt *prepare(struct gradebook *gradebook, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(gradebook->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        fail(gradebook);
    }
    return statement;
}

/// Numbers parameters as SQL does, from 1. NULL stays NULL.
static void bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    if (text != NULL) {
        sqlite3_bind_text64(statement, index, text, strlen(text), SQLITE_STATIC, SQLITE_UTF8);
    }
}

/// SQLite takes a NAN for NULL.
static void bind_number(sqlite3_stmt *statement, int index, double number)
{
    sqlite3_bind_double(statement, index, number);
}

/// True with a row at hand; false, with the statement gone, at the end.
static bool step(struct gradebook *gradebook, sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        fail(gradebook);
    }
    sqlite3_finalize(statement);
    return false;
}

static void run(struct gradebook *gradebook, const char *sql)
{
    if (sqlite3_exec(gradebook->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail(gradebook);
    }
}

// --- Opening ----------------------------------------------------------------------------------

/// The number that a file of this program carries; 0 of a new file; -1 of no database.
static int read_version(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    int version = -1;
    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        version = sqlite3_column_int(statement, 0);
    }
    sqlite3_finalize(statement);
    return version;
}

/// Whether it is ours, or empty. With *error.
static bool check(sqlite3 *db, const char *path, struct error *error)
{
    int version = read_version(db);
    if (version < 0) {
        return error_at(error, path, 0, 0, "%s", sqlite3_errmsg(db));
    }
    return version == 0 || version == SCHEMA_VERSION ||
           error_at(error, path, 0, 0, "is a gradebook of version %d, this mmgrade writes %d",
                    version, SCHEMA_VERSION);
}

struct gradebook *gradebook_open(const char *path, struct error *error)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(path, &db) != SQLITE_OK) {
        error_at(error, path, 0, 0, "%s", sqlite3_errmsg(db));
        sqlite3_close(db);
        return NULL;
    }
    sqlite3_busy_timeout(db, BUSY_MS);
    if (!check(db, path, error)) {
        sqlite3_close(db);
        return NULL;
    }
    struct gradebook *gradebook = xcalloc(1, sizeof *gradebook);
    *gradebook = (struct gradebook){.db = db, .path = xstrdup(path)};
    char *stamp = xasprintf("PRAGMA user_version = %d", SCHEMA_VERSION);
    run(gradebook, "PRAGMA journal_mode = WAL");
    run(gradebook, schema);
    run(gradebook, stamp);
    free(stamp);
    return gradebook;
}

void gradebook_close(struct gradebook *gradebook)
{
    if (gradebook != NULL) {
        sqlite3_close(gradebook->db);
        free(gradebook->path);
        free(gradebook);
    }
}

// --- Rows -------------------------------------------------------------------------------------

/// The caller frees it; NULL stays NULL.
static char *take_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text == NULL ? NULL : xstrdup(text);
}

static double take_number(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? NAN
               : sqlite3_column_double(statement, column);
}

/// What somebody else has written there counts as not graded.
static enum grade_status take_status(sqlite3_stmt *statement)
{
    const char *name = (const char *)sqlite3_column_text(statement, STATUS);
    size_t status = 0;
    while (status < GRADE_HARNESS_ERROR && strcmp(status_names[status], name) != 0) {
        status++;
    }
    return (enum grade_status)status;
}

static void take_row(sqlite3_stmt *statement, struct gradebook_row *row)
{
    *row = (struct gradebook_row){
        .name = take_text(statement, NAME),
        .submission_hash = take_text(statement, SUBMISSION_HASH),
        .grader_hash = take_text(statement, GRADER_HASH),
        .status = take_status(statement),
        .score = take_number(statement, SCORE),
        .max_score = take_number(statement, MAX_SCORE),
        .first_verdict = take_text(statement, FIRST_VERDICT),
        .reason = take_text(statement, REASON),
        .result_json = take_text(statement, RESULT_JSON),
        .submitted_at = sqlite3_column_int64(statement, SUBMITTED_AT),
        .student_id = take_text(statement, STUDENT_ID),
        .attempts = (unsigned)sqlite3_column_int(statement, ATTEMPTS),
        .version = take_text(statement, VERSION),
        .seconds = sqlite3_column_double(statement, SECONDS),
    };
}

void gradebook_row_free(struct gradebook_row *row)
{
    free(row->name);
    free(row->submission_hash);
    free(row->grader_hash);
    free(row->first_verdict);
    free(row->reason);
    free(row->result_json);
    free(row->student_id);
    free(row->version);
    *row = (struct gradebook_row){0};
}

/// The first row, if there is one.
static bool take_first(struct gradebook *gradebook, sqlite3_stmt *statement,
                       struct gradebook_row *row)
{
    bool found = step(gradebook, statement);
    if (found) {
        take_row(statement, row);
        sqlite3_finalize(statement);
    }
    return found;
}

bool gradebook_find(struct gradebook *gradebook, const char *name, const char *submission_hash,
                    const char *grader_hash, struct gradebook_row *row)
{
    sqlite3_stmt *statement =
        prepare(gradebook, "SELECT " COLUMNS " FROM grades "
                           "WHERE name = ? AND submission_hash = ? AND grader_hash = ?");
    bind_text(statement, 1, name);
    bind_text(statement, 2, submission_hash);
    bind_text(statement, 3, grader_hash);
    return take_first(gradebook, statement, row);
}

bool gradebook_find_best(struct gradebook *gradebook, const char *name, const char *grader_hash,
                         gradebook_final *final, void *context, struct gradebook_row *row)
{
    sqlite3_stmt *statement =
        prepare(gradebook, "SELECT " COLUMNS " FROM grades WHERE name = ? AND grader_hash = ? "
                           "ORDER BY score DESC NULLS LAST, submitted_at, submission_hash");
    bind_text(statement, 1, name);
    bind_text(statement, 2, grader_hash);
    double most = -INFINITY;
    bool found = false;
    *row = (struct gradebook_row){0};
    while (step(gradebook, statement)) {
        struct gradebook_row one;
        take_row(statement, &one);
        double points = final == NULL ? one.score : final(context, &one);
        bool is_better = !found || points > most;
        if (is_better) {
            most = isnan(points) ? most : points;
            gradebook_row_free(row);
            *row = one;
            found = true;
        } else {
            gradebook_row_free(&one);
        }
    }
    return found;
}

void gradebook_set_origin(struct gradebook *gradebook, const char *name,
                          const char *submission_hash, const char *grader_hash,
                          int64_t submitted_at, const char *student_id)
{
    sqlite3_stmt *statement =
        prepare(gradebook, "UPDATE grades SET submitted_at = ?, student_id = ? "
                           "WHERE name = ? AND submission_hash = ? AND grader_hash = ? "
                           // a row holds its whole result: it is written again only if need be
                           "AND (submitted_at, student_id) IS NOT (?1, ?2)");
    sqlite3_bind_int64(statement, 1, submitted_at);
    bind_text(statement, 2, student_id);
    bind_text(statement, 3, name);
    bind_text(statement, 4, submission_hash);
    bind_text(statement, 5, grader_hash);
    step(gradebook, statement);
}

void gradebook_put(struct gradebook *gradebook, const struct gradebook_row *row)
{
    sqlite3_stmt *statement =
        prepare(gradebook, "INSERT OR REPLACE INTO grades (" COLUMNS ") "
                           "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_text(statement, NAME + 1, row->name);
    bind_text(statement, SUBMISSION_HASH + 1, row->submission_hash);
    bind_text(statement, GRADER_HASH + 1, row->grader_hash);
    bind_text(statement, STATUS + 1, status_names[row->status]);
    bind_number(statement, SCORE + 1, row->score);
    bind_number(statement, MAX_SCORE + 1, row->max_score);
    bind_text(statement, FIRST_VERDICT + 1, row->first_verdict);
    bind_text(statement, REASON + 1, row->reason);
    sqlite3_bind_int64(statement, SUBMITTED_AT + 1, row->submitted_at);
    bind_text(statement, STUDENT_ID + 1, row->student_id);
    sqlite3_bind_int64(statement, ATTEMPTS + 1, row->attempts);
    bind_text(statement, VERSION + 1, row->version);
    bind_number(statement, SECONDS + 1, row->seconds);
    bind_text(statement, RESULT_JSON + 1, row->result_json);
    step(gradebook, statement);
}

// --- The course's grades ----------------------------------------------------------------------

void gradebook_begin(struct gradebook *gradebook)
{
    run(gradebook, "BEGIN IMMEDIATE");
}

void gradebook_commit(struct gradebook *gradebook)
{
    run(gradebook, "COMMIT");
}

void gradebook_choose_none(struct gradebook *gradebook)
{
    run(gradebook, "UPDATE grades SET chosen = 0 WHERE chosen <> 0");
}

void gradebook_choose(struct gradebook *gradebook, const struct gradebook_row *row)
{
    sqlite3_stmt *statement =
        prepare(gradebook, "UPDATE grades SET chosen = 1 "
                           "WHERE name = ? AND submission_hash = ? AND grader_hash = ?");
    bind_text(statement, 1, row->name);
    bind_text(statement, 2, row->submission_hash);
    bind_text(statement, 3, row->grader_hash);
    step(gradebook, statement);
}

void gradebook_each(struct gradebook *gradebook,
                    void (*visit)(void *context, const struct gradebook_row *row), void *context)
{
    sqlite3_stmt *statement =
        prepare(gradebook, "SELECT " COLUMNS " FROM grades WHERE chosen <> 0 ORDER BY name");
    while (step(gradebook, statement)) {
        struct gradebook_row row;
        take_row(statement, &row);
        visit(context, &row);
        gradebook_row_free(&row);
    }
}
