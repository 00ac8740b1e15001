// SPDX-License-Identifier: MIT
// RANDOM: any page gives way, each with the same chance.
//
// One random number a fault, taken modulo the number of frames. The numbers are the machine's
// (replace_random), so that the victims are the same for all who ask once a fault.
//
// Costs: nothing is kept, nothing is done at a use. It has no worst case that an access pattern
// could hit: where LRU misses every use of a loop just over its size, RANDOM keeps most of it. TLBs
// with many ways use it for both reasons.
#include "replace.h"

static uint32_t n_frames;

void replace_init(const struct replace_config *config)
{
    n_frames = config->n_frames;
}

void replace_loaded(uint32_t frame, uint64_t page, bool write)
{
    (void)frame, (void)page, (void)write;
}

void replace_touched(uint32_t frame, uint64_t page, bool write)
{
    (void)frame, (void)page, (void)write;
}

uint32_t replace_victim(void)
{
    return (uint32_t)(replace_random() % n_frames);
}
