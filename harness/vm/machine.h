// SPDX-License-Identifier: MIT
// The golden machine: page tables in simulated memory, two levels of TLBs, up to three levels of
// caches, frames with a replacement policy. It plays accesses and counts (CS:APP 3e, chapter 9).
//
// An access is one of the line of its first byte; how many bytes it takes does not matter, as in
// the field's cache simulators. MODIFY is a read, then a write: two accesses.
//
//   VA -> first TLB -miss-> second TLB -miss-> walk (one PTE a level) -missing-> fault
//   PA -> L1 -miss-> L2 -miss-> L3 -miss-> memory
//
// - A TLB entry maps one ordinary page; of a large page each piece gets an entry of its own.
// - A walk fills both TLBs; a hit in the second fills the first. A write through an entry whose D
//   is clear walks again, to set D in the PTE, and then in the TLBs.
// - After a fault the access walks again; both walks count, the TLB lookup once. That a walk sets A
//   and D costs nothing and passes no cache.
// - A dirty line that leaves a cache is written to the next one, in which it is an access like any
//   other; so is a write that a cache passes on (write-through, or a miss without allocation).
// - A trace without ACCESS_MAP is demand paged: the first use of a page faults and maps it, for
//   everything. From the first ACCESS_MAP on pages are valid only where one says so; it installs
//   them at once. When frames are limited, it installs none: they come with their first use.
// - What unmaps a part of a large page, or maps over it, takes all of it away.
// - Frames go out lowest first. Page tables take frames of their own, never limited. A page that
//   leaves its frame leaves all TLBs; its lines stay in the caches until they are evicted.
// - Without ASIDs the TLBs are flushed whenever another process runs.
#ifndef MMGRADE_VM_MACHINE_H
#define MMGRADE_VM_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/access/access.h"
#include "harness/vm/cache.h"
#include "harness/vm/geometry.h"
#include "harness/vm/replacement.h"
#include "harness/vm/tlb.h"

#define MACHINE_NAME_BYTES 64

enum machine_tlb { MACHINE_DTLB, MACHINE_ITLB, MACHINE_L2TLB, MACHINE_TLBS };
enum machine_cache { MACHINE_L1D, MACHINE_L1I, MACHINE_L2, MACHINE_L3, MACHINE_CACHES };

extern const char *const machine_tlb_names[MACHINE_TLBS];     ///< "L1 dTLB"
extern const char *const machine_cache_names[MACHINE_CACHES]; ///< "L1 d-cache"

/// What is in a machine at first: the book's tables.
struct machine_contents {
    const struct tlb_entry *tlb; ///< of the first data TLB, way by way, set by set; sets x ways
    const struct machine_page {
        uint64_t vpn, ppn;
    } * pages;
    size_t n_pages;
    const struct machine_line {
        bool valid;
        uint64_t tag;
        const uint8_t *bytes; ///< line_bytes of them
    } * lines;                ///< of the first data cache, one a set (direct mapped)
};

struct machine_settings {
    char name[MACHINE_NAME_BYTES];
    char title[128];          ///< one line for people, with what differs from the original
    struct geometry geometry; ///< tlb_sets, cache_sets, line_bytes: machine_settle() fills them
    uint32_t large_heights;   ///< bit h: an entry h levels above the last may map a large page
    struct tlb_settings tlbs[MACHINE_TLBS];       ///< without an ITLB the DTLB serves both
    bool asids;                                   ///< entries are tagged; else flushed at a switch
    struct cache_settings caches[MACHINE_CACHES]; ///< without an L1I the L1D serves both
    bool walk_through_cache; ///< a walk reads PTEs through the L1D; else straight from memory
    bool tables_apart;       ///< page tables lie beyond 2^pa_bits: memory is too small for both
    uint64_t n_frames;       ///< for pages; 0: as many as fit into memory
    struct policy_settings policy_settings; ///< n_frames in it is not used
    enum policy_id policy;                  ///< who gives way when frames are limited; not OPT
    uint32_t memory_cycles;
    uint32_t fault_cycles;                   ///< of bringing in a page
    const struct machine_contents *contents; ///< or NULL: empty
};

/// Ends with an empty name.
extern const struct machine_settings machine_presets[];

/// Fills in what follows from the rest. False with a reason when no machine is like that.
bool machine_settle(struct machine_settings *settings, char *reason, size_t reason_bytes);

/// Why an access did not go through, or what it cost.
enum machine_fault {
    MACHINE_NO_FAULT,
    MACHINE_MISSING,       ///< the page was brought in; the access went through
    MACHINE_PROTECTION,    ///< the page's flags forbid it; skipped
    MACHINE_SEGMENTATION,  ///< no such page, or an address beyond va_bits; skipped
    MACHINE_OUT_OF_FRAMES, ///< memory is full, and frames were not limited by n_frames; skipped
    MACHINE_FAULTS,
};

struct machine_counts {
    uint64_t n_accesses;  ///< MODIFY counts twice; those that were skipped, too
    uint64_t n_fetches;   ///< of these
    uint64_t n_direct[2]; ///< of these: let through by the first TLB at once; data, fetches
    uint64_t n_faults[MACHINE_FAULTS];
    uint64_t n_page_writebacks; ///< dirty pages that left their frame
    uint64_t n_walks;           ///< also those that set D alone
    uint64_t n_walk_references; ///< PTEs read by walks
    uint64_t n_memory_accesses; ///< that an access or a walk waited for
    struct machine_tlb_counts {
        uint64_t n_hits, n_misses;
    } tlbs[MACHINE_TLBS];
    /// Of accesses, walks and what the level above passed on.
    struct machine_cache_counts {
        uint64_t n_hits, n_misses, n_evictions, n_writebacks, n_write_throughs;
    } caches[MACHINE_CACHES];
};

/// What one access met; of a MODIFY its write.
struct machine_outcome {
    enum machine_fault fault;
    int tlb;   ///< enum machine_tlb that hit, -1: none
    int cache; ///< enum machine_cache that hit, -1: none, memory answered
    bool walked;
    uint32_t n_walk_references;
    uint64_t va, pa; ///< pa of one that was skipped: GEOMETRY_NONE
};

struct machine; ///< opaque

/// `settings` have been settled; they are copied.
struct machine *machine_open(const struct machine_settings *settings);
void machine_close(struct machine *machine); ///< takes NULL

/// Plays records, events included.
void machine_run(struct machine *machine, const struct access *records, size_t n);

/// Plays one record, and says what an access met.
struct machine_outcome machine_access(struct machine *machine, const struct access *record);

struct machine_counts machine_counts(const struct machine *machine);
const struct machine_settings *machine_settings(const struct machine *machine);

/// Whether the lookup in L1 can begin beside that in the TLB: CI and CO lie within the PPO, which
/// equals the VPO. Of both L1 caches.
bool machine_can_overlap(const struct machine_settings *settings);

/// Average memory access time in cycles: all that the accesses waited for, divided by n_accesses;
/// 0 without any. Each lookup costs its level's cycles, each PTE or line from memory memory_cycles,
/// each page brought in fault_cycles; write-backs and writes passed on are buffered and cost
/// nothing. With `overlap` an access that hits the first TLB waits for the longer one of TLB and L1
/// instead of both; makes no difference where machine_can_overlap() is false.
double machine_amat(const struct machine *machine, bool overlap);

/// Prints the fields of an address bit by bit, and what each structure answers to a read of it by
/// the process that ran last. Changes nothing.
void machine_explain(const struct machine *machine, uint64_t va, FILE *stream);

#endif
