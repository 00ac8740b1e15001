// SPDX-License-Identifier: MIT
// Where you begin: it compiles, and refuses every machine.
#include "pagetable.h"

bool pt_init(const struct vm_geometry *geometry)
{
    (void)geometry; // Keep what you need of it, for all functions below; true when you can do it.
    return false;
}

uint64_t pt_create(void)
{
    // Take the frames that the root table needs. They hold anything: make every entry absent.
    return VM_NONE;
}

bool pt_map(uint64_t root, uint64_t va, uint64_t pa, uint32_t height, uint64_t flags)
{
    // Go down from the root. Where an entry is absent, a table must be made first, and all its
    // entries, too. What if there is no frame for the second of two tables?
    (void)root, (void)va, (void)pa, (void)height, (void)flags;
    return false;
}

bool pt_unmap(uint64_t root, uint64_t va)
{
    (void)root, (void)va; // Clear the entry. Is its table empty now? And the one above?
    return false;
}

bool pt_protect(uint64_t root, uint64_t va, uint64_t flags)
{
    (void)root, (void)va, (void)flags; // Other flags, the same PPN; A, D and PS stay.
    return false;
}

struct pt_result pt_walk(uint64_t root, uint64_t va, enum vm_access access, bool user)
{
    // One phys_read64 a level. Decide first whether the access is allowed, set A and D afterwards.
    (void)root, (void)va, (void)access, (void)user;
    return (struct pt_result){.fault = PT_MISSING};
}

void pt_destroy(uint64_t root)
{
    (void)root; // Every table, from the leaves up, the root last.
}
