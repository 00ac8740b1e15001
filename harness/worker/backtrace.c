// SPDX-License-Identifier: MIT
// Walking frame pointers, and a table of the chains seen: few, since code is short.
#include "harness/worker/backtrace.h"

#include <stdbool.h>
#include <string.h>

#include "harness/worker/territory.h"

#define TABLE_SLOTS (1u << 14)

struct chain {
    uint32_t code[SIGHTING_FRAMES];
};

static struct chain chains[TABLE_SLOTS];

/// Whether a saved frame pointer and a return address can lie there, above `below`.
static bool is_frame(uintptr_t frame, uintptr_t below)
{
    return frame > below && frame % sizeof frame == 0 &&
           territory_holds(&territory.stack, frame, 2 * sizeof frame);
}

uint32_t backtrace_take(struct call_site site, uint32_t code[SIGHTING_FRAMES])
{
    uint32_t n = 0;
    const uintptr_t *frame = site.frame;
    uintptr_t address = site.code;
    uintptr_t below = site.end;
    while (n < SIGHTING_FRAMES && territory_holds(&territory.module, address - 1, 1)) {
        // Within the call, not behind it.
        code[n++] = (uint32_t)(address - 1 - territory.module.start);
        if (!is_frame((uintptr_t)frame, below)) {
            break;
        }
        address = frame[1];
        below = (uintptr_t)frame;
        frame = (const uintptr_t *)frame[0];
    }
    memset(code + n, 0, (SIGHTING_FRAMES - n) * sizeof *code);
    return n;
}

static uint32_t hash(const uint32_t code[SIGHTING_FRAMES])
{
    uint64_t sum = 0;
    for (int i = 0; i < SIGHTING_FRAMES; i++) {
        sum = (sum ^ code[i]) * UINT64_C(0x9e3779b97f4a7c15);
        sum ^= sum >> 29;
    }
    return (uint32_t)(sum >> 32);
}

uint32_t backtrace_number(const uint32_t code[SIGHTING_FRAMES])
{
    uint32_t at = hash(code);
    for (uint32_t i = 0; i < 8 && code[0] != 0; i++) {
        uint32_t slot = (at + i) % (TABLE_SLOTS - 1) + 1;
        struct chain *chain = &chains[slot];
        if (chain->code[0] == 0) {
            memcpy(chain->code, code, sizeof chain->code);
            return slot;
        }
        if (memcmp(chain->code, code, sizeof chain->code) == 0) {
            return slot;
        }
    }
    return 0;
}

uint32_t backtrace_find(uint32_t number, uint32_t code[SIGHTING_FRAMES])
{
    memcpy(code, chains[number % TABLE_SLOTS].code, sizeof chains[0].code);
    uint32_t n = 0;
    while (n < SIGHTING_FRAMES && code[n] != 0) {
        n++;
    }
    return n;
}
