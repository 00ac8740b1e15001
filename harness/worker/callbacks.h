// SPDX-License-Identifier: MIT
// What instrumented code calls on each access, basic block and copy: the entry points of the
// compilers' thread sanitizer and coverage, served by a runtime of our own. A submission that is
// not instrumented calls none of them.
//
// Each store is checked before it happens (territory.h), whatever the pass. What else becomes of an
// event is decided here, by the pass that is on.
#ifndef MMGRADE_WORKER_CALLBACKS_H
#define MMGRADE_WORKER_CALLBACKS_H

#include "harness/worker/cost.h"
#include "harness/worker/shadow.h"

/// The explain pass lets a wild store happen: its shadow decides nothing, and the crash is what is
/// to be explained. Inlined, so that the frame is the callback's.
__attribute__((always_inline)) static inline void
callbacks_tell_shadow(uintptr_t address, size_t n_bytes, bool store, bool is_copy, const void *code)
{
    struct call_site site = CALL_SITE_HERE;
    site.code = (uintptr_t)code;
    if (store) {
        shadow_store((const void *)address, n_bytes, site);
    } else {
        shadow_load((const void *)address, n_bytes, is_copy, site);
    }
}

/// A load or store of n_bytes > 0; `code` is where the callback returns to, right before the
/// access.
__attribute__((always_inline)) static inline void
callbacks_access(uintptr_t address, size_t n_bytes, bool store, const void *code)
{
    if (shadow_is_kept) {
        callbacks_tell_shadow(address, n_bytes, store, false, code);
        return;
    }
    if (store && !territory_allows(address, n_bytes)) {
        territory_refuse(address, code);
    }
    if (cost_counts) {
        cost_access(address, n_bytes);
    }
}

/// The same for one side of a memory routine's copy.
__attribute__((always_inline)) static inline void callbacks_copy(uintptr_t address, size_t n_bytes,
                                                                 bool store, const void *code)
{
    if (shadow_is_kept) {
        callbacks_tell_shadow(address, n_bytes, store, true, code);
        return;
    }
    if (store && !territory_allows(address, n_bytes)) {
        territory_refuse(address, code);
    }
    if (cost_counts) {
        cost_copy(address, n_bytes);
    }
}

#endif
