// SPDX-License-Identifier: MIT
// The heap's memory and its fresh contents. Junk is a function of the place, so that it can be
// told from what a submission wrote, and no two words are alike.
#include "harness/heap/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/error.h"

#define PAGE_BYTES 4096u
// Far from where programs and libraries lie, with and without address-space randomisation. The
// lower half is not 0, so that a pointer that lost its upper half is not taken for NULL.
#define BASE_HIGH 0x100040000000ull
#define BASE_LOW 0x10000000ull

static uint64_t round_to_page(uint64_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

void arena_open(struct arena *arena, const struct heap_settings *settings)
{
    bool low = settings->base == HEAP_BASE_LOW || settings->abi == HEAP_ABI_M32;
    *arena = (struct arena){
        .fd = memfd_create("heap", MFD_CLOEXEC),
        .base = low ? BASE_LOW : BASE_HIGH,
        .max_bytes = settings->max_bytes,
        .fresh = settings->fresh,
    };
    void *memory = arena->fd < 0 ? MAP_FAILED
                                 : mmap(NULL, (size_t)round_to_page(settings->max_bytes),
                                        PROT_READ | PROT_WRITE, MAP_SHARED, arena->fd, 0);
    if (memory == MAP_FAILED) {
        die("cannot make a heap of %llu bytes: %s", (unsigned long long)settings->max_bytes,
            strerror(errno));
    }
    arena->memory = memory;
}

void arena_close(struct arena *arena)
{
    munmap(arena->memory, (size_t)round_to_page(arena->max_bytes));
    close(arena->fd);
}

/// The eight bytes of junk at word `word_idx`: a multiplicative hash, odd and huge, so that it
/// makes neither a good pointer nor a good size.
static uint64_t junk(uint64_t word_idx)
{
    uint64_t x = (word_idx + 1) * 0x9e3779b97f4a7c15ull;
    return (x ^ x >> 29) | 0xd000000000000001ull;
}

static void fill_fresh(const struct arena *arena, uint64_t from, uint64_t to)
{
    if (arena->fresh == HEAP_FRESH_ZEROS) {
        return; // a file grows with zeros
    }
    for (uint64_t at = from; at < to; at += 8) {
        uint64_t word = junk(at / 8);
        memcpy(arena->memory + at, &word, 8);
    }
}

static void set_file(struct arena *arena, uint64_t bytes)
{
    if (ftruncate(arena->fd, (off_t)bytes) != 0) {
        die("cannot give the heap %llu bytes: %s", (unsigned long long)bytes, strerror(errno));
    }
    if (bytes > arena->file_bytes) {
        fill_fresh(arena, arena->file_bytes, bytes);
    }
    arena->file_bytes = bytes;
}

void arena_reset(struct arena *arena, enum heap_fresh fresh)
{
    set_file(arena, 0);
    arena->break_bytes = 0;
    arena->fresh = fresh;
}

bool arena_grow(struct arena *arena, uint64_t increment)
{
    if (increment > arena->max_bytes - arena->break_bytes) {
        return false;
    }
    arena->break_bytes += increment;
    uint64_t needed = round_to_page(arena->break_bytes);
    if (needed > arena->file_bytes) {
        set_file(arena, needed);
    }
    return true;
}

void arena_refresh(struct arena *arena)
{
    if (arena->fresh == HEAP_FRESH_ZEROS) {
        memset(arena->memory, 0, (size_t)arena->file_bytes);
    } else {
        fill_fresh(arena, 0, arena->file_bytes);
    }
}

static uint64_t fresh_word(const struct arena *arena, uint64_t word_idx)
{
    return arena->fresh == HEAP_FRESH_ZEROS ? 0 : junk(word_idx);
}

uint64_t arena_touched_past_break(const struct arena *arena)
{
    for (uint64_t at = arena->break_bytes / 8 * 8; at < arena->file_bytes; at += 8) {
        uint64_t seen;
        memcpy(&seen, arena->memory + at, 8);
        uint64_t difference = seen ^ fresh_word(arena, at / 8);
        if (at < arena->break_bytes) {
            difference = difference >> 8 * (arena->break_bytes % 8) << 8 * (arena->break_bytes % 8);
        }
        if (difference != 0) {
            return at + (uint64_t)__builtin_ctzll(difference) / 8;
        }
    }
    return UINT64_MAX;
}
