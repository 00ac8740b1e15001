// SPDX-License-Identifier: MIT
// Modules of the address labs as the worker holds them: the functions found in a submission, and
// how their arguments and results are packed into words of the ring. An adapter of each function
// knows its C types; the judge knows the words alone.
//
//   function          arguments                          results
//   split_va          geometry, va                       vpn, vpo, tlbi, tlbt, index[5]
//   join_va           geometry, vpn, vpo                 va
//   split_pa          geometry, pa                       ppn, ppo, co, ci, ct
//   join_pa           geometry, ppn, ppo                 pa
//   pt_init           geometry                           fine
//   pt_create                                            root
//   pt_map            root, va, pa, height, flags        fine
//   pt_unmap          root, va                           fine
//   pt_protect        root, va, flags                    fine
//   pt_walk           root, va, access, user             fault, pa, pte
//   pt_destroy        root
//   tlb_init          sets, ways, policy
//   tlb_lookup        asid, vpn                          hit, ppn, flags
//   tlb_insert        asid, vpn, ppn, flags
//   tlb_invalidate    asid, vpn
//   tlb_flush         asid
//   cache_init        sets, ways, line_bytes,
//                     write_back, write_allocate
//   cache_access      pa, write                          hit, evicted, written_back, victim
//   replace_init      n_frames, policy, window
//   replace_loaded    frame, page, write
//   replace_touched   frame, page, write
//   replace_victim                                       frame
//
// `geometry` is twelve words: va_bits, pa_bits, page_bits, n_levels, level_bits[5], tlb_sets,
// cache_sets, line_bytes. A bool is 0 or 1, an enum its number.
#ifndef MMGRADE_WORKER_MODULES_H
#define MMGRADE_WORKER_MODULES_H

#include "harness/worker/ring.h"

/// Looks the functions up in the shared object `library` and sets ring->module_functions.
void modules_find(void *library, struct ring *ring);

/// Calls the function that a RING_CALL names, which the submission must have; fills ring->results.
/// phys_read64 and its kin ask the judge in a call only: outside of one (in a constructor, say)
/// nobody waits for a question, and they answer VM_NONE themselves.
void modules_call(struct ring *ring);

#endif
