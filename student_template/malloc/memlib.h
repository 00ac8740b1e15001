// SPDX-License-Identifier: MIT
/// The memory that your allocator manages: one heap that grows upwards from a fixed address.
///
///     mem_heap_lo()            mem_heap_hi()   the break
///     v                                    v  v
///     +---------------------------------------+ - - - - - - - - - - - - +
///     |      mem_heapsize() bytes, yours      |  not yours, until       |
///     |                                       |  mem_sbrk says so       |
///     +---------------------------------------+ - - - - - - - - - - - - +
///
/// mem_heap_lo() is a multiple of the page size. Fresh bytes hold anything: write before you
/// read. A touch past the break is a fault.
#ifndef MEMLIB_H
#define MEMLIB_H

#include <stddef.h>
#include <string.h>
#include <unistd.h>

/// Grows the heap by `incr` bytes and returns the old break, the address of the first new byte.
/// The heap never shrinks: with a negative `incr`, or one that takes the heap past its maximum,
/// the heap stays as it is, errno is ENOMEM, and (void *)-1 comes back. mem_sbrk(0) is the break.
/// (The parameter has the width of a pointer, so that no int or size_t is cut off on its way.)
void *mem_sbrk(ptrdiff_t incr);

/// First byte of the heap.
void *mem_heap_lo(void);

/// Last byte of the heap, one below the break. Below mem_heap_lo() while the heap is empty.
void *mem_heap_hi(void);

/// Bytes between mem_heap_lo() and the break.
size_t mem_heapsize(void);

/// Bytes in a page.
size_t mem_pagesize(void);

/// For those who drive an allocator: mem_init makes the heap, mem_deinit gives it back,
/// mem_reset_brk empties it. An allocator may call none of them but from mm_init.
void mem_init(void);
void mem_deinit(void);
void mem_reset_brk(void);

/// memcpy and memset under the names that some courses map them to.
static inline void *mem_memcpy(void *to, const void *from, size_t n_bytes)
{
    return memcpy(to, from, n_bytes);
}

static inline void *mem_memset(void *to, int byte, size_t n_bytes)
{
    return memset(to, byte, n_bytes);
}

#endif
