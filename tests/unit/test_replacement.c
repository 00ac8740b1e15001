// SPDX-License-Identifier: MIT
// Every policy of the table against a naive model that scans arrays, written from the words of
// student_template/vm/replace.h alone: random strings, victim by victim. Then the laws: OPT is
// never beaten, LRU never gets worse with more frames.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "harness/trace/random.h"
#include "harness/vm/paging.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define MAX_USES 400
#define MAX_FRAMES 12

struct use {
    uint64_t page;
    bool write;
};

struct place {
    uint64_t page;
    uint64_t loaded_at, used_at; ///< numbers of uses, from 1
    uint64_t n_uses;
    bool referenced, dirty, written;
    unsigned age;
};

struct model {
    enum policy_id id;
    struct policy_settings settings;
    const struct use *uses;
    size_t n_uses; ///< in the whole string
    size_t now;    ///< uses that are over
    struct place places[MAX_FRAMES];
    uint32_t n_used;
    uint32_t hand;
    struct random random;
};

static uint64_t next_use(const struct use *uses, size_t n_uses, size_t from, uint64_t page)
{
    for (size_t i = from; i < n_uses; i++) {
        if (uses[i].page == page) {
            return i;
        }
    }
    return UINT64_MAX;
}

/// What the policy wants to be small.
static uint64_t rank(const struct model *model, const struct place *place)
{
    switch (model->id) {
    case POLICY_FIFO:
        return place->loaded_at;
    case POLICY_LFU:
        return place->n_uses * MAX_USES * 2 + place->loaded_at;
    case POLICY_AGING:
        return place->age;
    case POLICY_OPT:
        return UINT64_MAX - next_use(model->uses, model->n_uses, model->now, place->page);
    default:
        return place->used_at;
    }
}

/// The lowest frame of the smallest rank; with `clean`, among pages not written. MAX_FRAMES: none.
static uint32_t smallest(const struct model *model, bool clean)
{
    uint32_t best = MAX_FRAMES;
    for (uint32_t f = 0; f < model->settings.n_frames; f++) {
        if (clean && model->places[f].written) {
            continue;
        }
        if (best == MAX_FRAMES ||
            rank(model, &model->places[f]) < rank(model, &model->places[best])) {
            best = f;
        }
    }
    return best;
}

static uint32_t model_working_set(const struct model *model)
{
    uint32_t oldest = smallest(model, false);
    // The last `window` uses are those numbered now - window + 1 .. now.
    if (model->places[oldest].used_at + model->settings.window <= model->now) {
        return oldest;
    }
    uint32_t clean = smallest(model, true);
    return clean < MAX_FRAMES ? clean : oldest;
}

static uint32_t model_clock(struct model *model)
{
    for (;;) {
        struct place *place = &model->places[model->hand];
        uint32_t frame = model->hand;
        model->hand = (model->hand + 1) % model->settings.n_frames;
        if (!place->referenced) {
            return frame;
        }
        place->referenced = false;
    }
}

static uint32_t model_second_chance(struct model *model)
{
    uint32_t n = model->settings.n_frames;
    for (int round = 0;; round++) {
        bool wanted_dirty = round % 2 == 1;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t frame = (model->hand + i) % n;
            struct place *place = &model->places[frame];
            if (!place->referenced && place->dirty == wanted_dirty) {
                model->hand = (frame + 1) % n;
                return frame;
            }
            if (wanted_dirty) {
                place->referenced = false;
            }
        }
    }
}

static uint32_t model_victim(struct model *model)
{
    switch (model->id) {
    case POLICY_CLOCK:
        return model_clock(model);
    case POLICY_SECOND:
        return model_second_chance(model);
    case POLICY_WORKING_SET:
        return model_working_set(model);
    case POLICY_RANDOM:
        return (uint32_t)(random_next(&model->random) % model->settings.n_frames);
    default:
        return smallest(model, false);
    }
}

static void model_shift_ages(struct model *model)
{
    for (uint32_t f = 0; f < model->n_used; f++) {
        struct place *place = &model->places[f];
        place->age = place->age / 2 + (place->referenced ? 128 : 0);
        place->referenced = false;
    }
}

static struct place *model_find(struct model *model, uint64_t page)
{
    for (uint32_t f = 0; f < model->n_used; f++) {
        if (model->places[f].page == page) {
            return &model->places[f];
        }
    }
    return NULL;
}

/// The same answers as paging_use.
static struct paging_outcome model_use(struct model *model, const struct use *use)
{
    struct place *place = model_find(model, use->page);
    struct paging_outcome outcome = {.fault = place == NULL};
    if (outcome.fault && model->n_used == model->settings.n_frames) {
        place = &model->places[model_victim(model)];
        outcome.evicted = true;
        outcome.victim = place->page;
        outcome.written_back = place->written;
    } else if (outcome.fault) {
        place = &model->places[model->n_used++];
    }
    bool is_aging = model->id == POLICY_AGING;
    if (is_aging && model->now > 0 && model->now % model->settings.window == 0) {
        model_shift_ages(model);
    }
    model->now++;
    if (outcome.fault) {
        *place = (struct place){.page = use->page, .loaded_at = model->now, .age = 0x80};
    }
    place->used_at = model->now;
    place->n_uses++;
    place->written |= use->write;
    place->dirty |= use->write;
    place->referenced |= !(is_aging && outcome.fault);
    outcome.frame = (uint32_t)(place - model->places);
    return outcome;
}

static void make_string(struct random *random, struct use *uses, size_t n_uses)
{
    uint64_t n_pages = random_between(random, 1, 2 * MAX_FRAMES);
    uint64_t writes = random_below(random, 5);
    uint64_t stride = random_below(random, 4) == 0 ? UINT64_C(1) << 40 : 1;
    for (size_t i = 0; i < n_uses; i++) {
        // The smaller of two draws: some pages are used more often than others.
        uint64_t a = random_below(random, n_pages);
        uint64_t b = random_below(random, n_pages);
        uses[i].page = (a < b ? a : b) * stride;
        uses[i].write = random_below(random, 4) < writes;
    }
}

static void compare(const struct policy *policy, const struct policy_settings *settings,
                    const struct use *uses, size_t n_uses)
{
    struct model model = {.id = policy->id,
                          .settings = *settings,
                          .uses = uses,
                          .n_uses = n_uses,
                          .random = {settings->seed}};
    struct paging *paging = paging_open(policy, settings);
    for (size_t i = 0; i < n_uses; i++) {
        uint64_t next = next_use(uses, n_uses, i + 1, uses[i].page);
        struct paging_outcome expected = model_use(&model, &uses[i]);
        struct paging_outcome seen = paging_use(paging, uses[i].page, uses[i].write, next);
        if (seen.fault != expected.fault || seen.evicted != expected.evicted ||
            seen.written_back != expected.written_back || seen.frame != expected.frame ||
            seen.victim != expected.victim) {
            ck_abort_msg("%s, %u frames, window %u, use %zu: frame %u instead of %u", policy->name,
                         settings->n_frames, settings->window, i, seen.frame, expected.frame);
        }
        bool dirty;
        uint64_t page = paging_page(paging, seen.frame, &dirty);
        if (page != uses[i].page || dirty != model.places[seen.frame].written ||
            (policy->hand != NULL && policy->hand(paging_state(paging)) != model.hand)) {
            ck_abort_msg("%s, use %zu: another page, dirty bit or hand", policy->name, i);
        }
    }
    paging_close(paging);
}

START_TEST(each_policy_does_what_its_words_say)
{
    struct random random = {test_seed(4)};
    struct use uses[MAX_USES];
    int n_rounds = under_valgrind() ? 20 : 200;
    for (int round = 0; round < n_rounds; round++) {
        size_t n_uses = (size_t)random_between(&random, 0, MAX_USES);
        struct policy_settings settings = {
            .n_frames = (uint32_t)random_between(&random, 1, MAX_FRAMES),
            .window = (uint32_t)random_between(&random, 1, 30),
            .seed = random_next(&random),
        };
        make_string(&random, uses, n_uses);
        for (const struct policy *const *policy = policies; *policy != NULL; policy++) {
            compare(*policy, &settings, uses, n_uses);
        }
    }
}
END_TEST

static uint64_t count_faults(const struct policy *policy, const struct policy_settings *settings,
                             const struct use *uses, size_t n_uses)
{
    struct paging *paging = paging_open(policy, settings);
    for (size_t i = 0; i < n_uses; i++) {
        uint64_t next = next_use(uses, n_uses, i + 1, uses[i].page);
        paging_use(paging, uses[i].page, uses[i].write, next);
    }
    uint64_t n_faults = paging_counts(paging).n_faults;
    paging_close(paging);
    return n_faults;
}

START_TEST(opt_is_never_beaten_and_stacks_have_no_anomaly)
{
    struct random random = {test_seed(5)};
    struct use uses[MAX_USES];
    int n_rounds = under_valgrind() ? 1 : 20;
    for (int round = 0; round < n_rounds; round++) {
        uint64_t last_opt = UINT64_MAX;
        uint64_t last_lru = UINT64_MAX;
        make_string(&random, uses, MAX_USES);
        for (uint32_t n_frames = 1; n_frames <= 2 * MAX_FRAMES + 1; n_frames++) {
            struct policy_settings settings = {.n_frames = n_frames, .window = 10, .seed = 1};
            uint64_t opt = count_faults(policy_of(POLICY_OPT), &settings, uses, MAX_USES);
            uint64_t lru = count_faults(policy_of(POLICY_LRU), &settings, uses, MAX_USES);
            for (const struct policy *const *policy = policies; *policy != NULL; policy++) {
                ck_assert_uint_ge(count_faults(*policy, &settings, uses, MAX_USES), opt);
            }
            ck_assert_uint_le(opt, last_opt);
            ck_assert_uint_le(lru, last_lru);
            last_opt = opt;
            last_lru = lru;
        }
    }
}
END_TEST

START_TEST(the_table_is_complete)
{
    int n_policies = 0;
    for (const struct policy *const *policy = policies; *policy != NULL; policy++) {
        ck_assert_int_eq((int)(*policy)->id, n_policies);
        ck_assert_ptr_eq(policy_find((*policy)->name), *policy);
        ck_assert_ptr_eq(policy_of((*policy)->id), *policy);
        ck_assert((*policy)->title[0] != '\0');
        ck_assert((*policy)->needs_future == ((*policy)->next_use != NULL));
        n_policies++;
    }
    ck_assert_int_eq(n_policies, POLICY_FREE);
    ck_assert_ptr_null(policy_find("belady"));
    ck_assert_ptr_null(policy_find(""));
    ck_assert_ptr_null(policy_of(POLICY_FREE));
}
END_TEST

/// Two frames; page 1 is written, page 2 read, page 1 read: what pictures say of frame 0.
static const struct {
    const char *policy;
    const char *text;
} descriptions[] = {
    {"fifo", "1 in line"}, {"lru", "2 in line"},
    {"clock", "ref 1"},    {"second-chance", "ref 1 dirty 1"},
    {"lfu", "2 uses"},     {"aging", "age 0x40 ref 1"},
    {"random", ""},        {"working-set", "used 0 ago, dirty"},
    {"opt", "next use 7"},
};

START_TEST(frames_are_described)
{
    const struct policy *policy = policy_find(descriptions[_i].policy);
    struct policy_settings settings = {.n_frames = 2, .window = 2};
    struct paging *paging = paging_open(policy, &settings);
    char text[40];
    ck_assert_uint_eq(paging_page(paging, 0, NULL), UINT64_MAX);
    paging_use(paging, 1, true, 2);
    paging_use(paging, 2, false, UINT64_MAX);
    paging_use(paging, 1, false, 7);
    policy->describe(paging_state(paging), 0, text, sizeof text);
    ck_assert_str_eq(text, descriptions[_i].text);
    memset(text, 'x', sizeof text);
    policy->describe(paging_state(paging), 1, text, 4);
    ck_assert(memchr(text, '\0', 4) != NULL && text[4] == 'x');
    policy->describe(paging_state(paging), 1, text, sizeof text);
    ck_assert(policy->id != POLICY_OPT || strcmp(text, "never used again") == 0);
    ck_assert(policy->id != POLICY_LFU || strcmp(text, "1 use") == 0);
    paging_close(paging);
}
END_TEST

/// The first numbers of SplitMix64 from 1234567, as Vigna's program prints them.
START_TEST(random_numbers_are_the_same_everywhere)
{
    uint64_t state = 1234567;
    ck_assert_uint_eq(replacement_random(&state), UINT64_C(6457827717110365317));
    ck_assert_uint_eq(replacement_random(&state), UINT64_C(3203168211198807973));
    ck_assert_uint_eq(replacement_random(&state), UINT64_C(9817491932198370423));
}
END_TEST

Suite *replacement_suite(void)
{
    Suite *suite = suite_create("replacement");
    TCase *tests = tcase_create("policies");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, each_policy_does_what_its_words_say);
    tcase_add_test(tests, opt_is_never_beaten_and_stacks_have_no_anomaly);
    tcase_add_test(tests, the_table_is_complete);
    tcase_add_loop_test(tests, frames_are_described, 0,
                        (int)(sizeof descriptions / sizeof descriptions[0]));
    tcase_add_test(tests, random_numbers_are_the_same_everywhere);
    suite_add_tcase(suite, tests);
    return suite;
}
