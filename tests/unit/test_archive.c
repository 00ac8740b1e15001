// SPDX-License-Identifier: MIT
// Archives: what is unpacked, and each way in which one may attack or be broken.
#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "grading/archive.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "tests/unit/archive_fixtures.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

// --- Archives ---------------------------------------------------------------------------------

#define MAX_ITEMS 6

struct attack {
    const char *archive;
    struct item items[MAX_ITEMS];
    const char *reason; ///< NULL: unpacked
};

static const struct attack attacks[] = {
    {"ok.zip", {{"mm.c", "int x;"}, {"d/mm.h", ""}}, NULL},
    {"ok.tar", {{"./", NULL, AE_IFDIR}, {"./mm.c", "x"}, {"d//e/./f.h", "x"}}, NULL},
    {"ok.tar.gz", {{"mm.c", "int x;"}}, NULL},
    {"ok.7z", {{"mm.c", "int x;"}}, NULL},
    {"ok.tar.xz", {{"mm.c", "int x;"}}, NULL},
    {"folders.tar", {{"a/", NULL, AE_IFDIR}, {"a/", NULL, AE_IFDIR}, {"a/mm.c", "x"}}, NULL},
    {"up.tar", {{"mm.c", "x"}, {"../evil.c", "x"}}, "up.tar: '../evil.c': leads out of the"},
    {"up.zip", {{"a/../../evil.c", "x"}}, "up.zip: 'a/../../evil.c': leads out of the archive"},
    {"last.tar", {{"a/..", "x"}}, "'a/..': leads out of the archive by '..'"},
    {"root.tar", {{"/tmp/evil.c", "x"}}, "'/tmp/evil.c': is an absolute name"},
    {"root.zip", {{"/tmp/evil.c", "x"}}, "'/tmp/evil.c': is an absolute name"},
    {"sym.tar", {{"mm.c", "/etc/passwd", AE_IFLNK}}, "'mm.c': is a symbolic link"},
    {"sym.zip", {{"mm.c", "/etc/passwd", AE_IFLNK}}, "'mm.c': is a symbolic link"},
    {"sym2.tar", {{"d", "/tmp", AE_IFLNK}, {"d/mm.c", "x"}}, "'d': is a symbolic link"},
    {"hard.tar", {{"mm.c", "/etc/passwd", HARD_LINK}}, "'mm.c': is a hard link"},
    {"char.tar", {{"mm.c", NULL, AE_IFCHR}}, "'mm.c': is a device"},
    {"block.tar", {{"mm.c", NULL, AE_IFBLK}}, "'mm.c': is a device"},
    {"fifo.tar", {{"mm.c", NULL, AE_IFIFO}}, "'mm.c': is a named pipe"},
    {"twice.tar", {{"mm.c", "1"}, {"mm.c", "2"}}, "'mm.c': stands twice"},
    {"twice.zip", {{"mm.c", "1"}, {"./mm.c", "2"}}, "'./mm.c': stands twice"},
    {"both.tar", {{"a", "1"}, {"a/b", "2"}}, "'a/b': is both a file and a folder"},
    {"both2.tar", {{"a/b", "1"}, {"a", "2"}}, "'a': stands twice"},
    {"deep.tar", {{"1/2/3/4/5/6/7/mm.c", "x"}}, NULL},
    {"deeper.tar", {{"1/2/3/4/5/6/7/8/mm.c", "x"}}, "mm.c': lies deeper than 8 names"},
    {"bomb.tar.gz", {{"mm.c", NULL, 0, 10u << 20}}, "'mm.c': more than 8 MiB unpacked"},
    {"bomb.zip", {{"mm.c", NULL, 0, 10u << 20}}, "'mm.c': more than 8 MiB unpacked"},
    {"bomb2.zip",
     {{"a", NULL, 0, 3u << 20}, {"b", NULL, 0, 3u << 20}, {"c", NULL, 0, 3u << 20}},
     "'c': more than 8 MiB unpacked"},
    {"empty.tar", {{NULL}}, NULL},
    {"mac.zip",
     {{"mm.c", "x"}, {"__MACOSX/._mm.c", "x"}, {".DS_Store", "x"}, {"d/.git/x", NULL, 0, 9u << 20}},
     NULL},
    {"escape.tar", {{"\033[31m\n..\n.c", "x"}, {"\033[31m\n..\n.c", "x"}}, "'?[31m?..?.c': stands"},
};

START_TEST(archives_are_unpacked_or_refused_whole)
{
    const struct attack *attack = &attacks[_i];
    char *folder = scratch_make();
    char *into = scratch_make();
    char *path = xasprintf("%s/%s", folder, attack->archive);
    struct error error = {""};
    write_archive(path, attack->items, MAX_ITEMS);
    bool ok = archive_unpack(path, into, &error);
    ck_assert_msg(ok == (attack->reason == NULL), "%s: %s", attack->archive, error.text);
    ck_assert_msg(ok || strstr(error.text, attack->reason) != NULL, "%s", error.text);
    ck_assert_int_ne(access("/tmp/evil.c", F_OK), 0);
    free(path);
    scratch_remove(folder);
    scratch_remove(into);
}
END_TEST

static void expect_file(const char *folder, const char *name, const char *content)
{
    char *path = xasprintf("%s/%s", folder, name);
    char text[100] = "";
    FILE *file = fopen(path, "re");
    ck_assert_msg((file != NULL) == (content != NULL), "%s", path);
    if (file != NULL) {
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        ck_assert_str_eq(text, content);
    }
    free(path);
}

START_TEST(what_is_unpacked_is_what_was_packed)
{
    static const struct item items[] = {{"./a//mm.c", "one"},      {"mm.h", ""},
                                        {"__MACOSX/._mm.c", "no"}, {"a/.git/HEAD", "no"},
                                        {"\xff\xfe.h", "bytes"},   {"na\xc3\xafve.h", "utf-8"}};
    static const char *const names[] = {"x.zip", "x.tar.gz", "x.tgz", "x.tar"};
    char *folder = scratch_make();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *into = scratch_make();
        char *path = xasprintf("%s/%s", folder, names[i]);
        struct error error;
        write_archive(path, items, 6);
        ck_assert_msg(archive_unpack(path, into, &error), "%s", error.text);
        expect_file(into, "a/mm.c", "one");
        expect_file(into, "mm.h", "");
        expect_file(into, "\xff\xfe.h", "bytes");
        expect_file(into, "na\xc3\xafve.h", "utf-8");
        expect_file(into, "__MACOSX/._mm.c", NULL);
        expect_file(into, "a/.git/HEAD", NULL);
        free(path);
        scratch_remove(into);
    }
    scratch_remove(folder);
}
END_TEST

START_TEST(limits_hold_at_their_edge)
{
    static const struct item items[] = {{"mm.c", NULL, 0, ARCHIVE_MAX_BYTES}};
    struct error error;
    char *into = scratch_make();
    char *folder = scratch_make();
    char *path = xasprintf("%s/x.tar.gz", folder);
    write_archive(path, items, 1);
    ck_assert_msg(archive_unpack(path, into, &error), "%s", error.text);
    scratch_remove(into);
    for (size_t n = ARCHIVE_MAX_ENTRIES; n <= ARCHIVE_MAX_ENTRIES + 1; n++) {
        struct item *many = xcalloc(n, sizeof *many);
        for (size_t i = 0; i < n; i++) {
            many[i] = (struct item){.name = xasprintf("%zu.c", i), .text = "x"};
        }
        into = scratch_make();
        write_archive(path, many, n);
        ck_assert_int_eq(archive_unpack(path, into, &error), n == ARCHIVE_MAX_ENTRIES);
        scratch_remove(into);
        for (size_t i = 0; i < n; i++) {
            free((char *)(uintptr_t)many[i].name);
        }
        free(many);
    }
    ck_assert_str_eq(error.text, "x.tar.gz: '200.c': more than 200 entries");
    char long_name[ARCHIVE_MAX_NAME_BYTES + 2];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    into = scratch_make();
    write_archive(path, &(struct item){.name = long_name, .text = "x"}, 1);
    ck_assert(!archive_unpack(path, into, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "a name of more than 512 bytes"));
    long_name[256] = '\0';
    write_archive(path, &(struct item){.name = long_name, .text = "x"}, 1);
    ck_assert(!archive_unpack(path, into, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "more than 255 bytes"));
    scratch_remove(into);
    free(path);
    scratch_remove(folder);
}
END_TEST

START_TEST(archives_are_known_by_their_suffix)
{
    ck_assert_uint_eq(archive_stem("hw.tar.gz"), 2);
    ck_assert_uint_eq(archive_stem("HW.ZIP"), 2);
    ck_assert_uint_eq(archive_stem("a.b.7z"), 3);
    ck_assert_uint_eq(archive_stem(".zip"), 0);
    ck_assert_uint_eq(archive_stem("zip"), 0);
    ck_assert_uint_eq(archive_stem("hw.gz"), 0);
}
END_TEST

static char *read_bytes(const char *path, size_t *n_bytes)
{
    char *bytes = xcalloc(1 << 20, 1);
    FILE *file = fopen(path, "re");
    *n_bytes = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void write_bytes(const char *path, const char *bytes, size_t n_bytes)
{
    FILE *file = fopen(path, "we");
    ck_assert(fwrite(bytes, 1, n_bytes, file) == n_bytes && fclose(file) == 0);
}

/// Unpacks `path`, which must be refused for a reason with `part` in it ("": any).
static void expect_refused(const char *path, const char *part)
{
    struct error error = {""};
    char *into = scratch_make();
    ck_assert_msg(!archive_unpack(path, into, &error), "%s was unpacked", path);
    ck_assert_msg(strstr(error.text, part) != NULL, "%s", error.text);
    scratch_remove(into);
}

START_TEST(damaged_archives_are_refused)
{
    static const char *const names[] = {"x.zip", "x.tar.gz", "x.7z", "x.tar.xz"};
    static const char text[] = "int mm_init(void) { return 0; } // some text to find again";
    char *folder = scratch_make();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = xasprintf("%s/%s", folder, names[i]);
        size_t n_bytes;
        write_archive(path, &(struct item){.name = "mm.c", .text = text}, 1);
        char *bytes = read_bytes(path, &n_bytes);
        write_bytes(path, bytes, n_bytes / 2);
        expect_refused(path, names[i]);
        write_bytes(path, "", 0);
        expect_refused(path, "is empty");
        write_bytes(path, "this is no archive at all\n", 26);
        expect_refused(path, names[i]);
        free(bytes);
        free(path);
    }
    char *path = xasprintf("%s/missing.zip", folder);
    expect_refused(path, "missing.zip: No such file");
    free(path);
    expect_refused("/dev/zero", "zero: not a regular file");
    scratch_remove(folder);
}
END_TEST

START_TEST(a_wrong_checksum_is_refused)
{
    static const char text[] = "int mm_init(void) { return 0; }";
    char *folder = scratch_make();
    char *path = xasprintf("%s/x.zip", folder);
    struct archive *archive = archive_write_new();
    archive_write_set_format_zip(archive);
    archive_write_zip_set_compression_store(archive);
    archive_write_open_filename(archive, path);
    put_item(archive, &(struct item){.name = "mm.c", .text = text});
    archive_write_close(archive);
    archive_write_free(archive);
    size_t n_bytes;
    char *bytes = read_bytes(path, &n_bytes);
    char *found = memmem(bytes, n_bytes, text, strlen(text));
    ck_assert_ptr_nonnull(found);
    found[5] ^= 1;
    write_bytes(path, bytes, n_bytes);
    expect_refused(path, "'mm.c': ZIP bad CRC");
    free(bytes);
    free(path);
    scratch_remove(folder);
}
END_TEST

/// The start of an xz file whose dictionary would be 4 GiB.
START_TEST(a_bomb_of_memory_is_refused)
{
    unsigned char bytes[64] = "\xfd"
                              "7zXZ\0\0\0";
    const unsigned char block[] = {2, 0, 0x21, 1, 40, 0, 0, 0};
    uint32_t sum = (uint32_t)crc32(0, bytes + 6, 2);
    memcpy(bytes + 8, &sum, 4);
    memcpy(bytes + 12, block, 8);
    sum = (uint32_t)crc32(0, block, 8);
    memcpy(bytes + 20, &sum, 4);
    char *folder = scratch_make();
    char *path = xasprintf("%s/x.tar.xz", folder);
    write_bytes(path, (char *)bytes, sizeof bytes);
    expect_refused(path, "takes too much memory");
    free(path);
    scratch_remove(folder);
}
END_TEST

/// Archives with bytes changed at random must be unpacked or refused; nothing else may happen.
START_TEST(archives_changed_at_random_do_no_harm)
{
    static const char *const names[] = {"x.zip", "x.tar", "x.tar.gz", "x.7z"};
    static const struct item items[] = {{"d/mm.c", "int x;"}, {"mm.h", "int y;"}};
    char *folder = scratch_make();
    srand(test_seed(1));
    for (int round = 0; round < 200; round++) {
        char *path = xasprintf("%s/%s", folder, names[round % 4]);
        char *into = scratch_make();
        struct error error = {""};
        size_t n_bytes;
        write_archive(path, items, 2);
        char *bytes = read_bytes(path, &n_bytes);
        for (int i = 0; i < 1 + rand() % 4; i++) {
            bytes[(size_t)rand() % n_bytes] = (char)rand();
        }
        write_bytes(path, bytes, n_bytes);
        bool ok = archive_unpack(path, into, &error);
        ck_assert_msg(ok == (error.text[0] == '\0'), "%s", error.text);
        free(bytes);
        free(path);
        scratch_remove(into);
    }
    scratch_remove(folder);
}
END_TEST

START_TEST(an_encrypted_archive_is_refused)
{
    char *folder = scratch_make();
    char *path = xasprintf("%s/x.zip", folder);
    struct archive *archive = archive_write_new();
    archive_write_set_format_zip(archive);
    archive_write_set_passphrase(archive, "secret");
    if (archive_write_set_options(archive, "zip:encryption=aes256") == ARCHIVE_OK) {
        archive_write_open_filename(archive, path);
        put_item(archive, &(struct item){.name = "mm.c", .text = "int x;"});
        archive_write_close(archive);
        expect_refused(path, "'mm.c': is encrypted");
    }
    archive_write_free(archive);
    free(path);
    scratch_remove(folder);
}
END_TEST

/// A bomb in a bomb is a file of an archive: it is not opened.
START_TEST(archives_in_archives_stay_closed)
{
    char *folder = scratch_make();
    char *into = scratch_make();
    char *path = xasprintf("%s/inner.zip", folder);
    struct error error;
    write_archive(path, &(struct item){.name = "zeros", .zeros = 10u << 20}, 1);
    size_t n_bytes;
    char *bytes = read_bytes(path, &n_bytes);
    free(path);
    path = xasprintf("%s/outer.tar", folder);
    struct archive *archive = archive_write_new();
    archive_write_set_format_ustar(archive);
    archive_write_open_filename(archive, path);
    struct archive_entry *entry = archive_entry_new();
    archive_entry_copy_pathname(entry, "inner.zip");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, (la_int64_t)n_bytes);
    archive_write_header(archive, entry);
    archive_write_data(archive, bytes, n_bytes);
    archive_write_close(archive);
    archive_write_free(archive);
    archive_entry_free(entry);
    ck_assert_msg(archive_unpack(path, into, &error), "%s", error.text);
    char *inner = xasprintf("%s/inner.zip", into);
    struct stat status;
    ck_assert_int_eq(stat(inner, &status), 0);
    ck_assert_uint_eq((size_t)status.st_size, n_bytes);
    free(inner);
    free(bytes);
    free(path);
    scratch_remove(into);
    scratch_remove(folder);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

Suite *archive_suite(void)
{
    Suite *suite = suite_create("archive");
    TCase *tests = tcase_create("archive");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, archives_are_known_by_their_suffix);
    if (can_confine("archive")) {
        tcase_add_loop_test(tests, archives_are_unpacked_or_refused_whole, 0, N(attacks));
        tcase_add_test(tests, what_is_unpacked_is_what_was_packed);
        tcase_add_test(tests, limits_hold_at_their_edge);
        tcase_add_test(tests, damaged_archives_are_refused);
        tcase_add_test(tests, a_wrong_checksum_is_refused);
        tcase_add_test(tests, a_bomb_of_memory_is_refused);
        tcase_add_test(tests, an_encrypted_archive_is_refused);
        tcase_add_test(tests, archives_in_archives_stay_closed);
        tcase_add_test(tests, archives_changed_at_random_do_no_harm);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
