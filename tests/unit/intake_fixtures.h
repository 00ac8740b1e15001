// SPDX-License-Identifier: MIT
// Folders of submissions that the tests make, and what intake_read finds in them.
#ifndef MMGRADE_TESTS_UNIT_INTAKE_FIXTURES_H
#define MMGRADE_TESTS_UNIT_INTAKE_FIXTURES_H

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grading/intake.h"
#include "harness/base/memory.h"

static const struct intake_plan mm_c_expected = {.expected = "mm.c"};

/// Writes FOLDER/NAME and the folders above it.
static inline void put_file(const char *folder, const char *name, const char *text)
{
    char *path = xasprintf("%s/%s", folder, name);
    for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        ck_assert(mkdir(path, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(path, "we");
    ck_assert_msg(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "%s", path);
    free(path);
}

static inline void intake_ok(const char *where, struct intake *intake)
{
    struct error error;
    ck_assert_msg(intake_read(where, &mm_c_expected, intake, &error), "%s", error.text);
}

static inline void expect_entry(const struct intake *intake, size_t idx, const char *name,
                                const char *refused)
{
    ck_assert_uint_lt(idx, intake->n_entries);
    const struct submission_entry *entry = &intake->entries[idx];
    ck_assert_str_eq(entry->name, name);
    ck_assert_msg((entry->refused != NULL) == (refused != NULL), "%s: %s", name,
                  entry->refused == NULL ? "not refused" : entry->refused);
    ck_assert_int_eq(entry->path == NULL, refused != NULL);
    ck_assert_msg(refused == NULL || strstr(entry->refused, refused) != NULL, "%s", entry->refused);
}

static inline void expect_no_intake(const char *where, const char *reason)
{
    struct intake intake;
    struct error error = {""};
    ck_assert(!intake_read(where, &mm_c_expected, &intake, &error));
    ck_assert_msg(strstr(error.text, reason) != NULL, "%s", error.text);
}

#endif
