// SPDX-License-Identifier: MIT
// Fills the ring's sightings: what was seen, from where in the code, and who stored the pointer or
// size that led there. What is worth seeing the shadow decides (shadow.h).
#ifndef MMGRADE_WORKER_WITNESS_H
#define MMGRADE_WORKER_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/worker/backtrace.h"
#include "harness/worker/ring.h"
#include "harness/worker/writers.h"

struct access {
    uint64_t address;
    size_t bytes;
    bool is_store;
    struct call_site site;
    uint64_t value;   ///< of a load: up to 8 bytes of what is read
    uint64_t payload; ///< where the live payload starts that it hits near its start; else 0
};

void witness_open(struct ring *ring);

/// Forgets all; operation 0 begins.
void witness_begin_init(void);

/// A call begins; `counts` when it is an operation of the trace.
void witness_begin_call(bool counts);

/// The operation that is played; 0 is mm_init.
uint32_t witness_op(void);

/// What every access leaves behind, so that it is there when a signal or a time limit ends the run.
void witness_last(const struct access *access);

/// The first of its kind since mm_init, and the first of each call.
void witness_see(enum sighting_kind kind, const struct access *access);

/// The same, of bytes that `writer` has stored to before, the first of them at `address`.
void witness_see_writer(enum sighting_kind kind, const struct access *access, struct writer writer,
                        uint64_t address);

/// The basic block that is entered.
void witness_block(struct call_site site);

/// mem_sbrk was asked for `increment` bytes, with the break at `address`.
void witness_sbrk(struct call_site site, uint64_t address, uint64_t increment);

/// A call ends that has given up a payload without touching it; the largest one is kept.
void witness_leak(uint64_t address, uint64_t bytes);

/// Answers a question about a pointer: fills SIGHTING_TRACED. `heap_bytes`: up to the break.
void witness_trace(enum sighting_question question, uint64_t pointer, uint64_t heap_bytes);

/// In the handler of a signal: the frames of what was under way. Async-signal-safe.
void witness_signal(void);

#endif
