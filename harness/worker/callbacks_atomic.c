// SPDX-License-Identifier: MIT
// The entry points of atomics, which do the access, too. A worker has one thread, so that the
// strongest order serves for all. Names and signatures are the ABI's.
#include "harness/worker/callbacks.h"

#define CALLER __builtin_return_address(0)
#define ORDER __ATOMIC_SEQ_CST
#define SEE(store) callbacks_access((uintptr_t)at, sizeof *at, store, CALLER)

// clang-format off
#define FETCH(bits, operation)                                                                     \
    uint##bits##_t __tsan_atomic##bits##_fetch_##operation(volatile uint##bits##_t *at, uint##bits##_t value, int order); \
    uint##bits##_t __tsan_atomic##bits##_fetch_##operation(volatile uint##bits##_t *at, uint##bits##_t value, int order)  \
    {                                                                                              \
        (void)order;                                                                               \
        SEE(true);                                                                                 \
        return __atomic_fetch_##operation(at, value, ORDER);                                       \
    }
#define COMPARE(bits, name)                                                                        \
    bool __tsan_atomic##bits##_compare_exchange_##name(volatile uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t value, int order, int other); \
    bool __tsan_atomic##bits##_compare_exchange_##name(volatile uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t value, int order, int other)  \
    {                                                                                              \
        (void)order, (void)other;                                                                  \
        SEE(true);                                                                                 \
        callbacks_access((uintptr_t)expected, sizeof *expected, true, CALLER);                     \
        return __atomic_compare_exchange_n(at, expected, value, false, ORDER, ORDER);              \
    }
#define ATOMICS(bits)                                                                              \
    uint##bits##_t __tsan_atomic##bits##_load(const volatile uint##bits##_t *at, int order);       \
    uint##bits##_t __tsan_atomic##bits##_load(const volatile uint##bits##_t *at, int order)        \
    {                                                                                              \
        (void)order;                                                                               \
        SEE(false);                                                                                \
        return __atomic_load_n(at, ORDER);                                                         \
    }                                                                                              \
    void __tsan_atomic##bits##_store(volatile uint##bits##_t *at, uint##bits##_t value, int order); \
    void __tsan_atomic##bits##_store(volatile uint##bits##_t *at, uint##bits##_t value, int order) \
    {                                                                                              \
        (void)order;                                                                               \
        SEE(true);                                                                                 \
        __atomic_store_n(at, value, ORDER);                                                        \
    }                                                                                              \
    uint##bits##_t __tsan_atomic##bits##_exchange(volatile uint##bits##_t *at, uint##bits##_t value, int order); \
    uint##bits##_t __tsan_atomic##bits##_exchange(volatile uint##bits##_t *at, uint##bits##_t value, int order)  \
    {                                                                                              \
        (void)order;                                                                               \
        SEE(true);                                                                                 \
        return __atomic_exchange_n(at, value, ORDER);                                              \
    }                                                                                              \
    FETCH(bits, add) FETCH(bits, sub) FETCH(bits, and) FETCH(bits, or) FETCH(bits, xor) FETCH(bits, nand) \
    COMPARE(bits, strong) COMPARE(bits, weak)                                                      \
    uint##bits##_t __tsan_atomic##bits##_compare_exchange_val(volatile uint##bits##_t *at, uint##bits##_t expected, uint##bits##_t value, int order, int other); \
    uint##bits##_t __tsan_atomic##bits##_compare_exchange_val(volatile uint##bits##_t *at, uint##bits##_t expected, uint##bits##_t value, int order, int other)  \
    {                                                                                              \
        (void)order, (void)other;                                                                  \
        SEE(true);                                                                                 \
        __atomic_compare_exchange_n(at, &expected, value, false, ORDER, ORDER);                    \
        return expected;                                                                           \
    }
// clang-format on

ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_signal_fence(int order);

void __tsan_atomic_thread_fence(int order)
{
    (void)order;
}

void __tsan_atomic_signal_fence(int order)
{
    (void)order;
}
