// SPDX-License-Identifier: MIT
// What the judge knows of a heap: bitmap, layout, arena and pattern, the first two against models
// that are too simple to be wrong.
#include <check.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/heap/arena.h"
#include "harness/heap/bitmap.h"
#include "harness/heap/layout.h"
#include "harness/heap/pattern.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define N_BITS 300

static size_t random_below(size_t n)
{
    return (size_t)rand() % n;
}

/// The first place in [from, to) where the model says `value`, else `to`.
static size_t model_next(const bool *model, size_t from, size_t to, bool value)
{
    while (from < to && model[from] != value) {
        from++;
    }
    return from;
}

START_TEST(bitmap_equals_an_array_of_bools)
{
    bool model[N_BITS] = {false};
    struct bitmap bitmap;
    bitmap_open(&bitmap, N_BITS);
    srand(test_seed(2));
    for (int round = 0; round < 5000; round++) {
        size_t from = random_below(N_BITS + 1);
        size_t to = from + random_below(N_BITS + 1 - from);
        bool set = rand() % 2;
        if (round % 8 == 0) {
            (set ? bitmap_set : bitmap_clear)(&bitmap, from, to);
            memset(model + from, set, to - from);
        }
        ck_assert(bitmap_any(&bitmap, from, to) == (model_next(model, from, to, true) < to));
        ck_assert_uint_eq(bitmap_next(&bitmap, from, to, set), model_next(model, from, to, set));
    }
    bitmap_close(&bitmap);
}
END_TEST

#define N_SLOTS 12
#define HEAP_BYTES 2048

struct model {
    struct block blocks[N_SLOTS];
};

static bool shares(uint64_t a_from, uint64_t a_to, uint64_t b_from, uint64_t b_to)
{
    return a_from < b_to && b_from < a_to;
}

static uint64_t at_least_one(uint64_t size)
{
    return size == 0 ? 1 : size;
}

/// The first live block whose bytes, rounded outwards to `unit`, meet the range rounded the same.
static uint32_t model_find(const struct model *model, uint64_t offset, uint64_t size, uint64_t unit)
{
    for (uint32_t slot = 0; slot < N_SLOTS; slot++) {
        const struct block *one = &model->blocks[slot];
        uint64_t end = (one->offset + at_least_one(one->size) + unit - 1) / unit;
        uint64_t other = (offset + at_least_one(size) + unit - 1) / unit;
        if (one->live && shares(one->offset / unit, end, offset / unit, other)) {
            return slot;
        }
    }
    return LAYOUT_NO_SLOT;
}

static uint32_t model_neighbour(const struct model *model, uint64_t offset, bool above)
{
    uint32_t best = LAYOUT_NO_SLOT;
    uint64_t distance = UINT64_MAX;
    for (uint32_t slot = 0; slot < N_SLOTS; slot++) {
        uint64_t at = model->blocks[slot].offset;
        uint64_t far = above ? at - offset : offset - at;
        bool on_side = above ? at > offset : at < offset;
        if (model->blocks[slot].live && on_side && far < distance) {
            best = slot;
            distance = far;
        }
    }
    return best;
}

static void compare(const struct layout *layout, const struct model *model, uint64_t offset,
                    uint64_t size)
{
    uint64_t payload = 0;
    size_t n_live = 0;
    for (size_t slot = 0; slot < N_SLOTS; slot++) {
        payload += model->blocks[slot].live ? model->blocks[slot].size : 0;
        n_live += model->blocks[slot].live;
    }
    ck_assert_uint_eq(layout->payload_bytes, payload);
    ck_assert_uint_eq(layout->n_live, n_live);
    ck_assert(layout_is_taken(layout, offset, size) ==
              (model_find(model, offset, size, 16) != LAYOUT_NO_SLOT));
    uint32_t found = model_find(model, offset, size, 1);
    ck_assert_uint_eq(layout_find(layout, offset, size, LAYOUT_NO_SLOT), found);
    if (found != LAYOUT_NO_SLOT) {
        ck_assert_uint_ne(layout_find(layout, offset, size, found), found);
    }
    for (int above = 0; above < 2; above++) {
        ck_assert_uint_eq(layout_neighbour(layout, offset, above, LAYOUT_NO_SLOT),
                          model_neighbour(model, offset, above));
    }
    uint64_t internal, external;
    layout_fragmentation(layout, HEAP_BYTES, &internal, &external);
    ck_assert_uint_eq(internal + external + payload, HEAP_BYTES);
}

START_TEST(layout_equals_a_list_of_blocks)
{
    struct model model = {0};
    struct layout layout;
    layout_open(&layout, N_SLOTS, HEAP_BYTES, 16);
    srand(test_seed(3));
    for (int round = 0; round < 5000; round++) {
        uint32_t slot = (uint32_t)random_below(N_SLOTS);
        struct block *one = &model.blocks[slot];
        uint64_t offset = 16 * random_below(HEAP_BYTES / 16);
        uint64_t size = rand() % 4 == 0 ? 0 : random_below(200);
        if (one->live) {
            layout_remove(&layout, slot);
            one->live = false;
        } else if (offset + size <= HEAP_BYTES && !layout_is_taken(&layout, offset, size)) {
            layout_add(&layout, slot, offset, size);
            *one = (struct block){.offset = offset, .size = size, .live = true};
        }
        compare(&layout, &model, random_below(HEAP_BYTES), random_below(100));
    }
    layout_reset(&layout);
    compare(&layout, &(struct model){0}, 0, HEAP_BYTES);
    layout_close(&layout);
}
END_TEST

START_TEST(layout_remembers_who_was_there)
{
    struct layout layout;
    layout_open(&layout, 3, 4096, 16);
    layout_add(&layout, 0, 16, 100);
    layout_add(&layout, 1, 256, 16);
    ck_assert_uint_eq(layout_find_history(&layout, 115), 0);
    ck_assert_uint_eq(layout_find_history(&layout, 116), LAYOUT_NO_SLOT);
    layout_remove(&layout, 0);
    layout.blocks[0].died = 3;
    ck_assert_uint_eq(layout_find_history(&layout, 115), 0);
    layout_add(&layout, 2, 64, 100);
    layout_remove(&layout, 2);
    layout.blocks[2].died = 5;
    ck_assert_uint_eq(layout_find_history(&layout, 80), 2); // the last one there
    ck_assert_uint_eq(layout_find_history(&layout, 20), 0);
    ck_assert_uint_eq(layout_find_history(&layout, 260), 1);
    layout_close(&layout);
}
END_TEST

struct placed {
    uint64_t offset, size;
};

struct split {
    struct placed blocks[4];
    uint64_t heap_bytes, internal, external;
};

static const struct split splits[] = {
    {.heap_bytes = 0, .internal = 0, .external = 0},
    {.heap_bytes = 4096, .internal = 0, .external = 4096},
    {.heap_bytes = 100, .internal = 4, .external = 96}, // no whole granule at the end
    // A header of 16, 40 + 8 of padding, a header of 16, 24 + 8: nothing is free.
    {.blocks = {{16, 40}, {80, 24}}, .heap_bytes = 112, .internal = 48, .external = 0},
    // The block in the middle of three is free, 128 bytes: its header is a header still.
    {.blocks = {{16, 48}, {16 + 64 + 128, 48}}, .heap_bytes = 256, .internal = 32, .external = 128},
    // The same with an unused top of 1024.
    {.blocks = {{16, 48}, {16 + 64 + 128, 48}},
     .heap_bytes = 256 + 1024,
     .internal = 32,
     .external = 128 + 1024},
    // Blocks that touch: a heap whose headers lie elsewhere.
    {.blocks = {{0, 64}, {64, 64}, {192, 64}}, .heap_bytes = 256, .internal = 0, .external = 64},
    {.blocks = {{0, 60}, {64, 64}, {192, 64}}, .heap_bytes = 256, .internal = 4, .external = 64},
};

START_TEST(fragmentation_worked_by_hand)
{
    const struct split *one = &splits[_i];
    struct layout layout;
    layout_open(&layout, 4, 8192, 16);
    for (uint32_t slot = 0; slot < 4 && one->blocks[slot].size > 0; slot++) {
        layout_add(&layout, slot, one->blocks[slot].offset, one->blocks[slot].size);
    }
    uint64_t internal, external;
    layout_fragmentation(&layout, one->heap_bytes, &internal, &external);
    ck_assert_uint_eq(internal, one->internal);
    ck_assert_uint_eq(external, one->external);
    layout_close(&layout);
}
END_TEST

static const enum heap_fresh both_fresh[] = {HEAP_FRESH_ZEROS, HEAP_FRESH_JUNK};

START_TEST(arena_grows_up_to_its_maximum)
{
    struct heap_settings settings = {.max_bytes = 10000, .fresh = both_fresh[_i]};
    struct arena arena;
    arena_open(&arena, &settings);
    arena_reset(&arena, settings.fresh);
    ck_assert(arena_grow(&arena, 0));
    ck_assert_uint_eq(arena.file_bytes, 0);
    ck_assert(arena_grow(&arena, 1));
    ck_assert_uint_eq(arena.file_bytes, 4096);
    ck_assert(!arena_grow(&arena, 10000));
    ck_assert(!arena_grow(&arena, UINT64_MAX));
    ck_assert_uint_eq(arena.break_bytes, 1);
    memset(arena.memory, 'x', 1);
    ck_assert(arena_grow(&arena, 9999));
    ck_assert(!arena_grow(&arena, 1));
    ck_assert_uint_eq(arena.file_bytes, 12288);
    ck_assert_int_eq(arena.memory[0], 'x'); // growing keeps what is there
    size_t n_zeros = 0;
    for (size_t i = 1; i < arena.file_bytes; i++) {
        n_zeros += arena.memory[i] == 0;
    }
    ck_assert(settings.fresh == HEAP_FRESH_ZEROS ? n_zeros == 12287 : n_zeros < 200);
    arena_reset(&arena, settings.fresh);
    ck_assert(arena_grow(&arena, 16));
    ck_assert_int_ne(arena.memory[0], 'x');
    arena_close(&arena);
}
END_TEST

START_TEST(arena_finds_writes_past_the_break)
{
    struct heap_settings settings = {.max_bytes = 1 << 20, .fresh = both_fresh[_i]};
    struct arena arena;
    arena_open(&arena, &settings);
    arena_reset(&arena, settings.fresh);
    ck_assert_uint_eq(arena_touched_past_break(&arena), UINT64_MAX);
    arena_grow(&arena, 5001);
    memset(arena.memory, 'x', 5001);
    ck_assert_uint_eq(arena_touched_past_break(&arena), UINT64_MAX);
    for (uint64_t at = 8191; at >= 5001; at -= 145) {
        arena.memory[at] ^= 1;
        ck_assert_uint_eq(arena_touched_past_break(&arena), at);
    }
    arena_refresh(&arena);
    ck_assert_uint_eq(arena_touched_past_break(&arena), UINT64_MAX);
    ck_assert_int_ne(arena.memory[0], 'x');
    arena_grow(&arena, 8192 - 5001); // to the page's end: there is nothing past it
    ck_assert_uint_eq(arena_touched_past_break(&arena), UINT64_MAX);
    arena_close(&arena);
}
END_TEST

#define PAYLOAD_BYTES 600

START_TEST(pattern_finds_each_changed_byte)
{
    static const uint64_t sizes[] = {1, 7, 8, 9, 63, 255, 256, 257, PAYLOAD_BYTES};
    char payload[PAYLOAD_BYTES];
    uint64_t size = sizes[_i];
    uint64_t seed = pattern_seed(4, 9);
    ck_assert_uint_eq(pattern_verify(payload, 0, seed), 0);
    pattern_fill(payload, 0, size, seed);
    ck_assert_uint_eq(pattern_verify(payload, size, seed), size);
    for (uint64_t at = 0; at < size; at++) {
        ck_assert_uint_eq((uint8_t)payload[at], pattern_byte(seed, at));
        for (int bit = 0; bit < 8; bit++) {
            payload[at] ^= (char)(1 << bit);
            ck_assert_uint_eq(pattern_verify(payload, size, seed), at);
            payload[at] ^= (char)(1 << bit);
        }
    }
}
END_TEST

START_TEST(pattern_is_the_same_in_parts)
{
    char whole[PAYLOAD_BYTES], parts[PAYLOAD_BYTES];
    pattern_fill(whole, 0, PAYLOAD_BYTES, 77);
    srand(test_seed(4));
    for (uint64_t at = 0; at < PAYLOAD_BYTES;) {
        uint64_t to = at + 1 + random_below(30);
        to = to < PAYLOAD_BYTES ? to : PAYLOAD_BYTES;
        pattern_fill(parts, at, to, 77);
        at = to;
    }
    ck_assert_mem_eq(whole, parts, PAYLOAD_BYTES);
}
END_TEST

START_TEST(pattern_tells_where_data_came_from)
{
    char mine[PAYLOAD_BYTES], other[PAYLOAD_BYTES];
    uint64_t seed = pattern_seed(4, 9);
    for (uint64_t shift = 1; shift <= 16; shift++) {
        pattern_fill(mine, 0, PAYLOAD_BYTES, seed);
        memmove(mine, mine + shift, PAYLOAD_BYTES - shift); // towards the start
        ck_assert_uint_lt(pattern_verify(mine, PAYLOAD_BYTES - shift, seed), 4);
        pattern_fill(mine, 0, PAYLOAD_BYTES, seed);
        memmove(mine + shift, mine, PAYLOAD_BYTES - shift); // towards the end
        ck_assert_uint_lt(pattern_verify(mine, PAYLOAD_BYTES, seed), shift + 4);
    }
    const uint64_t others[] = {
        pattern_seed(5, 9), // another block filled by the same operation
        pattern_seed(4, 8), // the same slot's former block
        pattern_seed(9, 4),
    };
    for (size_t i = 0; i < 3; i++) {
        pattern_fill(other, 0, PAYLOAD_BYTES, others[i]);
        ck_assert_uint_lt(pattern_verify(other, PAYLOAD_BYTES, seed), 4);
    }
    memset(other, 0, sizeof other);
    ck_assert_uint_lt(pattern_verify(other, PAYLOAD_BYTES, seed), 4);
}
END_TEST

Suite *layout_suite(void)
{
    Suite *suite = suite_create("layout");
    TCase *tests = tcase_create("layout");
    tcase_set_timeout(tests, 60); // valgrind is slow
    tcase_add_test(tests, bitmap_equals_an_array_of_bools);
    tcase_add_test(tests, layout_equals_a_list_of_blocks);
    tcase_add_test(tests, layout_remembers_who_was_there);
    tcase_add_loop_test(tests, fragmentation_worked_by_hand, 0,
                        (int)(sizeof splits / sizeof *splits));
    tcase_add_loop_test(tests, arena_grows_up_to_its_maximum, 0, 2);
    tcase_add_loop_test(tests, arena_finds_writes_past_the_break, 0, 2);
    tcase_add_loop_test(tests, pattern_finds_each_changed_byte, 0, 9);
    tcase_add_test(tests, pattern_is_the_same_in_parts);
    tcase_add_test(tests, pattern_tells_where_data_came_from);
    suite_add_tcase(suite, tests);
    return suite;
}
