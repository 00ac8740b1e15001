// SPDX-License-Identifier: MIT
// Waiting for commands and publishing replies. The sleep flag and the number are both accessed
// with sequential consistency: either the sleeper sees the new number, or the waker the flag.
#include "harness/worker/port.h"

#include <sys/mman.h>
#include <unistd.h>

#include "harness/worker/futex.h"

struct ring *port_open(void)
{
    void *memory = mmap(NULL, sizeof(struct ring), PROT_READ | PROT_WRITE, MAP_SHARED, RING_FD, 0);
    close(RING_FD);
    return memory == MAP_FAILED ? NULL : memory;
}

enum ring_command port_wait(struct ring *ring)
{
    static uint32_t turns = UINT32_MAX;
    uint32_t last = ring->reply_number;
    bool rests = ring->command == RING_REST;
    turns = turns < ring->spin_turns ? turns : ring->spin_turns;
    if (futex_spin(&ring->command_number, last, rests ? 0 : turns)) {
        return ring->command;
    }
    uint64_t since_ns = futex_clock_ns();
    __atomic_store_n(&ring->worker_sleeps, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&ring->command_number, __ATOMIC_SEQ_CST) == last) {
        futex_wait(&ring->command_number, last, NULL);
    }
    __atomic_store_n(&ring->worker_sleeps, 0, __ATOMIC_SEQ_CST);
    turns = rests ? turns : futex_adapt(turns, ring->spin_turns, since_ns);
    return ring->command;
}

void port_reply(struct ring *ring, enum ring_reply reply, uint64_t value)
{
    ring->reply = reply;
    ring->value = value;
    __atomic_store_n(&ring->reply_number, ring->command_number, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&ring->judge_sleeps, __ATOMIC_SEQ_CST) != 0) {
        futex_wake(&ring->reply_number);
    }
}
