// SPDX-License-Identifier: MIT
// An honest allocator that never reuses memory, with places where an attack can start. An attack
// defines IN_INIT, IN_MALLOC or IN_FREE before it includes this file.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "memlib.h"

#ifndef IN_INIT
#define IN_INIT
#endif
#ifndef IN_MALLOC
#define IN_MALLOC
#endif
#ifndef IN_FREE
#define IN_FREE
#endif

int mm_init(void)
{
    IN_INIT;
    return 0;
}

void *mm_malloc(size_t size)
{
    IN_MALLOC;
    char *block = mem_sbrk((size + 16 + 15) / 16 * 16);
    if (block == (void *)-1) {
        return NULL;
    }
    *(size_t *)block = size;
    return block + 16;
}

void mm_free(void *payload)
{
    IN_FREE;
    (void)payload;
}

void *mm_realloc(void *payload, size_t size)
{
    void *moved = mm_malloc(size);
    if (payload != NULL && moved != NULL) {
        size_t old = *(size_t *)((char *)payload - 16);
        memcpy(moved, payload, old < size ? old : size);
    }
    return moved;
}
