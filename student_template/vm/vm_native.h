// SPDX-License-Identifier: MIT
// Simulated physical memory within your own program, so that a module runs natively: under a
// debugger, a sanitizer, or your own main. vm_native.c has phys_read64 and its kin as vm.h asks for
// them. The grader has its own: neither file is part of what you hand in.
#ifndef VM_NATIVE_H
#define VM_NATIVE_H

#include "vm.h"

/// Starts with n_frames free frames of 2^page_bits bytes, page_bits at least 3. What was there
/// before is gone. The program ends when there is no memory for it.
///
/// From then on a wrong use of simulated memory (an address that is no multiple of 8 or in no frame
/// of yours, frame_free of what frame_alloc did not give) is told on standard error and ends the
/// program by abort(), where a debugger stops.
void vm_native_open(uint32_t page_bits, uint64_t n_frames);

void vm_native_close(void);

/// Frames that have been given and not yet taken back.
uint64_t vm_native_used_frames(void);

/// Calls of phys_read64 and of phys_write64 since vm_native_open.
uint64_t vm_native_reads(void);
uint64_t vm_native_writes(void);

#endif
