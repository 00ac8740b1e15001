// SPDX-License-Identifier: MIT
// A page table of two levels: CS:APP 3e, section 9.3.2 (figure 9.17), the 10-10-12 of x86 with 32
// bits.
//
//     VA    |    VPN 1    |    VPN 2    |     VPO     |
//                 |             |             |
//     root -> | directory |     |             |
//             | PDE ------+--> | table  |     v
//             | absent    |    | PTE ---+--> | the page |
//             | PDE, PS --+----------------------------> | a large page: VPN 2 and VPO are its |
//                                                        | offset                              |
//
// A table exists while something is mapped through it: the first mapping makes it, the last
// unmapping gives it back. What a directory's entry forbids would be forbidden for all pages below
// it; these forbid nothing.
//
// Costs: two memory references a walk (one for a large page), plus those that set A and D. 8 KiB of
// directory an address space and 8 KiB for every 4 MiB of it that are in use, with the sizes above.
// pt_unmap looks through a table until it meets an entry that is present.
#include "pagetable.h"

#define ENTRY_BYTES 8u
#define MAP_FLAGS (VM_P | VM_W | VM_U | VM_XD) // what pt_map and pt_protect set
#define PDE_FLAGS (VM_P | VM_W | VM_U)

// The geometry is all that is kept outside simulated memory.
static uint32_t page_bits;
static uint32_t large_bits; // log2 of a large page's bytes
static uint64_t n_pdes;     // in the directory
static uint64_t n_ptes;     // in a table

bool pt_init(const struct vm_geometry *geometry)
{
    if (geometry->n_levels != 2)
        return false;
    page_bits = geometry->page_bits;
    large_bits = page_bits + geometry->level_bits[1];
    n_pdes = UINT64_C(1) << geometry->level_bits[0];
    n_ptes = UINT64_C(1) << geometry->level_bits[1];
    return true;
}

static uint64_t pde_address(uint64_t root, uint64_t va)
{
    return root + ((va >> large_bits) & (n_pdes - 1)) * ENTRY_BYTES;
}

static uint64_t pte_address(uint64_t table, uint64_t va)
{
    return table + ((va >> page_bits) & (n_ptes - 1)) * ENTRY_BYTES;
}

static uint64_t make_entry(uint64_t pa, uint64_t flags)
{
    return pa >> page_bits << VM_PTE_SHIFT | flags;
}

// Where the frame, or the table, begins that an entry leads to.
static uint64_t target(uint64_t entry)
{
    return (entry >> VM_PTE_SHIFT & VM_PPN_MASK) << page_bits;
}

// A directory or a table with nothing in it.
static uint64_t new_table(uint64_t n_entries)
{
    uint64_t page_bytes = UINT64_C(1) << page_bits;
    uint64_t table = frame_alloc((n_entries * ENTRY_BYTES + page_bytes - 1) >> page_bits);
    if (table == VM_NONE)
        return VM_NONE;
    for (uint64_t i = 0; i < n_entries; i++) // fresh frames hold anything
        phys_write64(table + i * ENTRY_BYTES, 0);
    return table;
}

static bool is_empty(uint64_t table)
{
    for (uint64_t i = 0; i < n_ptes; i++)
        if (phys_read64(table + i * ENTRY_BYTES) & VM_P)
            return false;
    return true;
}

// The address of the entry that maps the page of `va`, VM_NONE when none does. *pde is the
// directory's.
static uint64_t find(uint64_t root, uint64_t va, uint64_t *pde)
{
    *pde = phys_read64(pde_address(root, va));
    if (!(*pde & VM_P))
        return VM_NONE;
    if (*pde & VM_PS)
        return pde_address(root, va);
    uint64_t address = pte_address(target(*pde), va);
    return phys_read64(address) & VM_P ? address : VM_NONE;
}

uint64_t pt_create(void)
{
    return new_table(n_pdes);
}

bool pt_map(uint64_t root, uint64_t va, uint64_t pa, uint32_t height, uint64_t flags)
{
    if (height > 1)
        return false;
    if (height == 1) {
        phys_write64(pde_address(root, va), make_entry(pa, flags | VM_PS));
        return true;
    }
    uint64_t pde = phys_read64(pde_address(root, va));
    if (!(pde & VM_P)) {
        uint64_t table = new_table(n_ptes);
        if (table == VM_NONE)
            return false;
        pde = make_entry(table, PDE_FLAGS);
        phys_write64(pde_address(root, va), pde);
    }
    phys_write64(pte_address(target(pde), va), make_entry(pa, flags));
    return true;
}

bool pt_unmap(uint64_t root, uint64_t va)
{
    uint64_t pde;
    uint64_t address = find(root, va, &pde);
    if (address == VM_NONE)
        return false;
    phys_write64(address, 0);
    if (!(pde & VM_PS) && is_empty(target(pde))) {
        phys_write64(pde_address(root, va), 0);
        frame_free(target(pde));
    }
    return true;
}

bool pt_protect(uint64_t root, uint64_t va, uint64_t flags)
{
    uint64_t pde;
    uint64_t address = find(root, va, &pde);
    if (address == VM_NONE)
        return false;
    phys_write64(address, (phys_read64(address) & ~MAP_FLAGS) | flags);
    return true;
}

static bool forbids(uint64_t entry, enum vm_access access, bool user)
{
    return (access == VM_WRITE && !(entry & VM_W)) || (access == VM_FETCH && (entry & VM_XD)) ||
           (user && !(entry & VM_U));
}

// Sets bits in an entry; memory is written only when that changes it.
static uint64_t mark(uint64_t address, uint64_t entry, uint64_t bits)
{
    if ((entry | bits) != entry)
        phys_write64(address, entry | bits);
    return entry | bits;
}

struct pt_result pt_walk(uint64_t root, uint64_t va, enum vm_access access, bool user)
{
    uint64_t offset_bits = large_bits;
    uint64_t pde = phys_read64(pde_address(root, va));
    uint64_t address = pde_address(root, va);
    uint64_t entry = pde; // the one that maps the page, in the end

    if ((pde & VM_P) && !(pde & VM_PS)) {
        offset_bits = page_bits;
        address = pte_address(target(pde), va);
        entry = phys_read64(address);
    }
    if (!(entry & VM_P))
        return (struct pt_result){.fault = PT_MISSING};
    if (forbids(entry, access, user))
        return (struct pt_result){.fault = PT_PROTECTION, .pte = entry};

    if (offset_bits == page_bits)
        mark(pde_address(root, va), pde, VM_A);
    entry = mark(address, entry, VM_A | (access == VM_WRITE ? VM_D : 0));
    uint64_t offset = va & ((UINT64_C(1) << offset_bits) - 1);
    return (struct pt_result){.fault = PT_FINE, .pa = target(entry) | offset, .pte = entry};
}

void pt_destroy(uint64_t root)
{
    for (uint64_t i = 0; i < n_pdes; i++) {
        uint64_t pde = phys_read64(root + i * ENTRY_BYTES);
        if ((pde & VM_P) && !(pde & VM_PS))
            frame_free(target(pde));
    }
    frame_free(root);
}
