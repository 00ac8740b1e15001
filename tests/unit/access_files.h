// SPDX-License-Identifier: MIT
// For the tests of harness/access/: files of a test's own, and what reading one gives, as text.
#ifndef MMGRADE_TESTS_UNIT_ACCESS_FILES_H
#define MMGRADE_TESTS_UNIT_ACCESS_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/access/access.h"
#include "harness/access/writer.h"

/// The path of `name` in a temporary folder of this process, in one of four static buffers.
const char *access_files_path(const char *name);

/// Removes the folder; the next path is in a new one.
void access_files_clear(void);

/// Writes the file, plain or gzip'd; returns its path as above.
const char *access_files_write(const char *name, const void *bytes, size_t n_bytes);
const char *access_files_gzip(const char *name, const void *bytes, size_t n_bytes);

/// Writes the records in one of mmgrade's forms.
const char *access_files_records(const char *name, enum access_form form,
                                 const struct access *records, size_t n);

/// All records of a file as "LINE:RECORD" joined by '|', read in batches of odd size, then
/// "! reason" when it was refused; paths are cut to the file's name. The caller frees it.
char *access_files_show(const char *path, const struct access_options *options);

/// Fails the test unless the file shows as `expected`.
void access_files_check(const char *path, const struct access_options *options,
                        const char *expected);

/// Fails the test unless the file holds these records, whatever their lines; `numbered`: lines from
/// 1.
void access_files_check_same(const char *path, const struct access *records, size_t n,
                             bool numbered);

/// The seed of random tests: $MMGRADE_SEED or the clock; printed.
uint64_t access_files_seed(const char *test);

/// n random records of all kinds.
struct access *access_files_random(uint64_t seed, size_t n);

#endif
