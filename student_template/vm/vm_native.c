// SPDX-License-Identifier: MIT
// Simulated physical memory as one array of words, and for each frame which allocation has it.
// Frame 0 is never given out: a physical address of 0 is a mistake more often than not.
#include "vm_native.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define JUNK UINT64_C(0xdeadbeefdeadbeef) // what fresh frames hold: P is set, so that it shows

static struct {
    uint64_t *words;
    uint64_t *owner; // by frame: the first frame of its allocation, 0: free
    uint64_t n_frames;
    uint64_t n_used;
    uint64_t n_reads;
    uint64_t n_writes;
    uint32_t page_bits;
} memory;

static void stop(const char *function, uint64_t pa, const char *why)
{
    fprintf(stderr, "%s(0x%" PRIx64 "): %s\n", function, pa, why);
    abort();
}

void vm_native_open(uint32_t page_bits, uint64_t n_frames)
{
    vm_native_close();
    memory.page_bits = page_bits;
    memory.n_frames = n_frames + 1;
    memory.words = calloc(memory.n_frames, (size_t)1 << page_bits);
    memory.owner = calloc(memory.n_frames, sizeof *memory.owner);
    if (memory.words == NULL || memory.owner == NULL)
        stop("vm_native_open", n_frames, "no memory for so many frames");
}

void vm_native_close(void)
{
    free(memory.words);
    free(memory.owner);
    memory.words = memory.owner = NULL;
    memory.n_frames = memory.n_used = memory.n_reads = memory.n_writes = 0;
}

uint64_t vm_native_used_frames(void)
{
    return memory.n_used;
}

uint64_t vm_native_reads(void)
{
    return memory.n_reads;
}

uint64_t vm_native_writes(void)
{
    return memory.n_writes;
}

static uint64_t *word_at(const char *function, uint64_t pa)
{
    uint64_t frame = pa >> memory.page_bits;
    if (pa % 8 != 0)
        stop(function, pa, "not a multiple of 8");
    if (frame >= memory.n_frames || memory.owner[frame] == 0)
        stop(function, pa, "in no frame that frame_alloc gave you");
    return &memory.words[pa / 8];
}

uint64_t phys_read64(uint64_t pa)
{
    memory.n_reads++;
    return *word_at("phys_read64", pa);
}

void phys_write64(uint64_t pa, uint64_t value)
{
    memory.n_writes++;
    *word_at("phys_write64", pa) = value;
}

// Free frames from `first` on, at most n.
static uint64_t count_free(uint64_t first, uint64_t n)
{
    uint64_t n_free = 0;
    while (n_free < n && first + n_free < memory.n_frames && memory.owner[first + n_free] == 0)
        n_free++;
    return n_free;
}

uint64_t frame_alloc(uint64_t n_frames)
{
    if (n_frames == 0)
        stop("frame_alloc", n_frames, "no frames asked for");
    for (uint64_t first = 1; first < memory.n_frames; first++) {
        if (count_free(first, n_frames) < n_frames)
            continue;
        uint64_t words_a_frame = (UINT64_C(1) << memory.page_bits) / 8;
        for (uint64_t i = 0; i < n_frames; i++)
            memory.owner[first + i] = first;
        for (uint64_t i = 0; i < n_frames * words_a_frame; i++)
            memory.words[first * words_a_frame + i] = JUNK;
        memory.n_used += n_frames;
        return first << memory.page_bits;
    }
    return VM_NONE;
}

void frame_free(uint64_t pa)
{
    uint64_t first = pa >> memory.page_bits;
    if (pa != first << memory.page_bits || first >= memory.n_frames || first == 0 ||
        memory.owner[first] != first)
        stop("frame_free", pa, "not what a frame_alloc gave, or given back already");
    for (uint64_t i = first; i < memory.n_frames && memory.owner[i] == first; i++) {
        memory.owner[i] = 0;
        memory.n_used--;
    }
}
