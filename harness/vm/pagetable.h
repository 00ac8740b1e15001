// SPDX-License-Identifier: MIT
// The golden page table in simulated physical memory (CS:APP 3e, sections 9.3 and 9.7), and the
// walker, which is also used on the tables that a submission has built. PTE format and rules are
// those of student_template/vm/{vm,pagetable}.h.
#ifndef MMGRADE_VM_PAGETABLE_H
#define MMGRADE_VM_PAGETABLE_H

#include "harness/vm/geometry.h"
#include "harness/vm/physical.h"

#define PTE_P (UINT64_C(1) << 0)
#define PTE_W (UINT64_C(1) << 1)
#define PTE_U (UINT64_C(1) << 2)
#define PTE_A (UINT64_C(1) << 5)
#define PTE_D (UINT64_C(1) << 6)
#define PTE_PS (UINT64_C(1) << 7)
#define PTE_XD (UINT64_C(1) << 63)
#define PTE_SHIFT 12
#define PTE_PPN_MASK UINT64_C(0xffffffffff)
#define PTE_GIVEN (PTE_P | PTE_W | PTE_U | PTE_XD) ///< flags that map and protect take

enum walk_access { WALK_READ, WALK_WRITE, WALK_FETCH };
enum walk_fault { WALK_FINE, WALK_MISSING, WALK_PROTECTION };

/// What a walk saw, level by level from the root on.
struct walk {
    enum walk_fault fault;
    uint64_t pa;                            ///< when fine
    uint32_t n_levels;                      ///< entries that were read
    uint64_t entry_pa[GEOMETRY_MAX_LEVELS]; ///< where each entry stands
    uint64_t entry[GEOMETRY_MAX_LEVELS];    ///< after the walk
    uint32_t height;                        ///< of the entry that maps, 0: the last level
};

struct pagetable {
    const struct geometry *geometry;
    struct physical *physical;
    uint64_t root; ///< GEOMETRY_NONE when frames ran out
};

void pagetable_create(struct pagetable *table, const struct geometry *geometry,
                      struct physical *physical);

/// False when frames for tables ran out, or something is mapped there: then nothing has changed.
bool pagetable_map(struct pagetable *table, uint64_t va, uint64_t pa, uint32_t height,
                   uint64_t flags);

/// Both false when nothing is mapped there.
bool pagetable_unmap(struct pagetable *table, uint64_t va);
bool pagetable_protect(struct pagetable *table, uint64_t va, uint64_t flags);

/// Gives back every table; mapped frames belong to the caller.
void pagetable_destroy(struct pagetable *table);

/// As the processor does it; with `mark` A and D are set when all is well. Entries that lead out of
/// memory count as missing. A large page whose frame is not aligned is taken to start at the
/// multiple of its size below.
struct walk pagetable_walk(const struct pagetable *table, uint64_t va, enum walk_access access,
                           bool user, bool mark);

/// What an entry's flags say to an access: WALK_FINE, WALK_MISSING or WALK_PROTECTION.
enum walk_fault pagetable_judge(uint64_t entry, enum walk_access access, bool user);

#endif
