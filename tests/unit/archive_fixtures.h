// SPDX-License-Identifier: MIT
// Archives that the tests write, honest and hostile ones.
#ifndef MMGRADE_TESTS_UNIT_ARCHIVE_FIXTURES_H
#define MMGRADE_TESTS_UNIT_ARCHIVE_FIXTURES_H

#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

/// An entry as the tests write it; of a file `text` is the content, of a link the target.
struct item {
    const char *name;
    const char *text;
    unsigned type; ///< AE_IFREG when 0; HARD_LINK
    size_t zeros;  ///< instead of `text`
};
#define HARD_LINK 1u

static inline void put_item(struct archive *archive, const struct item *item)
{
    struct archive_entry *entry = archive_entry_new();
    unsigned type = item->type <= HARD_LINK ? (unsigned)AE_IFREG : item->type;
    size_t n_bytes = item->zeros != 0 ? item->zeros : type == AE_IFREG ? strlen(item->text) : 0;
    archive_entry_copy_pathname(entry, item->name);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, item->type == HARD_LINK ? 0 : (la_int64_t)n_bytes);
    if (item->type == HARD_LINK) {
        archive_entry_set_hardlink(entry, item->text);
    } else if (type == AE_IFLNK) {
        archive_entry_set_symlink(entry, item->text);
    }
    ck_assert_msg(archive_write_header(archive, entry) >= ARCHIVE_WARN, "%s",
                  archive_error_string(archive));
    char *zeros = xcalloc(item->zeros + 1, 1);
    if (item->type != HARD_LINK && n_bytes > 0) {
        archive_write_data(archive, item->zeros != 0 ? zeros : item->text, n_bytes);
    }
    free(zeros);
    archive_entry_free(entry);
}

/// The format and the compression follow from the name's suffix.
static inline void write_archive(const char *path, const struct item *items, size_t n_items)
{
    struct archive *archive = archive_write_new();
    archive_write_set_format_filter_by_ext(archive, path);
    // Names are bytes: nothing is converted.
    archive_write_set_options(archive, "hdrcharset=BINARY");
    ck_assert_int_eq(archive_write_open_filename(archive, path), ARCHIVE_OK);
    for (size_t i = 0; i < n_items && items[i].name != NULL; i++) {
        put_item(archive, &items[i]);
    }
    ck_assert_int_eq(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
}

#endif
