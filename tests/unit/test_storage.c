// SPDX-License-Identifier: MIT
// storage_measure over hand-made objects of both widths, whole and damaged. What a submission gets
// for too much of it is in tests/hostile (storage_*).
#include "harness/sandbox/storage.h"

#include <check.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "tests/unit/suites.h"

struct part {
    uint32_t type, flags;
    uint64_t bytes;
};

static char *folder;
static char *path;

static void setup(void)
{
    folder = scratch_make();
    path = xasprintf("%s/submission.so", folder);
}

static void teardown(void)
{
    free(path);
    scratch_remove(folder);
}

static void write_bytes(const void *bytes, size_t n_bytes)
{
    FILE *file = fopen(path, "we");
    ck_assert_uint_eq(fwrite(bytes, 1, n_bytes, file), n_bytes);
    fclose(file);
}

/// The program headers right behind the head; returns the length of the file.
static size_t make_wide(unsigned char *image, const struct part *parts, size_t n_parts)
{
    Elf64_Ehdr head = {.e_phoff = sizeof head, .e_phnum = (Elf64_Half)n_parts};
    memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    memcpy(image, &head, sizeof head);
    for (size_t i = 0; i < n_parts; i++) {
        Elf64_Phdr one = {
            .p_type = parts[i].type, .p_flags = parts[i].flags, .p_memsz = parts[i].bytes};
        memcpy(image + sizeof head + i * sizeof one, &one, sizeof one);
    }
    return sizeof head + n_parts * sizeof(Elf64_Phdr);
}

static size_t make_narrow(unsigned char *image, const struct part *parts, size_t n_parts)
{
    Elf32_Ehdr head = {.e_phoff = sizeof head, .e_phnum = (Elf32_Half)n_parts};
    memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS32;
    memcpy(image, &head, sizeof head);
    for (size_t i = 0; i < n_parts; i++) {
        Elf32_Phdr one = {.p_type = parts[i].type,
                          .p_flags = parts[i].flags,
                          .p_memsz = (Elf32_Word)parts[i].bytes};
        memcpy(image + sizeof head + i * sizeof one, &one, sizeof one);
    }
    return sizeof head + n_parts * sizeof(Elf32_Phdr);
}

static const struct part usual[] = {
    {PT_LOAD, PF_R | PF_X, 100000}, // code
    {PT_LOAD, PF_R, 50000},         // constants
    {PT_LOAD, PF_R | PF_W, 3000},   // variables
    {PT_TLS, PF_R, 200},            // of each thread
    {PT_GNU_STACK, PF_R | PF_W, 70000},
};
#define N_USUAL (sizeof usual / sizeof *usual)

START_TEST(variables_are_summed)
{
    unsigned char image[4096];
    uint64_t bytes = 0;
    write_bytes(image, make_wide(image, usual, N_USUAL));
    ck_assert(storage_measure(path, &bytes));
    ck_assert_uint_eq(bytes, 3200);
    write_bytes(image, make_narrow(image, usual, N_USUAL));
    ck_assert(storage_measure(path, &bytes));
    ck_assert_uint_eq(bytes, 3200);
}
END_TEST

START_TEST(sizes_that_overflow_are_huge)
{
    const struct part parts[] = {{PT_LOAD, PF_W, UINT64_MAX}, {PT_LOAD, PF_W, 8}};
    unsigned char image[4096];
    uint64_t bytes = 0;
    write_bytes(image, make_wide(image, parts, 2));
    ck_assert(storage_measure(path, &bytes));
    ck_assert_uint_eq(bytes, UINT64_MAX);
}
END_TEST

START_TEST(a_truncated_object_is_none)
{
    unsigned char image[4096];
    uint64_t bytes;
    size_t n_wide = make_wide(image, usual, N_USUAL);
    for (size_t n = 0; n < n_wide; n++) {
        write_bytes(image, n);
        ck_assert_msg(!storage_measure(path, &bytes), "%zu bytes", n);
    }
}
END_TEST

START_TEST(other_files_are_none)
{
    struct part many[65] = {{PT_LOAD, PF_W, 1}};
    unsigned char image[8192];
    uint64_t bytes;
    ck_assert(!storage_measure(path, &bytes)); // not there
    write_bytes(image, make_wide(image, many, 65));
    ck_assert(!storage_measure(path, &bytes));
    memset(image, 'x', sizeof image);
    write_bytes(image, sizeof image);
    ck_assert(!storage_measure(path, &bytes));
    unlink(path);
    ck_assert_int_eq(symlink("/usr/bin/true", path), 0);
    ck_assert(!storage_measure(path, &bytes));
}
END_TEST

Suite *storage_suite(void)
{
    Suite *suite = suite_create("storage");
    TCase *tcase = tcase_create("measure");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, variables_are_summed);
    tcase_add_test(tcase, sizes_that_overflow_are_huge);
    tcase_add_test(tcase, a_truncated_object_is_none);
    tcase_add_test(tcase, other_files_are_none);
    suite_add_tcase(suite, tcase);
    return suite;
}
