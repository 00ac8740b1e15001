// SPDX-License-Identifier: MIT
// Kinds that choose a page first: by chance, by popularity, by a working set, by a fixed string.
#include <stdlib.h>

#include "harness/access/emitter.h"
#include "harness/base/memory.h"

enum {
    PHASE_MIN = 400, ///< accesses
    PHASE_MAX = 1600,
    PHASE_POOL = 8,      ///< times as many pages as the working set has
    PHASE_STRANGERS = 5, ///< percent of the accesses to pages outside of it
};

/// A word of the page of that number, counted from the base.
static void use_page(struct emitter *emitter, enum access_kind kind, uint64_t page)
{
    uint64_t address = emitter->values[PARAMETER_BASE] + page * emitter_page_bytes(emitter);
    emitter_word(emitter, kind, emitter_word_of_page(emitter, address));
}

void emit_random(struct emitter *emitter)
{
    while (!emitter_is_full(emitter)) {
        uint64_t page = emitter_below(emitter, emitter->values[PARAMETER_PAGES]);
        use_page(emitter, emitter_read_or_write(emitter), page);
    }
}

void emit_zipf(struct emitter *emitter)
{
    struct popularity popularity;
    popularity_begin(&popularity, emitter, (size_t)emitter->values[PARAMETER_PAGES],
                     emitter->values[PARAMETER_SKEW]);
    while (!emitter_is_full(emitter)) {
        uint64_t page = popularity_draw(&popularity, emitter);
        use_page(emitter, emitter_read_or_write(emitter), page);
    }
    popularity_end(&popularity);
}

/// The address space is cut into as many equal parts as there are pages, with a page in each.
void emit_sparse(struct emitter *emitter)
{
    size_t n_pages = (size_t)emitter->values[PARAMETER_PAGES];
    uint64_t all =
        UINT64_C(1) << (emitter->values[PARAMETER_VA_BITS] - emitter->values[PARAMETER_PAGE_BITS]);
    uint64_t *pages = xcalloc(n_pages, sizeof *pages);
    for (size_t i = 0; i < n_pages; i++) {
        pages[i] = i * (all / n_pages) + emitter_below(emitter, all / n_pages);
    }
    struct popularity popularity;
    popularity_begin(&popularity, emitter, n_pages, emitter->values[PARAMETER_SKEW]);
    while (!emitter_is_full(emitter)) {
        uint64_t page = pages[popularity_draw(&popularity, emitter)];
        use_page(emitter, emitter_read_or_write(emitter), page);
    }
    popularity_end(&popularity);
    free(pages);
}

/// Denning's working sets: a phase lasts some hundred accesses, nearly all of them to its own
/// pages.
void emit_phases(struct emitter *emitter)
{
    size_t n_set = (size_t)emitter->values[PARAMETER_PAGES];
    while (!emitter_is_full(emitter)) {
        uint32_t *pool = emitter_shuffled(emitter, PHASE_POOL * n_set);
        uint64_t length = PHASE_MIN + emitter_below(emitter, PHASE_MAX - PHASE_MIN + 1);
        for (uint64_t i = 0; i < length; i++) {
            bool stranger = emitter_chance(emitter, PHASE_STRANGERS);
            uint64_t page = pool[emitter_below(emitter, stranger ? PHASE_POOL * n_set : n_set)];
            use_page(emitter, emitter_read_or_write(emitter), page);
        }
        free(pool);
    }
}

/// Pages first .. last of the set that begins at page `start`.
static void use_run(struct emitter *emitter, uint64_t start, uint64_t first, uint64_t last)
{
    uint64_t page_bytes = emitter_page_bytes(emitter);
    for (uint64_t page = first; page <= last; page++) {
        emitter_word(emitter, emitter_read_or_write(emitter),
                     emitter->values[PARAMETER_BASE] + (start + page) * page_bytes);
    }
}

/// Belady, Nelson and Shedler, "An anomaly in space-time characteristics of certain programs
/// running in a paging machine", CACM 1969, for any number m of frames:
///
///    1 .. m+1   1 .. m-1   m+2   1 .. m+2      2m + 3 faults with m frames, 2m + 4 with m + 1
///
/// Rounds use two sets of m + 2 pages in turn. Each loads more pages than there are frames, so that
/// the other set has left memory when its turn comes, and every round faults like the first.
void emit_belady(struct emitter *emitter)
{
    uint64_t m = emitter->values[PARAMETER_FRAMES];
    for (uint64_t round = 0; !emitter_is_full(emitter); round++) {
        uint64_t start = round % 2 * (m + 2);
        use_run(emitter, start, 1, m + 1);
        use_run(emitter, start, 1, m - 1);
        use_run(emitter, start, m + 2, m + 2);
        use_run(emitter, start, 1, m + 2);
    }
}

/// A quarter of the pages is read now and then; between them the others are swept through, mostly
/// written, so that a page that leaves memory is mostly dirty while clean ones are there.
void emit_dirty(struct emitter *emitter)
{
    uint64_t n_pages = emitter->values[PARAMETER_PAGES];
    uint64_t n_hot = (n_pages + 3) / 4;
    for (uint64_t swept = 0; !emitter_is_full(emitter); swept++) {
        use_page(emitter, ACCESS_READ, emitter_below(emitter, n_hot));
        uint64_t page = n_pages > n_hot ? n_hot + swept / 2 % (n_pages - n_hot) : 0;
        use_page(emitter, emitter_read_or_write(emitter), page);
        use_page(emitter, emitter_read_or_write(emitter), page);
    }
}
