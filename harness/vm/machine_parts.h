// SPDX-License-Identifier: MIT
// What the machine's files share; for machine*.c alone.
//
//   machine.c            opening, the loop over records, counts, AMAT
//   machine_translate.c  VA -> PA: TLBs and walks
//   machine_lines.c      PA -> line: the caches
//   machine_pages.c      what the operating system does: faults, frames, map, unmap, protect
//   machine_explain.c    one address for people
#ifndef MMGRADE_VM_MACHINE_PARTS_H
#define MMGRADE_VM_MACHINE_PARTS_H

#include "harness/vm/machine.h"
#include "harness/vm/pagetable.h"
#include "harness/vm/paging.h"
#include "harness/vm/physical.h"

#define MACHINE_PROCESSES (UINT32_C(1) << 16)

/// A process's address space.
struct machine_space {
    struct pagetable table;
    /// What its pages allow when frames are limited: a table that only the operating system reads,
    /// in a memory of its own. Its frames mean nothing.
    struct pagetable valid;
};

struct machine {
    struct machine_settings settings;
    uint64_t va_mask, page_mask;
    struct tlb tlbs[MACHINE_TLBS];
    struct cache caches[MACHINE_CACHES];
    struct tlb *fetch_tlb;               ///< the ITLB, or the DTLB
    struct cache *fetch_cache;           ///< the L1I, or the L1D
    struct cache *below[MACHINE_CACHES]; ///< the next cache that there is, or NULL
    struct physical *frames;             ///< for pages
    struct physical *tables;             ///< for page tables; the same unless they lie apart
    struct physical *records;            ///< for `valid`, when frames are limited
    struct geometry record_geometry;     ///< of these: as much memory as a PTE can name
    struct machine_space *spaces[MACHINE_PROCESSES]; ///< NULL: not seen yet
    struct machine_space *space;                     ///< of the process that runs
    uint32_t process;
    struct paging *paging; ///< when frames are limited
    uint64_t first_frame;  ///< then: the address of frame 0
    uint32_t frame;        ///< then: where the page of the access at hand belongs
    bool mapped;           ///< an ACCESS_MAP was seen: pages are valid where one says so
    struct machine_counts counts;
    uint64_t wait_cycles; ///< beyond the lookups in first TLBs and caches
};

/// One access to translate. `pa` is filled in.
struct machine_request {
    uint64_t va;
    enum walk_access access;
    bool user;
    uint64_t pa;
};

void machine_run_process(struct machine *machine, uint32_t process);

/// `entry` is what the first TLB had, or NULL: all that does not end there.
enum machine_fault machine_translate_slowly(struct machine *machine,
                                            struct machine_request *request,
                                            const struct tlb_entry *entry,
                                            struct machine_outcome *outcome);

/// Whether an entry lets an access through without a walk.
static inline bool machine_entry_suffices(uint64_t flags, enum walk_access access, bool user)
{
    uint64_t needed = PTE_P | (access == WALK_WRITE ? PTE_W | PTE_D : 0) | (user ? PTE_U : 0);
    uint64_t barred = access == WALK_FETCH ? PTE_XD : 0;
    return (flags & (needed | barred)) == needed;
}

/// `first` has missed at pa: asks the others, and says which one had it.
void machine_fetch_line(struct machine *machine, struct cache *first,
                        const struct cache_outcome *missed, uint64_t pa, bool write,
                        struct machine_outcome *outcome);

/// A write that `cache` (NULL: memory) gets from the one above.
void machine_pass_on(struct machine *machine, struct cache *cache, uint64_t pa);

/// Reads the PTEs of a walk as the walker does: through the caches or from memory.
void machine_read_entries(struct machine *machine, const struct walk *walk);

/// When frames are limited, before each access: gives the page a frame. MACHINE_NO_FAULT or why the
/// access cannot go on.
enum machine_fault machine_page_use(struct machine *machine, const struct machine_request *request);

/// A walk has found no page: brings it in. MACHINE_MISSING when it is there now.
enum machine_fault machine_page_in(struct machine *machine, const struct machine_request *request);

void machine_play_event(struct machine *machine, const struct access *record);

/// The space of a process, made when it is new.
struct machine_space *machine_space_of(struct machine *machine, uint32_t process);

/// Puts the settings' contents into an empty machine.
void machine_fill(struct machine *machine);

#endif
