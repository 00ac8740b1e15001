// SPDX-License-Identifier: MIT
// Small allocators for the tests of plays: one that is right, with hooks where others go wrong.
// Each test file that needs some builds them once, before its tests, with allocators_build.
#ifndef MMGRADE_TESTS_UNIT_FIXTURES_H
#define MMGRADE_TESTS_UNIT_FIXTURES_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/scratch.h"
#include "harness/heap/session.h"
#include "harness/sandbox/build.h"

/// An allocator that never reuses a block: a header of 16 bytes, the payload rounded up to 16.
///     a 40, a 24, a 100   lie at   heap+0x10, heap+0x50, heap+0x80
/// `first` and `last` are the first and the latest pointer since mm_init.
static const char good_allocator[] =
    "#include \"mm.h\"\n#include \"memlib.h\"\n#include \"ring.h\"\n"
    "#include <stdint.h>\n#include <stdlib.h>\n#include <string.h>\n#include <sys/socket.h>\n"
    "#include <time.h>\n"
    "struct __attribute__((aligned(16))) head { size_t size; };\n"
    "static int n_inits, n_mallocs, n_frees, n_reallocs;\n"
    "static char *first, *last;\n"
    "int mm_init(void) { n_inits++; n_mallocs = n_frees = n_reallocs = 0; first = last = NULL;\n"
    "    AT_INIT; return 0; }\n"
    "void *mm_malloc(size_t size) {\n"
    "    n_mallocs++; AT_MALLOC;\n"
    "    if (size == 0) return NULL;\n"
    "    struct head *head = mem_sbrk((ptrdiff_t)(sizeof *head + (size + 15) / 16 * 16));\n"
    "    if (head == (void *)-1) return NULL;\n"
    "    head->size = size;\n"
    "    char *p = (char *)(head + 1);\n"
    "    AFTER_MALLOC;\n"
    "    if (first == NULL) first = p;\n"
    "    return last = p; }\n"
    "void mm_free(void *p) { n_frees++; AT_FREE; (void)p; }\n"
    "void *mm_realloc(void *p, size_t size) {\n"
    "    n_reallocs++; AT_REALLOC;\n"
    "    if (p == NULL) return mm_malloc(size);\n"
    "    if (size == 0) return NULL;\n"
    "    size_t old = ((struct head *)p - 1)->size;\n"
    "    void *q = mm_malloc(size);\n"
    "    if (q != NULL) memcpy(q, p, old < size ? old : size);\n"
    "    return q; }\n";

/// The trace that most tests play: slots equal ids, operation n stands on line n + 4.
static const char short_trace[] = "20000\n4\n10\n1\n"
                                  "a 0 40\na 1 24\na 2 100\nf 1\na 3 24\n"
                                  "r 0 200\nf 2\nf -1\nf 0\nf 3\n";

/// How one allocator differs from the good one: `#define HOOK ...` lines with HOOK one of AT_INIT,
/// AT_MALLOC, AFTER_MALLOC, AT_FREE, AT_REALLOC; code between the globals and the functions has no
/// hook, but may follow them.
struct allocator {
    const char *name;
    const char *hooks;
    const char *code; ///< after the good one's; or NULL
    bool m32;
};

struct built {
    const struct allocator *allocator;
    char *folder;
    struct build_settings settings;
    struct build_plan plan;
    struct build build;
    struct build_result result;
};

static inline void write_text_file(const char *folder, const char *name, const char *text)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    ck_assert_msg(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "%s", path);
    free(path);
}

/// Puts ring.h and what it includes into a folder, for submissions that forge.
static inline void copy_ring(const char *folder)
{
    char *headers = paths_in_root("harness/worker");
    char *command = xasprintf("for h in ring sighting; do "
                              "sed 's|harness/worker/||' '%s'/$h.h >'%s'/$h.h; done",
                              headers, folder);
    ck_assert_int_eq(system(command), 0);
    free(command);
    free(headers);
}

/// A folder with mm.c, the good allocator with other hooks, and ring.h for those who forge.
static inline char *write_allocator(const struct allocator *allocator)
{
    static const char *const hooks[] = {"AT_INIT", "AT_MALLOC", "AFTER_MALLOC", "AT_FREE",
                                        "AT_REALLOC"};
    char *folder = scratch_make();
    char *source = xasprintf("%s/mm.c", folder);
    FILE *file = fopen(source, "we");
    ck_assert_ptr_nonnull(file);
    fputs(allocator->hooks, file);
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        fprintf(file, "#ifndef %s\n#define %s\n#endif\n", hooks[i], hooks[i]);
    }
    fprintf(file, "%s%s", good_allocator, allocator->code == NULL ? "" : allocator->code);
    ck_assert_int_eq(fclose(file), 0);
    copy_ring(folder);
    free(source);
    return folder;
}

/// Whether allocators of 32 bits can be built and run on this machine.
static inline bool has_32_bits(void)
{
    char *worker = paths_beside_program("mmgrade-worker32");
    bool found = access(worker, X_OK) == 0;
    free(worker);
    return found;
}

/// Builds them side by side; those of 32 bits only where that works.
static inline void allocators_build(struct built *built, const struct allocator *allocators,
                                    size_t n)
{
    struct error error;
    char *headers = paths_in_root("student_template/malloc");
    for (size_t i = 0; i < n; i++) {
        struct built *one = &built[i];
        *one = (struct built){.allocator = &allocators[i]};
        if (allocators[i].m32 && !has_32_bits()) {
            continue;
        }
        one->folder = write_allocator(&allocators[i]);
        one->settings = (struct build_settings){.compiler = "gcc", .entry = "mm.c"};
        one->plan = (struct build_plan){.submission = one->folder,
                                        .settings = &one->settings,
                                        .headers = headers,
                                        .m32 = allocators[i].m32,
                                        .alignment = 16,
                                        .seconds = 60};
        bool started = build_start(&one->build, &one->plan, &error);
        ck_assert_msg(started, "%s: %s", allocators[i].name, error.text);
    }
    for (size_t i = 0; i < n; i++) {
        if (built[i].folder == NULL) {
            continue;
        }
        build_finish(&built[i].build, &built[i].result);
        ck_assert_msg(built[i].result.ok, "%s: %s", allocators[i].name, built[i].result.output);
    }
    free(headers);
}

static inline void allocators_remove(struct built *built, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct result spare = {.build = built[i].result};
        result_free(&spare);
        build_remove(&built[i].build);
        scratch_remove(built[i].folder);
    }
}

static inline const struct built *allocator_named(const struct built *built, size_t n,
                                                  const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(built[i].allocator->name, name) == 0) {
            return &built[i];
        }
    }
    ck_abort_msg("no allocator is called %s", name);
}

/// One trace on one allocator, ready for session_open. Change `heap` and `plan` before that.
struct scene {
    struct trace trace;
    struct heap_settings heap;
    struct session_plan plan;
};

static inline void scene_make(struct scene *scene, const struct built *built, const char *text)
{
    struct error error;
    bool read = trace_parse(&scene->trace, "t.rep", text, strlen(text), &error);
    ck_assert_msg(read, "%s", error.text);
    scene->heap = (struct heap_settings){
        .alignment = 16,
        .abi = built->allocator->m32 ? HEAP_ABI_M32 : HEAP_ABI_NATIVE,
        .max_bytes = 1 << 20,
    };
    scene->plan = (struct session_plan){
        .trace = &scene->trace,
        .settings = &scene->heap,
        .library = built->build.library,
        .contract = &built->build.collection.contract,
        .call_seconds = 2,
        .total_seconds = 10,
        .output_bytes = 4096,
    };
}

/// What a child process that the test forks would otherwise do to the test: its exit status, or
/// minus the signal that killed it.
static inline int wait_for_child(pid_t child)
{
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/// valgrind runs the child of a fork, too, whose own system calls a seccomp filter would refuse.
static inline bool under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
    return preloaded != NULL && strstr(preloaded, "vgpreload") != NULL;
}

/// Whether tests that start an untrusted process can run: valgrind lacks pidfd_open (up to 3.19)
/// and does not let a process lower its limit of open files for good.
static inline bool can_confine(const char *suite)
{
    if (under_valgrind()) {
        printf("%s: no processes under valgrind, which lacks pidfd_open\n", suite);
    }
    return !under_valgrind();
}

/// The seed of a random test: MMGRADE_SEED, or `usual`; printed, so that a failure can be repeated.
static inline unsigned test_seed(unsigned usual)
{
    const char *given = getenv("MMGRADE_SEED");
    unsigned seed = given == NULL ? usual : (unsigned)strtoul(given, NULL, 0);
    printf("MMGRADE_SEED=%u\n", seed);
    return seed;
}

#endif
