// SPDX-License-Identifier: MIT
// The judge's side of unpacking: starts the parser, believes nothing that it says, writes files.
#include "grading/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/archive_stream.h"
#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/printable.h"
#include "harness/sandbox/process.h"
#include "harness/sandbox/system_folders.h"

/// Address space of the parser: its heap, its libraries and the archive.
#define PARSER_BYTES (512ull << 20)

struct unpacking {
    const char *archive; ///< in printable form
    struct error *error;
    struct process process;
    int stream_fd;
    uint64_t deadline_ns;
    bool late;
    int folder_fd;
    int file_fd; ///< the file whose data comes; -1: none
    char *entry; ///< the current entry in printable form; NULL before the first
    size_t n_entries;
    uint64_t n_bytes;
};

size_t archive_stem(const char *name)
{
    static const char *const suffixes[] = {".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tbz2",
                                           ".txz",    ".tar",     ".zip",    ".7z"};
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t m = strlen(suffixes[i]);
        if (n > m && strcasecmp(name + n - m, suffixes[i]) == 0) {
            return n - m;
        }
    }
    return 0;
}

static bool refuse(struct unpacking *unpacking, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool refuse(struct unpacking *unpacking, const char *format, ...)
{
    char reason[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return unpacking->entry == NULL
               ? error_at(unpacking->error, unpacking->archive, 0, 0, "%s", reason)
               : error_at(unpacking->error, unpacking->archive, 0, 0, "'%.128s': %s",
                          unpacking->entry, reason);
}

// --- Entries ----------------------------------------------------------------------------------

/// Why an entry of this kind is not taken; NULL: it is.
static const char *kind_reason(uint32_t kind)
{
    static const char *const reasons[ARCHIVE_N_KINDS] = {
        [ARCHIVE_HARD_LINK] = "is a hard link; hand in the file itself",
        [ARCHIVE_SYMLINK] = "is a symbolic link; hand in the file itself",
        [ARCHIVE_DEVICE] = "is a device",
        [ARCHIVE_FIFO] = "is a named pipe",
        [ARCHIVE_SOCKET] = "is a socket",
        [ARCHIVE_ENCRYPTED] = "is encrypted",
        [ARCHIVE_UNKNOWN] = "is of no known kind",
    };
    return kind < ARCHIVE_N_KINDS ? reasons[kind] : "is of no known kind";
}

/// Copies the name without empty parts and ".". False with the reason when it leads elsewhere or
/// is too long. An empty result is the archive's own top folder.
static bool clean_name(struct unpacking *unpacking, const char *name, char *clean)
{
    size_t depth = 0;
    char *to = clean;
    if (*name == '/') {
        return refuse(unpacking, "is an absolute name");
    }
    while (*name != '\0') {
        size_t n = strcspn(name, "/");
        if (n == 2 && strncmp(name, "..", 2) == 0) {
            return refuse(unpacking, "leads out of the archive by '..'");
        }
        if (n > NAME_MAX) {
            return refuse(unpacking, "a name between slashes has more than %d bytes", NAME_MAX);
        }
        if (n > 0 && !(n == 1 && *name == '.')) {
            to = to == clean ? to : stpcpy(to, "/");
            to = mempcpy(to, name, n);
            depth++;
        }
        name += n + strspn(name + n, "/");
    }
    *to = '\0';
    return depth <= ARCHIVE_MAX_DEPTH ||
           refuse(unpacking, "lies deeper than %d names", ARCHIVE_MAX_DEPTH);
}

/// Makes the folder of that clean name, and those above it.
static bool make_folders(struct unpacking *unpacking, char *name)
{
    for (char *end = name; *end != '\0';) {
        end = end + strcspn(end, "/");
        char kept = *end;
        *end = '\0';
        struct stat status;
        bool made = mkdirat(unpacking->folder_fd, name, 0700) == 0 ||
                    (errno == EEXIST &&
                     fstatat(unpacking->folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                     S_ISDIR(status.st_mode));
        *end = kept;
        end += kept == '/';
        if (!made) {
            return refuse(unpacking,
                          errno == EEXIST ? "is both a file and a folder" : "cannot be written");
        }
    }
    return true;
}

static bool make_file(struct unpacking *unpacking, char *name)
{
    char *slash = strrchr(name, '/');
    if (slash != NULL) {
        *slash = '\0';
        if (!make_folders(unpacking, name)) {
            return false;
        }
        *slash = '/';
    }
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    unpacking->file_fd = openat(unpacking->folder_fd, name, flags, 0600);
    if (unpacking->file_fd < 0) {
        return refuse(unpacking, "%s", errno == EEXIST ? "stands twice" : strerror(errno));
    }
    return true;
}

static void close_file(struct unpacking *unpacking)
{
    if (unpacking->file_fd >= 0) {
        close(unpacking->file_fd);
        unpacking->file_fd = -1;
    }
}

static bool take_entry(struct unpacking *unpacking, uint32_t kind, const char *name, size_t n_bytes)
{
    char clean[ARCHIVE_MAX_NAME_BYTES + 1];
    close_file(unpacking);
    free(unpacking->entry);
    unpacking->entry = printable_line(name);
    if (++unpacking->n_entries > ARCHIVE_MAX_ENTRIES) {
        return refuse(unpacking, "more than %d entries", ARCHIVE_MAX_ENTRIES);
    }
    if (n_bytes > ARCHIVE_MAX_NAME_BYTES) {
        return refuse(unpacking, "a name of more than %d bytes", ARCHIVE_MAX_NAME_BYTES);
    }
    if (strlen(name) != n_bytes) {
        return refuse(unpacking, "a name with a NUL");
    }
    const char *reason = kind_reason(kind);
    if (reason != NULL) {
        return refuse(unpacking, "%s", reason);
    }
    if (!clean_name(unpacking, name, clean)) {
        return false;
    }
    if (kind == ARCHIVE_FOLDER) {
        return make_folders(unpacking, clean);
    }
    return *clean != '\0' ? make_file(unpacking, clean)
                          : refuse(unpacking, "is a file without a name");
}

static bool take_data(struct unpacking *unpacking, const char *data, size_t n_bytes)
{
    unpacking->n_bytes += n_bytes;
    if (unpacking->n_bytes > ARCHIVE_MAX_BYTES) {
        return refuse(unpacking, "more than %u MiB unpacked", ARCHIVE_MAX_BYTES >> 20);
    }
    while (n_bytes > 0) {
        ssize_t n = write(unpacking->file_fd, data, n_bytes);
        if (n < 0) {
            return refuse(unpacking, "cannot be written: %s", strerror(errno));
        }
        data += n;
        n_bytes -= (size_t)n;
    }
    return true;
}

// --- The parser -------------------------------------------------------------------------------

/// Reads exactly so many bytes; false at the stream's end or when the time is over.
static bool read_stream(struct unpacking *unpacking, void *into, size_t n_bytes)
{
    char *to = into;
    while (n_bytes > 0) {
        uint64_t now_ns = clock_ns();
        struct pollfd one = {.fd = unpacking->stream_fd, .events = POLLIN};
        unpacking->late = now_ns >= unpacking->deadline_ns;
        if (unpacking->late) {
            return false;
        }
        int wait_ms = (int)((unpacking->deadline_ns - now_ns) / 1000000) + 1;
        ssize_t n = poll(&one, 1, wait_ms) > 0 ? read(unpacking->stream_fd, to, n_bytes) : -1;
        if (n == 0) {
            return false;
        }
        to += n > 0 ? n : 0;
        n_bytes -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/// The stream stopped where a record should stand.
static bool refuse_stream_end(struct unpacking *unpacking)
{
    if (unpacking->late) {
        return refuse(unpacking, "takes more than %d s to unpack", ARCHIVE_MAX_SECONDS);
    }
    struct process_end end = process_stop(&unpacking->process);
    if (end.signal == 0 && end.exit_code == 2) {
        die("mmgrade-unpack cannot confine itself: no seccomp or too little memory here");
    }
    return refuse(unpacking, "takes too much memory or time to unpack, or is made to break "
                             "the program that unpacks it");
}

/// Takes one record. False with the reason, or, with *done set, at the archive's end.
static bool take_record(struct unpacking *unpacking, char *bytes, bool *done)
{
    struct archive_record_head head;
    if (!read_stream(unpacking, &head, sizeof head) || head.n_bytes > ARCHIVE_STREAM_NAME_MAX ||
        !read_stream(unpacking, bytes, head.n_bytes)) {
        return refuse_stream_end(unpacking);
    }
    bytes[head.n_bytes] = '\0';
    *done = head.record == ARCHIVE_END;
    if (head.record == ARCHIVE_ENTRY) {
        return take_entry(unpacking, head.kind, bytes, head.n_bytes);
    }
    if (head.record == ARCHIVE_DATA && unpacking->file_fd >= 0) {
        return take_data(unpacking, bytes, head.n_bytes);
    }
    if (head.record == ARCHIVE_FAILURE) {
        char *shown = printable_line(bytes);
        refuse(unpacking, "%.200s", shown);
        free(shown);
        return false;
    }
    return *done ? false : refuse(unpacking, "the program that unpacks it broke its rules");
}

static void start_parser(struct unpacking *unpacking, int archive_fd)
{
    int ends[2];
    int none = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (none < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        die("pipe: %s", strerror(errno));
    }
    char *program = paths_beside_program("mmgrade-unpack");
    const char *const more[] = {"/etc/ld.so.cache", program, NULL};
    const char **readable = system_folders_list(false, more);
    struct process_plan plan = {
        .arguments = (const char *const[]){program, NULL},
        // With a zone that is given, libc never looks for the file of the local one.
        .environment = (const char *const[]){"TZ=UTC0", NULL},
        .folder = "/",
        .output_fd = none,
        .fds = (const int[]){archive_fd, ends[1]},
        .n_fds = 2,
        .confinement = {.readable = readable,
                        .memory_bytes = PARSER_BYTES,
                        .cpu_seconds = ARCHIVE_MAX_SECONDS},
    };
    process_start(&unpacking->process, &plan);
    unpacking->stream_fd = ends[0];
    unpacking->deadline_ns = clock_ns() + ARCHIVE_MAX_SECONDS * UINT64_C(1000000000);
    close(ends[1]);
    close(none);
    free(readable);
    free(program);
}

static int open_archive(const char *path, struct unpacking *unpacking)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        refuse(unpacking, "%s", strerror(errno));
    } else if (!S_ISREG(status.st_mode) || status.st_size > ARCHIVE_MAX_PACKED_BYTES) {
        refuse(unpacking, "not a regular file of at most %u MiB", ARCHIVE_MAX_PACKED_BYTES >> 20);
    } else {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

bool archive_unpack(const char *archive, const char *folder, struct error *error)
{
    const char *slash = strrchr(archive, '/');
    char *shown = printable_line(slash == NULL ? archive : slash + 1);
    struct unpacking unpacking = {.archive = shown, .error = error, .file_fd = -1};
    int archive_fd = open_archive(archive, &unpacking);
    bool done = false;
    if (archive_fd >= 0) {
        unpacking.folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (unpacking.folder_fd < 0) {
            die("%s: %s", folder, strerror(errno));
        }
        start_parser(&unpacking, archive_fd);
        close(archive_fd);
        char *bytes = xcalloc(ARCHIVE_STREAM_NAME_MAX + 1, 1);
        while (take_record(&unpacking, bytes, &done)) {
        }
        free(bytes);
        close_file(&unpacking);
        close(unpacking.stream_fd);
        close(unpacking.folder_fd);
        process_stop(&unpacking.process);
    }
    free(unpacking.entry);
    free(shown);
    return done;
}
