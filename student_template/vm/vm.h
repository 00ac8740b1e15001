// SPDX-License-Identifier: MIT
// What all address labs share: the machine's shape, the kinds of access, simulated physical memory.
// Include the header of your lab; it includes this one. The functions that a header declares
// without a body in your folder's stub are yours; those of this file are there to be called.
//
// Glossary (CS:APP 3e, chapter 9):
//   VA, PA     virtual, physical address
//   VPN, VPO   virtual page number and offset: VA = VPN * page size + VPO
//   PPN, PPO   physical page number and offset: PA = PPN * page size + PPO, with PPO = VPO
//   PTE        page table entry
//   ASID       address-space id: which process a translation belongs to
//   frame      a page of physical memory
#ifndef VM_H
#define VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VM_MAX_LEVELS 5
#define VM_NONE UINT64_MAX ///< no frame, no page, no address

/// The machine's shape. Sizes are powers of two, but for the number of ways.
struct vm_geometry {
    uint32_t va_bits;   ///< of a virtual address, at most 64
    uint32_t pa_bits;   ///< of a physical address, at most 52
    uint32_t page_bits; ///< log2 of the page size in bytes: bits of VPO and PPO
    uint32_t n_levels;  ///< of page tables, 1 to VM_MAX_LEVELS
    /// Bits of the VPN that index each level, the root's first; together va_bits - page_bits.
    uint32_t level_bits[VM_MAX_LEVELS];
    uint32_t tlb_sets;   ///< TLBI has log2(tlb_sets) bits
    uint32_t cache_sets; ///< CI has log2(cache_sets) bits
    uint32_t line_bytes; ///< CO has log2(line_bytes) bits
};

enum vm_access { VM_READ, VM_WRITE, VM_FETCH };

/// Bits of a PTE. The PPN stands in bits 51..12 whatever the page size is: a PTE is
/// PPN << VM_PTE_SHIFT | flags, as on x86-64.
///
///    63  62     52 51                              12 11   9  8   7   6   5   4   3   2   1   0
///   +--+----------+----------------------------------+------+---+---+---+---+---+---+---+---+---+
///   |XD|  yours   |               PPN                |yours | G | PS| D | A | CD| WT|U/S|R/W| P |
///   +--+----------+----------------------------------+------+---+---+---+---+---+---+---+---+---+
#define VM_PTE_SHIFT 12
#define VM_P (UINT64_C(1) << 0)   ///< present: the rest of the entry counts
#define VM_W (UINT64_C(1) << 1)   ///< may be written
#define VM_U (UINT64_C(1) << 2)   ///< user mode may use it
#define VM_A (UINT64_C(1) << 5)   ///< accessed: set by the walk, in each level that it passes
#define VM_D (UINT64_C(1) << 6)   ///< dirty: set by the walk of a write, in the last level
#define VM_PS (UINT64_C(1) << 7)  ///< in a directory: this entry maps a large page itself
#define VM_XD (UINT64_C(1) << 63) ///< may not be fetched from
#define VM_PPN_MASK UINT64_C(0xffffffffff)

/// Simulated physical memory. It is not in your address space: these are the only ways to it, and
/// each use is counted. `pa` must be a multiple of 8 in a frame that frame_alloc gave you.
uint64_t phys_read64(uint64_t pa);
void phys_write64(uint64_t pa, uint64_t value);

/// n_frames frames side by side for your tables: the physical address of the first, or VM_NONE.
/// What they hold at first is arbitrary.
uint64_t frame_alloc(uint64_t n_frames);

/// Gives back what one frame_alloc gave.
void frame_free(uint64_t pa);

#endif
