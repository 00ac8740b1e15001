// SPDX-License-Identifier: MIT
// The recorder: a small library that `mmgrade trace record` preloads into a program. It stands
// before malloc and its kin, passes each call on to the C library and notes it in a log of the
// process's own. After fork the child starts a new log; exec loads the library anew.
//
// Rules: no call here may allocate. A free is noted before the block goes back, everything else
// after it was given, and one lock around both keeps the order true between threads.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/single_threaded.h>
#include <time.h>
#include <unistd.h>

#include "harness/trace/recording.h"

#define EXPORT __attribute__((visibility("default")))
#define LOG_BYTES                                                                                  \
    (sizeof(struct recording_head) + RECORDING_MAX_ENTRIES * sizeof(struct recording_entry))

// glibc's own allocator under the names that nobody interposes.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *pointer, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *pointer);

EXPORT void *memalign(size_t alignment, size_t size);
EXPORT void *valloc(size_t size);
EXPORT void *pvalloc(size_t size);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct recording_head *head; ///< NULL: no log yet, or none to be had
static struct recording_entry *entries;
static bool tried;

static void lock_for_fork(void)
{
    pthread_mutex_lock(&lock);
}

static void unlock_after_fork(void)
{
    pthread_mutex_unlock(&lock);
}

/// The parent's log is mapped here too; this process makes one of its own.
static void start_anew(void)
{
    head = NULL;
    tried = false;
    pthread_mutex_unlock(&lock);
}

static int create_log(const char *folder)
{
    char path[4096];
    // exec keeps the process's number: count up.
    for (int i = 0; i < 10000; i++) {
        snprintf(path, sizeof path, "%s/%d.%d.log", folder, (int)getpid(), i);
        int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST) {
            return fd;
        }
    }
    return -1;
}

static void open_log(void)
{
    static bool registered;
    const char *folder = getenv(RECORDING_FOLDER);
    tried = true;
    int fd = folder == NULL ? -1 : create_log(folder);
    if (fd < 0) {
        return;
    }
    void *memory =
        ftruncate(fd, (off_t)LOG_BYTES) == 0
            ? mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0)
            : MAP_FAILED;
    close(fd);
    if (memory == MAP_FAILED) {
        return;
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    head = memory;
    entries = (struct recording_entry *)(head + 1);
    memcpy(head->magic, RECORDING_MAGIC, sizeof head->magic);
    head->pid = (uint32_t)getpid();
    prctl(PR_GET_NAME, head->name);
    head->start_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    if (!registered) {
        registered = true;
        pthread_atfork(lock_for_fork, unlock_after_fork, start_anew);
    }
}

/// Takes the lock when there are other threads; true if it did.
static bool enter(void)
{
    bool locked = !__libc_single_threaded;
    if (locked) {
        pthread_mutex_lock(&lock);
    }
    if (!tried) {
        open_log();
    }
    return locked;
}

static void leave(bool locked)
{
    if (locked) {
        pthread_mutex_unlock(&lock);
    }
}

/// Notes one event; the kind last, so that a process that ends in between leaves no half entry.
static void log_event(uint64_t kind, const void *pointer, const void *old, size_t size)
{
    if (head == NULL || head->n_entries++ >= RECORDING_MAX_ENTRIES) {
        return;
    }
    struct recording_entry *entry = &entries[head->n_entries - 1];
    entry->pointer = (uint64_t)(uintptr_t)pointer;
    entry->old = (uint64_t)(uintptr_t)old;
    entry->size = size;
    __atomic_store_n(&entry->kind, kind, __ATOMIC_RELEASE);
}

static void *log_result(uint64_t kind, void *pointer, size_t size, bool locked)
{
    if (pointer != NULL) {
        log_event(kind, pointer, NULL, size);
    }
    leave(locked);
    return pointer;
}

EXPORT void *malloc(size_t size)
{
    bool locked = enter();
    return log_result(RECORDING_ALLOC, __libc_malloc(size), size, locked);
}

EXPORT void *calloc(size_t count, size_t size)
{
    bool locked = enter();
    return log_result(RECORDING_ALLOC, __libc_calloc(count, size), count * size, locked);
}

EXPORT void free(void *pointer)
{
    if (pointer == NULL) {
        return;
    }
    bool locked = enter();
    log_event(RECORDING_FREE, pointer, NULL, 0);
    __libc_free(pointer);
    leave(locked);
}

EXPORT void *realloc(void *pointer, size_t size)
{
    if (pointer == NULL) {
        return malloc(size);
    }
    bool locked = enter();
    void *result = __libc_realloc(pointer, size);
    if (result != NULL) {
        log_event(RECORDING_REALLOC, result, pointer, size);
    } else if (size == 0) {
        log_event(RECORDING_FREE, pointer, NULL, 0); // glibc frees
    }
    leave(locked);
    return result;
}

EXPORT void *reallocarray(void *pointer, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(pointer, bytes);
}

EXPORT void *memalign(size_t alignment, size_t size)
{
    bool locked = enter();
    return log_result(RECORDING_ALIGNED, __libc_memalign(alignment, size), size, locked);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

EXPORT int posix_memalign(void **result, size_t alignment, size_t size)
{
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) {
        return EINVAL;
    }
    void *pointer = memalign(alignment, size);
    if (pointer == NULL) {
        return ENOMEM;
    }
    *result = pointer;
    return 0;
}

EXPORT void *valloc(size_t size)
{
    return memalign((size_t)sysconf(_SC_PAGESIZE), size);
}

EXPORT void *pvalloc(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return memalign(page, (size + page - 1) / page * page);
}
