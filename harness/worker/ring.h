// SPDX-License-Identifier: MIT
// The command ring: the one piece of memory that judge and worker share besides the heap.
//
//      judge                         worker
//        | -- command (ALLOC, n bytes) --> |   one at a time, in lockstep: the worker does nothing
//        | <- reply   (SBRK, wants m)   -- |   without a command, and the judge sends none before
//        | -- command (GRANT, address) --> |   the last one's reply
//        | <- reply   (DONE, pointer)   -- |
//
// Rules: the worker is hostile. The judge copies a field once before it looks at it, trusts no
// value in it and never writes an address of its own into it. All records have fixed widths and
// natural alignment, so that a 64-bit judge can drive a 32-bit worker.
//
// Glossary of the stage `worker`:
//   worker   the process that runs one submission over one trace
//   grant    heap bytes that the worker may hand out without asking again
//   slice    up to RING_SLICE operations that the worker replays alone, for timing
#ifndef MMGRADE_WORKER_RING_H
#define MMGRADE_WORKER_RING_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/worker/sighting.h"

#define RING_SLICE 1024        ///< operations in one slice
#define RING_TEXT_BYTES 4096   ///< dlerror's text
#define RING_FILTER_BYTES 8192 ///< one seccomp program

/// Descriptors that the worker starts with; it closes both before it loads the submission.
#define RING_FD 3
#define RING_HEAP_FD 4

enum ring_command {
    RING_LOAD = 1,  ///< load the submission, confine oneself
    RING_INIT,      ///< reset memlib to an empty heap, call mm_init
    RING_ALLOC,     ///< mm_malloc(size)
    RING_FREE,      ///< mm_free(pointer)
    RING_REALLOC,   ///< mm_realloc(pointer, size)
    RING_CHECKHEAP, ///< mm_checkheap
    RING_SLICE_RUN, ///< replay slice[0 .. count), log the pointers
    RING_WAKE,      ///< do nothing, then wait awake for the next command, as after any other
    RING_REST,      ///< do nothing, then wait asleep and leave the CPU to others
    RING_GRANT,     ///< answer to RING_SBRK or RING_RESET
    RING_REFUSE,    ///< answer to RING_SBRK: no memory
    RING_CALL,      ///< function `count` of a module with `arguments`, packed as modules.h says
    RING_ANSWER,    ///< answer to RING_ASK: `pointer` is the value
    RING_COST_OPEN, ///< take `machine`: its TLBs, caches and predictor know nothing yet
    RING_COST_RUN,  ///< as SLICE_RUN; logs what each operation costs, too
    RING_TRACE,     ///< question `count`, enum sighting_question, about the address `pointer`
};

enum ring_reply {
    RING_DONE = 1,    ///< value: the function's result
    RING_SBRK,        ///< value: the increment wanted, an int64_t; GRANT or REFUSE follows
    RING_RESET,       ///< the submission called mem_reset_brk on a heap in use
    RING_LOAD_FAILED, ///< text: why
    RING_DIED,        ///< a signal: see the signal fields; the worker exits next
    RING_ASK,         ///< within CALL: question `value`, its arguments in `results`; ANSWER follows
    /// Instrumented code was about to store where it must not: value is the code's offset in the
    /// shared object, right behind; results[0] the address. The worker exits next.
    RING_STORE_REFUSED,
};

#define RING_ARGUMENTS 16 ///< words of a call of a module
#define RING_RESULTS 16   ///< words of what it gives, or of a question

/// Functions of modules, as RING_CALL counts them; bits of `module_functions`.
enum ring_function_number {
    RING_SPLIT_VA,
    RING_JOIN_VA,
    RING_SPLIT_PA,
    RING_JOIN_PA,
    RING_PT_INIT,
    RING_PT_CREATE,
    RING_PT_MAP,
    RING_PT_UNMAP,
    RING_PT_PROTECT,
    RING_PT_WALK,
    RING_PT_DESTROY,
    RING_TLB_INIT,
    RING_TLB_LOOKUP,
    RING_TLB_INSERT,
    RING_TLB_INVALIDATE,
    RING_TLB_FLUSH,
    RING_CACHE_INIT,
    RING_CACHE_ACCESS,
    RING_REPLACE_INIT,
    RING_REPLACE_LOADED,
    RING_REPLACE_TOUCHED,
    RING_REPLACE_VICTIM,
    RING_N_MODULE_FUNCTIONS
};

/// What a module may ask the judge within a call. The answer is one word; what answers
/// RING_PHYS_WRITE and RING_FRAME_FREE is ignored.
enum ring_question {
    RING_PHYS_READ = 1, ///< the address
    RING_PHYS_WRITE,    ///< the address, the word
    RING_FRAME_ALLOC,   ///< how many
    RING_FRAME_FREE,    ///< the address
    RING_RANDOM,
    RING_NEXT_USE, ///< the page
};

/// Functions of a submission, bits of `functions`.
enum ring_function {
    RING_HAS_INIT = 1,
    RING_HAS_MALLOC = 2,
    RING_HAS_FREE = 4,
    RING_HAS_REALLOC = 8,
    RING_HAS_CHECKHEAP = 16,
};

/// What the simulated machine counts. The cost of an operation is the sum over its events of how
/// many there were times what one costs.
enum ring_event {
    RING_EVENT_BLOCK,        ///< a basic block was entered
    RING_EVENT_MISPREDICTED, ///< and the branch predictor had expected another
    RING_EVENT_ACCESS,       ///< a load or a store
    RING_EVENT_L1_MISS,      ///< of a line
    RING_EVENT_L2_MISS,
    RING_EVENT_TLB_MISS,    ///< of the first TLB
    RING_EVENT_WALK,        ///< a miss of both
    RING_EVENT_COPIED_LINE, ///< read or written by memcpy, memmove, memset
    RING_EVENT_SBRK,
    RING_EVENT_SBRK_PAGE, ///< a page that the heap had not reached before the call
    RING_EVENTS
};

struct ring_shape {
    uint32_t sets; ///< a power of two; 0: there is no such level
    uint32_t ways;
};

/// The simulated machine: the nearer level first.
struct ring_machine {
    struct ring_shape tlbs[2], caches[2];
    uint32_t page_bits, line_bits;
    uint32_t cycles[RING_EVENTS]; ///< what one event costs
};

/// One operation of a slice. Pointers stay with the worker, in a table by slot.
struct ring_op {
    uint32_t kind; ///< enum op_kind
    uint32_t slot; ///< TRACE_NO_SLOT: NULL
    uint64_t size;
};

struct ring {
    // Set by the judge before the first command.
    uint64_t heap_base;      ///< the address where the worker maps the heap
    uint64_t heap_max_bytes; ///< 0: there is no heap
    uint64_t watch_from;     ///< SIGHTING_STORE_PAYLOAD means stores into [watch_from, watch_to)
    uint64_t watch_to;
    uint32_t spin_turns;   ///< before a futex wait; 0 with one CPU
    uint32_t n_slots;      ///< size of the worker's pointer table
    uint32_t keeps_shadow; ///< 1: the accesses of an instrumented submission are held against rules
    uint32_t patience;     ///< SIGHTING_LAST is one of so many first events of a call; 0: of all
    uint32_t loading_filter_bytes;
    uint32_t running_filter_bytes;
    uint8_t loading_filter[RING_FILTER_BYTES]; ///< seccomp program, struct sock_filter[]
    uint8_t running_filter[RING_FILTER_BYTES];

    // Judge -> worker.
    _Alignas(64) uint32_t command_number; ///< futex; rises by one a command
    uint32_t worker_sleeps;               ///< the worker waits on command_number in the kernel
    uint32_t command;
    uint32_t count;   ///< SLICE_RUN: operations; CALL: the function, enum ring_function_number
    uint64_t pointer; ///< FREE, REALLOC; GRANT: the old break's address; ANSWER: the value
    uint64_t size;    ///< ALLOC, REALLOC; INIT, GRANT: the grant in heap bytes
    uint64_t arguments[RING_ARGUMENTS]; ///< CALL; most calls fit in the cache line begun above

    // Worker -> judge.
    _Alignas(64) uint32_t reply_number; ///< futex; follows command_number
    uint32_t judge_sleeps;
    uint32_t reply;
    uint32_t functions; ///< enum ring_function bits, with the reply to LOAD
    uint64_t value;
    uint64_t results[RING_RESULTS]; ///< DONE of a CALL, ASK; most fit in the line begun above
    int32_t signal;                 ///< DIED
    int32_t signal_code;            ///< si_code
    uint64_t signal_address;        ///< si_addr; the system call's number for SIGSYS
    uint64_t stack_low;             ///< the worker's stack, with the reply to LOAD
    uint64_t stack_high;
    uint64_t module_functions; ///< bits by enum ring_function_number, with the reply to LOAD
    char text[RING_TEXT_BYTES];

    struct ring_op slice[RING_SLICE];
    uint64_t log[RING_SLICE]; ///< pointers returned in the slice; 0 for a free

    struct ring_machine machine;  ///< of COST_OPEN; set by the judge
    uint64_t cycles[RING_SLICE];  ///< that each operation of a COST_RUN took
    uint64_t events[RING_EVENTS]; ///< since COST_OPEN, with each reply to COST_RUN

    struct sighting sightings[N_SIGHTINGS]; ///< by enum sighting_kind
    struct sighting latest[N_SIGHTINGS];    ///< the first of that kind in the last call with one
};

static_assert(sizeof(struct ring_op) == 16, "the same for both widths");
static_assert(sizeof(struct sighting) == 112, "the same for both widths");
static_assert(offsetof(struct ring, sightings) % 8 == 0, "the same for both widths");
static_assert(offsetof(struct ring, command_number) == 64 + 2 * RING_FILTER_BYTES, "");
static_assert(offsetof(struct ring, size) == offsetof(struct ring, command_number) + 24, "");
static_assert(offsetof(struct ring, arguments) == offsetof(struct ring, command_number) + 32, "");
static_assert(offsetof(struct ring, results) == offsetof(struct ring, reply_number) + 24, "");
static_assert(offsetof(struct ring, text) == offsetof(struct ring, reply_number) + 192, "");
static_assert(RING_N_MODULE_FUNCTIONS <= 64, "module_functions has a bit for each");
static_assert(offsetof(struct ring, slice) % 8 == 0, "the same for both widths");
static_assert(offsetof(struct ring, cycles) % 8 == 0, "the same for both widths");

#endif
