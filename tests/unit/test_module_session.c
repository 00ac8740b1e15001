// SPDX-License-Identifier: MIT
// Calls of modules: every function's arguments and results on their way through the ring,
// questions, and all the ways in which a call does not come back.
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "tests/unit/module_fixtures.h"
#include "tests/unit/suites.h"

#define NONE UINT64_MAX

/// What a module asked, and what it is told: the answer to question n is n * ANSWER.
struct asked {
    struct module_question questions[32];
    size_t n;
    size_t refuse; ///< the question with this number, from 1, ends the call; 0: none
};

#define ANSWER UINT64_C(0x0101010101010101)

static bool answer(void *context, const struct module_question *question, uint64_t *value)
{
    struct asked *asked = context;
    if (asked->n < sizeof asked->questions / sizeof *asked->questions) {
        asked->questions[asked->n] = *question;
    }
    asked->n++;
    *value = asked->n * ANSWER;
    return asked->n != asked->refuse;
}

// --- Arguments and results ----------------------------------------------------------------------

/// Each function writes its arguments to the addresses 0, 1, ... and returns R(0), R(1), ...
static const struct module_source echo[MODULE_MAX_FILES] = {
    {"echo.c",
     "#include \"translate.h\"\n#include \"cache.h\"\n#include \"replace.h\"\n#include \"tlb.h\"\n"
     "#include <string.h>\n"
     "#define R(n) (0xabcdef0000000000 + (n))\n"
     "#define NOTE(...) note((uint64_t[]){__VA_ARGS__}, sizeof (uint64_t[]){__VA_ARGS__} / 8)\n"
     "void note(const uint64_t *v, size_t n) {\n"
     "    for (size_t i = 0; i < n; i++) phys_write64(i, v[i]); }\n"
     "void note_geometry(const struct vm_geometry *g) {\n"
     "    NOTE(g->va_bits, g->pa_bits, g->page_bits, g->n_levels, g->level_bits[0],\n"
     "         g->level_bits[1], g->level_bits[2], g->level_bits[3], g->level_bits[4],\n"
     "         g->tlb_sets, g->cache_sets, g->line_bytes); }\n"
     "struct va_fields split_va(const struct vm_geometry *g, uint64_t va) {\n"
     "    note_geometry(g); NOTE(va);\n"
     "    return (struct va_fields){R(0), R(1), R(2), R(3), {R(4), R(5), R(6), R(7), R(8)}}; }\n"
     "uint64_t join_va(const struct vm_geometry *g, uint64_t vpn, uint64_t vpo) {\n"
     "    note_geometry(g); NOTE(vpn, vpo); return R(0); }\n"
     "struct pa_fields split_pa(const struct vm_geometry *g, uint64_t pa) {\n"
     "    note_geometry(g); NOTE(pa);\n"
     "    return (struct pa_fields){R(0), R(1), R(2), R(3), R(4)}; }\n"
     "uint64_t join_pa(const struct vm_geometry *g, uint64_t ppn, uint64_t ppo) {\n"
     "    note_geometry(g); NOTE(ppn, ppo); return R(0); }\n"
     "void tlb_init(const struct tlb_config *c) { NOTE(c->sets, c->ways, c->policy); }\n"
     "struct tlb_result tlb_lookup(uint32_t asid, uint64_t vpn) {\n"
     "    struct tlb_result r; memset(&r, 0x40, sizeof r); r.ppn = R(1); r.flags = R(2);\n"
     "    NOTE(asid, vpn); return r; }\n"
     "void tlb_insert(uint32_t asid, uint64_t vpn, uint64_t ppn, uint64_t flags) {\n"
     "    NOTE(asid, vpn, ppn, flags); }\n"
     "void tlb_invalidate(uint32_t asid, uint64_t vpn) { NOTE(asid, vpn); }\n"
     "void tlb_flush(uint32_t asid) { NOTE(asid); }\n"
     "void cache_init(const struct cache_config *c) {\n"
     "    NOTE(c->sets, c->ways, c->line_bytes, c->write_back, c->write_allocate); }\n"
     "struct cache_result cache_access(uint64_t pa, bool write) {\n"
     "    NOTE(pa, write); return (struct cache_result){true, false, true, R(3)}; }\n"
     "void replace_init(const struct replace_config *c) {\n"
     "    NOTE(c->n_frames, c->policy, c->window); }\n"
     "void replace_loaded(uint32_t frame, uint64_t page, bool write) {\n"
     "    NOTE(frame, page, write); }\n"
     "void replace_touched(uint32_t frame, uint64_t page, bool write) {\n"
     "    NOTE(frame, page, write); }\n"
     "uint32_t replace_victim(void) { return 0xfedcba98; }\n"},
    // Other files, other declarations: a bool that is neither 0 nor 1.
    {"tables.c",
     "#include \"pagetable.h\"\n#define R(n) (0xabcdef0000000000 + (n))\n"
     "void note(const uint64_t *v, size_t n);\nvoid note_geometry(const struct vm_geometry *g);\n"
     "#define NOTE(...) note((uint64_t[]){__VA_ARGS__}, sizeof (uint64_t[]){__VA_ARGS__} / 8)\n"
     "bool pt_init(const struct vm_geometry *g) { note_geometry(g); return true; }\n"
     "uint64_t pt_create(void) { return R(0); }\n"
     "bool pt_map(uint64_t root, uint64_t va, uint64_t pa, uint32_t height, uint64_t flags) {\n"
     "    NOTE(root, va, pa, height, flags); return false; }\n"
     "bool pt_unmap(uint64_t root, uint64_t va) { NOTE(root, va); return true; }\n"
     "struct pt_result pt_walk(uint64_t root, uint64_t va, enum vm_access access, bool user) {\n"
     "    NOTE(root, va, access, user);\n"
     "    return (struct pt_result){PT_PROTECTION, R(1), R(2)}; }\n"
     "void pt_destroy(uint64_t root) { NOTE(root); }\n"},
    {"protect.c", "#include \"vm.h\"\nvoid note(const uint64_t *v, size_t n);\n"
                  "unsigned char pt_protect(uint64_t root, uint64_t va, uint64_t flags) {\n"
                  "    note((uint64_t[]){root, va, flags}, 3); return 0x82; }\n"},
};

#define A32 UINT64_C(0xf1234567)
#define A64 UINT64_C(0xfedcba9876543210)
#define R(n) (UINT64_C(0xabcdef0000000000) + (n))
#define GEOMETRY                                                                                   \
    A32, A32 + 1, A32 + 2, A32 + 3, A32 + 4, A32 + 5, A32 + 6, A32 + 7, A32 + 8, A32 + 9,          \
        A32 + 10, A32 + 11

struct echoed {
    enum ring_function_number function;
    unsigned n_arguments;
    uint64_t arguments[RING_ARGUMENTS];
    unsigned n_results;
    uint64_t results[RING_RESULTS];
};

static const struct echoed echoed[] = {
    {RING_SPLIT_VA, 13, {GEOMETRY, A64}, 9, {R(0), R(1), R(2), R(3), R(4), R(5), R(6), R(7), R(8)}},
    {RING_JOIN_VA, 14, {GEOMETRY, A64, A64 + 1}, 1, {R(0)}},
    {RING_SPLIT_PA, 13, {GEOMETRY, A64}, 5, {R(0), R(1), R(2), R(3), R(4)}},
    {RING_JOIN_PA, 14, {GEOMETRY, A64, A64 + 1}, 1, {R(0)}},
    {RING_PT_INIT, 12, {GEOMETRY}, 1, {1}},
    {RING_PT_CREATE, 0, {0}, 1, {R(0)}},
    {RING_PT_MAP, 5, {A64, A64 + 1, A64 + 2, A32, A64 + 3}, 1, {0}},
    {RING_PT_UNMAP, 2, {A64, A64 + 1}, 1, {1}},
    {RING_PT_PROTECT, 3, {A64, A64 + 1, A64 + 2}, 1, {1}},
    {RING_PT_WALK, 4, {A64, A64 + 1, 2, 1}, 3, {2, R(1), R(2)}},
    {RING_PT_DESTROY, 1, {A64}, 0, {0}},
    {RING_TLB_INIT, 3, {A32, A32 + 1, 1}, 0, {0}},
    {RING_TLB_LOOKUP, 2, {A32, A64}, 3, {1, R(1), R(2)}},
    {RING_TLB_INSERT, 4, {A32, A64, A64 + 1, A64 + 2}, 0, {0}},
    {RING_TLB_INVALIDATE, 2, {A32, A64}, 0, {0}},
    {RING_TLB_FLUSH, 1, {A32}, 0, {0}},
    {RING_CACHE_INIT, 5, {A32, A32 + 1, A32 + 2, 1, 0}, 0, {0}},
    {RING_CACHE_INIT, 5, {A32, A32 + 1, A32 + 2, 0, 1}, 0, {0}},
    {RING_CACHE_ACCESS, 2, {A64, 1}, 4, {1, 0, 1, R(3)}},
    {RING_CACHE_ACCESS, 2, {A64, 0}, 4, {1, 0, 1, R(3)}},
    {RING_REPLACE_INIT, 3, {A32, 7, A32 + 1}, 0, {0}},
    {RING_REPLACE_LOADED, 3, {A32, A64, 1}, 0, {0}},
    {RING_REPLACE_TOUCHED, 3, {A32, A64, 0}, 0, {0}},
    {RING_REPLACE_VICTIM, 0, {0}, 1, {0xfedcba98}},
};

static void expect_echo(struct module_session *session, const struct echoed *expected)
{
    struct asked *asked = session->context;
    asked->n = 0;
    ck_assert(module_call(session, expected->function, expected->arguments, expected->n_arguments));
    for (unsigned i = 0; i < expected->n_results; i++) {
        ck_assert_msg(session->results[i] == expected->results[i],
                      "function %d, result %u: %" PRIx64, (int)expected->function, i,
                      session->results[i]);
    }
    ck_assert_uint_eq(asked->n, expected->n_arguments);
    for (unsigned i = 0; i < expected->n_arguments; i++) {
        ck_assert_uint_eq(asked->questions[i].function, RING_PHYS_WRITE);
        ck_assert_msg(asked->questions[i].arguments[1] == expected->arguments[i],
                      "function %d, argument %u: %" PRIx64, (int)expected->function, i,
                      asked->questions[i].arguments[1]);
    }
}

START_TEST(every_function_gets_its_arguments_and_gives_its_results)
{
    static const char *const wanted[] = {"pt_init", "pt_protect", NULL};
    struct asked asked = {0};
    struct module_build one;
    struct module_session session;
    module_build(&one, echo, "gcc", "echo.c", wanted);
    struct module_plan plan = module_plan_of(&one);
    ck_assert(module_open(&session, &plan, answer, &asked));
    ck_assert_uint_eq(session.functions, (UINT64_C(1) << RING_N_MODULE_FUNCTIONS) - 1);
    for (size_t i = 0; i < sizeof echoed / sizeof *echoed; i++) {
        expect_echo(&session, &echoed[i]);
    }
    ck_assert_uint_eq(session.n_calls, sizeof echoed / sizeof *echoed);
    module_close(&session);
    module_build_remove(&one);
}
END_TEST

// --- What may happen in a call ------------------------------------------------------------------

/// Finds the ring, a page whose address stands on the stack or in a register that calls preserve.
/// write() says whether an address can be read.
#define FORGE(fields)                                                                              \
    "#include \"ring.h\"\n#include <unistd.h>\n"                                                   \
    "extern void *__libc_stack_end;\nstatic void forge(void) {\n"                                  \
    "    __builtin_unwind_init();\n"                                                               \
    "    uintptr_t *at = (uintptr_t *)__builtin_frame_address(0) - 16;\n"                          \
    "    for (int i = 0; (void *)&at[i] < __libc_stack_end; i++) {\n"                              \
    "        struct ring *ring = (struct ring *)at[i];\n"                                          \
    "        if (at[i] % 4096 != 0 || write(1, &ring->command, 4) != 4 ||\n"                       \
    "            write(1, ring->log, 8) != 8 || ring->command_number != ring->reply_number + 1)\n" \
    "            continue;\n"                                                                      \
    "        " fields ";\n"                                                                        \
    "        ring->reply_number = ring->command_number;\n"                                         \
    "        for (;;) ;\n    } }\n"

#define FLUSH(body) "void tlb_flush(uint32_t asid) { " body "; }\n"
#define ON_LOADING(body) "__attribute__((constructor)) static void load(void) { " body "; }\n"
#define IN_THREAD                                                                                  \
    "#include <pthread.h>\nstatic void *run(void *p) { phys_read64(0); return p; }\n"              \
    "static pthread_t id;\n"

struct ending {
    const char *code; ///< of a module whose tlb_flush is called
    bool loads;
    enum worker_event event;
    int number; ///< signal or exit status
    size_t n_asked;
};

static const struct ending endings[] = {
    {FLUSH("*(volatile char *)16 = 1"), true, WORKER_SIGNALLED, SIGSEGV, 0},
    {FLUSH("phys_read64(8); abort()"), true, WORKER_SIGNALLED, SIGABRT, 1},
    {FLUSH("for (;;)"), true, WORKER_TIMED_OUT, 0, 0},
    {FLUSH("for (;;) phys_read64(8)"), true, WORKER_TIMED_OUT, 0, NONE},
    {FLUSH("exit(4)"), true, WORKER_EXITED, 4, 0},
    {FLUSH("frame_free(1); exit(0)"), true, WORKER_EXITED, 0, 1},
    // exit() in a call runs handlers within the call: the judge still waits and answers.
    {"static void last(void) { phys_read64(0); }\n" ON_LOADING("atexit(last)") FLUSH("exit(5)"),
     true, WORKER_EXITED, 5, 1},
    {ON_LOADING("phys_write64(0, frame_alloc(1)); exit(6)"), false, WORKER_EXITED, 6, 0},
    {"static void last(void) { phys_read64(0); }\n" ON_LOADING("atexit(last); exit(7)"), false,
     WORKER_EXITED, 7, 0},
    // Nobody can ask from a second thread: there is none.
    {IN_THREAD FLUSH("pthread_create(&id, 0, run, 0)"), true, WORKER_SIGNALLED, SIGSYS, 0},
    {IN_THREAD ON_LOADING("pthread_create(&id, 0, run, 0)"), false, WORKER_SIGNALLED, SIGSYS, 0},
    {FORGE("ring->reply = 99") FLUSH("forge()"), true, WORKER_GARBLED, 0, 0},
    {FORGE("ring->reply = RING_SBRK") FLUSH("forge()"), true, WORKER_GARBLED, 0, 0},
    {FORGE("ring->reply = RING_LOAD_FAILED") FLUSH("forge()"), true, WORKER_GARBLED, 0, 0},
    {FORGE("ring->reply = RING_ASK; ring->value = 0") FLUSH("forge()"), true, WORKER_GARBLED, 0, 0},
    {FORGE("ring->reply = RING_ASK; ring->value = RING_NEXT_USE + 1") FLUSH("forge()"), true,
     WORKER_GARBLED, 0, 0},
    {FORGE("ring->reply = RING_DIED; ring->signal = -1") FLUSH("forge()"), true, WORKER_GARBLED, 0,
     0},
    {FORGE("ring->reply = RING_SBRK") ON_LOADING("forge()"), false, WORKER_GARBLED, 0, 0},
    {FORGE("ring->reply = RING_ASK") ON_LOADING("forge()"), false, WORKER_GARBLED, 0, 0},
};

/// A header of the worker as one that lies beside what includes it.
static void read_header(const char *name, char *text, size_t n)
{
    char *path = paths_in_root("harness/worker");
    char *command = xasprintf("sed 's|harness/worker/||' '%s/%s'", path, name);
    FILE *stream = popen(command, "re");
    ck_assert_ptr_nonnull(stream);
    text[fread(text, 1, n - 1, stream)] = '\0';
    ck_assert(pclose(stream) == 0 && strlen(text) < n - 1);
    free(command);
    free(path);
}

/// Builds tlb.c from that code, with ring.h for those who forge, and opens a session.
static bool open_code(struct module_build *one, struct module_session *session, const char *code,
                      struct asked *asked)
{
    char ring[32768];
    char sighting[8192];
    read_header("ring.h", ring, sizeof ring);
    read_header("sighting.h", sighting, sizeof sighting);
    char *text =
        xasprintf("#include \"tlb.h\"\n#include \"replace.h\"\n#include <stdlib.h>\n%s", code);
    struct module_source files[MODULE_MAX_FILES] = {
        {"tlb.c", text}, {"ring.h", ring}, {"sighting.h", sighting}};
    module_build(one, files, "gcc", "tlb.c", NULL);
    struct module_plan plan = module_plan_of(one);
    plan.call_seconds = 0.2;
    bool loaded = module_open(session, &plan, answer, asked);
    free(text);
    return loaded;
}

START_TEST(calls_that_do_not_come_back)
{
    const struct ending *expected = &endings[_i];
    const uint64_t asid = 1;
    struct asked asked = {0};
    struct module_build one;
    struct module_session session;
    bool loaded = open_code(&one, &session, expected->code, &asked);
    ck_assert_msg(loaded == expected->loads, "%s", expected->code);
    ck_assert(!loaded || !module_call(&session, RING_TLB_FLUSH, &asid, 1));
    ck_assert_msg(session.news.event == expected->event, "%s: %d", expected->code,
                  (int)session.news.event);
    if (expected->event == WORKER_SIGNALLED) {
        ck_assert_int_eq(session.news.signal, expected->number);
    } else if (expected->event == WORKER_EXITED) {
        ck_assert_int_eq(session.news.exit_code, expected->number);
    }
    if (expected->n_asked != NONE) {
        ck_assert_uint_eq(asked.n, expected->n_asked);
    }
    module_stop(&session);
    module_close(&session);
    module_build_remove(&one);
}
END_TEST

START_TEST(a_submission_that_does_not_load_says_why)
{
    struct asked asked = {0};
    struct module_build one;
    struct module_session session;
    ck_assert(!open_code(&one, &session, "void nowhere(void);\n" FLUSH("nowhere()"), &asked));
    ck_assert_int_eq(session.news.event, WORKER_REPLIED);
    ck_assert_int_eq(session.news.reply, RING_LOAD_FAILED);
    char *text = worker_text(&session.worker);
    ck_assert_ptr_nonnull(strstr(text, "undefined symbol: nowhere"));
    free(text);
    module_close(&session);
    module_build_remove(&one);
}
END_TEST

// --- Questions ----------------------------------------------------------------------------------

static const char asking[] = "static uint64_t early[4];\n" ON_LOADING(
    "early[0] = phys_read64(8); early[1] = frame_alloc(1);"
    "early[2] = replace_random();"
    "early[3] = replace_next_use(1); phys_write64(0, 1)") "void *mem_sbrk(long increment);\n"
                                                          "struct tlb_result tlb_lookup(uint32_t "
                                                          "asid, uint64_t vpn) {\n"
                                                          "    if (asid == 1) return (struct "
                                                          "tlb_result){mem_sbrk(16) == (void *)-1, "
                                                          "early[0] & early[1],\n"
                                                          "                                        "
                                                          "      early[2] & early[3]};\n"
                                                          "    uint64_t sum = phys_read64(0x1000) "
                                                          "+ 16 * frame_alloc(3);\n"
                                                          "    phys_write64(0x2000, 0x77); "
                                                          "frame_free(0x3000);\n"
                                                          "    return (struct tlb_result){false, "
                                                          "sum, replace_random() + 16 * "
                                                          "replace_next_use(vpn)}; }\n";

static const struct module_question questions[] = {
    {RING_PHYS_READ, {0x1000, 0}},  {RING_FRAME_ALLOC, {3, 0}}, {RING_PHYS_WRITE, {0x2000, 0x77}},
    {RING_FRAME_FREE, {0x3000, 0}}, {RING_RANDOM, {0, 0}},      {RING_NEXT_USE, {42, 0}},
};

#define N_QUESTIONS (sizeof questions / sizeof *questions)

START_TEST(questions_are_asked_in_calls_and_answered)
{
    struct asked asked = {0};
    struct module_build one;
    struct module_session session;
    ck_assert(open_code(&one, &session, asking, &asked));
    ck_assert(module_call(&session, RING_TLB_LOOKUP, (uint64_t[]){2, 42}, 2));
    ck_assert_uint_eq(asked.n, N_QUESTIONS);
    for (size_t i = 0; i < N_QUESTIONS; i++) {
        ck_assert_uint_eq(asked.questions[i].function, questions[i].function);
        ck_assert_uint_eq(asked.questions[i].arguments[0], questions[i].arguments[0]);
        ck_assert_uint_eq(asked.questions[i].arguments[1], questions[i].arguments[1]);
    }
    ck_assert_uint_eq(session.results[0], 0);
    ck_assert_uint_eq(session.results[1], ANSWER + 16 * 2 * ANSWER);
    ck_assert_uint_eq(session.results[2], 5 * ANSWER + 16 * 6 * ANSWER);
    module_close(&session);
    module_build_remove(&one);
}
END_TEST

START_TEST(questions_outside_of_a_call_are_not_asked)
{
    struct asked asked = {0};
    struct module_build one;
    struct module_session session;
    ck_assert(open_code(&one, &session, asking, &asked));
    ck_assert(module_call(&session, RING_TLB_LOOKUP, (uint64_t[]){1, 0}, 2));
    ck_assert_uint_eq(asked.n, 0);
    ck_assert_uint_eq(session.results[0], 1); // and there is no heap
    ck_assert_uint_eq(session.results[1], NONE);
    ck_assert_uint_eq(session.results[2], NONE);
    module_close(&session);
    module_build_remove(&one);
}
END_TEST

START_TEST(an_answer_may_end_the_call)
{
    struct asked asked = {.refuse = 3};
    struct module_build one;
    struct module_session session;
    ck_assert(open_code(&one, &session, asking, &asked));
    ck_assert(!module_call(&session, RING_TLB_LOOKUP, (uint64_t[]){2, 42}, 2));
    ck_assert_int_eq(session.news.event, WORKER_REPLIED);
    ck_assert_uint_eq(asked.n, 3);
    module_stop(&session);
    module_close(&session);
    module_build_remove(&one);
}
END_TEST

Suite *module_session_suite(void)
{
    Suite *suite = suite_create("module_session");
    TCase *tests = tcase_create("module_session");
    tcase_set_timeout(tests, 60);
    if (can_confine("module_session")) {
        tcase_add_test(tests, every_function_gets_its_arguments_and_gives_its_results);
        tcase_add_loop_test(tests, calls_that_do_not_come_back, 0,
                            (int)(sizeof endings / sizeof *endings));
        tcase_add_test(tests, a_submission_that_does_not_load_says_why);
        tcase_add_test(tests, questions_are_asked_in_calls_and_answered);
        tcase_add_test(tests, questions_outside_of_a_call_are_not_asked);
        tcase_add_test(tests, an_answer_may_end_the_call);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
