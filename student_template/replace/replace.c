// SPDX-License-Identifier: MIT
// Where you begin: it compiles, and it is always frame 0 that gives way.
#include "replace.h"

void replace_init(const struct replace_config *config)
{
    // It is called before each trace, with another number of frames each time: free what the last
    // one has left. config->policy says which policy is asked for.
    (void)config;
}

void replace_loaded(uint32_t frame, uint64_t page, bool write)
{
    (void)frame, (void)page, (void)write; // A new page: nothing of the old one counts any more.
}

void replace_touched(uint32_t frame, uint64_t page, bool write)
{
    (void)frame, (void)page, (void)write; // A hit. FIFO ignores it; who else may?
}

uint32_t replace_victim(void)
{
    return 0; // All frames are in use. replace_loaded of the same frame comes next.
}
