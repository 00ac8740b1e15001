// SPDX-License-Identifier: MIT
// Describing a trace.
#include "harness/cli/trace_info.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/trace/reader.h"

#define CLASSES 65
#define BAR_COLUMNS 40

/// Counts by powers of two: class 0 holds 0, class k holds 2^(k-1) .. 2^k - 1.
struct histogram {
    size_t counts[CLASSES];
};

static void count(struct histogram *histogram, uint64_t value)
{
    histogram->counts[value == 0 ? 0 : 64 - __builtin_clzll(value)]++;
}

static void print_histogram(const struct histogram *histogram, const char *title)
{
    size_t total = 0;
    size_t most = 0;
    for (size_t i = 0; i < CLASSES; i++) {
        total += histogram->counts[i];
        most = histogram->counts[i] > most ? histogram->counts[i] : most;
    }
    printf("  %s\n", title);
    for (size_t i = 0; i < CLASSES; i++) {
        size_t n = histogram->counts[i];
        uint64_t from = i == 0 ? 0 : UINT64_C(1) << (i - 1);
        uint64_t to = i == 0 ? 0 : from + (from - 1);
        size_t columns = most == 0 ? 0 : (n * BAR_COLUMNS + most - 1) / most;
        if (n > 0) {
            printf("    %10" PRIu64 "..%-10" PRIu64 " %8zu %5.1f %%  %.*s\n", from, to, n,
                   100.0 * (double)n / (double)total, (int)columns,
                   "########################################");
        }
    }
}

/// What one pass over the operations finds out.
struct facts {
    size_t n_of_kind[3];
    size_t n_live; ///< at the end
    uint64_t live_bytes;
    struct histogram sizes, lifetimes;
};

/// The state of a block during the pass; `born` is the operation, from 1, that allocated it.
struct life {
    size_t born;
    uint64_t size;
};

static void follow(struct facts *facts, struct life *life, const struct op *op, size_t number)
{
    if (op->kind == OP_FREE || op->size == 0) {
        if (life->born != 0) {
            count(&facts->lifetimes, number - life->born);
        }
        // An allocation of 0 bytes is alive; a reallocation to 0 is not.
        life->born = op->kind == OP_ALLOC ? number : 0;
    } else if (life->born == 0) {
        life->born = number;
    }
    life->size = op->size;
}

static void gather(struct facts *facts, const struct trace *trace)
{
    struct life *lives = xcalloc(trace->n_slots, sizeof *lives);
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        facts->n_of_kind[op->kind]++;
        if (op->kind != OP_FREE) {
            count(&facts->sizes, op->size);
        }
        if (op->slot != TRACE_NO_SLOT) {
            follow(facts, &lives[op->slot], op, i + 1);
        }
    }
    for (size_t i = 0; i < trace->n_slots; i++) {
        facts->n_live += lives[i].born != 0;
        facts->live_bytes += lives[i].born != 0 ? lives[i].size : 0;
    }
    free(lives);
}

static void print_mix(const struct facts *facts, size_t n_ops)
{
    static const char *const names[] = {
        [OP_ALLOC] = "alloc", [OP_FREE] = "free", [OP_REALLOC] = "realloc"};
    static const int order[] = {OP_ALLOC, OP_REALLOC, OP_FREE};
    printf("  operations   %zu:", n_ops);
    for (size_t i = 0; i < 3; i++) {
        size_t n = facts->n_of_kind[order[i]];
        printf("%s %zu %s (%.1f %%)", i == 0 ? "" : ",", n, names[order[i]],
               100.0 * (double)n / (double)n_ops);
    }
    putchar('\n');
}

void trace_info_print(const struct trace *trace)
{
    static const char *const weights[] = {"correctness alone", "utilization and speed",
                                          "utilization only", "speed only"};
    struct facts facts = {0};
    gather(&facts, trace);
    printf("%s\n", trace->path);
    printf("  dialect      %s: %s\n", trace->reader->name, trace->reader->description);
    printf("  counts for   %s%s\n", weights[trace->weight],
           trace->ignore_ranges ? "; ranges are to be ignored" : "");
    print_mix(&facts, trace->n_ops);
    printf("  ids          %zu, at most %zu alive at once\n", trace->n_slots, trace->peak_live);
    printf("  largest      %" PRIu64 " bytes\n", trace->largest_size);
    printf("  peak payload %" PRIu64 " bytes\n", trace->peak_payload);
    printf("  at the end   %zu blocks alive with %" PRIu64 " bytes\n", facts.n_live,
           facts.live_bytes);
    print_histogram(&facts.sizes, "sizes asked for, in bytes");
    print_histogram(&facts.lifetimes, "lifetimes of the blocks that die, in operations");
}
