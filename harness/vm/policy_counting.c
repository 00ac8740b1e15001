// SPDX-License-Identifier: MIT
// LFU counts every use, aging remembers eight intervals of them in one byte (Tanenbaum, "Modern
// Operating Systems", section 3.4).
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/vm/frame_heap.h"
#include "harness/vm/policy.h"

/// Key: uses since the page was loaded; tie: the number of the load.
struct lfu {
    struct frame_heap heap;
    uint64_t n_loads;
};

static void *lfu_open(const struct policy_settings *settings)
{
    struct lfu *lfu = xcalloc(1, sizeof *lfu);
    frame_heap_open(&lfu->heap, settings->n_frames);
    return lfu;
}

static void lfu_close(void *state)
{
    struct lfu *lfu = state;
    frame_heap_close(&lfu->heap);
    free(lfu);
}

static void lfu_loaded(void *state, uint32_t frame, bool write)
{
    struct lfu *lfu = state;
    (void)write;
    frame_heap_set(&lfu->heap, frame, 1, lfu->n_loads++);
}

static void lfu_touched(void *state, uint32_t frame, bool write)
{
    struct lfu *lfu = state;
    const struct frame_heap_entry *entry = frame_heap_entry(&lfu->heap, frame);
    (void)write;
    frame_heap_set(&lfu->heap, frame, entry->key + 1, entry->tie);
}

static uint32_t lfu_victim(void *state)
{
    const struct lfu *lfu = state;
    return frame_heap_first(&lfu->heap);
}

static void lfu_describe(const void *state, uint32_t frame, char *text, size_t n)
{
    const struct lfu *lfu = state;
    uint64_t n_uses = frame_heap_entry(&lfu->heap, frame)->key;
    snprintf(text, n, "%" PRIu64 " use%s", n_uses, n_uses == 1 ? "" : "s");
}

const struct policy policy_lfu = {
    .id = POLICY_LFU,
    .name = "lfu",
    .title = "least frequently used: the page with the fewest uses since it was loaded",
    .open = lfu_open,
    .close = lfu_close,
    .loaded = lfu_loaded,
    .touched = lfu_touched,
    .victim = lfu_victim,
    .describe = lfu_describe,
};

#define LEFTMOST 0x80u

struct aging {
    uint32_t n_frames;
    uint32_t window;
    uint32_t n_uses;  ///< since the ages were last shifted
    uint8_t *ages;    ///< of each frame
    bool *referenced; ///< of each frame
};

static void *aging_open(const struct policy_settings *settings)
{
    struct aging *aging = xcalloc(1, sizeof *aging);
    aging->n_frames = settings->n_frames;
    aging->window = settings->window;
    aging->ages = xcalloc(aging->n_frames, sizeof *aging->ages);
    aging->referenced = xcalloc(aging->n_frames, sizeof *aging->referenced);
    return aging;
}

static void aging_close(void *state)
{
    struct aging *aging = state;
    free(aging->ages);
    free(aging->referenced);
    free(aging);
}

/// Time passes right before a use, not behind the last one: a victim in between is chosen by the
/// ages as they were.
static void count_use(struct aging *aging)
{
    if (aging->n_uses == aging->window) {
        for (uint32_t i = 0; i < aging->n_frames; i++) {
            aging->ages[i] = (uint8_t)(aging->ages[i] >> 1 | (aging->referenced[i] ? LEFTMOST : 0));
            aging->referenced[i] = false;
        }
        aging->n_uses = 0;
    }
    aging->n_uses++;
}

static void aging_loaded(void *state, uint32_t frame, bool write)
{
    struct aging *aging = state;
    (void)write;
    count_use(aging);
    aging->ages[frame] = LEFTMOST;
    aging->referenced[frame] = false;
}

static void aging_touched(void *state, uint32_t frame, bool write)
{
    struct aging *aging = state;
    (void)write;
    count_use(aging);
    aging->referenced[frame] = true;
}

static uint32_t aging_victim(void *state)
{
    const struct aging *aging = state;
    uint32_t victim = 0;
    for (uint32_t i = 1; i < aging->n_frames; i++) {
        if (aging->ages[i] < aging->ages[victim]) {
            victim = i;
        }
    }
    return victim;
}

static void aging_describe(const void *state, uint32_t frame, char *text, size_t n)
{
    const struct aging *aging = state;
    snprintf(text, n, "age 0x%02x ref %d", aging->ages[frame], aging->referenced[frame]);
}

const struct policy policy_aging = {
    .id = POLICY_AGING,
    .name = "aging",
    .title = "8 bits of age, shifted right at intervals: the page with the smallest",
    .needs_window = true,
    .open = aging_open,
    .close = aging_close,
    .loaded = aging_loaded,
    .touched = aging_touched,
    .victim = aging_victim,
    .describe = aging_describe,
};
