// SPDX-License-Identifier: MIT
// Does each reference do what its name says? Plays small traces, worked out by hand, and compares
// where every block went:  policies      Prints what differs, and 'N passed, N failed' last.
//
//   fits.rep      holes of 128, 64 and 96 bytes, the last one the rest of the heap: which of them
//                 first, next and best fit choose
//   deferred.rep  two free neighbours: merged at once, or only when a request finds no fit
//   lists.rep     holes freed out of order: taken by address, or the last one first
//   buddy.rep     free neighbours that touch merge in a list, but only buddies do in a buddy system
#include "harness/heap/play.h"
#include "tests/bench/setup.h"

#define MAX_BLOCKS 12

struct expectation {
    const char *reference;
    const char *trace;
    uint64_t offsets[MAX_BLOCKS]; ///< of each mm_malloc, in order; 0 ends the list
};

static const struct expectation expectations[] = {
    {"implicit", "fits", {16, 144, 176, 240, 272, 368, 16, 3984, 80}},
    {"implicit_no_footers", "fits", {16, 144, 176, 240, 272, 368, 16, 3984, 80}},
    {"implicit_deferred", "fits", {16, 144, 176, 240, 272, 368, 16, 3984, 80}},
    {"implicit_next_fit", "fits", {16, 144, 176, 240, 272, 368, 3984, 16, 176}},
    {"implicit_best_fit", "fits", {16, 144, 176, 240, 272, 368, 176, 16, 272}},
    {"implicit", "deferred", {16, 80, 144, 208, 16, 48, 48, 128}},
    {"implicit_next_fit", "deferred", {16, 80, 144, 208, 16, 48, 48, 128}},
    {"implicit_best_fit", "deferred", {16, 80, 144, 208, 16, 48, 48, 128}},
    {"implicit_no_footers", "deferred", {16, 80, 144, 208, 16, 48, 48, 128}},
    {"implicit_deferred", "deferred", {16, 80, 144, 208, 16, 80, 48, 144}},
    {"implicit", "lists", {16, 80, 112, 176, 16, 112, 208, 80, 144}},
    {"explicit_address", "lists", {32, 96, 128, 192, 32, 128, 224, 96, 160}},
    {"explicit_lifo", "lists", {32, 96, 128, 192, 128, 32, 64, 224, 256}},
    {"simple_segregated", "lists", {2064, 4112, 2128, 4144, 2128, 4176, 2064, 4112, 6160}},
    {"buddy", "lists", {144, 208, 272, 240, 144, 272, 336, 208, 400}},
    {"buddy", "buddy", {144, 176, 160, 208, 144, 272, 144, 4240}},
    {"explicit_lifo", "buddy", {32, 64, 96, 128, 176, 32, 144, 288}},
};

/// Compares block by block; false after printing the first that went elsewhere.
static bool compare(const struct expectation *expectation, const struct play *play)
{
    size_t n = 0;
    for (size_t i = 0; i < play->trace->n_ops; i++) {
        if (play->trace->ops[i].kind != OP_ALLOC) {
            continue;
        }
        uint64_t offset = play->pointers[i] - play->session->arena.base;
        if (n == MAX_BLOCKS || offset != expectation->offsets[n]) {
            printf("FAILED: %s over %s: operation %zu gave heap+%llu, expected heap+%llu\n",
                   expectation->reference, expectation->trace, i + 1, (unsigned long long)offset,
                   n == MAX_BLOCKS ? 0ull : (unsigned long long)expectation->offsets[n]);
            return false;
        }
        n++;
    }
    return true;
}

static bool check(const struct expectation *expectation)
{
    char *relative = xasprintf("tests/references/traces/%s.rep", expectation->trace);
    char *path = paths_in_root(relative);
    char *source = xasprintf("reference/malloc/%s.c", expectation->reference);
    struct trace trace;
    struct bench bench;
    struct session session;
    struct play play;
    struct error error;
    if (!trace_read(&trace, path, &error)) {
        die("%s", error.text);
    }
    bench_open(&bench, source, &trace);
    struct play_plan plan = {.observe = true, .n_ops = trace.n_ops, .watch = LAYOUT_NO_SLOT};
    bool fine = session_open(&session, &bench.plan) && play_trace(&play, &session, &plan) &&
                compare(expectation, &play);
    play_free(&play);
    session_close(&session);
    bench_close(&bench);
    trace_free(&trace);
    free(relative);
    free(path);
    free(source);
    return fine;
}

int main(void)
{
    size_t n = sizeof expectations / sizeof *expectations;
    size_t n_passed = 0;
    for (size_t i = 0; i < n; i++) {
        n_passed += check(&expectations[i]);
    }
    printf("%zu passed, %zu failed\n", n_passed, n - n_passed);
    return n_passed == n ? 0 : 1;
}
