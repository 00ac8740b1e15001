// SPDX-License-Identifier: MIT
// The check pass over whole sessions: what a good allocator's play yields, and for each rule an
// allocator that breaks it, down to the operation, the block and the byte.
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/heap/checks.h"
#include "harness/heap/pattern.h"
#include "harness/heap/play.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define BASE UINT64_C(0x100040000000)

/// Finds the ring: a page whose address stands on the stack or in a register that calls preserve,
/// and whose first word is the heap's address. write() says whether an address can be read.
#define FORGE(fields)                                                                              \
    "static void forge(void) {\n"                                                                  \
    "    __builtin_unwind_init();\n"                                                               \
    "    uintptr_t *at = (uintptr_t *)__builtin_frame_address(0) - 16;\n"                          \
    "    for (int i = 0; i < 200; i++) {\n"                                                        \
    "        struct ring *ring = (struct ring *)at[i];\n"                                          \
    "        if (at[i] % 4096 != 0 || (char *)ring == (char *)mem_heap_lo() ||\n"                  \
    "            write(1, ring, 8) != 8 || ring->heap_base != (uintptr_t)mem_heap_lo()) continue;" \
    "\n        " fields "\n        ring->reply_number = ring->command_number;\n"                   \
    "        for (;;) ;\n    } }\n"
#define FORGE_HOOK "static void forge(void);\n#define AT_FREE if (n_frees == 1) forge()\n"

static const struct allocator allocators[] = {
    {"good", "", NULL, false},
    {"good32", "", NULL, true},
    {"exits on loading", "", "__attribute__((constructor)) static void f(void) { exit(5); }",
     false},
    {"does not load", "int nowhere(void);\n#define AT_FREE nowhere()\n", NULL, false},
    {"init fails", "#define AT_INIT return -1\n", NULL, false},
    {"exits in init", "#define AT_INIT exit(3)\n", NULL, false},
    {"null", "#define AT_MALLOC if (n_mallocs == 2) return NULL\n", NULL, false},
    {"realloc null", "#define AT_REALLOC if (p == NULL) return NULL\n", NULL, false},
    {"malloc zero", "#define AT_MALLOC if (size == 0) return first\n", NULL, false},
    {"realloc zero", "#define AT_REALLOC if (size == 0) return (void *)-16\n", NULL, false},
    {"outside", "#define AFTER_MALLOC if (n_mallocs == 2) p = (char *)&first\n", NULL, false},
    {"ends outside", "#define AFTER_MALLOC if (n_mallocs == 2) p += 16\n", NULL, false},
    {"unaligned", "#define AFTER_MALLOC if (n_mallocs == 2) p += 8\n", NULL, false},
    {"overlap", "#define AFTER_MALLOC if (n_mallocs == 3) p = first + 16\n", NULL, false},
    {"free null grows", "#define AT_FREE if (p == NULL) mem_sbrk(16)\n", NULL, false},
    {"free null writes", "#define AT_FREE if (p == NULL) last[3] ^= 1\n", NULL, false},
    {"changes", "#define AT_FREE if (n_frees == 1) first[5] ^= 1, first[9] ^= 1\n", NULL, false},
    {"loses data", "#define AT_REALLOC if (p != NULL) return mm_malloc(size)\n", NULL, false},
    {"checkheap", "", "int mm_checkheap(int line) { return n_frees > 0; }\n", false},
    {"past break", "#define AT_FREE if (n_frees == 1) ((char *)mem_heap_hi())[3] = 1\n", NULL,
     false},
    {"crash", "#define AT_FREE if (n_frees == 1) *((char *)mem_heap_hi() + 8192) = 1\n", NULL,
     false},
    {"crash null", "#define AT_FREE *(volatile char *)8 = 1\n", NULL, false},
    {"abort", "#define AT_FREE first[0] ^= 1, abort()\n", NULL, false},
    {"endless", "#define AT_FREE for (;;)\n", NULL, false},
    {"sleeps", "#define AT_FREE for (;;) sleep(1)\n", NULL, false},
    {"socket", "#define AT_FREE socket(AF_INET, SOCK_STREAM, 0)\n", NULL, false},
    {"socket32", "#define AT_FREE socket(AF_INET, SOCK_STREAM, 0)\n", NULL, true},
    {"reset", "#define AT_FREE mem_reset_brk()\n", NULL, false},
    {"forged reply", FORGE_HOOK, FORGE("ring->reply = 99;"), false},
    {"forged death", FORGE_HOOK, FORGE("ring->reply = RING_DIED; ring->signal = -7;"), false},
    // On zeros it gives the addresses that it gives on junk, but never grows the heap.
    {"grows on junk only",
     "static int grows; static char *next;\n"
     "#define AT_INIT next = (char *)mem_sbrk(16) + 16; grows = next[-16] != 0\n"
     "#define AT_MALLOC if (grows) mem_sbrk((long)size); next += size; return next - size\n",
     NULL, false},
};

#define N_ALLOCATORS (sizeof allocators / sizeof *allocators)

static struct built built[N_ALLOCATORS];

static void build_all(void)
{
    allocators_build(built, allocators, N_ALLOCATORS);
}

static void remove_all(void)
{
    allocators_remove(built, N_ALLOCATORS);
}

static void set_scene(struct scene *scene, const char *name, const char *trace)
{
    scene_make(scene, allocator_named(built, N_ALLOCATORS, name), trace);
}

static struct play_plan plan_play(const struct scene *scene)
{
    return (struct play_plan){
        .observe = true, .n_ops = scene->trace.n_ops, .watch = LAYOUT_NO_SLOT, .sample = true};
}

static void expect_good_play(const char *name, uint64_t base)
{
    static const uint64_t offsets[] = {0x10, 0x50, 0x80, 0, 0x100, 0x130, 0, 0, 0, 0};
    struct scene scene;
    struct session session;
    struct play play;
    set_scene(&scene, name, short_trace);
    struct play_plan plan = plan_play(&scene);
    ck_assert(session_open(&session, &scene.plan));
    for (int round = 0; round < 2; round++) { // mm_init called again starts afresh
        plan.fresh = round == 0 ? HEAP_FRESH_JUNK : HEAP_FRESH_ZEROS;
        ck_assert(play_trace(&play, &session, &plan));
        ck_assert_ptr_null(play.breach.check);
        for (size_t i = 0; i < 10; i++) {
            ck_assert_uint_eq(play.pointers[i], offsets[i] == 0 ? 0 : base + offsets[i]);
        }
        ck_assert_uint_eq(session.n_sbrk, 5);
        ck_assert_uint_eq(session.arena.break_bytes, 0x200);
        ck_assert_uint_eq(session.layout.n_live, 0);
        ck_assert_uint_eq(play.n_samples, 10);
        ck_assert_uint_eq(play.heap_at_peak, 0x200);
        // Headers and rounding; the hole that the first two blocks left behind.
        ck_assert_uint_eq(play.samples[5].payload_bytes, 100 + 24 + 200);
        ck_assert_uint_eq(play.internal_at_peak, 76);
        ck_assert_uint_eq(play.external_at_peak, 112);
        play_free(&play);
    }
    session_close(&session);
    trace_free(&scene.trace);
}

START_TEST(a_good_play)
{
    expect_good_play("good", BASE);
}
END_TEST

START_TEST(a_good_play_in_32_bits)
{
    if (!has_32_bits()) {
        puts("skipped: no 32-bit worker here");
        return;
    }
    expect_good_play("good32", 0x10000000);
}
END_TEST

/// What must be found; a slot of ANY is not looked at.
#define ANY 99
struct expected {
    const char *allocator, *trace, *code;
    size_t op;
    uint32_t slot;
    uint64_t pointer; ///< as an offset in the heap; 0: not looked at
    int signal;
};

#define TRACE(n_ids, n_ops, ops) "20000\n" #n_ids "\n" #n_ops "\n1\n" ops

static const struct expected expected[] = {
    {"init fails", short_trace, "INIT_FAILED", 0, ANY, 0, 0},
    {"exits in init", short_trace, "EXITED", 0, ANY, 0, 0},
    {"null", short_trace, "NULL_RETURNED", 2, 1, 0, 0},
    {"good", TRACE(2, 2, "a 0 8\na 1 2000000\n"), "HEAP_EXHAUSTED", 2, 1, 0, 0},
    {"realloc null", TRACE(1, 2, "r 0 8\nf 0\n"), "REALLOC_NULL", 1, 0, 0, 0},
    {"malloc zero", TRACE(2, 2, "a 0 8\na 1 0\n"), "MALLOC_ZERO", 2, 1, 0x10, 0},
    {"realloc zero", TRACE(1, 2, "a 0 8\nr 0 0\n"), "REALLOC_ZERO", 2, 0, 0, 0},
    {"outside", short_trace, "OUT_OF_HEAP", 2, 1, 0, 0},
    {"ends outside", short_trace, "OUT_OF_HEAP", 2, 1, 0x60, 0},
    {"unaligned", short_trace, "UNALIGNED", 2, 1, 0x58, 0},
    {"overlap", short_trace, "OVERLAP", 3, 2, 0x20, 0},
    {"free null grows", short_trace, "FREE_NULL", 8, ANY, 0, 0},
    {"free null writes", short_trace, "FREE_NULL", 8, 0, 0, 0},
    {"changes", short_trace, "PAYLOAD_CHANGED", 6, 0, 0, 0},
    {"loses data", short_trace, "REALLOC_LOST_DATA", 6, 0, 0x130, 0},
    {"checkheap", short_trace, "CHECKHEAP_FAILED", 4, ANY, 0, 0},
    {"past break", short_trace, "PAST_BREAK", 5, ANY, 0, 0},
    {"crash", short_trace, "CRASH", 4, ANY, 0, SIGBUS},
    {"crash null", short_trace, "CRASH", 4, ANY, 0, SIGSEGV},
    {"abort", short_trace, "EXITED", 4, ANY, 0, SIGABRT},
    {"endless", short_trace, "TIMEOUT", 4, ANY, 0, 0},
    {"sleeps", short_trace, "TIMEOUT", 4, ANY, 0, 0},
    {"socket", short_trace, "FORBIDDEN_SYSCALL", 4, ANY, 0, SIGSYS},
    {"socket32", short_trace, "FORBIDDEN_SYSCALL", 4, ANY, 0, SIGSYS},
    {"reset", short_trace, "HEAP_RESET", 4, ANY, 0, 0},
    {"forged reply", short_trace, "FORGED_REPLY", 4, ANY, 0, 0},
    {"forged death", short_trace, "FORGED_REPLY", 4, ANY, 0, -7},
};

/// Plays until the breach, which the caller looks at before close_scene.
static void play_to_breach(struct scene *scene, struct session *session, struct play *play,
                           const struct play_plan *plan)
{
    ck_assert(session_open(session, &scene->plan));
    session->stop_past_break = true;
    ck_assert(!play_trace(play, session, plan));
    ck_assert_ptr_nonnull(play->breach.check);
}

static void close_scene(struct scene *scene, struct session *session, struct play *play)
{
    play_free(play);
    session_close(session);
    trace_free(&scene->trace);
}

START_TEST(breaches)
{
    const struct expected *one = &expected[_i];
    struct scene scene;
    struct session session;
    struct play play;
    if (strstr(one->allocator, "32") != NULL && !has_32_bits()) {
        return;
    }
    set_scene(&scene, one->allocator, one->trace);
    scene.heap.checkheap_every = 1;
    scene.plan.call_seconds = strcmp(one->code, "TIMEOUT") == 0 ? 0.2 : 2;
    struct play_plan plan = plan_play(&scene);
    play_to_breach(&scene, &session, &play, &plan);
    const struct breach *breach = &play.breach;
    ck_assert_str_eq(breach->check->code, one->code);
    ck_assert_uint_eq(breach->op, one->op);
    ck_assert(one->slot == ANY || breach->slot == one->slot);
    ck_assert(one->pointer == 0 || breach->pointer == BASE + one->pointer);
    ck_assert_int_eq(breach->news.signal, one->signal);
    close_scene(&scene, &session, &play);
}
END_TEST

/// Plays the short trace; the caller looks at play->breach before close_scene.
static const struct breach *play_short(const char *name, struct scene *scene,
                                       struct session *session, struct play *play)
{
    set_scene(scene, name, short_trace);
    scene->plan.call_seconds = 0.2;
    struct play_plan plan = plan_play(scene);
    play_to_breach(scene, session, play, &plan);
    return &play->breach;
}

START_TEST(facts_of_a_changed_payload)
{
    struct scene scene;
    struct session session;
    struct play play;
    const struct breach *breach = play_short("changes", &scene, &session, &play);
    uint64_t seed = pattern_seed(0, 1);
    ck_assert_uint_eq(breach->first_bad, 5);
    ck_assert_uint_eq(breach->n_shown, 5); // up to the last that changed
    for (uint64_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(breach->expected[i], pattern_byte(seed, 5 + i));
        ck_assert_uint_eq(breach->seen[i], breach->expected[i] ^ (i == 0 || i == 4));
    }
    ck_assert_uint_eq(breach->intact_op, 1);
    ck_assert_uint_eq(breach->before.size, 40);
    close_scene(&scene, &session, &play);
    // Played again with an eye on that block: which operation was it?
    set_scene(&scene, "changes", short_trace);
    struct play_plan plan = {.observe = true, .n_ops = 6, .watch = 0};
    play_to_breach(&scene, &session, &play, &plan);
    ck_assert(play.by_watch);
    ck_assert_uint_eq(play.breach.op, 4);
    close_scene(&scene, &session, &play);
}
END_TEST

START_TEST(facts_of_collisions_and_stops)
{
    struct scene scene;
    struct session session;
    struct play play;
    ck_assert_uint_eq(play_short("overlap", &scene, &session, &play)->other, 0);
    close_scene(&scene, &session, &play);
    ck_assert_uint_eq(play_short("past break", &scene, &session, &play)->past_break, 0xf2);
    close_scene(&scene, &session, &play);
    const struct breach *breach = play_short("crash", &scene, &session, &play);
    ck_assert_uint_eq(breach->news.address, BASE + 0xef + 8192);
    ck_assert_uint_eq(breach->damaged, LAYOUT_NO_SLOT);
    close_scene(&scene, &session, &play);
    ck_assert_uint_eq(play_short("abort", &scene, &session, &play)->damaged, 0);
    close_scene(&scene, &session, &play);
    ck_assert_int_eq(play_short("exits in init", &scene, &session, &play)->news.exit_code, 3);
    close_scene(&scene, &session, &play);
    ck_assert_uint_eq(play_short("socket", &scene, &session, &play)->news.address, SYS_socket);
    close_scene(&scene, &session, &play);
    ck_assert_double_eq(play_short("endless", &scene, &session, &play)->news.seconds, 0.2);
    close_scene(&scene, &session, &play);
    ck_assert_uint_eq(play_short("free null grows", &scene, &session, &play)->grown_bytes, 16);
    close_scene(&scene, &session, &play);
}
END_TEST

START_TEST(programs_that_do_not_load)
{
    struct scene scene;
    struct session session;
    set_scene(&scene, "exits on loading", short_trace);
    ck_assert(!session_open(&session, &scene.plan));
    ck_assert_int_eq(session.news.event, WORKER_EXITED);
    ck_assert_int_eq(session.news.exit_code, 5);
    session_close(&session);
    trace_free(&scene.trace);
    set_scene(&scene, "does not load", short_trace);
    ck_assert(!session_open(&session, &scene.plan));
    ck_assert_int_eq(session.news.event, WORKER_REPLIED);
    ck_assert_int_eq(session.news.reply, RING_LOAD_FAILED);
    char *text = worker_text(&session.worker);
    ck_assert_ptr_nonnull(strstr(text, "undefined symbol: nowhere"));
    free(text);
    session_close(&session);
    trace_free(&scene.trace);
}
END_TEST

START_TEST(a_play_is_compared_with_an_earlier_one)
{
    uint64_t pointers[10] = {BASE + 0x10, BASE + 0x50, BASE + 0x90};
    struct scene scene;
    struct session session;
    struct play play;
    set_scene(&scene, "good", short_trace);
    struct play_plan plan = plan_play(&scene);
    plan.expected = pointers;
    play_to_breach(&scene, &session, &play, &plan);
    ck_assert_str_eq(play.breach.check->code, "DIFFERS");
    ck_assert_uint_eq(play.breach.op, 3);
    ck_assert_uint_eq(play.breach.pointer, BASE + 0x80);
    ck_assert_uint_eq(play.breach.wanted_pointer, BASE + 0x90);
    close_scene(&scene, &session, &play);
}
END_TEST

/// In a process of its own: plays on junk, then on zeros, where the same pointers are no longer in
/// the heap. Exits with 0 when that was found.
static int play_without_growing(void)
{
    struct scene scene;
    struct session session;
    struct play first, again;
    set_scene(&scene, "grows on junk only", TRACE(1, 2, "a 0 20000\nf 0\n"));
    struct play_plan plan = plan_play(&scene);
    plan.fresh = HEAP_FRESH_JUNK;
    ck_assert(session_open(&session, &scene.plan));
    ck_assert(play_trace(&first, &session, &plan));
    plan.fresh = HEAP_FRESH_ZEROS;
    plan.expected = first.pointers;
    bool accepted = play_trace(&again, &session, &plan);
    play_free(&first);
    close_scene(&scene, &session, &again);
    return accepted;
}

START_TEST(the_right_pointers_into_no_heap_do_not_hurt_the_judge)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        _exit(play_without_growing());
    }
    ck_assert_int_eq(wait_for_child(child), 0);
}
END_TEST

Suite *play_suite(void)
{
    Suite *suite = suite_create("play");
    TCase *tests = tcase_create("play");
    tcase_set_timeout(tests, 60);
    if (can_confine("play")) {
        tcase_add_unchecked_fixture(tests, build_all, remove_all);
        tcase_add_test(tests, a_good_play);
        tcase_add_test(tests, a_good_play_in_32_bits);
        tcase_add_loop_test(tests, breaches, 0, (int)(sizeof expected / sizeof *expected));
        tcase_add_test(tests, facts_of_a_changed_payload);
        tcase_add_test(tests, facts_of_collisions_and_stops);
        tcase_add_test(tests, programs_that_do_not_load);
        tcase_add_test(tests, a_play_is_compared_with_an_earlier_one);
        tcase_add_test(tests, the_right_pointers_into_no_heap_do_not_hurt_the_judge);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
