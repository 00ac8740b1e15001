// SPDX-License-Identifier: MIT
// From a breach to a verdict: the address in its fields, the set, the frames or the walk as golden
// model and submission have them, a likely cause.
#ifndef MMGRADE_MODULES_EXPLAIN_H
#define MMGRADE_MODULES_EXPLAIN_H

#include <stdio.h>

#include "harness/base/result.h"
#include "harness/modules/pipeline.h"

/// Where the words of one verdict go, and what they are about.
struct telling {
    struct pipeline *pipeline; ///< as the run left it; its worker may still be asked
    const struct breach *breach;
    FILE *message; ///< one sentence
    FILE *details; ///< lines
    FILE *hint;    ///< the likely cause
};

/// The verdict of pipeline->breach; the caller frees it with verdict_free.
struct verdict *explain_breach(struct pipeline *pipeline);

/// The warning EXTRA_REFERENCES; of the struct itself the caller takes all.
struct verdict *explain_extra_references(const struct pipeline *pipeline);

// Texts, each for the rules of one module; explain_stop for calls that did not come back.
void explain_translate(const struct telling *telling);
void explain_pagetable(const struct telling *telling);
void explain_reference(const struct telling *telling); ///< to simulated memory, within a call
void explain_tlb(const struct telling *telling);
void explain_cache(const struct telling *telling);
void explain_replace(const struct telling *telling);
void explain_stop(const struct telling *telling);

// Words that the texts share.

/// "tlb_lookup(asid 0, vpn 0x31348)": the call that broke a rule.
void say_call(FILE *file, const struct telling *telling);

/// "VA 0x.. = VPN 0x.. | VPO 0x.."; the same for a physical address with the cache's fields.
void say_virtual(FILE *file, const struct telling *telling, uint64_t va);
void say_physical(FILE *file, const struct telling *telling, uint64_t pa);

/// "access 17 (line 21: R 0x40)": a record by its index.
void say_record(FILE *file, const struct telling *telling, size_t record);

/// "PPN 0x1f P W A", or "not present".
void explain_entry(char *text, size_t text_bytes, uint64_t entry);

/// That frame_alloc had nothing to give, when that was so.
void explain_frames(const struct telling *telling);

/// Plays the golden model again, watched, to the call of the breach; the watcher's `before` and
/// `after` are called for each call of the same module.
void explain_replay(const struct telling *telling, const struct pipeline_watcher *watcher);

#endif
