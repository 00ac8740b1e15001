// SPDX-License-Identifier: MIT
// The lab `translate`: addresses into their fields and back (CS:APP 3e, sections 9.3 and 9.6).
//
//        VA  |            VPN             |   VPO   |        PA  |      PPN      |   PPO   |
//            |     TLBT     |    TLBI     |   VPO   |            |   CT    |   CI   |  CO  |
//            | VPN 1 | VPN 2 | ... | VPN k |   VPO   |
//
// CI and CO need not end where the PPO does: the cache sees nothing but a physical address.
#ifndef TRANSLATE_H
#define TRANSLATE_H

#include "vm.h"

struct va_fields {
    uint64_t vpn, vpo;
    uint64_t tlbi, tlbt;           ///< TLB index and tag
    uint64_t index[VM_MAX_LEVELS]; ///< VPN 1, VPN 2, ..: the root's first; 0 past n_levels
};

struct pa_fields {
    uint64_t ppn, ppo;
    uint64_t co, ci, ct; ///< cache offset, index and tag
};

/// The fields of a virtual address. Bits above va_bits are ignored.
struct va_fields split_va(const struct vm_geometry *geometry, uint64_t va);

/// The virtual address that a VPN and a VPO make. Both fit into their fields.
uint64_t join_va(const struct vm_geometry *geometry, uint64_t vpn, uint64_t vpo);

/// The fields of a physical address. Bits above pa_bits are ignored.
struct pa_fields split_pa(const struct vm_geometry *geometry, uint64_t pa);

/// The physical address that a PPN and a PPO make. Both fit into their fields.
uint64_t join_pa(const struct vm_geometry *geometry, uint64_t ppn, uint64_t ppo);

#endif
