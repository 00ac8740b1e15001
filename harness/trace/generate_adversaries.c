// SPDX-License-Identifier: MIT
// Kinds that are made against one placement policy. A fixed trace cannot look at the addresses that
// an allocator gives, as the adversaries of the literature do; these count on what the policy's
// name promises.
//
// Sizes here are those of whole blocks, and a request is 8 bytes smaller: with a header of 4 or 8
// bytes, or two tags of 4, all blocks are multiples of 16 and leave the gaps that were planned.
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/trace/gen.h"

enum { PINS_A_TILE = 16, PINS_A_RESERVE = 14, MIN_TILES = 2, MAX_TILES = 1 << 16 };
enum { UNIT_BYTES = 32, MIN_UNITS = 8, MAX_UNITS = 1 << 20 };

/// Plays one level of a round; its pins stay until the round ends.
typedef void (*pin_level)(struct gen *gen, size_t n_tiles, uint64_t pin, struct pool *pins);

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static int64_t alloc_block(struct gen *gen, uint64_t block_bytes)
{
    return gen_alloc(gen, block_bytes - 8);
}

/// Gives the first one's id; the others follow.
static int64_t alloc_tiles(struct gen *gen, size_t n_tiles, uint64_t pin)
{
    int64_t first = gen->next_id;
    for (size_t i = 0; i < n_tiles; i++) {
        alloc_block(gen, PINS_A_TILE * pin);
    }
    return first;
}

/// Holes behind the tiles, a little smaller than those. Every second one stays a block, since small
/// fences might find room elsewhere and let the holes merge.
static void dig_reserves(struct gen *gen, size_t n_tiles, uint64_t pin, struct pool *pins)
{
    struct pool reserves = {0};
    for (size_t i = 0; i < n_tiles; i += PINS_A_RESERVE) {
        pool_add(pins, alloc_block(gen, PINS_A_RESERVE * pin));
        pool_add(&reserves, alloc_block(gen, PINS_A_RESERVE * pin));
    }
    pool_add(pins, alloc_block(gen, PINS_A_RESERVE * pin));
    pool_end(&reserves, gen);
}

/// One tile after another is freed, gets a pin, and its rest is filled, so that the next pin cannot
/// go there. First fit sets each pin into its tile; best fit sets it into a reserve, which no rest
/// fits. When the rests go, best fit has all the tiles' room in one piece:
///
///     first fit   |p              |p              |p              |p              | reserves
///     best fit    |                                                               |ppppppppp ...
static void pin_for_first_fit(struct gen *gen, size_t n_tiles, uint64_t pin, struct pool *pins)
{
    struct pool rests = {0};
    int64_t first = alloc_tiles(gen, n_tiles, pin);
    dig_reserves(gen, n_tiles, pin, pins);
    for (size_t i = 0; i < n_tiles; i++) {
        gen_free(gen, first + (int64_t)i);
        pool_add(pins, alloc_block(gen, pin));
        pool_add(&rests, alloc_block(gen, (PINS_A_TILE - 1) * pin));
    }
    pool_end(&rests, gen);
}

/// A tile is a slot, a sliver larger than a pin, and a rest. Slot after slot is freed, then a pin
/// comes. Best fit sets it into the slot; first fit sets it into the large hole in front of all
/// tiles. When the rests go, first fit has all the tiles' room in one piece:
///
///     first fit   |pppp|                                                               |
///     best fit    |    |p              |p              |p              |p              |
static void pin_for_best_fit(struct gen *gen, size_t n_tiles, uint64_t pin, struct pool *pins)
{
    enum { SLIVER_BYTES = 16 };
    struct pool rests = {0};
    int64_t front = alloc_block(gen, n_tiles * pin);
    pool_add(pins, alloc_block(gen, pin));
    int64_t first = gen->next_id;
    for (size_t i = 0; i < n_tiles; i++) {
        alloc_block(gen, pin + SLIVER_BYTES);
        pool_add(&rests, alloc_block(gen, (PINS_A_TILE - 1) * pin - SLIVER_BYTES));
    }
    pool_add(pins, alloc_block(gen, pin));
    gen_free(gen, front);
    for (size_t i = 0; i < n_tiles; i++) {
        gen_free(gen, first + 2 * (int64_t)i);
        pool_add(pins, alloc_block(gen, pin));
    }
    pool_end(&rests, gen);
}

/// One round: tiles of the next level have the same bytes together, but even its pins are larger
/// than what is free between two pins of this level. So where the pins stand in the tiles' room,
/// each level takes new heap for all of its tiles.
static void pin_round(struct gen *gen, size_t n_tiles, pin_level level)
{
    struct pool pins = {0};
    uint64_t pin = 16 * gen_between(gen, 2, 4);
    level(gen, n_tiles, pin, &pins);
    while (n_tiles / PINS_A_TILE >= MIN_TILES) {
        n_tiles /= PINS_A_TILE;
        pin *= PINS_A_TILE;
        level(gen, n_tiles, pin, &pins);
    }
    int64_t last = alloc_tiles(gen, n_tiles, pin);
    for (size_t i = 0; i < n_tiles; i++) {
        gen_free(gen, last + (int64_t)i);
    }
    pool_end(&pins, gen);
}

static void pin_rounds(struct gen *gen, pin_level level)
{
    enum { OPS_A_TILE = 7, OPS_MORE = 64 }; // no round takes more
    while (gen_room(gen, OPS_A_TILE * MIN_TILES + OPS_MORE)) {
        size_t n_fit = (gen->max_ops - gen->builder.trace->n_ops - OPS_MORE) / OPS_A_TILE;
        pin_round(gen, smallest(n_fit, gen->live, MAX_TILES), level);
    }
}

void generate_first_fit_bad(struct gen *gen)
{
    pin_rounds(gen, pin_for_first_fit);
}

void generate_best_fit_bad(struct gen *gen)
{
    pin_rounds(gen, pin_for_best_fit);
}

/// Addresses and sizes count units.
struct robson_block {
    int64_t id;
    uint64_t address;
    uint64_t size;
};

struct robson {
    struct robson_block *blocks; ///< the live ones
    size_t n_blocks;
    uint64_t n_live; ///< units
    uint64_t end;    ///< of the heap
    uint64_t offset; ///< f of the paper
};

/// Whether the block has a unit whose address is `offset` modulo `size`, a power of two.
static bool robson_covers(const struct robson_block *block, uint64_t offset, uint64_t size)
{
    return ((offset - block->address) & (size - 1)) < block->size;
}

/// What the blocks that would stay keep from being used by blocks of `size`.
static uint64_t robson_waste(const struct robson *robson, uint64_t offset, uint64_t size)
{
    uint64_t waste = 0;
    for (size_t i = 0; i < robson->n_blocks; i++) {
        const struct robson_block *block = &robson->blocks[i];
        waste += robson_covers(block, offset, size) ? size - block->size : 0;
    }
    return waste;
}

static void robson_round(struct robson *robson, struct gen *gen, uint64_t size, uint64_t max_live)
{
    uint64_t other = robson->offset + size / 2;
    if (robson_waste(robson, other, size) > robson_waste(robson, robson->offset, size)) {
        robson->offset = other;
    }
    size_t n_kept = 0;
    for (size_t i = 0; i < robson->n_blocks; i++) {
        struct robson_block block = robson->blocks[i];
        if (robson_covers(&block, robson->offset, size)) {
            robson->blocks[n_kept++] = block;
        } else {
            gen_free(gen, block.id);
            robson->n_live -= block.size;
        }
    }
    robson->n_blocks = n_kept;
    for (; robson->n_live + size <= max_live; robson->n_live += size, robson->end += size) {
        int64_t id = alloc_block(gen, size * UNIT_BYTES);
        robson->blocks[robson->n_blocks++] = (struct robson_block){id, robson->end, size};
    }
}

/// The bad sequence of J. M. Robson, "Bounds for some functions concerning dynamic storage
/// allocation", Journal of the ACM 21 (1974): blocks of 1, 2, 4 ... units, never more than `live`
/// units at once. Before the round of size 2^i, all blocks are freed but those that cover an
/// address of f modulo 2^i; so 2^i units side by side are free nowhere. f is what it was before or
/// 2^(i-1) more, whichever wastes more room.
///
/// Robson's adversary looks where blocks are. Here they are supposed to follow one another in the
/// order of their requests, which is where every allocator without size classes puts them: no hole
/// is ever large enough, and each block goes to the heap's end.
void generate_robson(struct gen *gen)
{
    enum { OPS_A_UNIT = 4 };
    struct robson robson = {.blocks = xcalloc(gen->live + MIN_UNITS, sizeof *robson.blocks)};
    while (gen_room(gen, OPS_A_UNIT * MIN_UNITS)) {
        size_t n_fit = (gen->max_ops - gen->builder.trace->n_ops) / OPS_A_UNIT;
        uint64_t max_live = smallest(n_fit, gen->live, MAX_UNITS);
        max_live = max_live < MIN_UNITS ? MIN_UNITS : max_live;
        robson.offset = gen_between(gen, 0, max_live);
        for (uint64_t size = 1; size <= max_live / 4; size *= 2) {
            robson_round(&robson, gen, size, max_live);
        }
        for (size_t i = 0; i < robson.n_blocks; i++) {
            gen_free(gen, robson.blocks[i].id);
        }
        robson = (struct robson){.blocks = robson.blocks};
    }
    free(robson.blocks);
}
