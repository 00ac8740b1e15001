// SPDX-License-Identifier: MIT
// Simulated physical memory of 64-bit words, and its frames. Memory is taken as it is written to,
// so that 52-bit machines cost what they use. The judge alone owns it: submissions reach it by
// asking.
#ifndef MMGRADE_VM_PHYSICAL_H
#define MMGRADE_VM_PHYSICAL_H

#include <stdbool.h>
#include <stdint.h>

struct physical; ///< opaque

/// Memory of 2^pa_bits bytes in frames of 2^page_bits, 8 at least. Fresh frames hold junk that
/// depends on `seed` and on the address, so that code which relies on zeros shows.
struct physical *physical_open(uint32_t pa_bits, uint32_t page_bits, uint64_t seed);
void physical_close(struct physical *physical); ///< takes NULL

/// The word at `pa`, a multiple of 8 below 2^pa_bits.
uint64_t physical_read(struct physical *physical, uint64_t pa);
void physical_write(struct physical *physical, uint64_t pa, uint64_t value);

/// n frames side by side: the address of the first, lowest first, or GEOMETRY_NONE. What they hold
/// is junk again, also when they were used before. 0 frames are none.
uint64_t physical_alloc(struct physical *physical, uint64_t n_frames);

/// The same at a multiple of n_frames frames, as large pages need it. n_frames is a power of two.
uint64_t physical_alloc_aligned(struct physical *physical, uint64_t n_frames);

/// Gives back what one physical_alloc gave; 0 when nothing starts there, else the number of frames.
uint64_t physical_free(struct physical *physical, uint64_t pa);

/// The allocation that covers `pa`: its address, with its frames in *n_frames; or GEOMETRY_NONE.
uint64_t physical_owner(const struct physical *physical, uint64_t pa, uint64_t *n_frames);

uint64_t physical_used_frames(const struct physical *physical);

#endif
