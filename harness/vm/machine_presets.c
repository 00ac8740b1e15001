// SPDX-License-Identifier: MIT
// The machines that come with mmgrade.
//
// csapp-small is the small memory system of CS:APP 3e, figure 9.20, core-i7 that of section 9.7 and
// figure 6.38; x86-32 is Intel's scheme of two levels without PAE, sv39 that of the RISC-V
// privileged specification. Cycles that a source does not give are usual ones.
#include "harness/vm/machine.h"

#define KIB(n) ((n)*UINT32_C(1024))

// clang-format off
#define NO_PPN 0
#define TLB_FLAGS UINT64_C(0x67) // P, R/W, U/S, A, D: a write needs no walk
#define ENTRY(set, tag, ppn_, valid_) {.valid = (valid_), .vpn = (tag) << 2 | (set), .ppn = (ppn_), .flags = TLB_FLAGS}
static const struct tlb_entry csapp_tlb[] = {
    ENTRY(0, 0x03, NO_PPN, false), ENTRY(0, 0x09, 0x0d, true), ENTRY(0, 0x00, NO_PPN, false), ENTRY(0, 0x07, 0x02, true),
    ENTRY(1, 0x03, 0x2d, true), ENTRY(1, 0x02, NO_PPN, false), ENTRY(1, 0x04, NO_PPN, false), ENTRY(1, 0x0a, NO_PPN, false),
    ENTRY(2, 0x02, NO_PPN, false), ENTRY(2, 0x08, NO_PPN, false), ENTRY(2, 0x06, NO_PPN, false), ENTRY(2, 0x03, NO_PPN, false),
    ENTRY(3, 0x07, NO_PPN, false), ENTRY(3, 0x03, 0x0d, true), ENTRY(3, 0x0a, 0x34, true), ENTRY(3, 0x02, NO_PPN, false),
};
// The first sixteen are the book's; the last three are what the TLB knows besides.
static const struct machine_page csapp_pages[] = {
    {0x00, 0x28}, {0x02, 0x33}, {0x03, 0x02}, {0x05, 0x16}, {0x08, 0x13}, {0x09, 0x17}, {0x0a, 0x09},
    {0x0d, 0x2d}, {0x0e, 0x11}, {0x0f, 0x0d}, {0x1c, 0x02}, {0x24, 0x0d}, {0x2b, 0x34},
};
#define BYTES(a, b, c, d) (const uint8_t[]){a, b, c, d}
static const struct machine_line csapp_lines[] = {
    {true,  0x19, BYTES(0x99, 0x11, 0x23, 0x11)}, {false, 0x15, NULL},
    {true,  0x1b, BYTES(0x00, 0x02, 0x04, 0x08)}, {false, 0x36, NULL},
    {true,  0x32, BYTES(0x43, 0x6d, 0x8f, 0x09)}, {true,  0x0d, BYTES(0x36, 0x72, 0xf0, 0x1d)},
    {false, 0x31, NULL},                          {true,  0x16, BYTES(0x11, 0xc2, 0xdf, 0x03)},
    {true,  0x24, BYTES(0x3a, 0x00, 0x51, 0x89)}, {false, 0x2d, NULL},
    {true,  0x2d, BYTES(0x93, 0x15, 0xda, 0x3b)}, {false, 0x0b, NULL},
    {false, 0x12, NULL},                          {true,  0x16, BYTES(0x04, 0x96, 0x34, 0x15)},
    {true,  0x13, BYTES(0x83, 0x77, 0x1b, 0xd3)}, {false, 0x14, NULL},
};
// clang-format on

static const struct machine_contents csapp_contents = {
    .tlb = csapp_tlb,
    .pages = csapp_pages,
    .n_pages = sizeof csapp_pages / sizeof csapp_pages[0],
    .lines = csapp_lines,
};

#define CACHE(size, ways_, line, cycles_)                                                          \
    {                                                                                              \
        .sets = (size) / (ways_) / (line), .ways = (ways_), .line_bytes = (line),                  \
        .write_back = true, .write_allocate = true, .cycles = (cycles_)                            \
    }

const struct machine_settings machine_presets[] = {
    {.name = "csapp-small",
     .title = "the small memory system of CS:APP 3e, figure 9.20, with what is in it; its page "
              "table lies beyond the 4 KiB of memory",
     .geometry = {.va_bits = 14, .pa_bits = 12, .page_bits = 6, .n_levels = 1, .level_bits = {8}},
     .tlbs = {[MACHINE_DTLB] = {.sets = 4, .ways = 4, .cycles = 1}},
     .caches = {[MACHINE_L1D] = CACHE(64, 1, 4, 1)},
     .tables_apart = true,
     .policy = POLICY_LRU,
     .memory_cycles = 100,
     .fault_cycles = 1000000,
     .contents = &csapp_contents},
    {.name = "core-i7",
     .title = "Intel Core i7, CS:APP 3e, section 9.7: 48-bit VA, 52-bit PA, 4 levels, 3 caches",
     .geometry =
         {.va_bits = 48, .pa_bits = 52, .page_bits = 12, .n_levels = 4, .level_bits = {9, 9, 9, 9}},
     .large_heights = 1 << 1 | 1 << 2,
     .tlbs = {[MACHINE_DTLB] = {.sets = 16, .ways = 4, .cycles = 1},
              [MACHINE_ITLB] = {.sets = 32, .ways = 4, .cycles = 1},
              [MACHINE_L2TLB] = {.sets = 128, .ways = 4, .cycles = 7}},
     .asids = true,
     .caches = {[MACHINE_L1D] = CACHE(KIB(32), 8, 64, 4),
                [MACHINE_L1I] = CACHE(KIB(32), 8, 64, 4),
                [MACHINE_L2] = CACHE(KIB(256), 8, 64, 10),
                [MACHINE_L3] = CACHE(KIB(8192), 16, 64, 40)},
     .walk_through_cache = true,
     .policy = POLICY_LRU,
     .memory_cycles = 200,
     .fault_cycles = 10000000},
    {.name = "x86-32",
     .title = "two levels of 10 bits, 32-bit addresses; entries have 8 bytes here, not 4, so that "
              "a table takes two frames",
     .geometry =
         {.va_bits = 32, .pa_bits = 32, .page_bits = 12, .n_levels = 2, .level_bits = {10, 10}},
     .large_heights = 1 << 1,
     .tlbs = {[MACHINE_DTLB] = {.sets = 16, .ways = 4, .cycles = 1},
              [MACHINE_ITLB] = {.sets = 8, .ways = 4, .cycles = 1}},
     .caches = {[MACHINE_L1D] = CACHE(KIB(8), 2, 32, 1),
                [MACHINE_L1I] = CACHE(KIB(8), 2, 32, 1),
                [MACHINE_L2] = CACHE(KIB(256), 4, 32, 8)},
     .walk_through_cache = true,
     .policy = POLICY_LRU,
     .memory_cycles = 60,
     .fault_cycles = 1000000},
    {.name = "sv39",
     .title = "RISC-V Sv39: 39-bit VA, 3 levels of 9 bits; PA of 52 bits, not 56, and entries in "
              "the format of x86-64",
     .geometry =
         {.va_bits = 39, .pa_bits = 52, .page_bits = 12, .n_levels = 3, .level_bits = {9, 9, 9}},
     .large_heights = 1 << 1 | 1 << 2,
     .tlbs = {[MACHINE_DTLB] = {.sets = 1, .ways = 32, .cycles = 1},
              [MACHINE_ITLB] = {.sets = 1, .ways = 32, .cycles = 1},
              [MACHINE_L2TLB] = {.sets = 128, .ways = 4, .cycles = 4}},
     .asids = true,
     .caches = {[MACHINE_L1D] = CACHE(KIB(32), 8, 64, 3),
                [MACHINE_L1I] = CACHE(KIB(32), 8, 64, 3),
                [MACHINE_L2] = CACHE(KIB(2048), 16, 64, 20)},
     .walk_through_cache = true,
     .policy = POLICY_LRU,
     .memory_cycles = 150,
     .fault_cycles = 5000000},
    {.name = ""},
};
