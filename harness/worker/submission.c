// SPDX-License-Identifier: MIT
// Loading a submission between two seccomp filters. The first must hold by itself: a hostile
// constructor runs under it and could rewrite the second.
#include "harness/worker/submission.h"

#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>

#include "harness/worker/modules.h"

static int confine(const uint8_t *filter, uint32_t bytes)
{
    struct sock_fprog program = {
        .len = (unsigned short)(bytes / sizeof(struct sock_filter)),
        .filter = (struct sock_filter *)(uintptr_t)filter,
    };
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/// The function of that name, or of the other name that some courses use.
static void *find(void *library, const char *name, const char *other, uint32_t bit, uint32_t *found)
{
    void *function = dlsym(library, name);
    if (function == NULL && other != NULL) {
        function = dlsym(library, other);
    }
    *found |= function == NULL ? 0 : bit;
    return function;
}

/// dlsym gives object pointers; POSIX promises that they convert.
#define SET(member, ...)                                                                           \
    do {                                                                                           \
        void *symbol = find(library, __VA_ARGS__, &ring->functions);                               \
        memcpy(&submission->member, &symbol, sizeof symbol);                                       \
    } while (0)

const char *submission_load(struct submission *submission, const char *path, struct ring *ring)
{
    if (confine(ring->loading_filter, ring->loading_filter_bytes) != 0) {
        return "the worker could not confine itself before loading";
    }
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        return dlerror();
    }
    ring->functions = 0;
    SET(init, "mm_init", NULL, RING_HAS_INIT);
    SET(malloc, "mm_malloc", NULL, RING_HAS_MALLOC);
    SET(free, "mm_free", NULL, RING_HAS_FREE);
    SET(realloc, "mm_realloc", NULL, RING_HAS_REALLOC);
    SET(checkheap, "mm_checkheap", "mm_check", RING_HAS_CHECKHEAP);
    modules_find(library, ring);
    if (confine(ring->running_filter, ring->running_filter_bytes) != 0) {
        return "the worker could not confine itself after loading";
    }
    return NULL;
}
