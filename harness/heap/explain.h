// SPDX-License-Identifier: MIT
// From a breach to a verdict: sentences, the blocks involved, a picture, a likely cause.
#ifndef MMGRADE_HEAP_EXPLAIN_H
#define MMGRADE_HEAP_EXPLAIN_H

#include <stdio.h>

#include "harness/base/result.h"
#include "harness/heap/breach.h"
#include "harness/heap/session.h"

/// Where the words of one verdict go, and what they are about.
struct telling {
    const struct session *session; ///< as the play left it
    const struct breach *breach;
    FILE *message; ///< one sentence
    FILE *details; ///< lines
    FILE *hint;    ///< the likely cause
};

/// The verdict of a breach; `code` replaces the check's own when not NULL, `lead` (or NULL) is put
/// before the message. verdict_free takes the result.
struct verdict *explain(const struct session *session, const struct breach *breach,
                        const char *code, const char *lead);

// The texts of checks[], each for the check of the same name.
void explain_load_failure(const struct telling *telling);
void explain_interrupt(const struct telling *telling);
void explain_heap_reset(const struct telling *telling);
void explain_past_break(const struct telling *telling);
void explain_forbidden_call(const struct telling *telling);
void explain_exit(const struct telling *telling);
void explain_crash(const struct telling *telling);
void explain_timeout(const struct telling *telling);
void explain_forged(const struct telling *telling);
void explain_init_failed(const struct telling *telling);
void explain_difference(const struct telling *telling);
void explain_exhausted(const struct telling *telling);
void explain_null(const struct telling *telling);
void explain_bad_zero(const struct telling *telling);
void explain_outside(const struct telling *telling);
void explain_unaligned(const struct telling *telling);
void explain_overlap(const struct telling *telling);
void explain_free_null(const struct telling *telling);
void explain_changed(const struct telling *telling);
void explain_lost_data(const struct telling *telling);
void explain_wrong_fit(const struct telling *telling);
void explain_wrong_split(const struct telling *telling);
void explain_wrong_merge(const struct telling *telling);
void explain_wrong_growth(const struct telling *telling);
void explain_wrong_tags(const struct telling *telling);
void explain_checkheap(const struct telling *telling);

// Words that the texts share.

/// "mm_malloc(48)", "mm_realloc(block 3, 0)", "mm_init()": the call that broke a rule.
void tell_call(FILE *file, const struct telling *telling);

/// A pointer as "NULL", "heap+0x2a10" or an address.
void tell_pointer(FILE *file, const struct session *session, uint64_t pointer);

/// "block 17 (48 bytes at heap+0x2a10, allocated at line 31)".
void tell_block(FILE *file, const struct session *session, uint32_t slot,
                const struct block *block);

/// "operation 203 (line 207: f 16)", "mm_init" for 0.
void tell_op(FILE *file, const struct trace *trace, size_t op);

/// The bytes expected and seen, as two lines.
void tell_bytes(const struct telling *telling);

/// Which operation changed a payload, or between which two it happened.
void tell_change(const struct telling *telling);

/// A picture of [from, to), marked with a printf label; of the live block `center` that it lies in
/// or collides with (LAYOUT_NO_SLOT: none); of the nearest live blocks on both sides; of the break.
void tell_picture(const struct telling *telling, uint64_t from, uint64_t to, uint32_t center,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/// If a payload was found changed when the worker stopped: which, and since when.
void tell_damage(const struct telling *telling);

#endif
