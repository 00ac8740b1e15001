// SPDX-License-Identifier: MIT
// Streams a trace in batches: memory grows with pages, not with records.
#include "harness/cli/vm_play.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/interrupt.h"

#define BATCH_RECORDS 4096
#define PROGRESS_AFTER_NS UINT64_C(1000000000)
#define PROGRESS_EVERY_NS UINT64_C(100000000)

/// One line on a terminal, rewritten while a long trace is read.
struct progress {
    bool shown;
    uint64_t next_ns;
};

static void show_progress(struct progress *progress, const char *pass, uint64_t n_records)
{
    uint64_t now_ns = clock_ns();
    if (progress->next_ns == 0) {
        progress->next_ns = now_ns + PROGRESS_AFTER_NS;
    } else if (now_ns >= progress->next_ns && isatty(STDERR_FILENO)) {
        progress->next_ns = now_ns + PROGRESS_EVERY_NS;
        progress->shown = true;
        fprintf(stderr, "\r\033[K%s%.1f million records", pass, 1e-6 * (double)n_records);
    }
}

static void use_cache(struct vm_play *play, const struct access *records, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct access *record = &records[i];
        if (record->kind == ACCESS_FETCH) {
            play->n_fetches++;
        } else if (record->kind <= ACCESS_MODIFY) {
            if (record->kind != ACCESS_WRITE) {
                (void)cache_access(&play->cache, record->address, false);
            }
            if (record->kind != ACCESS_READ) {
                (void)cache_access(&play->cache, record->address, true);
            }
        }
    }
}

static void take_first(struct vm_play *play, const struct access *records, size_t n)
{
    play->n_records += n;
    if (play->machine != NULL) {
        machine_run(play->machine, records, n);
    }
    if (play->choice->cache_name != NULL) {
        use_cache(play, records, n);
    }
    if (play->curves != NULL) {
        vm_curves_take(play->curves, records, n);
    }
}

static void take_second(struct vm_play *play, const struct access *records, size_t n)
{
    vm_curves_take(play->curves, records, n);
}

struct pass {
    const char *name; ///< before the number of records read
    void (*take)(struct vm_play *play, const struct access *records, size_t n);
    uint64_t max_records;
};

static bool play_pass(struct vm_play *play, struct access_stream *stream, const struct pass *pass,
                      struct error *error)
{
    struct access records[BATCH_RECORDS];
    struct progress progress = {0};
    size_t n = 0;
    for (uint64_t n_left = pass->max_records; n_left > 0 && interrupt_seen() == 0; n_left -= n) {
        n = access_next(stream, records, n_left < BATCH_RECORDS ? n_left : BATCH_RECORDS, error);
        if (n == 0 || n == SIZE_MAX) {
            break;
        }
        pass->take(play, records, n);
        show_progress(&progress, pass->name, pass->max_records - n_left + n);
    }
    if (progress.shown) {
        fputs("\r\033[K", stderr);
    }
    return n != SIZE_MAX && interrupt_seen() == 0;
}

static bool play_trace(struct vm_play *play, struct access_stream *stream, struct error *error)
{
    struct pass first = {"", take_first, play->choice->max_records};
    if (!play_pass(play, stream, &first, error)) {
        return false;
    }
    if (vm_choice_needs_future(play->choice)) {
        struct pass second = {"again, for opt: ", take_second, play->n_records};
        vm_curves_second_pass(play->curves);
        if (!access_rewind(stream, error) || !play_pass(play, stream, &second, error)) {
            return false;
        }
    }
    if (play->curves != NULL) {
        vm_curves_figures(play->curves, &play->figures);
    }
    return true;
}

bool vm_play_run(struct vm_play *play, const struct vm_choice *choice, struct error *error)
{
    *play = (struct vm_play){.choice = choice};
    error->text[0] = '\0';
    if (choice->wants_machine) {
        play->machine = machine_open(&choice->machine);
    }
    if (choice->cache_name != NULL) {
        cache_open(&play->cache, &choice->cache);
    }
    if (choice->n_policies > 0 || choice->windows.n_items > 0) {
        play->curves = vm_curves_open(choice);
    }
    if (choice->trace == NULL) {
        return true;
    }
    struct access_stream *stream = access_open(choice->trace, &choice->access, error);
    if (stream == NULL) {
        return false;
    }
    play->dialect = access_dialect_name(stream);
    bool fine = play_trace(play, stream, error);
    access_close(stream);
    return fine;
}

void vm_play_close(struct vm_play *play)
{
    machine_close(play->machine);
    if (play->choice->cache_name != NULL) {
        cache_close(&play->cache);
    }
    if (play->curves != NULL) {
        vm_curves_figures_free(&play->figures);
        vm_curves_close(play->curves);
    }
}

uint64_t vm_play_faults(const struct machine_counts *counts)
{
    uint64_t n_faults = 0;
    for (size_t i = MACHINE_NO_FAULT + 1; i < MACHINE_FAULTS; i++) {
        n_faults += counts->n_faults[i];
    }
    return n_faults;
}
