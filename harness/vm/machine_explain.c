// SPDX-License-Identifier: MIT
// One address for people, as the worked examples of CS:APP 3e, section 9.6.4, have it: its bits
// under a ruler, its fields below them, then what each structure answers.
#include <inttypes.h>
#include <string.h>

#include "harness/vm/machine_parts.h"

#define INDENT "  "
#define LABEL INDENT "%-12s "
#define MAX_SHOWN_WAYS 16

struct field {
    const char *name;
    uint32_t n_bits;
    uint64_t value;
};

static int digits(uint32_t n_bits)
{
    return n_bits == 0 ? 1 : (int)(n_bits + 3) / 4;
}

static uint32_t log2_of(uint32_t power)
{
    return (uint32_t)__builtin_ctz(power);
}

/// Columns for one bit: as many as lines of 100 allow.
static int cell_of(uint32_t n_bits)
{
    return n_bits <= 20 ? 4 : n_bits <= 48 ? 2 : 1;
}

/// The numbers of the bits, above one another where cells are narrow; then the bits.
static void print_bits(FILE *stream, uint64_t address, uint32_t n_bits)
{
    int cell = cell_of(n_bits);
    bool narrow = cell < 3;
    fputs(INDENT, stream);
    for (uint32_t bit = n_bits; narrow && bit-- > 0;) {
        bool shown = bit % 10 == 0 || bit == n_bits - 1;
        fprintf(stream, "%*c", cell, shown ? (int)('0' + bit / 10) : ' ');
    }
    fputs(narrow ? "\n" INDENT : "", stream);
    for (uint32_t bit = n_bits; bit-- > 0;) {
        fprintf(stream, "%*u", cell, narrow ? bit % 10 : bit);
    }
    fputs("\n" INDENT, stream);
    for (uint32_t bit = n_bits; bit-- > 0;) {
        fprintf(stream, "%*u", cell, (unsigned)(address >> bit & 1));
    }
    fputc('\n', stream);
}

/// Fields side by side from the highest bit on: "|--- VPN ---|- VPO -|". A name that does not fit
/// is left out; its value is listed all the same.
static void print_fields(FILE *stream, const struct field *fields, size_t n, int cell)
{
    fputs(INDENT, stream);
    for (size_t i = 0; i < n; i++) {
        char text[64 * 4 + 1];
        size_t width = fields[i].n_bits * (size_t)cell;
        size_t length = strlen(fields[i].name);
        memset(text, '-', width);
        text[width] = '\0';
        if (length < width) {
            memcpy(text + 1 + (width - 1 - length) / 2, fields[i].name, length);
        }
        if (width > 0) {
            text[0] = '|';
        }
        fputs(text, stream);
    }
    fputs("|\n", stream);
}

static void print_values(FILE *stream, const struct field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        fprintf(stream, LABEL "0x%0*" PRIx64 "\n", fields[i].name, digits(fields[i].n_bits),
                fields[i].value);
    }
}

static void explain_virtual(const struct geometry *geometry, uint64_t va, FILE *stream)
{
    static const char *const names[] = {"VPN 1", "VPN 2", "VPN 3", "VPN 4", "VPN 5"};
    struct virtual_fields fields = geometry_split_virtual(geometry, va);
    uint32_t vpn_bits = geometry->va_bits - geometry->page_bits;
    uint32_t tlbi_bits = log2_of(geometry->tlb_sets);
    int cell = cell_of(geometry->va_bits);
    const struct field pages[] = {{"VPN", vpn_bits, fields.vpn},
                                  {"VPO", geometry->page_bits, fields.vpo}};
    const struct field tlb[] = {{"TLBT", vpn_bits - tlbi_bits, fields.tlbt},
                                {"TLBI", tlbi_bits, fields.tlbi}};
    struct field levels[GEOMETRY_MAX_LEVELS];
    for (uint32_t i = 0; i < geometry->n_levels; i++) {
        levels[i] = (struct field){names[i], geometry->level_bits[i], fields.index[i]};
    }
    fprintf(stream, "virtual address 0x%0*" PRIx64 "\n", digits(geometry->va_bits), va);
    print_bits(stream, va, geometry->va_bits);
    print_fields(stream, pages, 2, cell);
    print_fields(stream, tlb, 2, cell);
    if (geometry->n_levels > 1) {
        print_fields(stream, levels, geometry->n_levels, cell);
    }
    print_values(stream, pages, 2);
    print_values(stream, tlb, 2);
    if (geometry->n_levels > 1) {
        print_values(stream, levels, geometry->n_levels);
    }
}

static void explain_tlb(const struct machine *machine, enum machine_tlb which, uint64_t vpn,
                        FILE *stream)
{
    const struct tlb *tlb = &machine->tlbs[which];
    const struct tlb_entry *entries = tlb_set(tlb, vpn);
    uint32_t tag_shift = log2_of(tlb->settings.sets);
    uint32_t ways = tlb->settings.ways < MAX_SHOWN_WAYS ? tlb->settings.ways : MAX_SHOWN_WAYS;
    fprintf(stream, LABEL "set 0x%" PRIx64 ":", machine_tlb_names[which],
            vpn & (tlb->settings.sets - 1));
    for (uint32_t way = 0; way < ways; way++) {
        const struct tlb_entry *entry = &entries[way];
        if (entry->valid) {
            fprintf(stream, " [tag 0x%" PRIx64 " PPN 0x%" PRIx64 "]", entry->vpn >> tag_shift,
                    entry->ppn);
        } else {
            fputs(" [invalid]", stream);
        }
    }
    fputs(ways < tlb->settings.ways ? " ...\n" : "\n", stream);
}

/// The translation by the TLBs, or NULL.
static const struct tlb_entry *explain_tlbs(const struct machine *machine, uint64_t vpn,
                                            FILE *stream)
{
    static const enum machine_tlb asked[] = {MACHINE_DTLB, MACHINE_L2TLB};
    const struct tlb_entry *entry = NULL;
    size_t i = 0;
    for (; i < 2 && entry == NULL && machine->settings.tlbs[asked[i]].sets > 0; i++) {
        explain_tlb(machine, asked[i], vpn, stream);
        entry = tlb_peek(&machine->tlbs[asked[i]], machine->process, vpn);
    }
    if (entry == NULL) {
        fprintf(stream, LABEL "no\n", "TLB hit");
    } else {
        fprintf(stream, LABEL "yes (%s)\n", "TLB hit", machine_tlb_names[asked[i - 1]]);
    }
    return entry;
}

static struct walk explain_walk(const struct machine *machine, uint64_t va, FILE *stream)
{
    static const struct {
        uint64_t bit;
        const char *name;
    } flags[] = {{PTE_P, " P"}, {PTE_W, " R/W"}, {PTE_U, " U/S"}, {PTE_A, " A"},
                 {PTE_D, " D"}, {PTE_PS, " PS"}, {PTE_XD, " XD"}};
    struct walk walk = {.fault = WALK_MISSING};
    if (machine->space->table.root != GEOMETRY_NONE) {
        walk = pagetable_walk(&machine->space->table, va, WALK_READ, false, false);
    }
    for (uint32_t level = 0; level < walk.n_levels; level++) {
        uint64_t entry = walk.entry[level];
        char name[24];
        snprintf(name, sizeof name, "level %u", level + 1);
        fprintf(stream, LABEL "PTE at 0x%" PRIx64 ":", name, walk.entry_pa[level]);
        if (!(entry & PTE_P)) {
            fputs(" not present\n", stream);
            continue;
        }
        fprintf(stream, " PPN 0x%" PRIx64, entry >> PTE_SHIFT & PTE_PPN_MASK);
        for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
            fputs(entry & flags[i].bit ? flags[i].name : "", stream);
        }
        fputc('\n', stream);
    }
    return walk;
}

/// The byte at `pa`, if it is one of the preset's and its line is still in the first data cache.
static bool find_byte(const struct machine *machine, uint64_t pa, uint8_t *byte)
{
    const struct machine_contents *contents = machine->settings.contents;
    struct physical_fields fields = geometry_split_physical(&machine->settings.geometry, pa);
    if (contents == NULL || !cache_peek(&machine->caches[MACHINE_L1D], pa)) {
        return false;
    }
    const struct machine_line *line = &contents->lines[fields.ci];
    if (!line->valid || line->tag != fields.ct) {
        return false;
    }
    *byte = line->bytes[fields.co];
    return true;
}

static void explain_caches(const struct machine *machine, uint64_t pa, FILE *stream)
{
    static const enum machine_cache asked[] = {MACHINE_L1D, MACHINE_L2, MACHINE_L3};
    uint8_t byte = 0;
    bool hit = false;
    size_t i = 0;
    for (; i < 3 && !hit && machine->settings.caches[asked[i]].sets > 0; i++) {
        const struct cache *cache = &machine->caches[asked[i]];
        uint64_t line = pa >> cache->line_bits;
        hit = cache_peek(cache, pa);
        fprintf(stream, LABEL "set 0x%" PRIx64 ", tag 0x%" PRIx64 ": %s\n",
                machine_cache_names[asked[i]], line & (cache->settings.sets - 1),
                line >> log2_of(cache->settings.sets), hit ? "hit" : "miss");
    }
    if (hit) {
        fprintf(stream, LABEL "yes (%s)\n", "cache hit", machine_cache_names[asked[i - 1]]);
    } else {
        fprintf(stream, LABEL "no\n", "cache hit");
    }
    if (find_byte(machine, pa, &byte)) {
        fprintf(stream, LABEL "0x%02x\n", "byte", byte);
    }
}

static void explain_physical(const struct machine *machine, uint64_t pa, FILE *stream)
{
    const struct geometry *geometry = &machine->settings.geometry;
    struct physical_fields fields = geometry_split_physical(geometry, pa);
    uint32_t co_bits = log2_of(geometry->line_bytes);
    uint32_t ci_bits = log2_of(geometry->cache_sets);
    int cell = cell_of(geometry->pa_bits);
    const struct field pages[] = {{"PPN", geometry->pa_bits - geometry->page_bits, fields.ppn},
                                  {"PPO", geometry->page_bits, fields.ppo}};
    const struct field cache[] = {{"CT", geometry->pa_bits - ci_bits - co_bits, fields.ct},
                                  {"CI", ci_bits, fields.ci},
                                  {"CO", co_bits, fields.co}};
    fprintf(stream, "\nphysical address 0x%0*" PRIx64 "\n", digits(geometry->pa_bits), pa);
    print_bits(stream, pa, geometry->pa_bits);
    print_fields(stream, pages, 2, cell);
    print_fields(stream, cache, 3, cell);
    print_values(stream, pages, 2);
    print_values(stream, cache, 3);
}

void machine_explain(const struct machine *machine, uint64_t va, FILE *stream)
{
    const struct geometry *geometry = &machine->settings.geometry;
    uint64_t pa = 0;
    if (va > machine->va_mask) {
        fprintf(stream, "0x%" PRIx64 " is no virtual address of %s: it has %u bits at most\n", va,
                machine->settings.name, geometry->va_bits);
        return;
    }
    explain_virtual(geometry, va, stream);
    fputc('\n', stream);
    const struct tlb_entry *entry = explain_tlbs(machine, va >> geometry->page_bits, stream);
    if (entry != NULL) {
        pa = geometry_join_physical(geometry, entry->ppn, va & machine->page_mask);
    } else {
        struct walk walk = explain_walk(machine, va, stream);
        pa = walk.pa;
        if (walk.fault != WALK_FINE) {
            fprintf(stream, LABEL "yes\n", "page fault");
            return;
        }
    }
    fprintf(stream, LABEL "no\n", "page fault");
    explain_physical(machine, pa, stream);
    fputc('\n', stream);
    explain_caches(machine, pa, stream);
}
