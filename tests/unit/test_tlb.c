// SPDX-License-Identifier: MIT
// The golden TLB against a model that is a plain list for each set, and on a real mixed trace.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/access/access.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/vm/cache.h"
#include "harness/vm/tlb.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define MODEL_MAX 64

/// All entries of all sets in one list, the next to go first.
struct model {
    struct tlb_settings settings;
    size_t n;
    struct tlb_entry entries[MODEL_MAX];
};

static size_t model_find(const struct model *model, uint32_t asid, uint64_t vpn)
{
    size_t i = 0;
    while (i < model->n && !(model->entries[i].asid == asid && model->entries[i].vpn == vpn)) {
        i++;
    }
    return i;
}

static struct tlb_entry model_remove(struct model *model, size_t i)
{
    struct tlb_entry entry = model->entries[i];
    memmove(&model->entries[i], &model->entries[i + 1],
            (--model->n - i) * sizeof model->entries[0]);
    return entry;
}

static void model_insert(struct model *model, const struct tlb_entry *entry,
                         struct tlb_entry *victim)
{
    size_t at = model_find(model, entry->asid, entry->vpn);
    size_t in_set = 0;
    size_t oldest = model->n;
    *victim = (struct tlb_entry){0};
    if (at < model->n && model->settings.policy == TLB_FIFO) {
        model->entries[at] = *entry;
        return;
    }
    if (at < model->n) {
        model_remove(model, at);
    }
    for (size_t i = model->n; i-- > 0;) {
        if (model->entries[i].vpn % model->settings.sets == entry->vpn % model->settings.sets) {
            oldest = i;
            in_set++;
        }
    }
    if (in_set == model->settings.ways) {
        *victim = model_remove(model, oldest);
    }
    model->entries[model->n++] = *entry;
}

static void model_flush(struct model *model, bool all, uint32_t asid)
{
    for (size_t i = model->n; i-- > 0;) {
        if (all || model->entries[i].asid == asid) {
            model_remove(model, i);
        }
    }
}

static void lookup_both(struct tlb *tlb, struct model *model, uint32_t asid, uint64_t vpn)
{
    size_t at = model_find(model, asid, vpn);
    ck_assert((tlb_peek(tlb, asid, vpn) != NULL) == (at < model->n));
    const struct tlb_entry *entry = tlb_lookup(tlb, asid, vpn);
    ck_assert((entry != NULL) == (at < model->n));
    if (entry != NULL) {
        ck_assert_uint_eq(entry->ppn, model->entries[at].ppn);
        ck_assert_uint_eq(entry->flags, model->entries[at].flags);
    }
    if (entry != NULL && model->settings.policy == TLB_LRU) {
        struct tlb_entry used = model_remove(model, at);
        model->entries[model->n++] = used;
    }
}

static void insert_both(struct tlb *tlb, struct model *model, uint32_t asid, uint64_t vpn)
{
    struct tlb_entry fresh = {.valid = true,
                              .asid = asid,
                              .vpn = vpn,
                              .ppn = (uint64_t)rand(),
                              .flags = (uint64_t)rand()};
    struct tlb_entry expected;
    struct tlb_entry victim;
    model_insert(model, &fresh, &expected);
    tlb_insert(tlb, asid, vpn, fresh.ppn, fresh.flags, &victim);
    ck_assert_int_eq(victim.valid, expected.valid);
    ck_assert_uint_eq(victim.vpn, expected.vpn);
    ck_assert_uint_eq(victim.asid, expected.asid);
    ck_assert_uint_eq(victim.ppn, expected.ppn);
}

/// The set shows what the model has, in the model's order.
static bool same_set(const struct tlb *tlb, const struct model *model, uint64_t vpn)
{
    const struct tlb_entry *set = tlb_set(tlb, vpn);
    size_t n_valid = 0;
    uint64_t order = 0;
    for (uint32_t way = 0; way < model->settings.ways; way++) {
        n_valid += set[way].valid;
    }
    for (size_t i = 0; i < model->n; i++) {
        if (model->entries[i].vpn % model->settings.sets != vpn % model->settings.sets) {
            continue;
        }
        uint32_t way = 0;
        while (way < model->settings.ways &&
               !(set[way].valid && set[way].vpn == model->entries[i].vpn &&
                 set[way].asid == model->entries[i].asid)) {
            way++;
        }
        if (way == model->settings.ways || set[way].order != order++) {
            return false;
        }
    }
    return n_valid == order;
}

START_TEST(a_tlb_equals_a_list)
{
    srand(test_seed(11));
    for (int round = 0; round < 60; round++) {
        struct model model = {
            .settings = {.sets = 1u << rand() % 4, .policy = rand() % 2 ? TLB_LRU : TLB_FIFO}};
        model.settings.ways = 1 + (uint32_t)rand() % (MODEL_MAX / model.settings.sets);
        struct tlb tlb;
        tlb_open(&tlb, &model.settings);
        uint64_t n_pages = 2 + (uint64_t)rand() % (2 * MODEL_MAX);
        for (int i = 0; i < 1000; i++) {
            uint32_t asid = (uint32_t)rand() % 3;
            uint64_t vpn = (uint64_t)rand() % n_pages * (round % 3 == 0 ? 512 : 1);
            int what = rand() % 100;
            if (what < 50) {
                lookup_both(&tlb, &model, asid, vpn);
            } else if (what < 88) {
                insert_both(&tlb, &model, asid, vpn);
            } else if (what < 98) {
                size_t at = model_find(&model, asid, vpn);
                ck_assert(tlb_invalidate(&tlb, asid, vpn) == (at < model.n));
                if (at < model.n) {
                    model_remove(&model, at);
                }
            } else if (what == 98) {
                tlb_flush(&tlb, asid);
                model_flush(&model, false, asid);
            } else if (rand() % 4 == 0) {
                tlb_flush_all(&tlb);
                model_flush(&model, true, 0);
            }
            if (!same_set(&tlb, &model, vpn)) {
                ck_abort_msg("round %d, step %d differs", round, i);
            }
        }
        tlb_close(&tlb);
    }
}
END_TEST

START_TEST(spaces_of_one_page_do_not_meet)
{
    struct tlb tlb;
    tlb_open(&tlb, &(struct tlb_settings){.sets = 1, .ways = 2});
    tlb_insert(&tlb, UINT32_MAX, 7, 1, 0, NULL);
    tlb_insert(&tlb, 0, 7, 2, 0, NULL);
    ck_assert_uint_eq(tlb_lookup(&tlb, UINT32_MAX, 7)->ppn, 1);
    ck_assert_uint_eq(tlb_lookup(&tlb, 0, 7)->ppn, 2);
    ck_assert_ptr_null(tlb_lookup(&tlb, 1, 7));
    tlb_flush(&tlb, UINT32_MAX);
    ck_assert_ptr_null(tlb_peek(&tlb, UINT32_MAX, 7));
    ck_assert_ptr_nonnull(tlb_peek(&tlb, 0, 7));
    ck_assert_uint_eq(tlb.n_hits, 2);
    ck_assert_uint_eq(tlb.n_misses, 1);
    tlb_close(&tlb);
}
END_TEST

/// facts.md, section 4.
static const struct {
    uint32_t tlb_ways, page_bits, cache_sets, line_bytes;
    uint64_t ppn_mask;
    uint64_t expected[8]; ///< hits, misses of: TLB data, TLB fetches, cache data, cache fetches
} mixed[] = {
    {8, 12, 256, 64, 0x000FFF0F, {91755, 10813, 294513, 2919, 93839, 8729, 291459, 5973}},
    {16, 8, 2048, 32, 0x00FFF0FF, {84285, 18283, 289864, 7568, 98147, 4421, 295416, 2016}},
};

static void play_mixed(const struct access_trace *trace, size_t row)
{
    uint64_t seen[8] = {0};
    struct tlb tlb;
    struct cache cache;
    tlb_open(&tlb, &(struct tlb_settings){.sets = 1, .ways = mixed[row].tlb_ways});
    cache_open(&cache, &(struct cache_settings){.sets = mixed[row].cache_sets,
                                                .ways = 1,
                                                .line_bytes = mixed[row].line_bytes,
                                                .write_allocate = true});
    for (size_t i = 0; i < trace->n_records; i++) {
        uint64_t vpn = trace->records[i].address >> mixed[row].page_bits;
        uint64_t offset = trace->records[i].address & ((1u << mixed[row].page_bits) - 1);
        uint64_t ppn = ~vpn & mixed[row].ppn_mask;
        size_t side = trace->records[i].kind == ACCESS_FETCH ? 2 : 0;
        bool hit = tlb_lookup(&tlb, 0, vpn) != NULL;
        if (!hit) {
            tlb_insert(&tlb, 0, vpn, ppn, 0, NULL);
        }
        seen[side + !hit]++;
        hit = cache_access(&cache, ppn << mixed[row].page_bits | offset, false).hit;
        seen[4 + side + !hit]++;
    }
    for (size_t i = 0; i < 8; i++) {
        ck_assert_msg(seen[i] == mixed[row].expected[i], "row %zu, figure %zu: %lu", row, i,
                      (unsigned long)seen[i]);
    }
    tlb_close(&tlb);
    cache_close(&cache);
}

START_TEST(tlb_and_cache_on_a_mixed_trace)
{
    struct access_trace trace;
    struct error error;
    char *path = paths_in_root("../shared/traces/vm/mixed/inf2c_ls-l_400k.txt.gz");
    if (access(path, R_OK) == 0) {
        struct access_options options = {0};
        ck_assert_msg(access_trace_read(&trace, path, &options, 0, NULL, &error), "%s", error.text);
        for (size_t row = 0; row < 2; row++) {
            play_mixed(&trace, row);
        }
        access_trace_free(&trace);
    }
    free(path);
}
END_TEST

Suite *tlb_suite(void)
{
    Suite *suite = suite_create("tlb");
    TCase *entries = tcase_create("entries");
    tcase_set_timeout(entries, 60);
    tcase_add_test(entries, a_tlb_equals_a_list);
    tcase_add_test(entries, spaces_of_one_page_do_not_meet);
    tcase_add_test(entries, tlb_and_cache_on_a_mixed_trace);
    suite_add_tcase(suite, entries);
    return suite;
}
