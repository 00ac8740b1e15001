// SPDX-License-Identifier: MIT
// Lockstep with a worker. The fast path is a spin on the reply's number; whatever takes longer is
// waited for in the kernel, in steps that look after output, death and time limits.
#include "harness/sandbox/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/cpus.h"
#include "harness/base/error.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/printable.h"
#include "harness/sandbox/filter.h"
#include "harness/sandbox/system_folders.h"
#include "harness/worker/futex.h"

#define SPIN_TURNS 2000
#define STEP_NS 5000000       // between two looks at output, death and limits
#define LOOK_AFTER_CALLS 2048 // also when each call is fast
#define WALL_PER_CPU 5        // a worker that sleeps gets this many times the CPU limit
#define BACKSTOP                                                                                   \
    50 // the kernel's limit on CPU time, in total limits: more runs than one worker makes
#define EXTRA_MEMORY (1ull << 30) // address space beside the heap
#define STACK_BYTES (8ull << 20)  // whatever the shell allows that mmgrade was started from
#define LOADER_BYTES (512u << 10) // of private memory: libm, what malloc takes at first

/// Keeps the worker off the CPU that the judge runs on. Left alone the kernel puts a process that
/// is woken beside its waker, and the two would take turns on one CPU while another is idle.
static void keep_apart(struct worker *worker)
{
    int cpu = worker->most_turns > 0 ? sched_getcpu() : -1;
    if (cpu == worker->judge_cpu) {
        return;
    }
    worker->judge_cpu = cpu;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 1) {
        CPU_CLR((size_t)cpu, &set);
        sched_setaffinity(worker->process.pid, sizeof set, &set);
    }
}

/// A shared ring whose size nobody can change any more.
static struct ring *make_ring(int *fd)
{
    *fd = memfd_create("ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd < 0 || ftruncate(*fd, sizeof(struct ring)) != 0 ||
        fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        die("cannot make the command ring: %s", strerror(errno));
    }
    void *memory = mmap(NULL, sizeof(struct ring), PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (memory == MAP_FAILED) {
        die("cannot map the command ring: %s", strerror(errno));
    }
    return memory;
}

static void fill_ring(struct ring *ring, const struct worker_plan *plan, pid_t pid,
                      uint32_t spin_turns)
{
    ring->heap_base = plan->heap_base;
    ring->heap_max_bytes = plan->heap_max_bytes;
    ring->spin_turns = spin_turns;
    ring->n_slots = plan->n_slots;
    ring->keeps_shadow = plan->keeps_shadow;
    ring->watch_from = plan->watch_from;
    ring->watch_to = plan->watch_to;
    ring->patience = plan->patience;
    ring->loading_filter_bytes = (uint32_t)filter_write(FILTER_LOADING, plan->m32, pid,
                                                        ring->loading_filter, RING_FILTER_BYTES);
    ring->running_filter_bytes = (uint32_t)filter_write(FILTER_RUNNING, plan->m32, pid,
                                                        ring->running_filter, RING_FILTER_BYTES);
}

/// Starts the program; `fds` are the ring and the heap, in the order of RING_FD and RING_HEAP_FD.
static void start_program(struct worker *worker, const struct worker_plan *plan, const int fds[2])
{
    char *program = paths_beside_program(plan->m32 ? "mmgrade-worker32" : "mmgrade-worker");
    const char *const more[] = {"/etc/ld.so.cache", program, plan->library, NULL};
    const char **readable = system_folders_list(true, more);
    const char *arguments[] = {program, plan->library, NULL};
    const char *environment[] = {NULL};
    int output_fd = output_open(&worker->output, plan->output_bytes, plan->echo_output);
    struct process_plan process_plan = {
        .arguments = arguments,
        .environment = environment,
        .folder = "/",
        .output_fd = output_fd,
        .fds = fds,
        .n_fds = plan->heap_max_bytes > 0 ? 2 : 1,
        .confinement = {.readable = readable,
                        .memory_bytes =
                            (plan->keeps_shadow ? 4 : 1) * plan->heap_max_bytes + EXTRA_MEMORY,
                        .file_bytes = 0,
                        .stack_bytes = STACK_BYTES,
                        .cpu_seconds = BACKSTOP * (uint64_t)(plan->total_seconds + 1)},
    };
    process_start(&worker->process, &process_plan);
    close(output_fd);
    free(readable);
    free(program);
}

void worker_start(struct worker *worker, const struct worker_plan *plan)
{
    int ring_fd;
    *worker = (struct worker){
        .ring = make_ring(&ring_fd),
        .judge_cpu = -1,
        .most_turns = cpus_count() >= 2 ? SPIN_TURNS : 0,
        .storage_bytes = plan->storage_bytes,
        .call_ns = (uint64_t)(plan->call_seconds * 1e9),
        .total_ns = (uint64_t)(plan->total_seconds * 1e9),
    };
    worker->turns = worker->most_turns;
    start_program(worker, plan, (const int[]){ring_fd, plan->heap_fd});
    close(ring_fd);
    fill_ring(worker->ring, plan, worker->process.pid, worker->most_turns);
}

static bool replied(const struct worker *worker)
{
    return __atomic_load_n(&worker->ring->reply_number, __ATOMIC_SEQ_CST) == worker->number;
}

/// The worker is gone, or has said that it is about to be: what was it?
static void learn_end(struct worker *worker, struct worker_news *news)
{
    struct process_end end = process_stop(&worker->process);
    news->event = end.signal != 0 ? WORKER_SIGNALLED : WORKER_EXITED;
    news->signal = end.signal;
    news->exit_code = end.exit_code;
    if (end.signal == SIGXCPU || end.signal == SIGKILL) {
        // The kernel's own limit on CPU time, a backstop to ours.
        news->event = WORKER_TIMED_OUT;
        news->seconds = (double)worker->total_ns / 1e9;
    }
}

static void learn_signal(struct worker *worker, struct worker_news *news)
{
    struct ring *ring = worker->ring;
    news->event = WORKER_SIGNALLED;
    news->signal = __atomic_load_n(&ring->signal, __ATOMIC_RELAXED);
    news->signal_code = ring->signal_code;
    news->address = ring->signal_address;
    if (news->signal <= 0 || news->signal > SIGSYS) {
        news->event = WORKER_GARBLED;
    }
}

/// The store was refused before it happened; the worker exits by itself.
static void learn_refusal(const struct worker *worker, struct worker_news *news)
{
    news->event = WORKER_STORE_REFUSED;
    news->value = worker->ring->value;
    news->address = worker->ring->results[0];
}

/// Whether a worker of ours gives that reply to that command.
static bool is_sensible(enum ring_command command, uint32_t reply)
{
    bool in_module = command == RING_CALL || command == RING_ANSWER;
    return in_module ? reply == RING_DONE || reply == RING_ASK
                     : reply >= RING_DONE && reply <= RING_LOAD_FAILED;
}

static void read_reply(struct worker *worker, enum ring_command command, struct worker_news *news)
{
    struct ring *ring = worker->ring;
    uint32_t reply = __atomic_load_n(&ring->reply, __ATOMIC_RELAXED);
    if (reply == RING_DIED) {
        learn_signal(worker, news);
        return;
    }
    if (reply == RING_STORE_REFUSED) {
        learn_refusal(worker, news);
        return;
    }
    news->event = is_sensible(command, reply) ? WORKER_REPLIED : WORKER_GARBLED;
    news->reply = reply;
    news->value = __atomic_load_n(&ring->value, __ATOMIC_RELAXED);
}

/// Whether a call that has used `call_ns` of CPU time so far has used too much.
static bool over_limit(const struct worker *worker, uint64_t call_ns, uint64_t wall_ns,
                       struct worker_news *news)
{
    bool call = call_ns > worker->call_ns || wall_ns > WALL_PER_CPU * worker->call_ns;
    news->whole_run = !call && worker->slow_ns + call_ns > worker->total_ns;
    news->seconds = (double)(call ? worker->call_ns : worker->total_ns) / 1e9;
    return call || news->whole_run;
}

/// Sleeps until the reply is there or a short time has passed.
static void sleep_a_step(struct worker *worker)
{
    const struct timespec step = {.tv_nsec = STEP_NS};
    struct ring *ring = worker->ring;
    __atomic_store_n(&ring->judge_sleeps, 1, __ATOMIC_SEQ_CST);
    uint32_t seen = __atomic_load_n(&ring->reply_number, __ATOMIC_SEQ_CST);
    if (seen != worker->number) {
        futex_wait(&ring->reply_number, seen, &step);
    }
    __atomic_store_n(&ring->judge_sleeps, 0, __ATOMIC_SEQ_CST);
}

/// Waits for a call that takes longer than a spin; false with *news filled when it will not come
/// back. Only here is CPU time counted: what a worker spins while it waits for the judge is not the
/// submission's, and calls shorter than a spin add up to little.
static bool wait_in_kernel(struct worker *worker, struct worker_news *news)
{
    keep_apart(worker);
    uint64_t start_ns = clock_ns();
    uint64_t cpu_start_ns = process_cpu_ns(&worker->process);
    for (;;) {
        sleep_a_step(worker);
        uint64_t cpu_ns = process_cpu_ns(&worker->process);
        uint64_t call_ns = cpu_ns > cpu_start_ns ? cpu_ns - cpu_start_ns : 0;
        bool there = replied(worker);
        if (there) {
            worker->turns = futex_adapt(worker->turns, worker->most_turns, start_ns);
            worker->slow_ns += call_ns;
            call_ns = 0;
        } else if (process_ended(&worker->process) && !replied(worker)) {
            learn_end(worker, news);
            return false;
        }
        output_drain(&worker->output);
        if (interrupt_seen() != 0) {
            news->event = WORKER_INTERRUPTED;
            return false;
        }
        if (over_limit(worker, call_ns, clock_ns() - start_ns, news)) {
            news->event = WORKER_TIMED_OUT;
            return false;
        }
        if (there) {
            return true;
        }
    }
}

static void send(struct worker *worker, const struct worker_command *command)
{
    struct ring *ring = worker->ring;
    ring->command = command->command;
    ring->count = command->count;
    ring->pointer = command->pointer;
    ring->size = command->size;
    worker->number++;
    __atomic_store_n(&ring->command_number, worker->number, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&ring->worker_sleeps, __ATOMIC_SEQ_CST) != 0) {
        futex_wake(&ring->command_number);
    }
}

/// Fast calls never wait in the kernel: look after output now and then.
static bool look_after(struct worker *worker, struct worker_news *news)
{
    keep_apart(worker);
    output_drain(&worker->output);
    if (interrupt_seen() != 0) {
        news->event = WORKER_INTERRUPTED;
        return false;
    }
    return true;
}

/// Whether a call that asks the judge again and again has used too much time: each of its questions
/// comes quickly, so that none is waited for in the kernel.
static bool asks_too_long(struct worker *worker, enum ring_command command,
                          struct worker_news *news)
{
    bool is_answer = command == RING_GRANT || command == RING_REFUSE || command == RING_ANSWER;
    worker->n_answers = is_answer ? worker->n_answers + 1 : 0;
    if (worker->n_answers == 0 || worker->n_answers % LOOK_AFTER_CALLS != 0) {
        return false;
    }
    uint64_t cpu_ns = process_cpu_ns(&worker->process);
    if (worker->n_answers == LOOK_AFTER_CALLS) {
        worker->asking_ns = cpu_ns;
    }
    uint64_t call_ns = cpu_ns > worker->asking_ns ? cpu_ns - worker->asking_ns : 0;
    return over_limit(worker, call_ns, 0, news);
}

static void exchange(struct worker *worker, const struct worker_command *command,
                     struct worker_news *news)
{
    if (++worker->n_calls % LOOK_AFTER_CALLS == 0 && !look_after(worker, news)) {
        return;
    }
    if (asks_too_long(worker, command->command, news)) {
        news->event = WORKER_TIMED_OUT;
        return;
    }
    uint32_t before = worker->number;
    send(worker, command);
    futex_spin(&worker->ring->reply_number, before, worker->turns);
    if (replied(worker) || wait_in_kernel(worker, news)) {
        read_reply(worker, command->command, news);
    }
}

void worker_call(struct worker *worker, const struct worker_command *command,
                 struct worker_news *news)
{
    *news = (struct worker_news){.event = WORKER_REPLIED};
    exchange(worker, command, news);
    if (news->event != WORKER_REPLIED) {
        // It may still be running, in an endless loop say, and is of no more use.
        process_stop(&worker->process);
        output_drain(&worker->output);
    }
}

void worker_load(struct worker *worker, struct worker_news *news)
{
    if (worker->storage_bytes > 0) {
        uint64_t table_bytes = worker->ring->n_slots * sizeof(uint64_t);
        process_limit_data(&worker->process, worker->storage_bytes + table_bytes + LOADER_BYTES);
    }
    worker_call(worker, &(struct worker_command){.command = RING_LOAD}, news);
}

void worker_begin(struct worker *worker)
{
    worker->slow_ns = 0;
}

char *worker_text(const struct worker *worker)
{
    char copy[RING_TEXT_BYTES];
    memcpy(copy, worker->ring->text, sizeof copy);
    return printable(copy, strnlen(copy, sizeof copy));
}

static struct sighting copy_sighting(const struct sighting *sighting)
{
    struct sighting copy;
    memcpy(&copy, sighting, sizeof copy);
    copy.n_frames = copy.n_frames > SIGHTING_FRAMES ? 0 : copy.n_frames;
    copy.cause.n_frames = copy.cause.n_frames > SIGHTING_FRAMES ? 0 : copy.cause.n_frames;
    return copy;
}

struct sighting worker_sighting(const struct worker *worker, enum sighting_kind kind)
{
    return copy_sighting(&worker->ring->sightings[kind]);
}

struct sighting worker_latest(const struct worker *worker, enum sighting_kind kind)
{
    return copy_sighting(&worker->ring->latest[kind]);
}

uint32_t worker_functions(const struct worker *worker)
{
    return __atomic_load_n(&worker->ring->functions, __ATOMIC_RELAXED);
}

void worker_stop(struct worker *worker)
{
    if (worker->process.pid != 0) {
        process_stop(&worker->process);
    }
    output_drain(&worker->output);
    if (worker->ring != NULL) {
        munmap(worker->ring, sizeof *worker->ring);
        worker->ring = NULL;
    }
}

void worker_close(struct worker *worker)
{
    worker_stop(worker);
    output_close(&worker->output);
}
