// SPDX-License-Identifier: MIT
// Aging, working set and second chance with one detail wrong. Each is tried only where its policy
// is the stated one. Frames are searched from end to end.
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/modules/guess.h"

#define NEWEST 0x80u

enum {
    AGING = 1 << 0,
    WORKING_SET = 1 << 1,
    SECOND = 1 << 2,
    KEEP_DIRT = 1 << 3, ///< a load does not clear the dirty bit
    LAST = 1 << 4,      ///< of equals
    // Of aging.
    SHIFT_LEFT = 1 << 5,
    EARLY = 1 << 6, ///< ages are shifted behind the last use of a window
    LOAD_ZERO = 1 << 7,
    LOAD_SETS = 1 << 8, ///< a load sets the reference bit, too
    KEEP_BITS = 1 << 9, ///< the reference bits stay when ages are shifted
    LONGER = 1 << 10,   ///< the window, by one use
    // Of the working set.
    SHORTER = 1 << 11,
    NO_DIRT = 1 << 12,     ///< clean pages are not preferred
    LOWEST = 1 << 13,      ///< outside the window
    CLEAN_FIRST = 1 << 14, ///< outside the window, too
    // Of second chance.
    CLEARS_FIRST = 1 << 15, ///< the round for (0, 0) clears reference bits
    HAND_STAYS = 1 << 16,
};

static const struct guess_kind kinds[] = {
    {"pages that are loaded with age 0", AGING | LOAD_ZERO},
    {"ages that are shifted left", AGING | SHIFT_LEFT},
    {"ages that are shifted after the last use of a window, not before the next one",
     AGING | EARLY},
    {"ages that are shifted one use too seldom", AGING | LONGER},
    {"a load that sets the reference bit as well", AGING | LOAD_SETS},
    {"reference bits that are not cleared when the ages are shifted", AGING | KEEP_BITS},
    {"aging that takes the last frame of equals", AGING | LAST},
    {"a working set that does not prefer clean pages", WORKING_SET | NO_DIRT},
    {"a window that is one use too long", WORKING_SET | LONGER},
    {"a window that is one use too short", WORKING_SET | SHORTER},
    {"taking the lowest frame outside the window, not the one used longest ago",
     WORKING_SET | LOWEST},
    {"preferring clean pages outside the window, too", WORKING_SET | CLEAN_FIRST},
    {"a dirty bit that stays when another page is loaded", WORKING_SET | KEEP_DIRT},
    {"second chance that does not look at the dirty bit", SECOND | NO_DIRT},
    {"a dirty bit that stays when another page is loaded", SECOND | KEEP_DIRT},
    {"a search for (0, 0) that clears reference bits on its way", SECOND | CLEARS_FIRST},
    {"a hand that stays on the victim", SECOND | HAND_STAYS},
    {NULL, 0}};

struct frame {
    uint8_t age;
    bool referenced, dirty;
    uint64_t used;
};

struct model {
    unsigned flags;
    uint32_t n_frames, hand;
    uint64_t window, n_uses;
    uint64_t n_since; ///< uses since the ages were shifted
    struct frame *frames;
};

static void *open_model(const struct module_config *config, unsigned flags)
{
    static const unsigned own[POLICY_FREE + 1] = {
        [POLICY_AGING] = AGING, [POLICY_WORKING_SET] = WORKING_SET, [POLICY_SECOND] = SECOND};
    if ((flags & own[config->policy]) == 0) {
        return NULL;
    }
    struct model *model = xcalloc(1, sizeof *model);
    model->flags = flags;
    model->n_frames = config->replacement.n_frames;
    model->window = config->replacement.window;
    model->window += (flags & LONGER) != 0;
    model->window -= (flags & SHORTER) != 0;
    model->frames = xcalloc(model->n_frames, sizeof *model->frames);
    return model;
}

static void close_model(void *state)
{
    struct model *model = state;
    free(model->frames);
    free(model);
}

/// When a window is over; others than aging have no ages.
static void shift_ages(struct model *model)
{
    if ((model->flags & AGING) == 0 || model->n_since < model->window) {
        return;
    }
    model->n_since = 0;
    for (uint32_t i = 0; i < model->n_frames; i++) {
        struct frame *frame = &model->frames[i];
        bool left = (model->flags & SHIFT_LEFT) != 0;
        unsigned age = frame->age;
        unsigned shifted = left ? age << 1 : age >> 1;
        frame->age = (uint8_t)(shifted | (!frame->referenced ? 0 : left ? 1 : NEWEST));
        frame->referenced = frame->referenced && (model->flags & KEEP_BITS) != 0;
    }
}

static void use(struct model *model, struct frame *frame, bool loaded, bool write)
{
    unsigned flags = model->flags;
    if ((flags & EARLY) == 0) {
        shift_ages(model);
    }
    model->n_since++;
    frame->used = ++model->n_uses;
    frame->dirty = write || (frame->dirty && (!loaded || (flags & KEEP_DIRT) != 0));
    frame->referenced = !loaded || (flags & AGING) == 0 || (flags & LOAD_SETS) != 0;
    if (loaded) {
        frame->age = (flags & LOAD_ZERO) != 0 ? 0 : NEWEST;
    }
    if ((flags & EARLY) != 0) {
        shift_ages(model);
    }
}

static uint32_t aging_victim(const struct model *model)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < model->n_frames; i++) {
        bool same = model->frames[i].age == model->frames[best].age;
        if (model->frames[i].age < model->frames[best].age ||
            (same && (model->flags & LAST) != 0)) {
            best = i;
        }
    }
    return best;
}

/// Of the frames that may go, the one used longest ago; n_frames when none may.
static uint32_t oldest(const struct model *model, bool outside, bool clean)
{
    uint32_t best = model->n_frames;
    for (uint32_t i = 0; i < model->n_frames; i++) {
        const struct frame *frame = &model->frames[i];
        if ((outside && model->n_uses - frame->used < model->window) || (clean && frame->dirty)) {
            continue;
        }
        if (outside && (model->flags & LOWEST) != 0) {
            return i;
        }
        if (best == model->n_frames || frame->used < model->frames[best].used) {
            best = i;
        }
    }
    return best;
}

static uint32_t working_set_victim(const struct model *model)
{
    bool clean = (model->flags & NO_DIRT) == 0;
    uint32_t victim = model->n_frames;
    if ((model->flags & CLEAN_FIRST) != 0) {
        victim = oldest(model, true, true);
    }
    if (victim == model->n_frames) {
        victim = oldest(model, true, false);
    }
    if (victim == model->n_frames) {
        victim = oldest(model, false, clean);
    }
    return victim == model->n_frames ? oldest(model, false, false) : victim;
}

/// One round from the hand on; n_frames when no frame is like that.
static uint32_t search(struct model *model, bool dirty, bool clears)
{
    for (uint32_t i = 0; i < model->n_frames; i++) {
        uint32_t at = (model->hand + i) % model->n_frames;
        struct frame *frame = &model->frames[at];
        bool fits = frame->dirty == dirty || (model->flags & NO_DIRT) != 0;
        if (!frame->referenced && fits) {
            return at;
        }
        frame->referenced = frame->referenced && !clears;
    }
    return model->n_frames;
}

static uint32_t second_victim(struct model *model)
{
    uint32_t victim = model->n_frames;
    for (unsigned round = 0; victim == model->n_frames; round ^= 1) {
        victim = search(model, round == 1, round == 1 || (model->flags & CLEARS_FIRST) != 0);
    }
    model->hand = (victim + ((model->flags & HAND_STAYS) == 0)) % model->n_frames;
    return victim;
}

static void play(void *state, const struct module_call *call, uint64_t *results)
{
    struct model *model = state;
    if (call->function == RING_REPLACE_VICTIM) {
        results[0] = (model->flags & AGING) != 0         ? aging_victim(model)
                     : (model->flags & WORKING_SET) != 0 ? working_set_victim(model)
                                                         : second_victim(model);
    } else if (call->function != RING_REPLACE_INIT) {
        use(model, &model->frames[call->arguments[0]], call->function == RING_REPLACE_LOADED,
            call->arguments[2] != 0);
    }
}

static bool same(const struct module_call *call, const uint64_t *a, const uint64_t *b)
{
    (void)call;
    return a[0] == b[0];
}

const struct guess_family guess_replace_details = {kinds, open_model, play, close_model, same};
