// SPDX-License-Identifier: MIT
// A program of your own around your TLB, for printf and debuggers: change it as you like. It plays
// the worked example of README.md. Not handed in.
#include <inttypes.h>
#include <stdio.h>

#include "tlb.h"

int main(void)
{
    static const struct {
        uint64_t vpn;
        bool hit;
    } lookups[] = {{0x0f, true}, {0x2b, true}, {0x0f, true}, {0x2b, false}, {0x33, true}};
    int n_right = 0;

    tlb_init(&(struct tlb_config){.sets = 4, .ways = 2, .policy = TLB_LRU});
    tlb_insert(1, 0x0f, 0x0d, VM_P);
    tlb_insert(1, 0x2b, 0x34, VM_P);
    for (int i = 0; i < 5; i++) {
        if (i == 3)
            tlb_insert(1, 0x33, 0x11, VM_P); // the set is full: VPN 0x2b must go
        struct tlb_result result = tlb_lookup(1, lookups[i].vpn);
        printf("VPN 0x%02" PRIx64 ": %-4s PPN 0x%02" PRIx64 "   (expected: %s)\n", lookups[i].vpn,
               result.hit ? "hit" : "miss", result.ppn, lookups[i].hit ? "hit" : "miss");
        n_right += result.hit == lookups[i].hit;
    }
    puts(n_right == 5 ? "right" : "not yet");
    return n_right != 5;
}
