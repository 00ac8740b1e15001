// SPDX-License-Identifier: MIT
// mmgrade-unpack: parses an archive that nobody trusts and writes what it holds to a pipe
// (grading/archive_stream.h). The only file that knows libarchive.
//
// All that it needs is made first: the archive is mapped, the heap is as large as it gets. Then
// seccomp's strict mode leaves it read, write and exit. A parser that is led astray can lie in its
// records, which the judge checks, and do nothing else. Whatever goes wrong in here, a lack of
// memory included, ends the process; the judge sees that END is missing.
#include <archive.h>
#include <archive_entry.h>
#include <linux/seccomp.h>
#include <locale.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "grading/archive_stream.h"

/// What libarchive may use. The largest need is the dictionary of an xz or 7z file: 64 MiB at -9.
#define HEAP_BYTES (192u << 20)

/// Under these names a Mac and git keep what is no part of an answer, often hundreds of files.
static const char *const passed_over[] = {"__MACOSX", ".DS_Store", ".git"};

static char data[ARCHIVE_STREAM_DATA_MAX];

/// exit() and exit_group() are not among the calls that are left.
_Noreturn static void leave(int status)
{
    syscall(SYS_exit, status);
    __builtin_unreachable();
}

static void write_all(const void *bytes, size_t n_bytes)
{
    const char *from = bytes;
    while (n_bytes > 0) {
        ssize_t n = write(ARCHIVE_STREAM_OUT_FD, from, n_bytes);
        if (n <= 0) {
            leave(1);
        }
        from += n;
        n_bytes -= (size_t)n;
    }
}

static void send(enum archive_record record, enum archive_kind kind, const void *bytes,
                 size_t n_bytes)
{
    struct archive_record_head head = {record, kind, (uint32_t)n_bytes};
    write_all(&head, sizeof head);
    write_all(bytes, n_bytes);
}

_Noreturn static void fail(const char *reason)
{
    send(ARCHIVE_FAILURE, 0, reason, strnlen(reason, 1000));
    leave(1);
}

_Noreturn static void fail_as(struct archive *archive)
{
    const char *reason = archive_error_string(archive);
    fail(reason == NULL ? "cannot be read" : reason);
}

static enum archive_kind kind_of(struct archive_entry *entry)
{
    // A hard link has the type of a file.
    if (archive_entry_hardlink(entry) != NULL) {
        return ARCHIVE_HARD_LINK;
    }
    if (archive_entry_symlink(entry) != NULL) {
        return ARCHIVE_SYMLINK;
    }
    if (archive_entry_is_encrypted(entry)) {
        return ARCHIVE_ENCRYPTED;
    }
    switch (archive_entry_filetype(entry)) {
    case AE_IFDIR:
        return ARCHIVE_FOLDER;
    case AE_IFLNK:
        return ARCHIVE_SYMLINK;
    case AE_IFCHR:
    case AE_IFBLK:
        return ARCHIVE_DEVICE;
    case AE_IFIFO:
        return ARCHIVE_FIFO;
    case AE_IFSOCK:
        return ARCHIVE_SOCKET;
    case AE_IFREG:
        return ARCHIVE_FILE;
    default:
        return ARCHIVE_UNKNOWN;
    }
}

static bool is_passed_over(const char *name)
{
    while (*name != '\0') {
        size_t n = strcspn(name, "/");
        for (size_t i = 0; i < sizeof passed_over / sizeof *passed_over; i++) {
            if (strlen(passed_over[i]) == n && strncmp(name, passed_over[i], n) == 0) {
                return true;
            }
        }
        name += n + strspn(name + n, "/");
    }
    return false;
}

static void send_data(struct archive *archive)
{
    la_ssize_t n;
    while ((n = archive_read_data(archive, data, sizeof data)) > 0) {
        send(ARCHIVE_DATA, 0, data, (size_t)n);
    }
    if (n < 0) {
        fail_as(archive);
    }
}

static void send_entry(struct archive *archive, struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    if (name == NULL) {
        fail("an entry has no name");
    }
    if (is_passed_over(name)) {
        return;
    }
    size_t n_bytes = strlen(name);
    enum archive_kind kind = kind_of(entry);
    send(ARCHIVE_ENTRY, kind, name,
         n_bytes < ARCHIVE_STREAM_NAME_MAX ? n_bytes : ARCHIVE_STREAM_NAME_MAX);
    if (kind == ARCHIVE_FILE) {
        send_data(archive);
    }
}

/// Formats and filters by name: some that "all" would add start other programs.
static struct archive *make_reader(void)
{
    struct archive *archive = archive_read_new();
    if (archive == NULL || archive_read_support_format_zip_seekable(archive) != ARCHIVE_OK ||
        archive_read_support_format_tar(archive) != ARCHIVE_OK ||
        archive_read_support_format_7zip(archive) < ARCHIVE_WARN ||
        archive_read_support_filter_gzip(archive) != ARCHIVE_OK) {
        fail("libarchive lacks zip, tar, 7z or gzip");
    }
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    return archive;
}

/// A heap that never asks the system for more, nor gives back.
static void fix_heap(void)
{
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, HEAP_BYTES);
    mallopt(M_TOP_PAD, 0);
    // volatile: clang leaves out a malloc whose block is only freed.
    void *volatile all = malloc(HEAP_BYTES - (1u << 20));
    if (all == NULL) {
        leave(2);
    }
    free(all);
}

int main(void)
{
    struct stat status;
    if (fstat(ARCHIVE_STREAM_ARCHIVE_FD, &status) != 0 || status.st_size == 0) {
        fail("is empty");
    }
    size_t n_bytes = (size_t)status.st_size;
    void *bytes = mmap(NULL, n_bytes, PROT_READ, MAP_PRIVATE, ARCHIVE_STREAM_ARCHIVE_FD, 0);
    // Names pass as they are only where they need no conversion; C.UTF-8 is part of libc.
    setlocale(LC_CTYPE, "C.UTF-8");
    tzset();
    fix_heap();
    if (bytes == MAP_FAILED || prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) {
        return 2;
    }
    struct archive *archive = make_reader();
    if (archive_read_open_memory(archive, bytes, n_bytes) != ARCHIVE_OK) {
        fail_as(archive);
    }
    struct archive_entry *entry;
    int result;
    while ((result = archive_read_next_header(archive, &entry)) == ARCHIVE_OK ||
           result == ARCHIVE_WARN) {
        send_entry(archive, entry);
    }
    if (result != ARCHIVE_EOF) {
        fail_as(archive);
    }
    send(ARCHIVE_END, 0, "", 0);
    leave(0);
}
