// SPDX-License-Identifier: MIT
// Who owns each byte of the heap, as the accesses of an instrumented submission and the answers of
// its functions tell, in the worker that runs it. Each access is held against the rules before it
// happens; what breaks one becomes a sighting in the ring (sighting.h).
//
//     owner       how a byte gets there                              what breaks a rule
//     fresh       mem_sbrk has handed it out                         loads
//     allocator   the submission has stored there                    -
//     live        in the payload of a block that was returned        stores, loads
//     stale       in the payload of a block that was freed           loads
//     moving      in the payload that realloc is called for          -
//
// An access past the break or just below the heap breaks one whatever it is, and so do a load from
// the stack that this call has not written and an access beside the call's own part of the stack.
// Copies (memcpy, memmove) may load what is fresh or stale: padding moves with a payload.
//
// Costs three bytes of memory for each byte of the heap that is touched, about 20 ns an access.
#ifndef MMGRADE_WORKER_SHADOW_H
#define MMGRADE_WORKER_SHADOW_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/worker/backtrace.h"
#include "harness/worker/ring.h"

/// Whether anybody asks: the callbacks look here first.
extern bool shadow_is_kept;

/// Makes the shadow of an empty heap, if the ring asks for one; false when there is no memory.
bool shadow_open(struct ring *ring);

/// Around each call of one of the submission's functions, with what it is called with and what it
/// has returned.
void shadow_begin(enum ring_command command, uint64_t pointer);
void shadow_end(enum ring_command command, uint64_t size, uint64_t result);

/// An access of bytes > 0 that is about to happen, while the shadow is kept; `is_copy` when the
/// values are only moved.
void shadow_load(const void *address, size_t bytes, bool is_copy, struct call_site site);
void shadow_store(const void *address, size_t bytes, struct call_site site);

/// The basic block that is entered.
void shadow_block(struct call_site site);

/// mem_sbrk was asked for `increment` bytes; the heap has `break_bytes` now.
void shadow_grow(uint64_t increment, uint64_t break_bytes, struct call_site site);

/// Answers a RING_TRACE: fills ring->sightings[SIGHTING_TRACED].
void shadow_trace(void);

/// In the handler of a signal: the frames of what was under way. Async-signal-safe.
void shadow_note_signal(void);

#endif
