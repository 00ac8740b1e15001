// SPDX-License-Identifier: MIT
// The kinds of places that submissions come from. For intake*.c only.
//
// A kind finds the submissions and names them; whether a path can be graded, archives and the order
// are intake.c's.
#ifndef MMGRADE_GRADING_INTAKE_KINDS_H
#define MMGRADE_GRADING_INTAKE_KINDS_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

#include "grading/intake.h"

#define INTAKE_METADATA "submission_metadata.yml" ///< what marks a Gradescope download

/// Appends an entry with copies of the strings; `student_id` may be NULL. It stays valid until the
/// next call.
struct submission_entry *intake_add(struct intake *intake, const char *name, const char *path,
                                    const char *student_id);

/// Makes it refused: the path goes, the reason is copied in printable form.
void intake_refuse(struct submission_entry *entry, const char *reason);

/// What a folder shows: names that do not start with '.', without __MACOSX, sorted bytewise. False
/// with *error when it cannot be read. `names` is freed by intake_names_free.
struct intake_names {
    struct dirent **list;
    size_t n;
};
bool intake_names_read(struct intake_names *names, const char *folder, struct error *error);
void intake_names_free(struct intake_names *names);

/// FOLDER/NAME when that is what it should be (S_IFREG, S_IFDIR), else NULL: links are not
/// followed, for a student may have made them. The caller frees it.
char *intake_child(const char *folder, const char *name, unsigned type);

bool intake_gradescope_matches(const char *where);
bool intake_gradescope_read(const char *where, struct intake *intake, struct error *error);

bool intake_autolab_matches(const char *where);
bool intake_autolab_read(const char *where, struct intake *intake, struct error *error);

bool intake_folder_matches(const char *where);
bool intake_folder_read(const char *where, struct intake *intake, struct error *error);

#endif
