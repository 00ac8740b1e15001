// SPDX-License-Identifier: MIT
// Next uses, worked out in place: the file holds the pages first; going through it backwards, each
// page is replaced by the number of the use of it that was met last.
#include "harness/vm/future.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "harness/vm/page_map.h"

#define BLOCK_USES ((uint64_t)1 << 16)

struct future {
    int file;
    uint64_t *block; ///< the one that is being filled, or read from
    uint64_t n_uses;
    uint64_t n_given;
};

/// A file without a name: it goes away with its descriptor, however the program ends.
static int open_nameless(void)
{
    char *folder = scratch_make();
    char *path = xasprintf("%s/future", folder);
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        die("cannot make %s: %s", path, strerror(errno));
    }
    free(path);
    scratch_remove(folder);
    return file;
}

struct future *future_open(void)
{
    struct future *future = xcalloc(1, sizeof *future);
    future->file = open_nameless();
    future->block = xreallocarray(NULL, BLOCK_USES, sizeof *future->block);
    return future;
}

void future_close(struct future *future)
{
    if (future != NULL) {
        close(future->file);
        free(future->block);
        free(future);
    }
}

/// Uses in the block that starts with use `first`.
static size_t block_bytes(const struct future *future, uint64_t first)
{
    uint64_t n = future->n_uses - first;
    return (size_t)(n < BLOCK_USES ? n : BLOCK_USES) * sizeof *future->block;
}

static void write_block(struct future *future, uint64_t first)
{
    size_t n_bytes = block_bytes(future, first);
    off_t start = (off_t)(first * sizeof *future->block);
    for (size_t done = 0; done < n_bytes;) {
        ssize_t n =
            pwrite(future->file, (char *)future->block + done, n_bytes - done, start + (off_t)done);
        if (n < 0 && errno != EINTR) {
            die("cannot write a temporary file for OPT, 8 bytes a use: %s", strerror(errno));
        }
        done += n < 0 ? 0 : (size_t)n;
    }
}

static void read_block(struct future *future, uint64_t first)
{
    size_t n_bytes = block_bytes(future, first);
    off_t start = (off_t)(first * sizeof *future->block);
    for (size_t done = 0; done < n_bytes;) {
        ssize_t n =
            pread(future->file, (char *)future->block + done, n_bytes - done, start + (off_t)done);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            die("cannot read a temporary file: %s", n == 0 ? "it ends early" : strerror(errno));
        }
        done += n < 0 ? 0 : (size_t)n;
    }
}

void future_add(struct future *future, uint64_t page)
{
    future->block[future->n_uses++ % BLOCK_USES] = page;
    if (future->n_uses % BLOCK_USES == 0) {
        write_block(future, future->n_uses - BLOCK_USES);
    }
}

void future_ready(struct future *future)
{
    struct page_map next_uses;
    uint64_t first = future->n_uses / BLOCK_USES * BLOCK_USES;
    page_map_open(&next_uses);
    write_block(future, first);
    for (uint64_t use = future->n_uses; use-- > 0;) {
        first = use / BLOCK_USES * BLOCK_USES;
        if (use == future->n_uses - 1 || use % BLOCK_USES == BLOCK_USES - 1) {
            read_block(future, first);
        }
        uint64_t *next = page_map_at(&next_uses, future->block[use - first], FUTURE_NEVER);
        future->block[use - first] = *next;
        *next = use;
        if (use == first) {
            write_block(future, first);
        }
    }
    page_map_close(&next_uses);
    future_rewind(future);
}

uint64_t future_next(struct future *future)
{
    assert(future->n_given < future->n_uses);
    if (future->n_given % BLOCK_USES == 0) {
        read_block(future, future->n_given);
    }
    return future->block[future->n_given++ % BLOCK_USES];
}

void future_rewind(struct future *future)
{
    future->n_given = 0;
}
