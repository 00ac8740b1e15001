// SPDX-License-Identifier: MIT
// Who owns which bytes. The bitmap answers the question of every operation; the searches by block
// are for messages about a failure.
#include "harness/heap/layout.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

#define SMALL_GAP_BYTES 32

void layout_open(struct layout *layout, size_t n_slots, uint64_t max_bytes, unsigned alignment)
{
    *layout = (struct layout){.n_slots = n_slots, .alignment = alignment};
    layout->blocks = xcalloc(n_slots, sizeof *layout->blocks);
    // One granule more: a block of size 0 may start at the break.
    bitmap_open(&layout->owned, (size_t)(max_bytes / alignment) + 2);
}

void layout_close(struct layout *layout)
{
    free(layout->blocks);
    bitmap_close(&layout->owned);
}

void layout_reset(struct layout *layout)
{
    memset(layout->blocks, 0, layout->n_slots * sizeof *layout->blocks);
    memset(layout->owned.words, 0, layout->owned.n_words * sizeof *layout->owned.words);
    layout->payload_bytes = 0;
    layout->n_live = 0;
}

static size_t first_granule(const struct layout *layout, uint64_t offset)
{
    return (size_t)(offset / layout->alignment);
}

static size_t end_granule(const struct layout *layout, uint64_t offset, uint64_t size)
{
    uint64_t bytes = size == 0 ? 1 : size;
    return (size_t)((offset + bytes + layout->alignment - 1) / layout->alignment);
}

bool layout_is_taken(const struct layout *layout, uint64_t offset, uint64_t size)
{
    return bitmap_any(&layout->owned, first_granule(layout, offset),
                      end_granule(layout, offset, size));
}

void layout_add(struct layout *layout, uint32_t slot, uint64_t offset, uint64_t size)
{
    struct block *block = &layout->blocks[slot];
    block->offset = offset;
    block->size = size;
    block->live = true;
    layout->payload_bytes += size;
    layout->n_live++;
    bitmap_set(&layout->owned, first_granule(layout, offset), end_granule(layout, offset, size));
}

void layout_remove(struct layout *layout, uint32_t slot)
{
    struct block *block = &layout->blocks[slot];
    block->live = false;
    layout->payload_bytes -= block->size;
    layout->n_live--;
    bitmap_clear(&layout->owned, first_granule(layout, block->offset),
                 end_granule(layout, block->offset, block->size));
}

static bool overlaps(const struct block *block, uint64_t offset, uint64_t size)
{
    uint64_t own = block->size == 0 ? 1 : block->size;
    uint64_t other = size == 0 ? 1 : size;
    return block->offset < offset + other && offset < block->offset + own;
}

uint32_t layout_find(const struct layout *layout, uint64_t offset, uint64_t size, uint32_t except)
{
    for (size_t slot = 0; slot < layout->n_slots; slot++) {
        const struct block *block = &layout->blocks[slot];
        if (slot != except && block->live && overlaps(block, offset, size)) {
            return (uint32_t)slot;
        }
    }
    return LAYOUT_NO_SLOT;
}

uint32_t layout_find_history(const struct layout *layout, uint64_t offset)
{
    uint32_t found = layout_find(layout, offset, 1, LAYOUT_NO_SLOT);
    uint32_t last = 0;
    for (size_t slot = 0; found == LAYOUT_NO_SLOT && slot < layout->n_slots; slot++) {
        const struct block *block = &layout->blocks[slot];
        if (block->died > last && overlaps(block, offset, 1)) {
            last = block->died;
        }
    }
    for (size_t slot = 0; last != 0 && slot < layout->n_slots; slot++) {
        if (layout->blocks[slot].died == last) {
            return (uint32_t)slot;
        }
    }
    return found;
}

uint32_t layout_neighbour(const struct layout *layout, uint64_t offset, bool above, uint32_t except)
{
    uint32_t best = LAYOUT_NO_SLOT;
    for (size_t slot = 0; slot < layout->n_slots; slot++) {
        const struct block *block = &layout->blocks[slot];
        bool on_side = above ? block->offset > offset : block->offset < offset;
        if (!block->live || !on_side || slot == except) {
            continue;
        }
        const struct block *old = best == LAYOUT_NO_SLOT ? NULL : &layout->blocks[best];
        if (old == NULL || (block->offset < old->offset) == above) {
            best = (uint32_t)slot;
        }
    }
    return best;
}

/// Sums the gaps between owned granules, or finds the smallest; the last gap is the unused top.
struct gaps {
    uint64_t smallest, small_sum, large_sum, n_large, top;
    uint64_t owned;
};

static struct gaps measure_gaps(const struct layout *layout, uint64_t heap_bytes)
{
    struct gaps gaps = {.smallest = SMALL_GAP_BYTES};
    size_t end = first_granule(layout, heap_bytes);
    size_t at = 0;
    while (at < end) {
        size_t owned_from = bitmap_next(&layout->owned, at, end, true);
        size_t owned_to = bitmap_next(&layout->owned, owned_from, end, false);
        uint64_t gap = (uint64_t)(owned_from - at) * layout->alignment;
        if (owned_from == end) {
            gaps.top = gap;
        } else if (gap <= SMALL_GAP_BYTES) {
            gaps.small_sum += gap;
        } else {
            gaps.large_sum += gap;
            gaps.n_large++;
        }
        if (gap < gaps.smallest) {
            gaps.smallest = gap;
        }
        gaps.owned += (uint64_t)(owned_to - owned_from) * layout->alignment;
        at = owned_to;
    }
    return gaps;
}

void layout_fragmentation(const struct layout *layout, uint64_t heap_bytes,
                          uint64_t *internal_bytes, uint64_t *external_bytes)
{
    struct gaps gaps = measure_gaps(layout, heap_bytes);
    uint64_t external = gaps.large_sum - gaps.n_large * gaps.smallest + gaps.top;
    uint64_t rest =
        heap_bytes - (layout->payload_bytes < heap_bytes ? layout->payload_bytes : heap_bytes);
    *external_bytes = external < rest ? external : rest;
    *internal_bytes = rest - *external_bytes;
}
