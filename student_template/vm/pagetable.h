// SPDX-License-Identifier: MIT
// The lab `pagetable`: page tables of 1 to 5 levels in simulated physical memory (CS:APP 3e,
// sections 9.3.2, 9.6.3 and 9.7.1).
//
// A table of a level with b bits has 2^b entries of 8 bytes, one after the other from the start of
// a frame on; it takes as many frames, side by side, as that needs. Entry i of a directory holds
// the PPN of the next table with VM_P, VM_W and VM_U set: directories forbid nothing. Entry i of
// the last level, or a directory's entry with VM_PS, maps a page with the flags of pt_map. The
// judge walks your tables in memory as a processor would.
//
// Keep nothing about mappings outside simulated memory: the geometry is all that your variables may
// hold, and a walk that does not read the entries on its way is refused. Several roots exist at the
// same time. Bits of a virtual address above va_bits are ignored.
#ifndef PAGETABLE_H
#define PAGETABLE_H

#include "vm.h"

enum pt_fault {
    PT_FINE,       ///< translated
    PT_MISSING,    ///< no present entry: a page fault
    PT_PROTECTION, ///< present, but its flags forbid this access
};

struct pt_result {
    enum pt_fault fault;
    uint64_t pa; ///< the physical address that was asked for, when fine
    uint64_t
        pte; ///< the entry that maps the page, forbidden or not, as it is after the walk; else 0
};

/// Called first, once. False when you can't do a machine of that shape.
bool pt_init(const struct vm_geometry *geometry);

/// An empty address space: the physical address of its root table, VM_NONE when frames ran out.
uint64_t pt_create(void);

/// Maps the page of `va` to the frame at `pa`, both multiples of the page's size, with `flags` of
/// VM_P (always among them), VM_W, VM_U, VM_XD; A and D start clear. `height` 0: an ordinary page,
/// in the last level; 1: a large page, by an entry with VM_PS one level above, as large as all that
/// such an entry covers; and so on, below n_levels. Its PPN is that of its first ordinary page.
/// Nothing is mapped there yet. False when frames for tables ran out: then nothing has changed, and
/// no frame is kept.
bool pt_map(uint64_t root, uint64_t va, uint64_t pa, uint32_t height, uint64_t flags);

/// Unmaps the page that covers `va`; its frame is not yours to free. A table whose last entry went
/// is given back at once, and so on upwards, but for the root. False when nothing is mapped there.
bool pt_unmap(uint64_t root, uint64_t va);

/// Gives the page that covers `va` other flags; frame, A and D stay. False when nothing is mapped.
bool pt_protect(uint64_t root, uint64_t va, uint64_t flags);

/// What the processor does: one phys_read64 a level. Forbidden are a write without VM_W, a fetch
/// with VM_XD, and any use by `user` without VM_U. If all is well, sets VM_A in each entry that it
/// passed and, for a write, VM_D in the one that maps the page; writes an entry only when that
/// changes it. A walk that faults changes nothing.
struct pt_result pt_walk(uint64_t root, uint64_t va, enum vm_access access, bool user);

/// Gives back every table of the address space, the root too; mapped frames are not yours.
void pt_destroy(uint64_t root);

#endif
