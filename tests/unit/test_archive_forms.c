// SPDX-License-Identifier: MIT
// Archives made byte by byte, which say things that no archiver writes: a second name in a pax
// header, holes of a terabyte, negative sizes, a zip whose two lists differ. They must be refused,
// or unpack to what their names say within the folder; nothing may be written beside it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/archive.h"
#include "harness/base/scratch.h"
#include "tests/unit/archive_fixtures.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define BLOCK 512
#define MAX_ENTRIES 3
#define OWN_LENGTH NULL

/// A header of 512 bytes and its data, as POSIX.1-1988 and GNU tar draw it.
struct tar_entry {
    char type; ///< '0' a file, 'x' pax, 'L' GNU's long name, 'S' GNU's sparse file; 0: no entry
    const char *name;
    const char *data;
    const char *size; ///< the field's digits, up to 12 bytes; OWN_LENGTH: the data's
    const char *hole; ///< of 'S': how many bytes come before its one byte, 12 digits
};

struct tar_case {
    const char *what;
    struct tar_entry entries[MAX_ENTRIES];
    const char *reason; ///< part of the refusal; NULL: it is unpacked, with mm.c or `file` in it
    const char *file;
};

static const struct tar_case tar_cases[] = {
    {"plain", {{'0', "mm.c", "int x;"}}, NULL, "mm.c"},
    {"pax name up",
     {{'x', "x", "21 path=../../evil.c\n"}, {'0', "mm.c", "x"}},
     "'../../evil.c': leads out of the archive"},
    {"pax name at the root",
     {{'x', "x", "20 path=/tmp/evil.c\n"}, {'0', "mm.c", "x"}},
     "'/tmp/evil.c': is an absolute name"},
    {"pax name within", {{'x', "x", "17 path=d/a.c\r.c\n"}, {'0', "mm.c", "x"}}, NULL, "d/a.c\r.c"},
    {"pax twice",
     {{'x', "x", "15 path=deep/a\n15 path=../a.c\n"}, {'0', "mm.c", "x"}},
     "leads out of the archive"},
    {"pax link",
     {{'x', "x", "24 linkpath=/etc/passwd\n"}, {'2', "mm.c", ""}},
     "is a symbolic link"},
    {"pax size", {{'x', "x", "22 size=1099511627776\n"}, {'0', "mm.c", "int x;"}}, ""},
    {"GNU name up", {{'L', "././@LongLink", "../evil.c"}, {'0', "mm.c", "x"}}, "leads out of"},
    {"GNU link", {{'K', "././@LongLink", "/etc/passwd"}, {'1', "mm.c", ""}}, "is of no known kind"},
    {"GNU hole", {{'S', "mm.c", "x", .hole = "077777777776"}}, "more than 8 MiB unpacked"},
    {"negative size", {{'0', "mm.c", "x", "\377\377\377\377\377\377\377\377\377\377\377\377"}}, ""},
    {"size that wraps",
     {{'0', "mm.c", "x", "\200\177\377\377\377\377\377\377\377\377\377\377"}},
     ""},
    {"size without digits", {{'0', "mm.c", "x", "zzzzzzzzzzz"}}, ""},
    {"folder with data", {{'5', "d", "int x;"}, {'0', "mm.c", "x"}}, ""},
    {"file called like a folder", {{'0', "d/", ""}, {'0', "d/mm.c", "x"}}, NULL, "d/mm.c"},
    {"file called .", {{'0', ".", "x"}}, "is a file without a name"},
    {"Windows names", {{'0', "..\\..\\evil.c", "x"}, {'0', "C:\\evil.c", "x"}}, NULL, "C:\\evil.c"},
    {"trailing dots", {{'0', "mm.c.", "1"}, {'0', "mm.c..", "2"}, {'0', "...", "3"}}, NULL, "..."},
    {"names that differ in case", {{'0', "mm.c", "1"}, {'0', "MM.C", "2"}}, NULL, "MM.C"},
    {"composed and decomposed",
     {{'0', "\xc3\xa9.h", "1"}, {'0', "e\xcc\x81.h", "2"}},
     NULL,
     "e\xcc\x81.h"},
    {"several volumes", {{'M', "mm.c", "x"}}, "is of no known kind"},
    {"unknown type", {{'Z', "mm.c", "x"}}, NULL, "mm.c"},
};

static char *folder;
static char *into;

static void setup(void)
{
    folder = scratch_make();
    into = scratch_make();
}

static void teardown(void)
{
    scratch_remove(folder);
    scratch_remove(into);
}

static void put_octal(unsigned char *field, size_t n_digits, size_t number)
{
    for (size_t i = n_digits; i-- > 0; number /= 8) {
        field[i] = (unsigned char)('0' + number % 8);
    }
}

static void put_entry(FILE *file, const struct tar_entry *entry)
{
    unsigned char head[BLOCK] = {0};
    size_t n = strlen(entry->data);
    memcpy(head, entry->name, strlen(entry->name));
    put_octal(head + 100, 7, 0644);
    if (entry->size == OWN_LENGTH) {
        put_octal(head + 124, 11, n);
    } else {
        memcpy(head + 124, entry->size, strlen(entry->size));
    }
    put_octal(head + 136, 11, 0);
    head[156] = (unsigned char)entry->type;
    memcpy(head + 257, "ustar  ", 7);
    if (entry->hole != NULL) {
        memcpy(head + 386, entry->hole, 12);
        put_octal(head + 398, 11, 1);
        put_octal(head + 483, 11, 077777777777);
    }
    memset(head + 148, ' ', 8);
    size_t sum = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        sum += head[i];
    }
    put_octal(head + 148, 6, sum);
    fwrite(head, 1, BLOCK, file);
    unsigned char data[BLOCK] = {0};
    memcpy(data, entry->data, n);
    fwrite(data, 1, n > 0 ? BLOCK : 0, file);
}

static void write_tar(const char *path, const struct tar_entry *entries)
{
    static const unsigned char end[2 * BLOCK];
    FILE *file = fopen(path, "we");
    for (size_t i = 0; i < MAX_ENTRIES && entries[i].type != 0; i++) {
        put_entry(file, &entries[i]);
    }
    fwrite(end, 1, sizeof end, file);
    ck_assert_int_eq(fclose(file), 0);
}

/// Whether the file is there and lies where it seems to.
static bool holds(const char *name)
{
    char *path = xasprintf("%s/%s", into, name);
    struct stat status;
    bool found = lstat(path, &status) == 0 && S_ISREG(status.st_mode);
    free(path);
    return found;
}

START_TEST(strange_tars_do_no_harm)
{
    const struct tar_case *one = &tar_cases[_i];
    struct error error = {""};
    char *path = xasprintf("%s/x.tar", folder);
    write_tar(path, one->entries);
    bool ok = archive_unpack(path, into, &error);
    ck_assert_msg(ok == (one->reason == NULL), "%s: %s", one->what, error.text);
    ck_assert_msg(ok || strstr(error.text, one->reason) != NULL, "%s: %s", one->what, error.text);
    ck_assert_msg(!ok || holds(one->file), "%s: no '%s'", one->what, one->file);
    ck_assert_int_ne(access("/tmp/evil.c", F_OK), 0);
    free(path);
}
END_TEST

/// Overwrites the first occurrence of `from`, which is the file's own head, or the last, which is
/// the list at the end.
static void patch(const char *path, const char *from, const char *to, bool last)
{
    char bytes[4096];
    FILE *file = fopen(path, "r+e");
    size_t n = fread(bytes, 1, sizeof bytes, file);
    char *found = memmem(bytes, n, from, strlen(from));
    for (char *next = found; last && next != NULL;) {
        found = next;
        next = memmem(found + 1, n - (size_t)(found + 1 - bytes), from, strlen(from));
    }
    ck_assert_ptr_nonnull(found);
    fseek(file, found - bytes, SEEK_SET);
    fwrite(to, 1, strlen(to), file);
    ck_assert_int_eq(fclose(file), 0);
}

/// Which of the two names counts is the library's choice; neither may lead out of the folder.
START_TEST(a_zip_with_two_names_does_no_harm)
{
    for (int last = 0; last < 2; last++) {
        struct error error = {""};
        char *path = xasprintf("%s/x.zip", folder);
        write_archive(path, &(struct item){.name = "aa/bb/mm.c", .text = "x"}, 1);
        patch(path, "aa/bb/mm.c", "../../mm.c", last != 0);
        bool ok = archive_unpack(path, into, &error);
        ck_assert_msg(ok ? holds("aa/bb/mm.c") : strstr(error.text, "leads out") != NULL, "%s",
                      error.text);
        free(path);
        scratch_remove(into);
        into = scratch_make();
    }
}
END_TEST

/// A hundred bytes that stand in the list at the end as ten, and the reverse.
START_TEST(a_zip_that_lies_about_sizes_is_refused)
{
    static const char *const sizes[] = {"\x0a", "\xff\xff\xff\x7f", "\xff\xff\xff\xff"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct error error = {""};
        char text[101] = "";
        memset(text, 'x', 100);
        char *path = xasprintf("%s/x.zip", folder);
        write_archive(path, &(struct item){.name = "mm.c", .text = text}, 1);
        patch(path, "\x64", sizes[i], true);
        ck_assert_msg(!archive_unpack(path, into, &error) || holds("mm.c"), "size %zu", i);
        free(path);
        scratch_remove(into);
        into = scratch_make();
    }
}
END_TEST

Suite *archive_forms_suite(void)
{
    Suite *suite = suite_create("archive_forms");
    TCase *tests = tcase_create("archive_forms");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    if (can_confine("archive_forms")) {
        tcase_add_loop_test(tests, strange_tars_do_no_harm, 0,
                            (int)(sizeof tar_cases / sizeof *tar_cases));
        tcase_add_test(tests, a_zip_with_two_names_does_no_harm);
        tcase_add_test(tests, a_zip_that_lies_about_sizes_is_refused);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
