// SPDX-License-Identifier: MIT
// The judge's end of the ring: start a worker, give it commands, see what became of them.
#ifndef MMGRADE_SANDBOX_WORKER_H
#define MMGRADE_SANDBOX_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/sandbox/output.h"
#include "harness/sandbox/process.h"
#include "harness/worker/ring.h"

/// Private memory of a submission that may call malloc: enough for the tables of any machine.
#define WORKER_LIBRARY_BYTES (256ull << 20)

struct worker_plan {
    const char *library; ///< the submission's shared object
    bool m32;
    int heap_fd; ///< this and the base count only when there is a heap
    uint64_t heap_base;
    uint64_t heap_max_bytes; ///< 0: no heap
    uint32_t n_slots;        ///< of the trace, for slices; 0 when there are none
    double call_seconds;     ///< CPU time of one command
    double total_seconds;    ///< CPU time from one worker_begin to the next
    uint64_t output_bytes;
    bool echo_output;
    /// Private memory that the submission gets besides the heap, its variables included, whatever
    /// means it asks by; the loader and the C library get some more. 0: as much as there is room.
    uint64_t storage_bytes;
    bool keeps_shadow; ///< of an instrumented submission: see sighting.h
    uint64_t watch_from,
        watch_to;      ///< addresses: stores into live payloads count only there; 0: all
    uint32_t patience; ///< see struct ring
};

struct worker {
    struct ring *ring;
    struct process process;
    struct output output;
    uint32_t number;            ///< of the last command
    uint32_t most_turns, turns; ///< of spinning, see futex_spin
    int judge_cpu;              ///< the CPU that the worker keeps off; -1: not known yet
    uint64_t n_calls;
    uint64_t n_answers;         ///< to questions of the call at hand
    uint64_t asking_ns;         ///< CPU time at the first look at a call that asks on and on
    uint64_t call_ns, total_ns; ///< limits
    uint64_t storage_bytes;     ///< limit of private memory, set when it loads; 0: none
    uint64_t slow_ns;           ///< CPU time of the calls longer than a spin since worker_begin
};

struct worker_command {
    enum ring_command command;
    uint32_t count;
    uint64_t pointer;
    uint64_t size;
};

enum worker_event {
    WORKER_REPLIED,       ///< reply and value are set
    WORKER_SIGNALLED,     ///< signal, code and address are set
    WORKER_EXITED,        ///< exit_code is set
    WORKER_TIMED_OUT,     ///< seconds and whole_run are set
    WORKER_STORE_REFUSED, ///< instrumented code: value is its offset, address where it would store
    WORKER_GARBLED,       ///< a reply that no worker of ours gives: the ring was forged
    WORKER_INTERRUPTED,   ///< the user wants to stop
};

struct worker_news {
    enum worker_event event;
    enum ring_reply reply;
    uint64_t value;
    int signal;
    int signal_code;
    uint64_t address;
    int exit_code;
    double seconds;
    bool whole_run; ///< the limit of the run was passed, not that of the call
};

/// Starts a worker that waits for its first command. Dies when the machine cannot do it.
void worker_start(struct worker *worker, const struct worker_plan *plan);

/// Loads the submission. On WORKER_REPLIED with RING_LOAD_FAILED, worker_text says why.
void worker_load(struct worker *worker, struct worker_news *news);

/// Sends a command and waits for the next reply, which may be a question (RING_SBRK, RING_RESET;
/// RING_ASK within RING_CALL). About 0.5 us with two
/// CPUs. Once the event is another than WORKER_REPLIED the worker is of no more use.
void worker_call(struct worker *worker, const struct worker_command *command,
                 struct worker_news *news);

/// Starts the total time limit anew: once for each run of a trace.
void worker_begin(struct worker *worker);

/// The ring's text, printable; the caller frees it.
char *worker_text(const struct worker *worker);

/// What the worker saw of that kind since the last mm_init, and in the last call that showed it: a
/// copy, n_frames within bounds. Only until worker_stop.
struct sighting worker_sighting(const struct worker *worker, enum sighting_kind kind);
struct sighting worker_latest(const struct worker *worker, enum sighting_kind kind);

/// Functions that the loaded submission has: enum ring_function bits.
uint32_t worker_functions(const struct worker *worker);

/// Kills and reaps the worker, reads the last of its output (which stays readable) and unmaps the
/// ring. worker_close then forgets the output.
void worker_stop(struct worker *worker);
void worker_close(struct worker *worker);

#endif
