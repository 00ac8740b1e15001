// SPDX-License-Identifier: MIT
// madvise on the whole 2 MiB pages inside an allocation.
#include "harness/trace/huge.h"

#include <stdint.h>
#include <sys/mman.h>

#define HUGE_BYTES ((uintptr_t)2 << 20)
#define WORTH_BYTES (4 * HUGE_BYTES)

void *huge_pages(void *memory, size_t n_bytes)
{
    if (n_bytes >= WORTH_BYTES) {
        uintptr_t begin = ((uintptr_t)memory + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1);
        uintptr_t end = ((uintptr_t)memory + n_bytes) & ~(HUGE_BYTES - 1);
        // A kernel without huge pages says EINVAL, which changes nothing.
        (void)madvise((void *)begin, end - begin, MADV_HUGEPAGE);
    }
    return memory;
}
