// SPDX-License-Identifier: MIT
// Describing a trace in one pass: kinds, footprint, processes, strides.
#include "harness/cli/vmtrace_info.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/access/dialects.h"
#include "harness/base/memory.h"
#include "harness/cli/vmtrace_command.h"
#include "harness/trace/idmap.h"

enum {
    PAGE_BITS = 12,
    LINE_BITS = 6,
    N_KINDS = ACCESS_SWITCH + 1,
    N_PROCESSES = 1 << 16,
    FARTHEST = 1 << 15, ///< strides up to that many bytes are told apart
    TOP_STRIDES = 5,
    WORTH_SHOWING = 50, ///< a stride that is one of so many is shown
};

static const char *const kind_names[N_KINDS] = {"fetches", "reads",  "writes",   "modifications",
                                                "maps",    "unmaps", "protects", "switches"};

struct process {
    struct idmap pages, lines;
    size_t n_accesses;
    uint64_t last; ///< address of its data access before
    bool has_last;
};

struct facts {
    size_t n_of_kind[N_KINDS];
    uint64_t lowest, highest;
    struct process *processes[N_PROCESSES]; ///< NULL: it does nothing in this trace
    size_t strides[2 * FARTHEST + 1];       ///< [FARTHEST + stride]
    size_t n_strides;                       ///< all, also the farther ones
};

static struct process *find_process(struct facts *facts, uint16_t number)
{
    struct process **process = &facts->processes[number];
    if (*process == NULL) {
        *process = xcalloc(1, sizeof **process);
        idmap_init(&(*process)->pages, 0, 64);
        idmap_init(&(*process)->lines, 0, 1024);
    }
    return *process;
}

static void count_stride(struct facts *facts, struct process *process, uint64_t address)
{
    if (process->has_last) {
        uint64_t place = address - process->last + FARTHEST;
        facts->n_strides++;
        if (place <= 2 * FARTHEST) {
            facts->strides[place]++;
        }
    }
    process->last = address;
    process->has_last = true;
}

static bool gather(void *context, const struct access *records, size_t n)
{
    struct facts *facts = context;
    for (size_t i = 0; i < n; i++) {
        const struct access *record = &records[i];
        facts->n_of_kind[record->kind]++;
        if (record->kind > ACCESS_MODIFY) {
            continue;
        }
        struct process *process = find_process(facts, record->process);
        process->n_accesses++;
        idmap_slot(&process->pages, (int64_t)(record->address >> PAGE_BITS));
        idmap_slot(&process->lines, (int64_t)(record->address >> LINE_BITS));
        facts->lowest = record->address < facts->lowest ? record->address : facts->lowest;
        facts->highest = record->address > facts->highest ? record->address : facts->highest;
        if (record->kind != ACCESS_FETCH) {
            count_stride(facts, process, record->address);
        }
    }
    return true;
}

static void print_kinds(const struct facts *facts, const char *title, size_t first, size_t last)
{
    size_t all = 0;
    for (size_t kind = first; kind <= last; kind++) {
        all += facts->n_of_kind[kind];
    }
    printf("  %-12s %zu", title, all);
    const char *before = ":";
    for (size_t kind = first; kind <= last; kind++) {
        if (facts->n_of_kind[kind] > 0) {
            printf("%s %zu %s (%.1f %%)", before, facts->n_of_kind[kind], kind_names[kind],
                   100.0 * (double)facts->n_of_kind[kind] / (double)all);
            before = ",";
        }
    }
    putchar('\n');
}

static void print_footprint(const struct facts *facts)
{
    size_t n_pages = 0;
    size_t n_lines = 0;
    for (size_t i = 0; i < N_PROCESSES; i++) {
        n_pages += facts->processes[i] == NULL ? 0 : facts->processes[i]->pages.n_slots;
        n_lines += facts->processes[i] == NULL ? 0 : facts->processes[i]->lines.n_slots;
    }
    printf("  pages        %zu of 4 KiB: %zu KiB\n", n_pages, n_pages << (PAGE_BITS - 10));
    printf("  lines        %zu of 64 bytes: %.1f KiB\n", n_lines, (double)n_lines / 16);
    if (n_pages > 0) {
        printf("  addresses    0x%" PRIx64 " to 0x%" PRIx64 "\n", facts->lowest, facts->highest);
    }
}

static void print_processes(const struct facts *facts)
{
    size_t n = 0;
    for (size_t i = 0; i < N_PROCESSES; i++) {
        n += facts->processes[i] != NULL;
    }
    printf("  processes    %zu\n", n);
    for (size_t i = 0; i < N_PROCESSES && n > 1; i++) {
        if (facts->processes[i] != NULL) {
            printf("    %-10zu %zu accesses, %" PRIu32 " pages\n", i,
                   facts->processes[i]->n_accesses, facts->processes[i]->pages.n_slots);
        }
    }
}

/// The most frequent ones; what is shown is struck from the counts.
static void print_strides(struct facts *facts)
{
    printf("  strides      from one data access of a process to its next, the most frequent:\n");
    for (size_t i = 0; i < TOP_STRIDES; i++) {
        size_t top = 0;
        for (size_t place = 1; place <= 2 * FARTHEST; place++) {
            top = facts->strides[place] > facts->strides[top] ? place : top;
        }
        size_t n = facts->strides[top];
        if (n == 0 || n < facts->n_strides / WORTH_SHOWING) {
            if (i == 0) {
                printf("    none stands out\n");
            }
            break;
        }
        printf("    %+-10d %zu (%.1f %%)\n", (int)top - FARTHEST, n,
               100.0 * (double)n / (double)facts->n_strides);
        facts->strides[top] = 0;
    }
}

static void facts_free(struct facts *facts)
{
    for (size_t i = 0; i < N_PROCESSES; i++) {
        if (facts->processes[i] != NULL) {
            idmap_free(&facts->processes[i]->pages);
            idmap_free(&facts->processes[i]->lines);
            free(facts->processes[i]);
        }
    }
    free(facts);
}

bool vmtrace_info_print(const char *path, const struct access_options *options, struct error *error)
{
    struct facts *facts = xcalloc(1, sizeof *facts);
    facts->lowest = UINT64_MAX;
    const char *dialect = NULL;
    bool ok = vmtrace_command_each(path, options, gather, facts, &dialect, error);
    if (ok) {
        struct error unused;
        printf("%s\n  dialect      %s: %s\n", path, dialect,
               access_dialect_find(dialect, &unused)->form);
        print_kinds(facts, "accesses", ACCESS_FETCH, ACCESS_MODIFY);
        print_kinds(facts, "events", ACCESS_MAP, ACCESS_SWITCH);
        print_footprint(facts);
        print_processes(facts);
        print_strides(facts);
    }
    facts_free(facts);
    return ok;
}
