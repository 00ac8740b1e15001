// SPDX-License-Identifier: MIT
// The references of the lab `replace`: published fault counts, strings worked out by hand, then
// random strings against each policy's definition, computed from all that happened so far.
#include "replace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define MAX_USES 3000
#define MAX_FRAMES 64

struct use {
    uint64_t page;
    bool write;
};

// All that has happened: uses[0 .. now - 1], and what lies in the frames.
static struct use uses[MAX_USES];
static size_t n_uses;
static size_t now;
static struct replace_config config;
static uint64_t resident[MAX_FRAMES];
static size_t load[MAX_FRAMES]; // the use by which the page came
static uint64_t last_random;
static unsigned n_random;

uint64_t replace_random(void)
{
    n_random++;
    return last_random = check_random(UINT64_MAX);
}

// The use at hand is uses[now]: one ahead.
uint64_t replace_next_use(uint64_t page)
{
    for (size_t i = now; i < n_uses; i++)
        if (uses[i].page == page)
            return i - now + 1;
    return VM_NONE;
}

// --- Definitions ----------------------------------------------------------------------------

static size_t last_use(uint32_t frame)
{
    size_t i = now;
    while (uses[--i].page != resident[frame]) {
    }
    return i;
}

static bool is_dirty(uint32_t frame)
{
    for (size_t i = load[frame]; i < now; i++)
        if (uses[i].page == resident[frame] && uses[i].write)
            return true;
    return false;
}

static uint32_t least(uint64_t (*of)(uint32_t frame))
{
    uint32_t found = 0;
    for (uint32_t frame = 1; frame < config.n_frames; frame++)
        if (of(frame) < of(found))
            found = frame;
    return found;
}

static uint64_t load_of(uint32_t frame)
{
    return load[frame];
}

static uint64_t last_use_of(uint32_t frame)
{
    return last_use(frame);
}

// The count first, the load after it.
static uint64_t count_of(uint32_t frame)
{
    uint64_t count = 0;
    for (size_t i = load[frame]; i < now; i++)
        count += uses[i].page == resident[frame];
    return count << 32 | load[frame];
}

static uint64_t age_of(uint32_t frame)
{
    uint64_t age = 0x80;
    bool referenced = false;
    for (size_t i = load[frame] + 1; i < now; i++) {
        if (i % config.window == 0) {
            age = age / 2 + (referenced ? 0x80 : 0);
            referenced = false;
        }
        referenced = referenced || uses[i].page == resident[frame];
    }
    return age;
}

static uint64_t nearness_of(uint32_t frame)
{
    return VM_NONE - replace_next_use(resident[frame]);
}

static uint32_t expect_fifo(void)
{
    return least(load_of);
}

static uint32_t expect_lru(void)
{
    return least(last_use_of);
}

static uint32_t expect_lfu(void)
{
    return least(count_of);
}

static uint32_t expect_aging(void)
{
    return least(age_of);
}

static uint32_t expect_opt(void)
{
    return least(nearness_of);
}

static uint32_t expect_random(void)
{
    check(n_random == 1, "%u random numbers for a victim", n_random);
    return (uint32_t)(last_random % config.n_frames);
}

static uint64_t outside_first(uint32_t frame)
{
    bool outside = last_use(frame) + config.window < now;
    return last_use(frame) + (outside ? 0 : is_dirty(frame) ? 2 * MAX_USES : MAX_USES);
}

static uint32_t expect_working_set(void)
{
    return least(outside_first);
}

// The hand as a queue: its front is where the hand is, and what it passes goes to the back.
static uint32_t queue[MAX_FRAMES];
static bool referenced[MAX_FRAMES];

static uint32_t rotate(void)
{
    uint32_t front = queue[0];
    memmove(queue, queue + 1, (config.n_frames - 1) * sizeof queue[0]);
    queue[config.n_frames - 1] = front;
    return front;
}

static uint32_t expect_clock(void)
{
    while (referenced[queue[0]])
        referenced[rotate()] = false;
    return rotate();
}

static uint32_t expect_second_chance(void)
{
    for (int round = 0;; round++) {
        for (uint32_t i = 0; i < config.n_frames; i++) {
            uint32_t frame = queue[i];
            if (!referenced[frame] && is_dirty(frame) == (round % 2 == 1)) {
                while (rotate() != frame) {
                }
                return frame;
            }
            if (round % 2 == 1)
                referenced[frame] = false;
        }
    }
}

static const struct reference {
    const char *name;
    enum replace_policy policy;
    uint32_t (*expect)(void);
} references[] = {
    {"fifo", REPLACE_FIFO, expect_fifo},
    {"lru", REPLACE_LRU, expect_lru},
    {"clock", REPLACE_CLOCK, expect_clock},
    {"second_chance", REPLACE_SECOND, expect_second_chance},
    {"lfu", REPLACE_LFU, expect_lfu},
    {"aging", REPLACE_AGING, expect_aging},
    {"working_set", REPLACE_WORKING_SET, expect_working_set},
    {"random", REPLACE_RANDOM, expect_random},
    {"opt", REPLACE_OPT, expect_opt},
    {NULL, REPLACE_FREE, NULL},
};

// --- Playing a string -----------------------------------------------------------------------

static void play_open(uint32_t n_frames, uint32_t window, enum replace_policy policy)
{
    config = (struct replace_config){.n_frames = n_frames, .policy = policy, .window = window};
    replace_init(&config);
    now = 0;
    for (uint32_t i = 0; i < n_frames; i++) {
        queue[i] = i;
        referenced[i] = false;
        resident[i] = VM_NONE;
    }
}

static uint32_t frame_of(uint64_t page)
{
    uint32_t frame = 0;
    while (frame < config.n_frames && resident[frame] != page)
        frame++;
    return frame;
}

static bool is_fault(void)
{
    return frame_of(uses[now].page) == config.n_frames;
}

static bool will_evict(void)
{
    return is_fault() && frame_of(VM_NONE) == config.n_frames;
}

// Plays uses[now]. The frame that the reference chose, if one was needed; right or wrong, the
// string goes on from there.
static uint32_t play_use(void)
{
    struct use use = uses[now];
    uint32_t frame = frame_of(use.page);
    if (!is_fault()) {
        replace_touched(frame, use.page, use.write);
    } else {
        n_random = 0;
        frame = will_evict() ? replace_victim() : frame_of(VM_NONE);
        if (frame >= config.n_frames) {
            check(false, "frame %u of %u", frame, config.n_frames);
            frame = 0;
        }
        replace_loaded(frame, use.page, use.write);
        resident[frame] = use.page;
        load[frame] = now;
    }
    referenced[frame] = true;
    now++;
    return frame;
}

// "1 2w 3": reads, and writes.
static void parse(const char *text)
{
    char *end;
    for (n_uses = 0; *text != '\0'; n_uses++) {
        uses[n_uses].page = strtoull(text, &end, 10);
        uses[n_uses].write = *end == 'w';
        text = end + (*end == 'w');
        text += *text == ' ';
    }
}

// --- The tests ------------------------------------------------------------------------------

#define BELADY "1 2 3 4 1 2 5 1 2 3 4 5"
#define TWENTY "1 2 3 4 2 1 5 6 2 1 2 3 7 6 3 2 1 2 3 6"

// Published counts (facts that any book on operating systems has); 0: none known.
static const struct {
    const char *string;
    uint32_t n_frames;
    unsigned fifo, lru, opt, clock;
} counts[] = {
    {BELADY, 3, 9, 10, 7, 9},
    {BELADY, 4, 10, 8, 6, 10},
    {"7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1", 3, 15, 12, 9, 14},
    {"0 1 2 0 1 3 0 3 1 2 1", 3, 7, 5, 5, 7},
    {"2 3 2 1 5 2 4 5 3 2 5 2", 3, 9, 7, 6, 8},
    {TWENTY, 1, 20, 20, 20, 0},
    {TWENTY, 2, 18, 18, 15, 0},
    {TWENTY, 3, 16, 15, 11, 0},
    {TWENTY, 4, 14, 10, 8, 0},
    {TWENTY, 5, 10, 8, 7, 0},
    {TWENTY, 6, 10, 7, 7, 0},
    {TWENTY, 7, 7, 7, 7, 0},
};

static void check_counts(const struct reference *reference)
{
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        const struct {
            enum replace_policy policy;
            unsigned n_faults;
        } known[] = {{REPLACE_FIFO, counts[i].fifo},
                     {REPLACE_LRU, counts[i].lru},
                     {REPLACE_OPT, counts[i].opt},
                     {REPLACE_CLOCK, counts[i].clock}};
        unsigned n_faults = 0;
        parse(counts[i].string);
        play_open(counts[i].n_frames, 4, reference->policy);
        while (now < n_uses) {
            n_faults += is_fault();
            play_use();
        }
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            check(known[k].policy != reference->policy || known[k].n_faults == 0 ||
                      known[k].n_faults == n_faults,
                  "%s, %u frames: %u faults, not %u", counts[i].string, counts[i].n_frames,
                  n_faults, known[k].n_faults);
    }
}

// Victims in three frames, worked out by hand.
static const struct {
    enum replace_policy policy;
    uint32_t window;
    const char *string;
    const char *victims;
} by_hand[] = {
    {REPLACE_FIFO, 1, "1 2 3 1 4 1 5", "012"},
    {REPLACE_LRU, 1, "1 2 3 1 4 1 5", "12"},
    {REPLACE_CLOCK, 1, "1 2 3 4 2 5 6", "021"},
    {REPLACE_SECOND, 1, "1 2w 3 4 5w 6", "021"},
    {REPLACE_LFU, 1, "1 1 2 3 3 4 5 5 6", "110"},
    {REPLACE_AGING, 2, "1 2 3 1 4 2 5 6", "012"},
    {REPLACE_WORKING_SET, 3, "1w 2 3 4w 1w 5w 6 6 6 7", "1210"},
    {REPLACE_OPT, 1, "7 0 1 2 0 3 0 4 2 3", "021"},
};

static void check_by_hand(const struct reference *reference)
{
    for (size_t i = 0; i < sizeof by_hand / sizeof by_hand[0]; i++) {
        if (by_hand[i].policy != reference->policy)
            continue;
        const char *expected = by_hand[i].victims;
        parse(by_hand[i].string);
        play_open(3, by_hand[i].window, reference->policy);
        while (now < n_uses) {
            bool evicts = will_evict();
            uint32_t victim = play_use();
            check(!evicts || (*expected != '\0' && victim == (uint32_t)(*expected - '0')),
                  "%s: use %zu evicts frame %u; expected %s", by_hand[i].string, now, victim,
                  by_hand[i].victims);
            expected += evicts && *expected != '\0';
        }
        check(*expected == '\0', "%s: too few victims", by_hand[i].string);
    }
}

static void check_random_strings(const struct reference *reference)
{
    static const uint32_t sizes[] = {1, 2, 3, 5, 8, 13, 64};
    for (size_t i = 0; i < 4 * sizeof sizes / sizeof sizes[0]; i++) {
        uint32_t n_frames = sizes[i % (sizeof sizes / sizeof sizes[0])];
        uint64_t n_pages = n_frames + 1 + check_random(n_frames + 3);
        n_uses = 100 + check_random(n_frames * 20);
        for (size_t k = 0; k < n_uses; k++)
            uses[k] = (struct use){check_random(1 + check_random(n_pages)), check_random(3) == 0};
        play_open(n_frames, 1 + (uint32_t)check_random(2 * n_frames), reference->policy);
        while (now < n_uses) {
            bool evicts = will_evict();
            bool by_number = reference->policy == REPLACE_RANDOM; // known afterwards
            uint32_t expected = evicts && !by_number ? reference->expect() : 0;
            uint32_t victim = play_use();
            if (evicts && by_number)
                expected = reference->expect();
            check(!evicts || victim == expected, "%u frames, window %u, use %zu: frame %u, not %u",
                  n_frames, config.window, now, victim, expected);
        }
    }
}

void check_reference(const char *name)
{
    const struct reference *reference = references;
    while (reference->name != NULL && strcmp(reference->name, name) != 0)
        reference++;
    check(reference->name != NULL, "no definition of the policy %s", name);
    if (reference->name == NULL)
        return;
    check_counts(reference);
    check_by_hand(reference);
    check_random_strings(reference);
}
