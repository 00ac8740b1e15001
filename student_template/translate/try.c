// SPDX-License-Identifier: MIT
// A program of your own around your functions, for printf and debuggers: change it as you like. It
// splits the addresses of the book's worked example (CS:APP 3e, section 9.6.4). Not handed in.
#include <inttypes.h>
#include <stdio.h>

#include "translate.h"

int main(void)
{
    const struct vm_geometry small_system = {
        .va_bits = 14,
        .pa_bits = 12,
        .page_bits = 6,
        .n_levels = 1,
        .level_bits = {8},
        .tlb_sets = 4,
        .cache_sets = 16,
        .line_bytes = 4,
    };
    struct va_fields v = split_va(&small_system, 0x03d4);
    printf("VA 0x03d4: VPN 0x%" PRIx64 " VPO 0x%" PRIx64 " TLBI %" PRIu64 " TLBT 0x%" PRIx64 "\n",
           v.vpn, v.vpo, v.tlbi, v.tlbt);
    printf("expected:  VPN 0xf VPO 0x14 TLBI 3 TLBT 0x3\n");

    uint64_t pa = join_pa(&small_system, 0x0d, 0x14);
    struct pa_fields p = split_pa(&small_system, pa);
    printf("PA 0x%03" PRIx64 ":  PPN 0x%" PRIx64 " PPO 0x%" PRIx64 " CO %" PRIu64 " CI %" PRIu64
           " CT 0x%" PRIx64 "\n",
           pa, p.ppn, p.ppo, p.co, p.ci, p.ct);
    printf("expected:  PA 0x354, PPN 0xd PPO 0x14 CO 0 CI 5 CT 0xd\n");
    bool right = v.vpn == 0x0f && v.vpo == 0x14 && v.tlbi == 3 && v.tlbt == 3 && pa == 0x354 &&
                 p.ci == 5 && p.ct == 0x0d;
    puts(right ? "right" : "not yet");
    return !right;
}
