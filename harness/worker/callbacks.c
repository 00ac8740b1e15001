// SPDX-License-Identifier: MIT
// The entry points but those of atomics, and memcpy and its kin as the linker redirects them
// (--wrap), since the compilers call those without a callback. Names and signatures are the ABI's.
#include "harness/worker/callbacks.h"

#define CALLER __builtin_return_address(0)

#define ACCESS(name, n_bytes, store)                                                               \
    void name(void *address);                                                                      \
    void name(void *address)                                                                       \
    {                                                                                              \
        callbacks_access((uintptr_t)address, n_bytes, store, CALLER);                              \
    }
#define ACCESSES(n_bytes)                                                                          \
    ACCESS(__tsan_read##n_bytes, n_bytes, false)                                                   \
    ACCESS(__tsan_write##n_bytes, n_bytes, true)                                                   \
    ACCESS(__tsan_volatile_read##n_bytes, n_bytes, false)                                          \
    ACCESS(__tsan_volatile_write##n_bytes, n_bytes, true)                                          \
    ACCESS(__tsan_unaligned_read##n_bytes, n_bytes, false)                                         \
    ACCESS(__tsan_unaligned_write##n_bytes, n_bytes, true)                                         \
    ACCESS(__tsan_unaligned_volatile_read##n_bytes, n_bytes, false)                                \
    ACCESS(__tsan_unaligned_volatile_write##n_bytes, n_bytes, true)

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

void __tsan_init(void);
void __tsan_read_range(void *address, size_t n_bytes);
void __tsan_write_range(void *address, size_t n_bytes);
void *__tsan_memcpy(void *to, const void *from, size_t n_bytes);
void *__tsan_memmove(void *to, const void *from, size_t n_bytes);
void *__tsan_memset(void *to, int byte, size_t n_bytes);
void *__wrap_memcpy(void *to, const void *from, size_t n_bytes);
void *__wrap_memmove(void *to, const void *from, size_t n_bytes);
void *__wrap_memset(void *to, int byte, size_t n_bytes);
void __sanitizer_cov_trace_pc(void);

/// What instrumented objects call when they are loaded.
void __tsan_init(void)
{
}

void __tsan_read_range(void *address, size_t n_bytes)
{
    if (n_bytes > 0) {
        callbacks_copy((uintptr_t)address, n_bytes, false, CALLER);
    }
}

void __tsan_write_range(void *address, size_t n_bytes)
{
    if (n_bytes > 0) {
        callbacks_copy((uintptr_t)address, n_bytes, true, CALLER);
    }
}

__attribute__((always_inline)) static inline void see_copy(void *to, const void *from,
                                                           size_t n_bytes, const void *code)
{
    if (n_bytes > 0) {
        callbacks_copy((uintptr_t)from, n_bytes, false, code);
        callbacks_copy((uintptr_t)to, n_bytes, true, code);
    }
}

__attribute__((always_inline)) static inline void see_fill(void *to, size_t n_bytes,
                                                           const void *code)
{
    if (n_bytes > 0) {
        callbacks_copy((uintptr_t)to, n_bytes, true, code);
    }
}

void *__wrap_memcpy(void *to, const void *from, size_t n_bytes)
{
    see_copy(to, from, n_bytes, CALLER);
    return memcpy(to, from, n_bytes);
}

void *__wrap_memmove(void *to, const void *from, size_t n_bytes)
{
    see_copy(to, from, n_bytes, CALLER);
    return memmove(to, from, n_bytes);
}

void *__wrap_memset(void *to, int byte, size_t n_bytes)
{
    see_fill(to, n_bytes, CALLER);
    return memset(to, byte, n_bytes);
}

void *__tsan_memcpy(void *to, const void *from, size_t n_bytes)
{
    see_copy(to, from, n_bytes, CALLER);
    return memcpy(to, from, n_bytes);
}

void *__tsan_memmove(void *to, const void *from, size_t n_bytes)
{
    see_copy(to, from, n_bytes, CALLER);
    return memmove(to, from, n_bytes);
}

void *__tsan_memset(void *to, int byte, size_t n_bytes)
{
    see_fill(to, n_bytes, CALLER);
    return memset(to, byte, n_bytes);
}

void __sanitizer_cov_trace_pc(void)
{
    if (shadow_is_kept) {
        shadow_block(CALL_SITE_HERE);
        return;
    }
    if (cost_counts) {
        simulator_block(&cost_simulator, (uint32_t)territory_code(CALLER));
    }
}
