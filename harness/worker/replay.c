// SPDX-License-Identifier: MIT
// The timed loop. It knows the future of one slice only, since what lies in the worker's memory a
// submission can read.
#include "harness/worker/replay.h"

#include <string.h>
#include <sys/mman.h>

static void **pointers;
static size_t table_bytes;
static bool used;

bool replay_open(uint32_t n_slots)
{
    table_bytes = (size_t)n_slots * sizeof *pointers + 1;
    pointers = mmap(NULL, table_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pointers != MAP_FAILED;
}

void replay_reset(void)
{
    if (used) {
        memset(pointers, 0, table_bytes);
    }
    used = false;
}

void **replay_table(void)
{
    used = true;
    return pointers;
}

void replay_slice(const struct submission *submission, struct ring *ring, uint32_t count)
{
    void **table = replay_table();
    for (uint32_t i = 0; i < count; i++) {
        ring->log[i] = replay_op(submission, table, &ring->slice[i]);
    }
}
