// SPDX-License-Identifier: MIT
// Replacement with one mistake each: another policy, or a stated one with a detail wrong. Frames
// are searched from end to end.
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/modules/guess.h"

enum base { QUEUE, CLOCK, COUNTS, OTHER };

/// The low bits of a kind's flags are its base, of OTHER with the policy above them.
enum {
    BASE = 7,
    POLICY_SHIFT = 8,
    // Of QUEUE, the oldest by loading or use; without USES it is FIFO.
    USES = 1 << 3,
    YOUNGEST = 1 << 4,
    LOAD_IS_NO_USE = 1 << 5,
    WRITES_ONLY = 1 << 6,
    LOWEST = 1 << 7,
    // Of CLOCK.
    CLEAR_AT_LOAD = 1 << 3,
    HAND_STAYS = 1 << 4, ///< on the victim
    NO_CLEARING = 1 << 5,
    FROM_ZERO = 1 << 6,     ///< each search starts at frame 0
    STARTS_AT_ONE = 1 << 7, ///< the hand does
    // Of COUNTS, fewest uses.
    NO_RESET = 1 << 3,
    TIE_LOWEST = 1 << 4,
    TIE_YOUNGEST = 1 << 5,
    TIE_LEAST_USED = 1 << 6,
    MOST = 1 << 7,
};

#define POLICY(id) (OTHER | (id) << POLICY_SHIFT)

static const struct guess_kind kinds[] = {
    {"FIFO", POLICY(POLICY_FIFO)},
    {"LRU", POLICY(POLICY_LRU)},
    {"CLOCK", POLICY(POLICY_CLOCK)},
    {"a hand that was not moved past the frame loaded last", CLOCK | HAND_STAYS},
    {"CLOCK whose reference bit is not set when a page is loaded", CLOCK | CLEAR_AT_LOAD},
    {"CLOCK whose hand does not clear the reference bits that it passes", CLOCK | NO_CLEARING},
    {"CLOCK whose search starts at frame 0 each time", CLOCK | FROM_ZERO},
    {"CLOCK whose hand starts at frame 1", CLOCK | STARTS_AT_ONE},
    {"second chance by the reference and dirty bits", POLICY(POLICY_SECOND)},
    {"LFU", POLICY(POLICY_LFU)},
    {"LFU whose count goes on when another page is loaded into the frame", COUNTS | NO_RESET},
    {"LFU that takes the lowest frame of equals", COUNTS | TIE_LOWEST},
    {"LFU that takes the page loaded last of equals", COUNTS | TIE_YOUNGEST},
    {"LFU that takes the least recently used of equals", COUNTS | TIE_LEAST_USED},
    {"evicting the page used most often", COUNTS | MOST},
    {"aging", POLICY(POLICY_AGING)},
    {"the working set", POLICY(POLICY_WORKING_SET)},
    {"evicting the page used last", QUEUE | USES | YOUNGEST},
    {"evicting the page loaded last", QUEUE | YOUNGEST},
    {"LRU whose replace_loaded does not count as a use", QUEUE | USES | LOAD_IS_NO_USE},
    {"LRU that counts writes alone as uses", QUEUE | USES | WRITES_ONLY},
    {"always taking frame 0", QUEUE | LOWEST},
    {NULL, 0}};

struct frame {
    bool referenced;
    uint64_t loaded, used, count;
};

struct model {
    unsigned flags;
    uint32_t n_frames, hand;
    uint64_t clock;
    struct frame *frames;
    const struct policy *policy; ///< of OTHER
    void *state;
};

static void *open_model(const struct module_config *config, unsigned flags)
{
    struct model *model = xcalloc(1, sizeof *model);
    *model = (struct model){.flags = flags, .n_frames = config->replacement.n_frames};
    model->frames = xcalloc(model->n_frames, sizeof *model->frames);
    if ((flags & BASE) == OTHER) {
        model->policy = policy_of((enum policy_id)(flags >> POLICY_SHIFT));
        model->state = model->policy->open(&config->replacement);
    }
    model->hand = (flags & BASE) == CLOCK && (flags & STARTS_AT_ONE) != 0 ? 1 % model->n_frames : 0;
    return model;
}

static void close_model(void *state)
{
    struct model *model = state;
    if (model->policy != NULL) {
        model->policy->close(model->state);
    }
    free(model->frames);
    free(model);
}

static void loaded(struct model *model, struct frame *frame)
{
    unsigned flags = model->flags;
    bool no_reset = (flags & BASE) == COUNTS && (flags & NO_RESET) != 0;
    bool is_use = (flags & BASE) != QUEUE || (flags & LOAD_IS_NO_USE) == 0;
    frame->referenced = (flags & BASE) != CLOCK || (flags & CLEAR_AT_LOAD) == 0;
    frame->loaded = ++model->clock;
    frame->used = is_use ? model->clock : frame->used;
    frame->count = no_reset ? frame->count + 1 : 1;
}

static void touched(struct model *model, struct frame *frame, bool write)
{
    bool is_use = (model->flags & BASE) != QUEUE || (model->flags & WRITES_ONLY) == 0 || write;
    frame->referenced = true;
    frame->used = is_use ? ++model->clock : frame->used;
    frame->count++;
}

/// The hand goes round twice at most.
static uint32_t clock_victim(struct model *model)
{
    if ((model->flags & FROM_ZERO) != 0) {
        model->hand = 0;
    }
    uint32_t frame = model->hand;
    for (uint32_t i = 0; i < 2 * model->n_frames && model->frames[frame].referenced; i++) {
        model->frames[frame].referenced = (model->flags & NO_CLEARING) != 0;
        frame = (frame + 1) % model->n_frames;
    }
    model->hand = (model->flags & HAND_STAYS) != 0 ? frame : (frame + 1) % model->n_frames;
    return frame;
}

/// Whether a frame is to go rather than the best one so far, of those before it.
static bool is_better(const struct model *model, const struct frame *one, const struct frame *best)
{
    unsigned flags = model->flags;
    if ((flags & BASE) == QUEUE) {
        uint64_t age = (flags & USES) != 0 ? one->used : one->loaded;
        uint64_t least = (flags & USES) != 0 ? best->used : best->loaded;
        return (flags & LOWEST) == 0 && ((flags & YOUNGEST) != 0 ? age > least : age < least);
    }
    if (one->count != best->count) {
        return (one->count < best->count) != ((flags & MOST) != 0);
    }
    return (flags & TIE_LOWEST) != 0       ? false
           : (flags & TIE_YOUNGEST) != 0   ? one->loaded > best->loaded
           : (flags & TIE_LEAST_USED) != 0 ? one->used < best->used
                                           : one->loaded < best->loaded;
}

static uint32_t victim(struct model *model)
{
    if ((model->flags & BASE) == CLOCK) {
        return clock_victim(model);
    }
    uint32_t best = 0;
    for (uint32_t i = 1; i < model->n_frames; i++) {
        if (is_better(model, &model->frames[i], &model->frames[best])) {
            best = i;
        }
    }
    return best;
}

static void play_other(struct model *model, const struct module_call *call, uint64_t *results)
{
    const struct policy *policy = model->policy;
    uint32_t frame = (uint32_t)call->arguments[0];
    bool write = call->arguments[2] != 0;
    if (call->function == RING_REPLACE_VICTIM) {
        results[0] = policy->victim(model->state);
    } else if (call->function == RING_REPLACE_LOADED && policy->loaded != NULL) {
        policy->loaded(model->state, frame, write);
    } else if (call->function == RING_REPLACE_TOUCHED && policy->touched != NULL) {
        policy->touched(model->state, frame, write);
    }
}

static void play(void *state, const struct module_call *call, uint64_t *results)
{
    struct model *model = state;
    if (model->policy != NULL) {
        play_other(model, call, results);
    } else if (call->function == RING_REPLACE_VICTIM) {
        results[0] = victim(model);
    } else if (call->function == RING_REPLACE_LOADED) {
        loaded(model, &model->frames[call->arguments[0]]);
    } else if (call->function == RING_REPLACE_TOUCHED) {
        touched(model, &model->frames[call->arguments[0]], call->arguments[2] != 0);
    }
}

static bool same(const struct module_call *call, const uint64_t *a, const uint64_t *b)
{
    (void)call;
    return a[0] == b[0];
}

const struct guess_family guess_replace = {kinds, open_model, play, close_model, same};
