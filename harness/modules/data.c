// SPDX-License-Identifier: MIT
// Blocks of up to 64 bytes, which wander between memory and disk as a whole.
#include "harness/modules/data.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/trace/random.h"

#define BLOCK_BITS 6
#define BLOCK_BYTES (1u << BLOCK_BITS)
#define SPREAD UINT64_C(0x9e3779b97f4a7c15) // keeps processes apart

struct data_block {
    uint8_t bytes[BLOCK_BYTES];
    uint8_t cached[BLOCK_BYTES]; ///< where `dirty` has a bit: newer ones, in the cache
    uint64_t dirty;
};

void data_open(struct data *data, const struct geometry *geometry,
               const struct cache_settings *cache, const struct machine_contents *contents)
{
    *data = (struct data){.geometry = geometry, .cache = cache, .contents = contents};
}

void data_close(struct data *data)
{
    free(data->blocks);
    numbermap_close(&data->in_memory);
    numbermap_close(&data->on_disk);
    numbermap_close(&data->oracle);
}

/// Tiny pages have tiny blocks: none reaches into another page.
static uint32_t block_bits(const struct data *data)
{
    uint32_t page_bits = data->geometry->page_bits;
    return page_bits < BLOCK_BITS ? page_bits : BLOCK_BITS;
}

static uint64_t offset_mask(const struct data *data)
{
    return (UINT64_C(1) << block_bits(data)) - 1;
}

/// Where a byte belongs, whatever frame it is in. A book's pages share frames: there it is the
/// physical address that the book gives.
static uint64_t home_of(const struct data *data, uint16_t process, uint64_t va)
{
    uint32_t page_bits = data->geometry->page_bits;
    for (size_t i = 0; data->contents != NULL && i < data->contents->n_pages; i++) {
        const struct machine_page *page = &data->contents->pages[i];
        if (page->vpn == va >> page_bits) {
            return geometry_join_physical(data->geometry, page->ppn,
                                          va & ((UINT64_C(1) << page_bits) - 1));
        }
    }
    return va ^ process * SPREAD << BLOCK_BITS;
}

/// What stands at a byte's home before anything is stored there.
static uint8_t first_byte(const struct data *data, uint64_t home)
{
    if (data->contents != NULL) {
        struct physical_fields fields = geometry_split_physical(data->geometry, home);
        const struct machine_line *line = &data->contents->lines[fields.ci];
        if (line->valid && line->tag == fields.ct) {
            return line->bytes[fields.co];
        }
    }
    return (uint8_t)random_mix(home);
}

/// A new block with its first bytes, entered in a map.
static struct data_block *add_block(struct data *data, struct numbermap *map, uint64_t key,
                                    uint64_t home)
{
    data->blocks = array_grow(data->blocks, &data->capacity, data->n_blocks, sizeof *data->blocks);
    struct data_block *block = &data->blocks[data->n_blocks];
    uint64_t mask = offset_mask(data);
    block->dirty = 0;
    for (uint64_t i = 0; i <= mask; i++) {
        block->bytes[i] = first_byte(data, (home & ~mask) + i);
    }
    numbermap_put(map, key, data->n_blocks++);
    return block;
}

/// The block in memory that covers `pa`; it comes from disk when it is used first in its frame.
static struct data_block *load(struct data *data, uint64_t pa, uint64_t home)
{
    uint32_t bits = block_bits(data);
    uint64_t idx;
    if (numbermap_find(&data->in_memory, pa >> bits, &idx)) {
        return &data->blocks[idx];
    }
    if (numbermap_find(&data->on_disk, home >> bits, &idx)) {
        numbermap_remove(&data->on_disk, home >> bits);
        numbermap_put(&data->in_memory, pa >> bits, idx);
        return &data->blocks[idx];
    }
    return add_block(data, &data->in_memory, pa >> bits, home);
}

/// Brings the dirty bytes of `mask` to memory.
static void clean(struct data_block *block, uint64_t mask)
{
    for (uint64_t left = block->dirty & mask; left != 0; left &= left - 1) {
        unsigned at = (unsigned)__builtin_ctzll(left);
        block->bytes[at] = block->cached[at];
    }
    block->dirty &= ~mask;
}

/// Both a line and a block may be the larger one.
static void write_back(struct data *data, uint64_t line_pa)
{
    uint32_t bits = block_bits(data);
    uint64_t end = line_pa + data->cache->line_bytes;
    for (uint64_t pa = line_pa; pa < end; pa = ((pa >> bits) + 1) << bits) {
        uint64_t idx;
        if (!numbermap_find(&data->in_memory, pa >> bits, &idx)) {
            continue;
        }
        uint64_t first = pa & offset_mask(data);
        uint64_t n = end - pa < BLOCK_BYTES - first ? end - pa : BLOCK_BYTES - first;
        uint64_t mask = n == BLOCK_BYTES ? UINT64_MAX : ((UINT64_C(1) << n) - 1) << first;
        clean(&data->blocks[idx], mask);
    }
}

static void store(struct data *data, struct data_block *block, const struct data_use *use)
{
    uint64_t at = use->pa & offset_mask(data);
    bool in_cache = use->outcome->hit || data->cache->write_allocate;
    if (in_cache && data->cache->write_back) {
        block->cached[at] = use->value;
        block->dirty |= UINT64_C(1) << at;
    } else {
        block->bytes[at] = use->value;
    }
}

static void tell_oracle(struct data *data, uint64_t home, uint8_t value)
{
    uint64_t key = home >> block_bits(data);
    uint64_t idx;
    bool known = numbermap_find(&data->oracle, key, &idx);
    struct data_block *block =
        known ? &data->blocks[idx] : add_block(data, &data->oracle, key, home);
    block->bytes[home & offset_mask(data)] = value;
}

static uint8_t ask_oracle(const struct data *data, uint64_t home)
{
    uint64_t idx;
    return numbermap_find(&data->oracle, home >> block_bits(data), &idx)
               ? data->blocks[idx].bytes[home & offset_mask(data)]
               : first_byte(data, home);
}

bool data_move(struct data *data, const struct data_use *use, uint8_t *byte)
{
    uint64_t home = home_of(data, use->process, use->va);
    if (use->outcome->written_back) {
        write_back(data, use->outcome->victim);
    }
    struct data_block *block = load(data, use->pa, home);
    if (use->write) {
        store(data, block, use);
        tell_oracle(data, home, use->value);
        return true;
    }
    uint64_t at = use->pa & offset_mask(data);
    bool newer = use->outcome->hit && (block->dirty >> at & 1) != 0;
    *byte = newer ? block->cached[at] : block->bytes[at];
    return *byte == ask_oracle(data, home);
}

void data_page_out(struct data *data, uint16_t process, uint64_t va, uint64_t pa)
{
    uint32_t bits = block_bits(data);
    uint64_t page_bytes = UINT64_C(1) << data->geometry->page_bits;
    for (uint64_t at = 0; at < page_bytes; at += UINT64_C(1) << bits) {
        uint64_t idx;
        if (numbermap_find(&data->in_memory, (pa + at) >> bits, &idx)) {
            clean(&data->blocks[idx], UINT64_MAX);
            numbermap_remove(&data->in_memory, (pa + at) >> bits);
            numbermap_put(&data->on_disk, home_of(data, process, va + at) >> bits, idx);
        }
    }
}

uint8_t data_expected(const struct data *data, uint16_t process, uint64_t va)
{
    return ask_oracle(data, home_of(data, process, va));
}
