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

/// A turn of a spin loop.
static inline void futex_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Spins for at most *turns turns until *word differs from `old`; true if it does. *turns doubles up
/// to `most` when that helped and halves when it did not: on a machine where others keep the CPUs
/// busy, spinning only takes time from the one that is waited for. `most` 0: no spinning at all.
static inline bool futex_spin(const uint32_t *word, uint32_t old, uint32_t most, uint32_t *turns)
{
    for (uint32_t i = 0; i < *turns; i++) {
        if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != old) {
            *turns = 2 * *turns < most ? 2 * *turns : most;
            return true;
        }
        futex_pause();
    }
    uint32_t least = most < FUTEX_LEAST_TURNS ? most : FUTEX_LEAST_TURNS;
    *turns = *turns / 2 > least ? *turns / 2 : least;
    return false;
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
