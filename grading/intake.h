// SPDX-License-Identifier: MIT
// Where the submissions of a course come from: folders, files, archives, downloads, rosters.
//
// What a student can influence (names, archives, the contents of folders) never stops the batch: a
// submission that cannot be taken gets a reason in `refused`, and the others go on.
//
//   a folder of   folders, .c files, archives, mixed; one submission each. A folder that holds
//                 nothing but one archive counts as that archive (Moodle downloads)
//   Gradescope    a folder with submission_metadata.yml and submission_*/
//   Autolab       a folder of files EMAIL_VERSION_FILE; the highest version of each student
//   roster        a CSV file with the columns name, path and maybe id, submitted_at
//
// Glossary:
//   submission   what one student, or one group, handed in
//   name         how the gradebook calls it: bytes, unique in the course, maybe not valid UTF-8,
//                maybe with line feeds or escapes. To show it: printable(); as a file's name:
//                intake_file_name(); in a CSV cell: quoted and defused by the writer
//   refused      nothing of it is built or run
#ifndef MMGRADE_GRADING_INTAKE_H
#define MMGRADE_GRADING_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

#define INTAKE_FILE_NAME_MAX 200 ///< bytes of a name from intake_file_name, without the NUL

struct submission_entry {
    char *name;    ///< never empty
    char *path;    ///< a folder or a file, as `collect` and judge_run take it; NULL if refused
    char *refused; ///< one line for people, safe to show; NULL: may be graded
    int64_t submitted_at; ///< seconds since 1970 UTC; 0: nobody said
    char *student_id;     ///< of a group: separated by ';'; NULL: nobody said
};

struct intake_plan {
    const char *expected;    ///< names of the lab's files, separated by spaces: "mm.c"
    const char *unpack_into; ///< archives are unpacked in FOLDER/intake_file_name(name), made anew;
                             ///< NULL: in a scratch folder that intake_free removes
};

struct intake {
    struct submission_entry *entries; ///< sorted by name, bytewise
    size_t n_entries;
    const char *kind; ///< "folder", "Gradescope download", ...; static
    char *scratch;    ///< NULL: nothing was unpacked there
};

/// Finds the submissions at `where` and unpacks archives, each in a process of its own (archive.h;
/// some 5 ms each). False with *error, and nothing to free, when `where` itself is no good:
/// missing, empty, a roster with a mistake (with its line), or one submission instead of many.
bool intake_read(const char *where, const struct intake_plan *plan, struct intake *intake,
                 struct error *error);

void intake_free(struct intake *intake);

/// A file's name for a submission's name, at most INTAKE_FILE_NAME_MAX bytes: printable, without
/// '/', never starting with '.' or '-', different for different names. Letters, digits, spaces and
/// "._-@+,=" stay, each other byte becomes %XX; what would be too long is cut and ends in "%~" and
/// a hash of the name. The caller adds suffixes (".json") and frees it.
char *intake_file_name(const char *name);

#endif
