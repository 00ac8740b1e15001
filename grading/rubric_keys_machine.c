// SPDX-License-Identifier: MIT
// The keys of a rubric that say the sizes and policies of a simulated machine.
#include "grading/rubric_keys.h"

static const struct schema_word tlb_policies[] = {
    {"lru", TLB_LRU + 1}, {"fifo", TLB_FIFO + 1}, {"free", TLB_FREE + 1}, {NULL, 0}};
static const struct schema_word switch_kinds[] = {{"tagged", 1}, {"flush", 2}, {NULL, 0}};
static const struct schema_word writes[] = {{"back", 1}, {"through", 2}, {NULL, 0}};
static const struct schema_word allocates[] = {{"no", 1}, {"yes", 2}, {NULL, 0}};
static const struct schema_word replace_policies[] = {{"fifo", POLICY_FIFO + 1},
                                                      {"lru", POLICY_LRU + 1},
                                                      {"clock", POLICY_CLOCK + 1},
                                                      {"second-chance", POLICY_SECOND + 1},
                                                      {"lfu", POLICY_LFU + 1},
                                                      {"aging", POLICY_AGING + 1},
                                                      {"working-set", POLICY_WORKING_SET + 1},
                                                      {"random", POLICY_RANDOM + 1},
                                                      {"opt", POLICY_OPT + 1},
                                                      {"free", POLICY_FREE + 1},
                                                      {NULL, 0}};

/// Sizes of a machine, for all of them and for one of the grid. What is left out is as before.
#define SHAPE_KEYS(at)                                                                             \
    {.name = "tlb",                                                                                \
     .type = SCHEMA_TEXT,                                                                          \
     .offset = at(tlb),                                                                            \
     .help = "sets x ways, such as 16x4; none: each access walks"},                                \
        {.name = "tlb_policy",                                                                     \
         .type = SCHEMA_WORD,                                                                      \
         .offset = at(tlb_policy),                                                                 \
         .words = tlb_policies,                                                                    \
         .help = "free: the submission's own, judged by its hits"},                                \
        {.name = "switches",                                                                       \
         .type = SCHEMA_WORD,                                                                      \
         .offset = at(switches),                                                                   \
         .words = switch_kinds,                                                                    \
         .help = "flush: tlb_flush whenever another process runs"},                                \
        {.name = "cache",                                                                          \
         .type = SCHEMA_TEXT,                                                                      \
         .offset = at(cache),                                                                      \
         .help = "sets x ways x bytes a line, such as 64x8x64"},                                   \
        {.name = "write",                                                                          \
         .type = SCHEMA_WORD,                                                                      \
         .offset = at(write),                                                                      \
         .words = writes,                                                                          \
         .help = "of the cache: write-back or write-through"},                                     \
        {.name = "allocate",                                                                       \
         .type = SCHEMA_WORD,                                                                      \
         .offset = at(allocate),                                                                   \
         .words = allocates,                                                                       \
         .help = "of the cache: whether a write that misses fills a line"},                        \
        {.name = "page_bits",                                                                      \
         .type = SCHEMA_NUMBER,                                                                    \
         .offset = at(page_bits),                                                                  \
         .minimum = 3,                                                                             \
         .maximum = 30,                                                                            \
         .help = "log2 of the page size"},                                                         \
        {.name = "va_bits",                                                                        \
         .type = SCHEMA_NUMBER,                                                                    \
         .offset = at(va_bits),                                                                    \
         .minimum = 4,                                                                             \
         .maximum = 64,                                                                            \
         .help = "bits of a virtual address; those above are cut off"},                            \
        {.name = "pa_bits",                                                                        \
         .type = SCHEMA_NUMBER,                                                                    \
         .offset = at(pa_bits),                                                                    \
         .minimum = 4,                                                                             \
         .maximum = 52,                                                                            \
         .help = "bits of a physical address"},                                                    \
        {.name = "levels",                                                                         \
         .type = SCHEMA_TEXT,                                                                      \
         .offset = at(levels),                                                                     \
         .help = "bits of the VPN for each level of page tables, the root's first: 9 9 9 9"},      \
        {.name = "frames",                                                                         \
         .type = SCHEMA_NUMBER,                                                                    \
         .offset = at(frames),                                                                     \
         .minimum = 1,                                                                             \
         .maximum = 0x1p24,                                                                        \
         .help = "for pages; left out, as many as there are"},                                     \
        {.name = "policy",                                                                         \
         .type = SCHEMA_WORD,                                                                      \
         .offset = at(policy),                                                                     \
         .words = replace_policies,                                                                \
         .help = "of replacement; free: the submission's own, judged by its faults"},              \
    {                                                                                              \
        .name = "window", .type = SCHEMA_NUMBER, .offset = at(window), .minimum = 1,               \
        .maximum = 0x1p24, .help = "of aging and working-set, in uses"                             \
    }
#define COMMON(member) SETTING(modules.common.member)
#define OF_GRID(member) offsetof(struct module_shape, member)

const struct schema_key rubric_common_keys[] = {SHAPE_KEYS(COMMON), {0}};
const struct schema_key rubric_grid_keys[] = {{.name = "name",
                                               .type = SCHEMA_TEXT,
                                               .offset = OF_GRID(name),
                                               .help = "for people; left out, made of the sizes"},
                                              SHAPE_KEYS(OF_GRID),
                                              {0}};
