// SPDX-License-Identifier: MIT
// What the judge knows of each page: one open-addressing table by process and VPN.
#ifndef MMGRADE_MODULES_PAGES_H
#define MMGRADE_MODULES_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGES_NO_FRAME UINT32_MAX

/// A page's number for replacement: VPN and process in one word. Where VPNs have more bits, those
/// of process 0 are right.
#define PAGES_VPN_BITS 48
#define PAGES_NUMBER(process, vpn) ((uint64_t)(process) << PAGES_VPN_BITS ^ (vpn))

struct page {
    uint64_t number;
    uint64_t next_use; ///< the number of its next use, UINT64_MAX for never
    uint64_t vpn, ppn, flags;
    size_t holding; ///< index of its last stay in a free TLB
    uint32_t frame; ///< where it is resident, or PAGES_NO_FRAME
    uint16_t process;
    bool used;      ///< this place of the table is
    bool cacheable; ///< a TLB may hold ppn and flags
};

struct pages {
    struct page *table;
    size_t n_places; ///< a power of two
    size_t n_used;
};

void pages_open(struct pages *pages);
void pages_close(struct pages *pages);

/// The page, which is added when it is new. Valid until the next call. O(1).
struct page *pages_find(struct pages *pages, uint16_t process, uint64_t vpn);

/// The page, or NULL when it was never asked for by pages_find.
const struct page *pages_peek(const struct pages *pages, uint16_t process, uint64_t vpn);

#endif
