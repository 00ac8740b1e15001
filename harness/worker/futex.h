// SPDX-License-Identifier: MIT
// Sleeping on a word that another process shares: the two calls, for both ends of the ring.
#ifndef MMGRADE_WORKER_FUTEX_H
#define MMGRADE_WORKER_FUTEX_H

#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/// A turn of a spin loop.
static inline void futex_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
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
