// SPDX-License-Identifier: MIT
// Every key that a machine's file may have. What a file leaves out is as in the machine that it
// starts from, so fallbacks stand only where presets do not differ.
#include "harness/vm/machine_keys.h"

#define DRAFT(member) offsetof(struct machine_draft, member)
#define COUNT(name_, member, low, high, help_)                                                     \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_NUMBER, .offset = DRAFT(member), .minimum = (low),         \
        .maximum = (high), .help = (help_)                                                         \
    }

static const struct schema_word tlb_policies[] = {{"lru", TLB_LRU}, {"fifo", TLB_FIFO}, {NULL, 0}};
static const struct schema_word writes[] = {{"back", true}, {"through", false}, {NULL, 0}};

#define TLB_KEYS(i)                                                                                \
    {                                                                                              \
        COUNT("entries", tlbs[i].entries, 0, 0x1p26, "0: there is none"),                          \
            COUNT("ways", tlbs[i].ways, 1, 0x1p26, "entries of a set"),                            \
            {.name = "policy",                                                                     \
             .type = SCHEMA_WORD,                                                                  \
             .offset = DRAFT(tlbs[i].policy),                                                      \
             .words = tlb_policies,                                                                \
             .help = "which entry of a full set gives way"},                                       \
            COUNT("cycles", tlbs[i].cycles, 0, 1e6, "of a lookup"),                                \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }
static const struct schema_key dtlb_keys[] = TLB_KEYS(MACHINE_DTLB);
static const struct schema_key itlb_keys[] = TLB_KEYS(MACHINE_ITLB);
static const struct schema_key l2tlb_keys[] = TLB_KEYS(MACHINE_L2TLB);

#define CACHE_KEYS(i)                                                                              \
    {                                                                                              \
        {.name = "size",                                                                           \
         .type = SCHEMA_BYTES,                                                                     \
         .offset = DRAFT(caches[i].bytes),                                                         \
         .minimum = 0,                                                                             \
         .maximum = 0x1p40,                                                                        \
         .help = "0: there is none"},                                                              \
            COUNT("ways", caches[i].ways, 1, 0x1p26, "lines of a set"),                            \
            {.name = "write",                                                                      \
             .type = SCHEMA_WORD,                                                                  \
             .offset = DRAFT(caches[i].write_back),                                                \
             .words = writes,                                                                      \
             .fallback = "back",                                                                   \
             .help = "when the level below learns of a write"},                                    \
            {.name = "allocate",                                                                   \
             .type = SCHEMA_YES_NO,                                                                \
             .offset = DRAFT(caches[i].write_allocate),                                            \
             .fallback = "yes",                                                                    \
             .help = "whether a write that misses brings its line in"},                            \
            COUNT("cycles", caches[i].cycles, 0, 1e6, "of a lookup"),                              \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }
static const struct schema_key l1d_keys[] = CACHE_KEYS(MACHINE_L1D);
static const struct schema_key l1i_keys[] = CACHE_KEYS(MACHINE_L1I);
static const struct schema_key l2_keys[] = CACHE_KEYS(MACHINE_L2);
static const struct schema_key l3_keys[] = CACHE_KEYS(MACHINE_L3);

#define GROUP(name_, keys_, help_)                                                                 \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_GROUP, .keys = (keys_), .help = (help_)                    \
    }

const struct schema_key machine_keys[] = {
    {.name = "base",
     .type = SCHEMA_TEXT,
     .offset = DRAFT(base),
     .fallback = "core-i7",
     .help = "the machine that the file starts from, without what is in it at first"},
    {.name = "title", .type = SCHEMA_TEXT, .offset = DRAFT(title), .help = "one line for people"},
    COUNT("virtual_bits", va_bits, 1, 64, "of a virtual address"),
    COUNT("physical_bits", pa_bits, 1, 52, "of a physical address"),
    {.name = "page",
     .type = SCHEMA_BYTES,
     .offset = DRAFT(page_bytes),
     .minimum = 8,
     .maximum = 0x1p30,
     .help = "size of a page"},
    {.name = "levels",
     .type = SCHEMA_TEXTS,
     .offset = DRAFT(levels),
     .count_offset = DRAFT(n_levels),
     .help = "bits of the VPN that index each level of page tables, the root's first: [9, 9, 9]"},
    {.name = "large_pages",
     .type = SCHEMA_YES_NO,
     .offset = DRAFT(large_pages),
     .help = "whether entries one and two levels above the last may map pages"},
    {.name = "asids",
     .type = SCHEMA_YES_NO,
     .offset = DRAFT(asids),
     .help = "TLB entries are tagged with their process; no: flushed when another runs"},
    GROUP("dtlb", dtlb_keys, "the first TLB for data; for fetches too when there is no itlb"),
    GROUP("itlb", itlb_keys, "the first TLB for fetches"),
    GROUP("l2tlb", l2tlb_keys, "the second TLB, for both"),
    {.name = "line",
     .type = SCHEMA_BYTES,
     .offset = DRAFT(line_bytes),
     .minimum = 1,
     .maximum = 0x1p30,
     .help = "size of a line, in all caches"},
    GROUP("l1d", l1d_keys, "the first cache for data; for fetches too when there is no l1i"),
    GROUP("l1i", l1i_keys, "the first cache for fetches"),
    GROUP("l2", l2_keys, "the second cache, for both"),
    GROUP("l3", l3_keys, "the third cache, for both"),
    {.name = "walk_through_cache",
     .type = SCHEMA_YES_NO,
     .offset = DRAFT(walk_through_cache),
     .help = "a walk reads entries through l1d; no: straight from memory"},
    COUNT("frames", frames, 0, 0x1p24, "for pages; 0: as many as fit into memory"),
    {.name = "policy",
     .type = SCHEMA_TEXT,
     .offset = DRAFT(policy),
     .fallback = "lru",
     .help = "whose page gives way when frames are limited"},
    COUNT("window", window, 0, 4e9, "of the policies aging and working-set, in uses"),
    COUNT("seed", seed, 0, 0x1p53, "of the policy random"),
    COUNT("memory_cycles", memory_cycles, 0, 1e9, "of an access to memory"),
    COUNT("fault_cycles", fault_cycles, 0, 4e9, "of bringing in a page"),
    {0}};
