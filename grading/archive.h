// SPDX-License-Identifier: MIT
// Unpacking archives that nobody trusts: zip, tar, 7z; tar also compressed by gzip, bzip2 or xz.
//
// A process of its own (mmgrade-unpack) parses the bytes: under Landlock where there is one,
// rlimits and seccomp's strict mode, which leave it read, write and exit. It tells what it found
// through a pipe; names and kinds are judged here and files are written here, below a new folder.
#ifndef MMGRADE_GRADING_ARCHIVE_H
#define MMGRADE_GRADING_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"

#define ARCHIVE_MAX_ENTRIES 200              ///< files and folders
#define ARCHIVE_MAX_BYTES (8u << 20)         ///< of all files, unpacked
#define ARCHIVE_MAX_DEPTH 8                  ///< names between slashes
#define ARCHIVE_MAX_NAME_BYTES 512           ///< of a whole name; between slashes at most 255
#define ARCHIVE_MAX_PACKED_BYTES (64u << 20) ///< the archive itself
#define ARCHIVE_MAX_SECONDS 10

/// The length of `name` without its suffix when that is one of an archive (.zip, .tar, .tar.gz,
/// .tgz, ..., in any case), else 0. A name that is nothing but a suffix is no archive's.
size_t archive_stem(const char *name);

/// Unpacks the archive into `folder`, which exists and is empty. Names lose "./" and doubled
/// slashes; __MACOSX, .DS_Store and .git are passed over; permissions, owners and times are not
/// taken. False with *error, "ARCHIVE: 'ENTRY': reason" in printable form and without folders, when
/// the archive cannot be read as a whole, passes a limit, is encrypted, or has an entry that is a
/// link, a device, a pipe or a socket, has an absolute name, one with "..", or one that stood
/// before; `folder` may then hold some files. Dies when mmgrade-unpack is missing or cannot
/// confine itself.
bool archive_unpack(const char *archive, const char *folder, struct error *error);

#endif
