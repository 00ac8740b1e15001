// SPDX-License-Identifier: MIT
// A page table of one level: CS:APP 3e, section 9.3.2, figure 9.12.
//
//     VA    |            VPN            |    VPO    |
//                         |
//     root ->  PTE 0  | PPN | flags |   |
//              PTE 1  | PPN | flags |   |
//              ...                      v
//              PTE i  | PPN | flags |  i = VPN       PA = PPN : VPO
//              ...
//              PTE 2^b - 1                           8 bytes each, b = bits of the VPN
//
// One array, in simulated physical memory, that has an entry for every page there could be, mapped
// or not: mapping never needs another frame, and unmapping gives none back.
//
// Costs: one memory reference a walk, plus one when A or D must be set. 2^b * 8 bytes an address
// space, however little of it is used: 8 MiB with 32-bit addresses and 4 KiB pages, 512 GiB with
// 48 bits. That is why there are tables of several levels (two_level.c, k_level.c).
#include "pagetable.h"

#define ENTRY_BYTES 8u
#define MAP_FLAGS (VM_P | VM_W | VM_U | VM_XD) // what pt_map and pt_protect set

// The geometry is all that is kept outside simulated memory.
static uint32_t page_bits;
static uint64_t n_entries;

bool pt_init(const struct vm_geometry *geometry)
{
    page_bits = geometry->page_bits;
    n_entries = UINT64_C(1) << geometry->level_bits[0];
    return geometry->n_levels == 1;
}

static uint64_t entry_address(uint64_t root, uint64_t va)
{
    return root + ((va >> page_bits) & (n_entries - 1)) * ENTRY_BYTES;
}

uint64_t pt_create(void)
{
    uint64_t page_bytes = UINT64_C(1) << page_bits;
    uint64_t root = frame_alloc((n_entries * ENTRY_BYTES + page_bytes - 1) >> page_bits);
    if (root == VM_NONE)
        return VM_NONE;
    for (uint64_t i = 0; i < n_entries; i++) // fresh frames hold anything
        phys_write64(root + i * ENTRY_BYTES, 0);
    return root;
}

bool pt_map(uint64_t root, uint64_t va, uint64_t pa, uint32_t height, uint64_t flags)
{
    if (height > 0) // no directory, no large pages
        return false;
    uint64_t ppn = pa >> page_bits;
    phys_write64(entry_address(root, va), ppn << VM_PTE_SHIFT | flags);
    return true;
}

bool pt_unmap(uint64_t root, uint64_t va)
{
    uint64_t address = entry_address(root, va);
    if (!(phys_read64(address) & VM_P))
        return false;
    phys_write64(address, 0);
    return true;
}

bool pt_protect(uint64_t root, uint64_t va, uint64_t flags)
{
    uint64_t address = entry_address(root, va);
    uint64_t pte = phys_read64(address);
    if (!(pte & VM_P))
        return false;
    phys_write64(address, (pte & ~MAP_FLAGS) | flags);
    return true;
}

static bool forbids(uint64_t pte, enum vm_access access, bool user)
{
    return (access == VM_WRITE && !(pte & VM_W)) || (access == VM_FETCH && (pte & VM_XD)) ||
           (user && !(pte & VM_U));
}

struct pt_result pt_walk(uint64_t root, uint64_t va, enum vm_access access, bool user)
{
    uint64_t address = entry_address(root, va);
    uint64_t pte = phys_read64(address);
    if (!(pte & VM_P))
        return (struct pt_result){.fault = PT_MISSING};
    if (forbids(pte, access, user))
        return (struct pt_result){.fault = PT_PROTECTION, .pte = pte};

    uint64_t marked = pte | VM_A | (access == VM_WRITE ? VM_D : 0);
    if (marked != pte)
        phys_write64(address, marked);
    uint64_t ppn = marked >> VM_PTE_SHIFT & VM_PPN_MASK;
    uint64_t vpo = va & ((UINT64_C(1) << page_bits) - 1);
    return (struct pt_result){.fault = PT_FINE, .pa = ppn << page_bits | vpo, .pte = marked};
}

void pt_destroy(uint64_t root)
{
    frame_free(root);
}
