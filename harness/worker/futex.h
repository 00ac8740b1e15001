// SPDX-License-Identifier: MIT
// Sleeping on a word that another process shares: the two calls, for both ends of the ring.
#ifndef MMGRADE_WORKER_FUTEX_H
#define MMGRADE_WORKER_FUTEX_H

#include <linux/futex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FUTEX_LEAST_TURNS 200
#define FUTEX_SHORT_NS 150000 // waking a sleeper costs up to about as much on a virtual machine

/// The monotonic clock; the worker links no other of ours.
static inline uint64_t futex_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/// A turn of a spin loop.
static inline void futex_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Spins for at most `turns` turns until *word differs from `old`; true if it does.
static inline bool futex_spin(const uint32_t *word, uint32_t old, uint32_t turns)
{
    for (uint32_t i = 0; i < turns; i++) {
        if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != old) {
            return true;
        }
        futex_pause();
    }
    return false;
}

/// How many turns to spin next time, after a sleep that began at `since_ns`: twice as many, up to
/// `most`, when a little more patience would have saved the sleep; half as many when not. Where
/// others keep the CPUs busy, spinning only takes time from the one that is waited for.
static inline uint32_t futex_adapt(uint32_t turns, uint32_t most, uint64_t since_ns)
{
    if (futex_clock_ns() - since_ns < FUTEX_SHORT_NS) {
        return 2 * turns < most ? 2 * turns : most;
    }
    uint32_t least = most < FUTEX_LEAST_TURNS ? most : FUTEX_LEAST_TURNS;
    return turns / 2 > least ? turns / 2 : least;
}

/// Sleeps while *word == value, until woken or until the timeout (NULL: none) has passed.
static inline void futex_wait(uint32_t *word, uint32_t value, const struct timespec *timeout)
{
    syscall(SYS_futex, word, FUTEX_WAIT, value, timeout, NULL, 0);
}

static inline void futex_wake(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

#endif
