// SPDX-License-Identifier: MIT
// Linear probing, at most half full.
#include "harness/modules/pages.h"

#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/trace/random.h"

#define FIRST_PLACES 1024

void pages_open(struct pages *pages)
{
    *pages = (struct pages){.n_places = FIRST_PLACES};
    pages->table = xcalloc(pages->n_places, sizeof *pages->table);
}

void pages_close(struct pages *pages)
{
    free(pages->table);
}

static struct page *place_of(const struct pages *pages, uint16_t process, uint64_t vpn)
{
    uint64_t idx = random_mix(vpn + ((uint64_t)process << 52));
    for (;; idx++) {
        struct page *page = &pages->table[idx & (pages->n_places - 1)];
        if (!page->used || (page->vpn == vpn && page->process == process)) {
            return page;
        }
    }
}

static void grow(struct pages *pages)
{
    struct pages larger = {.n_places = 2 * pages->n_places, .n_used = pages->n_used};
    larger.table = xcalloc(larger.n_places, sizeof *larger.table);
    for (size_t i = 0; i < pages->n_places; i++) {
        const struct page *page = &pages->table[i];
        if (page->used) {
            *place_of(&larger, page->process, page->vpn) = *page;
        }
    }
    free(pages->table);
    *pages = larger;
}

struct page *pages_find(struct pages *pages, uint16_t process, uint64_t vpn)
{
    struct page *page = place_of(pages, process, vpn);
    if (page->used) {
        return page;
    }
    if (2 * pages->n_used >= pages->n_places) {
        grow(pages);
        page = place_of(pages, process, vpn);
    }
    pages->n_used++;
    *page = (struct page){.number = PAGES_NUMBER(process, vpn),
                          .next_use = UINT64_MAX,
                          .vpn = vpn,
                          .frame = PAGES_NO_FRAME,
                          .process = process,
                          .used = true};
    return page;
}

const struct page *pages_peek(const struct pages *pages, uint16_t process, uint64_t vpn)
{
    const struct page *page = place_of(pages, process, vpn);
    return page->used ? page : NULL;
}
