// SPDX-License-Identifier: MIT
// Caches with one mistake each.
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/modules/guess.h"

enum {
    FIFO = 1 << 0,
    MOST_RECENT = 1 << 1,
    HIT_CLEAN = 1 << 2,  ///< a write that hits leaves the line clean
    FILL_CLEAN = 1 << 3, ///< a write that misses does
    STICKY = 1 << 4,     ///< a new line takes the old one's dirty bit over
    READ_CLEANS = 1 << 5,
    BACK = 1 << 6,    ///< always write-back
    THROUGH = 1 << 7, ///< always write-through
    ALLOCATE = 1 << 8,
    NO_ALLOCATE = 1 << 9,
    NO_HOLES = 1 << 10,
    FEWER_WAYS = 1 << 11,
    TOP_INDEX = 1 << 12,
    NO_OFFSET = 1 << 13,    ///< the line's bytes are not taken off before the index
    TELL_NUMBER = 1 << 14,  ///< the victim as a line's number, not as an address
    TELL_NEW = 1 << 15,     ///< the victim as the new line's address
    TELL_TAG = 1 << 16,     ///< the victim as its tag
    ALL_DIRTY = 1 << 17,    ///< every victim counts as dirty
    LOWEST = 1 << 18,       ///< evicts the first line of the set
    WRITE_NO_USE = 1 << 19, ///< a write that hits leaves its line as old as it was
    WRITE_MISSES = 1 << 20, ///< a write that need not allocate does not look for its line
    IN_32_BITS = 1 << 21,
};

static const struct guess_kind kinds[] = {
    {"a write that hits and does not make its line the youngest", WRITE_NO_USE},
    {"FIFO: a hit must make its line the youngest", FIFO},
    {"a write that hits and does not set the dirty bit", HIT_CLEAN},
    {"a write that misses and fills its line clean", FILL_CLEAN},
    {"a dirty bit that is not cleared when a new line comes in", STICKY},
    {"reads that clear the dirty bit", READ_CLEANS},
    {"write-back, but this cache is write-through: no line is ever dirty", BACK},
    {"write-through, but this cache is write-back", THROUGH},
    {"write-allocate, but here a write that misses changes nothing", ALLOCATE},
    {"no-write-allocate, but here a write that misses fills its line", NO_ALLOCATE},
    {"a cache that evicts although a line of the set is invalid", NO_HOLES},
    {"a write that is passed on without looking for its line first", WRITE_MISSES},
    {"addresses or tags that are kept in 32 bits", IN_32_BITS},
    {"evicting the line used last", MOST_RECENT},
    {"always evicting the first line of a set", LOWEST},
    {"a victim told as the new line's address", TELL_NEW},
    {"a victim told as the number of its line: shift it back to an address", TELL_NUMBER},
    {"a victim told as its tag: put index and offset back", TELL_TAG},
    {"writing back every victim", ALL_DIRTY},
    {"a set index taken from the upper end of the address", TOP_INDEX},
    {"a set index that starts at bit 0: the offset within the line comes first", NO_OFFSET},
    {"a cache of one way less", FEWER_WAYS},
    {NULL, 0}};

struct line {
    bool valid, dirty;
    uint64_t number, order;
};

struct model {
    unsigned flags;
    uint32_t sets, ways, line_bits, top_shift;
    bool write_back, allocate;
    uint64_t clock;
    struct line *lines;
};

static void *open_model(const struct module_config *config, unsigned flags)
{
    const struct cache_settings *cache = &config->cache;
    struct model *model = xcalloc(1, sizeof *model);
    uint32_t index_bits = (uint32_t)__builtin_ctz(cache->sets);
    uint32_t line_bits = (uint32_t)__builtin_ctz(cache->line_bytes);
    uint32_t used = index_bits + line_bits;
    *model = (struct model){
        .flags = flags,
        .sets = cache->sets,
        .ways = cache->ways,
        .line_bits = line_bits,
        .top_shift = config->geometry.pa_bits > used ? config->geometry.pa_bits - used : 0,
        .write_back = (cache->write_back && (flags & THROUGH) == 0) || (flags & BACK) != 0,
        .allocate =
            (cache->write_allocate && (flags & NO_ALLOCATE) == 0) || (flags & ALLOCATE) != 0};
    model->ways -= (flags & FEWER_WAYS) != 0 && model->ways > 1;
    model->lines = xcalloc((size_t)model->sets * model->ways, sizeof *model->lines);
    return model;
}

static void close_model(void *state)
{
    struct model *model = state;
    free(model->lines);
    free(model);
}

static struct line *set_of(const struct model *model, uint64_t pa)
{
    uint64_t number = pa >> model->line_bits;
    uint64_t index = (model->flags & TOP_INDEX) != 0   ? number >> model->top_shift
                     : (model->flags & NO_OFFSET) != 0 ? pa
                                                       : number;
    return &model->lines[(index & (model->sets - 1)) * model->ways];
}

static struct line *choose(const struct model *model, struct line *set)
{
    struct line *best = NULL;
    for (uint32_t i = 0; i < model->ways; i++) {
        if (!set[i].valid && ((model->flags & NO_HOLES) == 0 || i + 1 == model->ways)) {
            return &set[i];
        }
        bool younger = best != NULL && set[i].order > best->order;
        if (best == NULL ||
            ((model->flags & LOWEST) == 0 && younger == ((model->flags & MOST_RECENT) != 0))) {
            best = &set[i];
        }
    }
    return best;
}

static uint64_t told_victim(const struct model *model, const struct line *line, uint64_t pa)
{
    if ((model->flags & TELL_NUMBER) != 0) {
        return line->number;
    }
    if ((model->flags & TELL_TAG) != 0) {
        return line->number / model->sets;
    }
    uint64_t number = (model->flags & TELL_NEW) != 0 ? pa >> model->line_bits : line->number;
    return number << model->line_bits;
}

static void hit(struct model *model, struct line *line, bool write)
{
    bool stays = (model->flags & FIFO) != 0 || (write && (model->flags & WRITE_NO_USE) != 0);
    line->order = stays ? line->order : ++model->clock;
    line->dirty = (line->dirty && (write || (model->flags & READ_CLEANS) == 0)) ||
                  (write && model->write_back && (model->flags & HIT_CLEAN) == 0);
}

static void fill(struct model *model, struct line *line, uint64_t pa, bool write, uint64_t *results)
{
    results[1] = line->valid;
    results[2] = line->valid && (line->dirty || (model->flags & ALL_DIRTY) != 0);
    results[3] = line->valid ? told_victim(model, line, pa) : 0;
    bool kept = line->valid && line->dirty && (model->flags & STICKY) != 0;
    *line = (struct line){.valid = true,
                          .dirty = kept ||
                                   (write && model->write_back && (model->flags & FILL_CLEAN) == 0),
                          .number = pa >> model->line_bits,
                          .order = ++model->clock};
}

static void play(void *state, const struct module_call *call, uint64_t *results)
{
    struct model *model = state;
    if (call->function != RING_CACHE_ACCESS) {
        return;
    }
    bool cut = (model->flags & IN_32_BITS) != 0;
    uint64_t pa = cut ? (uint32_t)call->arguments[0] : call->arguments[0];
    bool write = call->arguments[1] != 0;
    bool blind = write && !model->allocate && (model->flags & WRITE_MISSES) != 0;
    struct line *set = set_of(model, pa);
    for (uint32_t i = 0; i < model->ways && !blind; i++) {
        if (set[i].valid && set[i].number == pa >> model->line_bits) {
            results[0] = 1;
            hit(model, &set[i], write);
            return;
        }
    }
    if (!write || model->allocate) {
        fill(model, choose(model, set), pa, write, results);
    }
}

static bool same(const struct module_call *call, const uint64_t *a, const uint64_t *b)
{
    (void)call;
    return (a[0] != 0) == (b[0] != 0) && (a[1] != 0) == (b[1] != 0) && (a[2] != 0) == (b[2] != 0) &&
           (a[1] == 0 || a[3] == b[3]);
}

const struct guess_family guess_cache = {kinds, open_model, play, close_model, same};
