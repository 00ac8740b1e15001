// SPDX-License-Identifier: MIT
// Program headers, which the loader obeys whatever the section headers say, and imported names.
#include "harness/sandbox/storage.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/sandbox/symbols.h"

#define MAX_SEGMENTS 64
#define MAX_NAMED 8 // a submission can have any number of imports

/// Functions that give memory, or whatever function is asked for: by themselves, in copies, tables
/// and streams, or by %m.
static const char *const givers[] = {
    "malloc",
    "calloc",
    "realloc",
    "reallocarray",
    "memalign",
    "posix_memalign",
    "aligned_alloc",
    "valloc",
    "pvalloc",
    "__libc_*",
    "mmap*",
    "mremap",
    "sbrk",
    "__sbrk",
    "brk",
    "shmat",
    "shm_open",
    "memfd_create",
    "syscall",
    "dlopen",
    "dlmopen",
    "dlsym",
    "dlvsym",
    "strdup",
    "strndup",
    "__strdup",
    "__strndup",
    "wcsdup",
    "asprintf",
    "vasprintf",
    "__asprintf*",
    "__vasprintf*",
    "argz_*",
    "__argz_*",
    "envz_*",
    "tsearch",
    "hcreate*",
    "hsearch*",
    "setenv",
    "putenv",
    "_obstack_*",
    "textdomain",
    "bindtextdomain",
    "regcomp",
    "posix_spawn*",
    "pthread_setspecific",
    "getline",
    "getdelim",
    "__getdelim",
    "open_memstream",
    "open_wmemstream",
    "fmemopen",
    "fopencookie",
    "sscanf",
    "vsscanf",
    "__isoc99_*",
    "__isoc23_sscanf",
    "__isoc23_vsscanf",
    "swscanf",
    "vswscanf",
};

struct segment {
    uint32_t type, flags;
    uint64_t bytes;
};

static bool read_at(int fd, void *buffer, size_t n_bytes, uint64_t offset)
{
    return pread(fd, buffer, n_bytes, (off_t)offset) == (ssize_t)n_bytes;
}

/// One program header of a 64-bit object, or of a 32-bit one.
static bool read_segment(int fd, bool wide, uint64_t offset, size_t idx, struct segment *segment)
{
    Elf64_Phdr header;
    Elf32_Phdr narrow;
    if (wide && read_at(fd, &header, sizeof header, offset + idx * sizeof header)) {
        *segment = (struct segment){header.p_type, header.p_flags, header.p_memsz};
        return true;
    }
    if (!wide && read_at(fd, &narrow, sizeof narrow, offset + idx * sizeof narrow)) {
        *segment = (struct segment){narrow.p_type, narrow.p_flags, narrow.p_memsz};
        return true;
    }
    return false;
}

/// Where the program headers start and how many there are; false when it is no object.
static bool read_head(int fd, bool *wide, uint64_t *offset, size_t *n_segments)
{
    union {
        unsigned char ident[EI_NIDENT];
        Elf64_Ehdr wide;
        Elf32_Ehdr narrow;
    } head = {0};
    if (!read_at(fd, &head.narrow, sizeof head.narrow, 0) ||
        memcmp(head.ident, ELFMAG, SELFMAG) != 0) {
        return false;
    }
    *wide = head.ident[EI_CLASS] == ELFCLASS64;
    if (*wide && !read_at(fd, &head.wide, sizeof head.wide, 0)) {
        return false;
    }
    *offset = *wide ? head.wide.e_phoff : head.narrow.e_phoff;
    *n_segments = *wide ? head.wide.e_phnum : head.narrow.e_phnum;
    return *n_segments <= MAX_SEGMENTS;
}

bool storage_measure(const char *library, uint64_t *static_bytes)
{
    int fd = open(library, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool wide = false;
    uint64_t offset = 0;
    size_t n_segments = 0;
    bool ok = fd >= 0 && read_head(fd, &wide, &offset, &n_segments);
    *static_bytes = 0;
    for (size_t i = 0; ok && i < n_segments; i++) {
        struct segment one = {0};
        ok = read_segment(fd, wide, offset, i, &one);
        bool is_variables = one.type == PT_TLS || (one.type == PT_LOAD && (one.flags & PF_W) != 0);
        if (ok && is_variables && __builtin_add_overflow(*static_bytes, one.bytes, static_bytes)) {
            *static_bytes = UINT64_MAX;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static bool gives_memory(const char *name)
{
    bool gives = false;
    for (size_t i = 0; i < sizeof givers / sizeof *givers; i++) {
        gives |= symbols_match(givers[i], name, strlen(name));
    }
    return gives;
}

/// The first imports that give memory, as a list for people; NULL when there are none. The caller
/// frees it.
static char *find_givers(const struct symbols *symbols)
{
    char *list = NULL;
    size_t n_found = 0;
    for (size_t i = 0; i < symbols->n && n_found < MAX_NAMED; i++) {
        const struct symbol *one = &symbols->list[i];
        if (one->member == NULL && symbol_is_import(one) && gives_memory(one->name)) {
            char *longer = list == NULL ? xstrdup(one->name) : xasprintf("%s, %s", list, one->name);
            free(list);
            list = longer;
            n_found++;
        }
    }
    return list;
}

static struct verdict *check_calls(const char *folder)
{
    struct symbols symbols;
    struct verdict *verdict = NULL;
    bool was_read = symbols_read(&symbols, folder);
    char *list = find_givers(&symbols);
    if (!was_read) {
        verdict = verdict_new("OUTSIDE_STORAGE", 0, 0);
        verdict->message = xstrdup("The symbol table of the program cannot be read.");
        verdict->hint = xstrdup("the source makes the compiler emit a damaged or huge table");
    } else if (list != NULL) {
        verdict = verdict_new("OUTSIDE_STORAGE", 0, 0);
        verdict->message =
            xasprintf("The submission calls %s: memory from outside of the heap.", list);
        verdict->hint = xstrdup("an allocator keeps all that it knows in the heap of mem_sbrk");
    }
    free(list);
    symbols_free(&symbols);
    return verdict;
}

static struct verdict *check_variables(const char *folder, uint64_t limit_bytes)
{
    char *library = xasprintf("%s/out/submission.so", folder);
    uint64_t bytes = 0;
    struct verdict *verdict = NULL;
    bool was_read = storage_measure(library, &bytes);
    free(library);
    if (!was_read || bytes > limit_bytes) {
        verdict = verdict_new("OUTSIDE_STORAGE", 0, 0);
        verdict->message =
            was_read ? xasprintf("The submission's static and thread-local variables take %llu "
                                 "bytes; %llu are allowed.",
                                 (unsigned long long)bytes, (unsigned long long)limit_bytes)
                     : xstrdup("The size of the submission's variables cannot be read.");
        verdict->hint = xstrdup("keep large tables in the heap: mem_sbrk in mm_init");
    }
    return verdict;
}

bool storage_check(const char *folder, const struct storage_limits *limits,
                   struct build_result *result)
{
    struct verdict *verdict = check_variables(folder, limits->static_bytes);
    if (verdict == NULL && !limits->library_memory) {
        verdict = check_calls(folder);
    }
    if (verdict != NULL) {
        result->ok = false;
        verdict_free(result->verdict);
        result->verdict = verdict;
    }
    return verdict == NULL;
}
