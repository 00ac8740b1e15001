// SPDX-License-Identifier: MIT
// A ring of loads, searched from the newest on.
#include "harness/worker/trail.h"

#include <stddef.h>

#define N_LOADS 1024
#define TAG_REACH 16   // a block's header lies within so many bytes below its payload
#define FIELD_REACH 64 // and what is loaded or stored through a pointer so many bytes beside it
#define SMALLEST_ADDRESS 65536

static struct trail_load loads[N_LOADS];
static size_t n_loads;

void trail_begin(void)
{
    n_loads = 0;
}

void trail_add(const struct trail_load *load)
{
    loads[n_loads++ % N_LOADS] = *load;
}

static bool is_near(uint64_t a, uint64_t b)
{
    return a - b + FIELD_REACH <= 2 * FIELD_REACH;
}

/// Whether the address was computed from what was loaded: a link, or a size that leads from its tag
/// to the next or previous block.
static bool leads_to(const struct trail_load *load, uint64_t address)
{
    uint64_t size = load->value & ~UINT64_C(7);
    bool is_link = load->value >= SMALLEST_ADDRESS && is_near(load->value, address);
    bool is_size = size > FIELD_REACH && (is_near(load->address + size, address) ||
                                          is_near(load->address - size, address));
    return is_link || is_size;
}

static bool answers(const struct trail_load *load, enum sighting_question question,
                    uint64_t pointer, uint32_t op)
{
    bool is_older = load->writer.op < op;
    switch (question) {
    case SIGHTING_TRUSTED_HEADER:
        return is_older && load->address < pointer && pointer - load->address <= TAG_REACH;
    case SIGHTING_TRUSTED_LINK:
        return is_older && load->value <= pointer && pointer - load->value <= TAG_REACH;
    default:
        return leads_to(load, pointer);
    }
}

const struct trail_load *trail_find(enum sighting_question question, uint64_t pointer, uint32_t op)
{
    size_t n = n_loads < N_LOADS ? n_loads : N_LOADS;
    for (size_t i = 1; i <= n; i++) {
        const struct trail_load *load = &loads[(n_loads - i) % N_LOADS];
        if (load->writer.chain != 0 && answers(load, question, pointer, op)) {
            return load;
        }
    }
    return NULL;
}

const struct trail_load *trail_find_origin(uint64_t value, uint32_t op)
{
    size_t n = n_loads < N_LOADS ? n_loads : N_LOADS;
    for (size_t i = 1; value >= SMALLEST_ADDRESS && i <= n; i++) {
        const struct trail_load *load = &loads[(n_loads - i) % N_LOADS];
        if (load->writer.chain != 0 && load->writer.op < op && is_near(load->value, value)) {
            return load;
        }
    }
    return NULL;
}
