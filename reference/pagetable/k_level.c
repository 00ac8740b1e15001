// SPDX-License-Identifier: MIT
// Page tables of any number of levels: CS:APP 3e, sections 9.3.2 (figure 9.18) and 9.7.1.
//
//     VA    | VPN 1 | VPN 2 |  ...  | VPN k |  VPO  |
//               |       |               |       |
//     root -> | . |     |               |       v
//             | --+-> | --+-> ... --> | PTE --> | page |           height 0
//             | . |   | PS ----------------> | large page  |       height 1, 2, ..
//
// The levels are alike, so one function serves them all, level by level (0 is the root): an entry
// is absent, or maps a page (any entry of the last level; one with VM_PS above), or leads on.
// What changes the tree is recursive and works from the leaf up: a new table is linked in when all
// below it stands, so that nothing has changed when frames run out half-way.
//
// Costs: k memory references a walk (fewer for large pages), plus those that set A and D. pt_map
// writes each new table once over, pt_unmap looks through a table until it meets an entry that is
// present. Frames: the root, and a table for each group of pages that share a prefix of VPNs.
#include "pagetable.h"

#define ENTRY_BYTES 8u
#define MAP_FLAGS (VM_P | VM_W | VM_U | VM_XD) // what pt_map and pt_protect set
#define DIRECTORY_FLAGS (VM_P | VM_W | VM_U)

static struct vm_geometry machine; // all that is kept outside simulated memory

bool pt_init(const struct vm_geometry *geometry)
{
    machine = *geometry;
    return true;
}

// --- Entries --------------------------------------------------------------------------------

// log2 of the bytes that one entry of a level covers.
static uint32_t covered_bits(uint32_t level)
{
    uint32_t bits = machine.page_bits;
    for (uint32_t below = level + 1; below < machine.n_levels; below++)
        bits += machine.level_bits[below];
    return bits;
}

static uint64_t n_entries(uint32_t level)
{
    return UINT64_C(1) << machine.level_bits[level];
}

static uint64_t entry_address(uint64_t table, uint32_t level, uint64_t va)
{
    return table + ((va >> covered_bits(level)) & (n_entries(level) - 1)) * ENTRY_BYTES;
}

static uint64_t make_entry(uint64_t pa, uint64_t flags)
{
    return pa >> machine.page_bits << VM_PTE_SHIFT | flags;
}

// Where the frame, or the table, begins that an entry leads to.
static uint64_t target(uint64_t entry)
{
    return (entry >> VM_PTE_SHIFT & VM_PPN_MASK) << machine.page_bits;
}

// Of a present entry.
static bool maps_page(uint64_t entry, uint32_t level)
{
    return level == machine.n_levels - 1 || (entry & VM_PS);
}

// --- Tables ---------------------------------------------------------------------------------

static uint64_t new_table(uint32_t level)
{
    uint64_t page_bytes = UINT64_C(1) << machine.page_bits;
    uint64_t bytes = n_entries(level) * ENTRY_BYTES;
    uint64_t table = frame_alloc((bytes + page_bytes - 1) >> machine.page_bits);
    if (table == VM_NONE)
        return VM_NONE;
    for (uint64_t i = 0; i < n_entries(level); i++) // fresh frames hold anything
        phys_write64(table + i * ENTRY_BYTES, 0);
    return table;
}

static bool is_empty(uint64_t table, uint32_t level)
{
    for (uint64_t i = 0; i < n_entries(level); i++)
        if (phys_read64(table + i * ENTRY_BYTES) & VM_P)
            return false;
    return true;
}

// Puts `entry` for `va` into a table of level `last`, at or below `table`, which is of `level`.
static bool map_below(uint64_t table, uint32_t level, uint64_t va, uint32_t last, uint64_t entry)
{
    uint64_t address = entry_address(table, level, va);
    if (level == last) {
        phys_write64(address, entry);
        return true;
    }
    uint64_t directory_entry = phys_read64(address);
    if (directory_entry & VM_P)
        return map_below(target(directory_entry), level + 1, va, last, entry);

    uint64_t next = new_table(level + 1);
    if (next == VM_NONE)
        return false;
    if (!map_below(next, level + 1, va, last, entry)) {
        frame_free(next);
        return false;
    }
    phys_write64(address, make_entry(next, DIRECTORY_FLAGS));
    return true;
}

// Clears the entry that maps the page of `va`, and gives back the tables below this one that are
// empty now. Whether this one is; the root may stay empty.
static bool unmap_below(uint64_t table, uint32_t level, uint64_t va)
{
    uint64_t address = entry_address(table, level, va);
    uint64_t entry = phys_read64(address);
    if (!maps_page(entry, level)) {
        if (!unmap_below(target(entry), level + 1, va))
            return false;
        frame_free(target(entry));
    }
    phys_write64(address, 0);
    return level > 0 && is_empty(table, level);
}

static void destroy_below(uint64_t table, uint32_t level)
{
    if (level < machine.n_levels - 1) {
        for (uint64_t i = 0; i < n_entries(level); i++) {
            uint64_t entry = phys_read64(table + i * ENTRY_BYTES);
            if ((entry & VM_P) && !maps_page(entry, level))
                destroy_below(target(entry), level + 1);
        }
    }
    frame_free(table);
}

// --- The contract ---------------------------------------------------------------------------

// The entries from the root to the one that maps a page.
struct path {
    uint32_t last; // the level where the path ended
    bool present;  // the entry there maps the page, else it is absent
    uint64_t address[VM_MAX_LEVELS];
    uint64_t entry[VM_MAX_LEVELS];
};

static struct path follow(uint64_t root, uint64_t va)
{
    struct path path = {0};
    uint64_t table = root;
    for (uint32_t level = 0;; level++) {
        uint64_t address = entry_address(table, level, va);
        uint64_t entry = phys_read64(address);
        path.last = level;
        path.address[level] = address;
        path.entry[level] = entry;
        path.present = entry & VM_P;
        if (!path.present || maps_page(entry, level))
            return path;
        table = target(entry);
    }
}

uint64_t pt_create(void)
{
    return new_table(0);
}

bool pt_map(uint64_t root, uint64_t va, uint64_t pa, uint32_t height, uint64_t flags)
{
    uint64_t entry = make_entry(pa, height > 0 ? flags | VM_PS : flags);
    return map_below(root, 0, va, machine.n_levels - 1 - height, entry);
}

bool pt_unmap(uint64_t root, uint64_t va)
{
    if (!follow(root, va).present)
        return false;
    unmap_below(root, 0, va);
    return true;
}

bool pt_protect(uint64_t root, uint64_t va, uint64_t flags)
{
    struct path path = follow(root, va);
    if (path.present)
        phys_write64(path.address[path.last], (path.entry[path.last] & ~MAP_FLAGS) | flags);
    return path.present;
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
    struct path path = follow(root, va);
    uint64_t entry = path.entry[path.last];
    if (!path.present)
        return (struct pt_result){.fault = PT_MISSING};
    if (forbids(entry, access, user))
        return (struct pt_result){.fault = PT_PROTECTION, .pte = entry};

    for (uint32_t level = 0; level < path.last; level++)
        mark(path.address[level], path.entry[level], VM_A);
    entry = mark(path.address[path.last], entry, VM_A | (access == VM_WRITE ? VM_D : 0));
    uint64_t offset = va & ((UINT64_C(1) << covered_bits(path.last)) - 1);
    return (struct pt_result){.fault = PT_FINE, .pa = target(entry) | offset, .pte = entry};
}

void pt_destroy(uint64_t root)
{
    destroy_below(root, 0);
}
