// SPDX-License-Identifier: MIT
// A program of your own around your page table, for printf and debuggers: change it as you like.
// Simulated memory comes from ../vm/vm_native.c. It maps pages of the book's small memory system
// (CS:APP 3e, figure 9.20) and translates its addresses. Not handed in.
#include <inttypes.h>
#include <stdio.h>

#include "pagetable.h"
#include "vm_native.h"

int main(void)
{
    struct vm_geometry machine = {
        .va_bits = 14,
        .pa_bits = 12,
        .page_bits = 6,
        .n_levels = 1, // two levels: 2, and {4, 4} below
        .level_bits = {8},
    };
    vm_native_open(machine.page_bits, 64);
    if (!pt_init(&machine)) {
        puts("pt_init refuses this machine: not yet");
        return 1;
    }
    uint64_t root = pt_create();
    pt_map(root, 0x0f << 6, 0x0d << 6, 0, VM_P);
    pt_map(root, 0x09 << 6, 0x17 << 6, 0, VM_P | VM_W);

    struct pt_result r = pt_walk(root, 0x03d4, VM_READ, false);
    printf("VA 0x03d4: fault %d PA 0x%03" PRIx64 "   (expected: fault %d PA 0x354)\n", (int)r.fault,
           r.pa, (int)PT_FINE);
    struct pt_result w = pt_walk(root, 0x027c, VM_WRITE, false);
    printf("VA 0x027c: fault %d PA 0x%03" PRIx64 " PTE 0x%05" PRIx64
           "   (expected: fault %d PA 0x5fc PTE 0x17063)\n",
           (int)w.fault, w.pa, w.pte, (int)PT_FINE);
    struct pt_result m = pt_walk(root, 0x0040, VM_READ, false);
    printf("VA 0x0040: fault %d   (expected: fault %d)\n", (int)m.fault, (int)PT_MISSING);
    pt_destroy(root);
    printf("%" PRIu64 " frames leaked\n", vm_native_used_frames());

    bool right = r.pa == 0x354 && w.pa == 0x5fc && w.pte == 0x17063 && m.fault == PT_MISSING &&
                 vm_native_used_frames() == 0;
    puts(right ? "right" : "not yet");
    vm_native_close();
    return !right;
}
