// SPDX-License-Identifier: MIT
// The machine's shape and the fields of addresses (CS:APP 3e, sections 9.3 and 9.6).
//
// Glossary of the stage `vm`:
//   golden     what the project itself computes, as opposed to a submission
//   geometry   how many bits and which of them are what: pages, levels, TLB index, cache index
//   TLB        cache of translations; ASID: which address space one belongs to
//   walk       reading one PTE a level from the root on
//   frame      a page of physical memory; resident: in a frame
//   policy     which page gives its frame up when all are in use
//   fault      an access whose page is not resident, or that its PTE forbids
//   thrashing  most accesses fault although every page had been in memory before
#ifndef MMGRADE_VM_GEOMETRY_H
#define MMGRADE_VM_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GEOMETRY_MAX_LEVELS 5
#define GEOMETRY_NONE UINT64_MAX

/// As student_template/vm/vm.h has it.
struct geometry {
    uint32_t va_bits;
    uint32_t pa_bits;
    uint32_t page_bits;
    uint32_t n_levels;
    uint32_t level_bits[GEOMETRY_MAX_LEVELS]; ///< the root's first
    uint32_t tlb_sets;                        ///< of the first data TLB
    uint32_t cache_sets;                      ///< of the first data cache
    uint32_t line_bytes;
};

struct virtual_fields {
    uint64_t vpn, vpo, tlbi, tlbt;
    uint64_t index[GEOMETRY_MAX_LEVELS];
};

struct physical_fields {
    uint64_t ppn, ppo, co, ci, ct;
};

/// False with a reason in `reason` ("levels: 9 + 9 bits do not make the VPN's 36") when no machine
/// has that shape.
bool geometry_is_sound(const struct geometry *geometry, char *reason, size_t reason_bytes);

struct virtual_fields geometry_split_virtual(const struct geometry *geometry, uint64_t va);
struct physical_fields geometry_split_physical(const struct geometry *geometry, uint64_t pa);
uint64_t geometry_join_virtual(const struct geometry *geometry, uint64_t vpn, uint64_t vpo);
uint64_t geometry_join_physical(const struct geometry *geometry, uint64_t ppn, uint64_t ppo);

/// log2 of the bytes that one entry `height` levels above the last maps: page_bits for height 0.
uint32_t geometry_page_bits(const struct geometry *geometry, uint32_t height);

/// Frames that a table of level `level` (0: the root) takes, with entries of 8 bytes.
uint64_t geometry_table_frames(const struct geometry *geometry, uint32_t level);

#endif
