// SPDX-License-Identifier: MIT
// Tables of the machine, the curves and the cache.
#include "harness/cli/vm_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"

#define POLICIES_A_ROW 3

static double percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static void print_trace(const struct vm_play *play)
{
    const char *trace =
        strcmp(play->choice->trace, "-") == 0 ? "standard input" : play->choice->trace;
    char *name = printable(trace, strlen(trace));
    printf("%s: %" PRIu64 " records, dialect %s\n", name, play->n_records, play->dialect);
    free(name);
}

static void print_lookups(const char *name, uint64_t sets, uint64_t ways, uint64_t n_hits,
                          uint64_t n_misses)
{
    char shape[32];
    snprintf(shape, sizeof shape, "%" PRIu64 " x %" PRIu64, sets, ways);
    printf("  %-12s%-12s%12" PRIu64 "%12" PRIu64 "%10.2f%%", name, shape, n_hits, n_misses,
           percent(n_misses, n_hits + n_misses));
}

static void print_tlbs(const struct machine_settings *settings, const struct machine_counts *counts)
{
    printf("\n  TLB         sets x ways         hits      misses   miss rate\n");
    for (size_t i = 0; i < MACHINE_TLBS; i++) {
        if (settings->tlbs[i].sets > 0) {
            print_lookups(machine_tlb_names[i], settings->tlbs[i].sets, settings->tlbs[i].ways,
                          counts->tlbs[i].n_hits, counts->tlbs[i].n_misses);
            putchar('\n');
        }
    }
}

static void print_caches(const struct machine_settings *settings,
                         const struct machine_counts *counts)
{
    printf("\n  cache       sets x ways         hits      misses   miss rate   evictions "
           "write-backs\n");
    for (size_t i = 0; i < MACHINE_CACHES; i++) {
        const struct cache_settings *cache = &settings->caches[i];
        if (cache->sets > 0) {
            print_lookups(machine_cache_names[i], cache->sets, cache->ways,
                          counts->caches[i].n_hits, counts->caches[i].n_misses);
            printf("%12" PRIu64 "%12" PRIu64 "\n", counts->caches[i].n_evictions,
                   counts->caches[i].n_writebacks);
        }
    }
}

static void print_faults(const struct machine_counts *counts)
{
    static const char *const names[MACHINE_FAULTS] = {
        [MACHINE_MISSING] = "brought a page in",
        [MACHINE_PROTECTION] = "protection faults",
        [MACHINE_SEGMENTATION] = "segmentation faults",
        [MACHINE_OUT_OF_FRAMES] = "found no frame left",
    };
    printf("  faults        %" PRIu64, vm_play_faults(counts));
    const char *separator = ": ";
    for (size_t i = 0; i < MACHINE_FAULTS; i++) {
        if (counts->n_faults[i] > 0 && names[i] != NULL) {
            printf("%s%" PRIu64 " %s", separator, counts->n_faults[i], names[i]);
            separator = ", ";
        }
    }
    printf("\n  write-backs   %" PRIu64 " dirty pages that left their frame\n",
           counts->n_page_writebacks);
}

static void print_amat(const struct machine *machine, const struct machine_counts *counts)
{
    const struct machine_settings *settings = machine_settings(machine);
    printf("  AMAT          %.2f cycles; ", machine_amat(machine, false));
    if (machine_can_overlap(settings)) {
        printf("%.2f with L1 looked up beside the TLB (CI and CO lie within the VPO)\n",
               machine_amat(machine, true));
    } else {
        puts("L1 must wait for the TLB, as CI reaches beyond the VPO");
    }
    if (counts->n_faults[MACHINE_MISSING] > 0) {
        printf("                of these %.2f for bringing pages in\n",
               (double)counts->n_faults[MACHINE_MISSING] * settings->fault_cycles /
                   (double)counts->n_accesses);
    }
}

static void print_machine(const struct machine *machine)
{
    const struct machine_settings *settings = machine_settings(machine);
    struct machine_counts counts = machine_counts(machine);
    char *title = printable_line(settings->title);
    printf("\nmachine %s%s%s\n", settings->name, *title == '\0' ? "" : ": ", title);
    free(title);
    printf("\n  accesses      %" PRIu64 ", of these %" PRIu64 " fetches\n", counts.n_accesses,
           counts.n_fetches);
    printf("  page walks    %" PRIu64 ", which read %" PRIu64 " PTEs\n", counts.n_walks,
           counts.n_walk_references);
    print_faults(&counts);
    print_amat(machine, &counts);
    print_tlbs(settings, &counts);
    print_caches(settings, &counts);
}

static const struct vm_misses *misses_at(const struct vm_play *play, size_t policy, size_t frames)
{
    return &play->figures.misses[policy * play->choice->frames.n_items + frames];
}

/// Some of the policies, side by side: what fits on a page.
static void print_misses_of(const struct vm_play *play, size_t first, size_t end)
{
    const struct vm_choice *choice = play->choice;
    printf("\n  %8s", "");
    for (size_t i = first; i < end; i++) {
        printf("%29s", choice->policies[i]->name);
    }
    printf("\n  %8s", "frames");
    for (size_t i = first; i < end; i++) {
        printf("%9s %7s %11s", "faults", "rate", "write-backs");
    }
    putchar('\n');
    for (size_t i = 0; i < choice->frames.n_items; i++) {
        printf("  %8" PRIu64, choice->frames.items[i]);
        for (size_t j = first; j < end; j++) {
            const struct vm_misses *misses = misses_at(play, j, i);
            printf("%9" PRIu64 " %6.2f%% %11" PRIu64, misses->n_faults,
                   percent(misses->n_faults, play->figures.lru.n_uses), misses->n_writebacks);
        }
        putchar('\n');
    }
}

static void print_misses(const struct vm_play *play)
{
    size_t n_policies = play->choice->n_policies;
    for (size_t first = 0; first < n_policies; first += POLICIES_A_ROW) {
        size_t end = first + POLICIES_A_ROW;
        print_misses_of(play, first, end < n_policies ? end : n_policies);
    }
}

/// Where one policy thrashes, neighbours in the list of frames taken together. False: nowhere.
static bool print_thrashing_of(const struct vm_play *play, size_t policy)
{
    const struct number_list *frames = &play->choice->frames;
    double most = 0;
    for (size_t i = 0, end; i < frames->n_items; i = end + 1) {
        for (end = i; end < frames->n_items; end++) {
            const struct vm_misses *misses = misses_at(play, policy, end);
            double share = percent(misses->n_thrashing, misses->n_windows);
            if (share == 0) {
                break;
            }
            if (most == 0) {
                printf("  %s thrashes with", play->choice->policies[policy]->name);
            } else if (end == i) {
                putchar(',');
            }
            most = share > most ? share : most;
        }
        if (end > i + 1) {
            printf(" %" PRIu64 "..%" PRIu64, frames->items[i], frames->items[end - 1]);
        } else if (end > i) {
            printf(" %" PRIu64, frames->items[i]);
        }
    }
    if (most > 0) {
        printf(" frames, at worst in %.3g %% of the trace\n", most);
    }
    return most > 0;
}

static void print_thrashing(const struct vm_play *play)
{
    bool thrashes = false;
    putchar('\n');
    for (size_t i = 0; i < play->choice->n_policies; i++) {
        thrashes = print_thrashing_of(play, i) || thrashes;
    }
    if (!thrashes) {
        puts("  it thrashes with none of these");
    }
}

/// The least memory with which LRU has at most that many faults.
static uint64_t frames_for(const struct lru_curve *curve, uint64_t n_faults)
{
    uint64_t n_frames = 1;
    while (n_frames < curve->n_pages && lru_curve_faults(curve, n_frames) > n_faults) {
        n_frames++;
    }
    return n_frames;
}

/// The knee of LRU's curve: first uses fault in any memory, so it is sought among the others.
static void print_knee(const struct lru_curve *curve)
{
    uint64_t n_avoidable = curve->n_uses - curve->n_pages;
    if (n_avoidable > 0) {
        printf("  the knee, under lru: %" PRIu64
               " frames serve 90 %% of the uses that come back to a "
               "page,\n  %" PRIu64 " serve 99 %%, %" PRIu64 " all\n",
               frames_for(curve, curve->n_pages + n_avoidable / 10),
               frames_for(curve, curve->n_pages + n_avoidable / 100),
               frames_for(curve, curve->n_pages));
    }
}

static void print_working_set(const struct vm_play *play)
{
    uint64_t n_uses = play->figures.lru.n_uses;
    puts("\nworking set: the pages used within a window of so many uses\n\n"
         "      window  mean pages      faults");
    for (size_t i = 0; i < play->choice->windows.n_items; i++) {
        const struct working_set_point *point = &play->figures.points[i];
        if (point->window <= n_uses || i == 0) {
            printf("  %10" PRIu64 "  %10.1f  %10" PRIu64 " %6.2f%%\n", point->window,
                   point->mean_pages, point->n_faults, percent(point->n_faults, n_uses));
        }
    }
}

static void print_curves(const struct vm_play *play)
{
    const struct lru_curve *lru = &play->figures.lru;
    printf("\npage replacement: %" PRIu64 " references to %zu pages of %" PRIu64 " bytes\n",
           lru->n_uses, lru->n_pages, UINT64_C(1) << play->choice->access.page_bits);
    if (play->choice->n_policies > 0) {
        print_misses(play);
        print_thrashing(play);
        print_knee(lru);
    }
    if (play->choice->windows.n_items > 0) {
        print_working_set(play);
    }
}

static void print_cache(const struct vm_play *play)
{
    const struct cache *cache = &play->cache;
    uint64_t line_bytes = cache->settings.line_bytes;
    printf("\ncache %s: %" PRIu32 " x %" PRIu32 " lines of %" PRIu64 " bytes, %s, %s\n\n",
           play->choice->cache_name, cache->settings.sets, cache->settings.ways, line_bytes,
           cache->settings.write_back ? "write-back" : "write-through",
           cache->settings.write_allocate ? "write-allocate" : "no write-allocate");
    printf("hits:%" PRIu64 " misses:%" PRIu64 " evictions:%" PRIu64 " dirty_bytes_left:%" PRIu64
           " dirty_bytes_evicted:%" PRIu64 "\n",
           cache->n_hits, cache->n_misses, cache->n_evictions,
           cache_count_dirty(cache) * line_bytes, cache->n_writebacks * line_bytes);
    if (!cache->settings.write_back) {
        printf("writes passed on: %" PRIu64 "\n", cache->n_write_throughs);
    }
    if (play->n_fetches > 0) {
        printf("%" PRIu64 " fetches were left out\n", play->n_fetches);
    }
}

void vm_print(const struct vm_play *play)
{
    const struct vm_choice *choice = play->choice;
    if (choice->trace != NULL) {
        print_trace(play);
        if (play->machine != NULL) {
            print_machine(play->machine);
        }
        if (play->curves != NULL) {
            print_curves(play);
        }
        if (choice->cache_name != NULL) {
            print_cache(play);
        }
    }
    for (size_t i = 0; i < choice->n_addresses; i++) {
        if (i > 0 || choice->trace != NULL) {
            putchar('\n');
        }
        machine_explain(play->machine, choice->addresses[i], stdout);
    }
}
