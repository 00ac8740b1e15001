// SPDX-License-Identifier: MIT
// The modules' functions, each asked of the golden part and of the submission. All return false
// when a rule was broken; what the machine goes on with is golden, but where a policy is free.
#ifndef MMGRADE_MODULES_TWINS_H
#define MMGRADE_MODULES_TWINS_H

#include "harness/modules/pipeline.h"

// twin_translate.c
bool twin_virtual(struct pipeline *pipeline, uint64_t va);
bool twin_physical(struct pipeline *pipeline, uint64_t pa);

// twin_tlb.c
bool twin_tlb_open(struct pipeline *pipeline);
void twin_tlb_close(struct pipeline *pipeline);
/// *flags and *ppn as the TLB has them, when *hit.
bool twin_tlb_lookup(struct pipeline *pipeline, uint16_t process, uint64_t vpn, bool *hit,
                     uint64_t *ppn, uint64_t *flags);
bool twin_tlb_insert(struct pipeline *pipeline, uint16_t process, uint64_t vpn, uint64_t ppn,
                     uint64_t flags);
bool twin_tlb_invalidate(struct pipeline *pipeline, uint16_t process, uint64_t vpn);
bool twin_tlb_flush(struct pipeline *pipeline, uint16_t process);
/// Under a free policy: has a set held more than its ways?
bool twin_tlb_end(struct pipeline *pipeline);

// twin_pagetable.c
bool twin_pagetable_open(struct pipeline *pipeline);
bool twin_pagetable_create(struct pipeline *pipeline, struct space *space);
/// *done false: frames for tables ran out, golden ones.
bool twin_pagetable_map(struct pipeline *pipeline, struct space *space, uint64_t va, uint64_t pa,
                        uint32_t height, uint64_t flags, bool *done);
bool twin_pagetable_unmap(struct pipeline *pipeline, struct space *space, uint64_t va);
bool twin_pagetable_protect(struct pipeline *pipeline, struct space *space, uint64_t va,
                            uint64_t flags);
bool twin_pagetable_walk(struct pipeline *pipeline, struct space *space, uint64_t va,
                         enum walk_access access, bool user, struct walk *walk);
bool twin_pagetable_destroy(struct pipeline *pipeline, struct space *space);

// twin_entries.c: the entries on the way to a page, for twin_pagetable.c

/// Gets ready for a call on one page: only the entries on its way may be written.
void twin_entries_begin(struct pipeline *pipeline, const struct space *space, uint64_t va);

/// The submission's, down to the first that is absent or in no frame of its own (*unowned).
struct walk twin_entries_look(struct pipeline *pipeline, const struct space *space, uint64_t va,
                              bool *unowned);

/// Notes which words of a block are entries: those of the table that a walk has found there.
void twin_entries_note(struct table_block *block, const struct geometry *geometry, uint64_t va,
                       uint32_t level, uint64_t entry_pa);

/// After a call: the same as golden ones?
bool twin_entries_compare(struct pipeline *pipeline, const struct space *space, uint64_t va);

/// After a call that failed: the same as before, and no frame more?
bool twin_entries_unchanged(struct pipeline *pipeline, const struct space *space, uint64_t va,
                            const struct walk *before, uint64_t n_frames);

// twin_memory.c

/// The bits of an entry that mean something; the others are the submission's.
#define PTE_DEFINED                                                                                \
    (PTE_P | PTE_W | PTE_U | PTE_A | PTE_D | PTE_PS | PTE_XD | PTE_PPN_MASK << PTE_SHIFT)

bool twin_memory_answer(struct pipeline *pipeline, const struct module_question *question,
                        uint64_t *value);

// twin_cache.c
bool twin_cache_open(struct pipeline *pipeline);
bool twin_cache_access(struct pipeline *pipeline, uint64_t pa, bool write,
                       struct cache_outcome *golden);

// twin_replace.c
bool twin_replace_open(struct pipeline *pipeline);
void twin_replace_close(struct pipeline *pipeline);
bool twin_replace_loaded(struct pipeline *pipeline, struct page *page, bool write);
bool twin_replace_touched(struct pipeline *pipeline, struct page *page, bool write);
bool twin_replace_victim(struct pipeline *pipeline, uint32_t *frame);
bool twin_replace_answer(struct pipeline *pipeline, const struct module_question *question,
                         uint64_t *value);

#endif
