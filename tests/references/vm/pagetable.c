// SPDX-License-Identifier: MIT
// The references of the lab `pagetable`: figure 9.20 of the book, then random calls on two address
// spaces against a plain list of what is mapped. Checked after each: results, the entries as they
// stand in memory, memory references, and that no table is there which the pages do not need.
#include "pagetable.h"

#include <inttypes.h>
#include <string.h>

#include "check.h"
#include "vm_native.h"

#define MAX_PAGES 48
#define N_SPACES 2

struct page {
    uint64_t va, pa, entry; // the entry as it must stand in memory
    uint32_t height;
};

struct space {
    uint64_t root;
    struct page pages[MAX_PAGES];
    size_t n_pages;
};

static struct vm_geometry machine;
static struct space spaces[N_SPACES];
static bool is_scarce; // few frames: tables may fail to come

// log2 of the bytes that a page of that height has.
static uint32_t bits_of(uint32_t height)
{
    uint32_t bits = machine.page_bits;
    for (uint32_t i = 0; i < height; i++)
        bits += machine.level_bits[machine.n_levels - 1 - i];
    return bits;
}

static uint64_t bytes_of(uint32_t height)
{
    return UINT64_C(1) << bits_of(height);
}

static uint64_t table_frames(uint32_t level)
{
    uint64_t bytes = UINT64_C(8) << machine.level_bits[level];
    return (bytes + bytes_of(0) - 1) / bytes_of(0);
}

static struct page *page_at(struct space *space, uint64_t va)
{
    for (size_t i = 0; i < space->n_pages; i++)
        if (va - space->pages[i].va < bytes_of(space->pages[i].height))
            return &space->pages[i];
    return NULL;
}

// Whether an earlier page of the space already needs the table of `level` that page i needs.
static bool shares_table(const struct space *space, size_t i, uint32_t level)
{
    uint32_t covered = bits_of(machine.n_levels - level); // by one table of that level
    for (size_t k = 0; k < i; k++)
        if (level <= machine.n_levels - 1 - space->pages[k].height &&
            space->pages[k].va >> covered == space->pages[i].va >> covered)
            return true;
    return false;
}

static uint64_t needed_frames(const struct space *space)
{
    uint64_t n = table_frames(0);
    for (size_t i = 0; i < space->n_pages; i++)
        for (uint32_t level = 1; level <= machine.n_levels - 1 - space->pages[i].height; level++)
            n += shares_table(space, i, level) ? 0 : table_frames(level);
    return n;
}

static void check_frames(const char *after)
{
    uint64_t needed = needed_frames(&spaces[0]) + needed_frames(&spaces[1]);
    check(vm_native_used_frames() == needed, "%s: %" PRIu64 " frames used, %" PRIu64 " needed",
          after, vm_native_used_frames(), needed);
}

// The entry of `level` on the way to `va`, read from memory.
static uint64_t entry_of(const struct space *space, uint64_t va, uint32_t level)
{
    uint64_t table = space->root;
    for (uint32_t i = 0;; i++) {
        uint64_t n_entries = UINT64_C(1) << machine.level_bits[i];
        uint64_t index = va / bytes_of(machine.n_levels - 1 - i) % n_entries;
        uint64_t entry = phys_read64(table + index * 8);
        if (i == level)
            return entry;
        table = (entry >> VM_PTE_SHIFT & VM_PPN_MASK) * bytes_of(0);
    }
}

// All pages are mapped as the list has it, and nothing but.
static void check_entries(const char *after)
{
    for (size_t s = 0; s < N_SPACES; s++)
        for (size_t i = 0; i < spaces[s].n_pages; i++) {
            const struct page *page = &spaces[s].pages[i];
            uint32_t level = machine.n_levels - 1 - page->height;
            uint64_t entry = entry_of(&spaces[s], page->va, level);
            check(entry == page->entry, "%s: entry of %" PRIx64 " is %" PRIx64 ", not %" PRIx64,
                  after, page->va, entry, page->entry);
        }
}

// --- Calls ----------------------------------------------------------------------------------

// Few different values at each level, so that pages share tables and meet.
static uint64_t random_address(void)
{
    uint64_t va = 0;
    for (uint32_t level = 0; level < machine.n_levels; level++) {
        uint64_t last = (UINT64_C(1) << machine.level_bits[level]) - 1;
        uint64_t index = check_random(3) == 0 ? last : check_random(last < 2 ? last + 1 : 3);
        va = va << machine.level_bits[level] | index;
    }
    return va << machine.page_bits | check_random(bytes_of(0));
}

static uint64_t random_flags(void)
{
    return VM_P | (check_random(2) ? VM_W : 0) | (check_random(2) ? VM_U : 0) |
           (check_random(2) ? VM_XD : 0);
}

static void map(struct space *space)
{
    uint32_t height = check_random(4) == 0 ? (uint32_t)check_random(machine.n_levels) : 0;
    uint64_t va = random_address() & ~(bytes_of(height) - 1);
    uint64_t pa = check_random(1 << 20) << bits_of(height) & ((UINT64_C(1) << 40) - 1);
    uint64_t flags = random_flags();
    for (size_t i = 0; i < space->n_pages; i++)
        if (space->pages[i].va - va < bytes_of(height))
            return;
    if (space->n_pages == MAX_PAGES || page_at(space, va) != NULL)
        return;
    uint64_t entry = pa >> machine.page_bits << VM_PTE_SHIFT | flags | (height > 0 ? VM_PS : 0);
    bool mapped = pt_map(space->root, va, pa, height, flags);
    check(mapped || is_scarce, "pt_map of %" PRIx64 ": no frames", va);
    if (mapped)
        space->pages[space->n_pages++] = (struct page){va, pa, entry, height};
}

static void unmap(struct space *space)
{
    uint64_t va = random_address();
    struct page *page = page_at(space, va);
    bool unmapped = pt_unmap(space->root, va);
    check(unmapped == (page != NULL), "pt_unmap of %" PRIx64, va);
    if (page != NULL)
        *page = space->pages[--space->n_pages];
}

static void protect(struct space *space)
{
    uint64_t va = random_address();
    uint64_t flags = random_flags();
    struct page *page = page_at(space, va);
    bool protected = pt_protect(space->root, va, flags);
    check(protected == (page != NULL), "pt_protect of %" PRIx64, va);
    if (page != NULL)
        page->entry = (page->entry & ~(VM_P | VM_W | VM_U | VM_XD)) | flags;
}

static struct pt_result expect_walk(struct page *page, uint64_t va, enum vm_access access,
                                    bool user)
{
    if (page == NULL)
        return (struct pt_result){.fault = PT_MISSING};
    bool forbidden = (access == VM_WRITE && !(page->entry & VM_W)) ||
                     (access == VM_FETCH && (page->entry & VM_XD)) ||
                     (user && !(page->entry & VM_U));
    if (forbidden)
        return (struct pt_result){.fault = PT_PROTECTION, .pte = page->entry};
    page->entry |= VM_A | (access == VM_WRITE ? VM_D : 0);
    return (struct pt_result){.pa = page->pa + (va - page->va), .pte = page->entry};
}

static void walk(struct space *space)
{
    uint64_t va = random_address();
    enum vm_access access = (enum vm_access)check_random(3);
    bool user = check_random(2);
    struct page *page = page_at(space, va);
    struct pt_result expected = expect_walk(page, va, access, user);

    uint64_t n_reads = vm_native_reads();
    struct pt_result result = pt_walk(space->root, va, access, user);
    n_reads = vm_native_reads() - n_reads;
    check(result.fault == expected.fault && result.pa == expected.pa && result.pte == expected.pte,
          "pt_walk of %" PRIx64 ": fault %d, PA %" PRIx64 ", PTE %" PRIx64, va, result.fault,
          result.pa, result.pte);
    check(page != NULL ? n_reads == machine.n_levels - page->height : n_reads <= machine.n_levels,
          "pt_walk of %" PRIx64 " reads %" PRIu64 " entries", va, n_reads);

    uint64_t n_writes = vm_native_writes();
    pt_walk(space->root, va, access, user);
    check(vm_native_writes() == n_writes, "a second walk of %" PRIx64 " writes", va);
    for (uint32_t level = 0;
         page != NULL && result.fault == PT_FINE && level < machine.n_levels - 1 - page->height;
         level++)
        check((entry_of(space, va, level) & (VM_P | VM_W | VM_U | VM_XD | VM_PS | VM_A)) ==
                  (VM_P | VM_W | VM_U | VM_A),
              "flags of the directory's entry for %" PRIx64, va);
}

static void check_random_calls(void)
{
    vm_native_open(machine.page_bits, is_scarce ? 2 * table_frames(0) + check_random(40) : 8000);
    check(pt_init(&machine), "pt_init refuses");
    for (size_t s = 0; s < N_SPACES; s++) {
        spaces[s] = (struct space){.root = pt_create()};
        check(spaces[s].root != VM_NONE, "pt_create");
    }
    for (int i = 0; i < 250; i++) {
        static const struct {
            const char *name;
            void (*call)(struct space *space);
        } calls[] = {{"pt_map", map},         {"pt_map", map},   {"pt_unmap", unmap},
                     {"pt_protect", protect}, {"pt_walk", walk}, {"pt_walk", walk}};
        uint64_t call = check_random(sizeof calls / sizeof calls[0]);
        calls[call].call(&spaces[check_random(N_SPACES)]);
        check_frames(calls[call].name);
        check_entries(calls[call].name);
    }
    for (size_t s = 0; s < N_SPACES; s++)
        pt_destroy(spaces[s].root);
    check(vm_native_used_frames() == 0, "%" PRIu64 " frames leaked", vm_native_used_frames());
    vm_native_close();
}

static void take_random_shape(uint32_t n_levels)
{
    machine = (struct vm_geometry){.pa_bits = 45, .n_levels = n_levels, .tlb_sets = 1};
    machine.page_bits = 5 + (uint32_t)check_random(8);
    machine.va_bits = machine.page_bits;
    for (uint32_t level = 0; level < n_levels; level++) {
        machine.level_bits[level] = 1 + (uint32_t)check_random(6);
        machine.va_bits += machine.level_bits[level];
    }
    machine.cache_sets = machine.line_bytes = 1;
}

// --- The book -------------------------------------------------------------------------------

// The page table of figure 9.20 (without the second half of it, which is not published), and the
// seven addresses. The VPN's eight bits are shared out among the levels.
static void check_small_system(uint32_t n_levels)
{
    static const struct {
        uint64_t vpn, ppn;
    } mapped[] = {{0x0, 0x28}, {0x2, 0x33}, {0x3, 0x02}, {0x5, 0x16}, {0x8, 0x13},
                  {0x9, 0x17}, {0xa, 0x09}, {0xd, 0x2d}, {0xe, 0x11}, {0xf, 0x0d}};
    static const struct {
        uint64_t va, pa; // 0: a page fault
    } walks[] = {{0x03d4, 0x354}, {0x03d7, 0x357}, {0x027c, 0x5fc}, {0x03a9, 0x469},
                 {0x0040, 0},     {0x0b8f, 0},     {0x0020, 0xa20}};
    machine = (struct vm_geometry){.va_bits = 14, .pa_bits = 12, .page_bits = 6};
    machine.n_levels = n_levels;
    machine.tlb_sets = machine.line_bytes = 4;
    machine.cache_sets = 16;
    for (uint32_t level = 0; level < n_levels; level++)
        machine.level_bits[level] = level == 0 ? 9 - n_levels : 1;
    if (n_levels == 2)
        machine.level_bits[0] = machine.level_bits[1] = 4;

    vm_native_open(6, 100);
    pt_init(&machine);
    uint64_t root = pt_create();
    for (size_t i = 0; i < sizeof mapped / sizeof mapped[0]; i++)
        check(pt_map(root, mapped[i].vpn << 6, mapped[i].ppn << 6, 0, VM_P), "figure 9.20");
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        struct pt_result result = pt_walk(root, walks[i].va, VM_READ, false);
        check(result.pa == walks[i].pa && (result.fault == PT_FINE) == (walks[i].pa != 0),
              "figure 9.20: VA %" PRIx64 " is PA %" PRIx64, walks[i].va, result.pa);
    }
    pt_destroy(root);
    check(vm_native_used_frames() == 0, "figure 9.20: %" PRIu64 " frames leaked",
          vm_native_used_frames());
    vm_native_open(6, 0);
    check(pt_create() == VM_NONE, "pt_create without frames");
    vm_native_close();
}

void check_reference(const char *name)
{
    bool is_flat = strcmp(name, "flat") == 0;
    bool is_two_level = strcmp(name, "two_level") == 0;
    for (uint32_t n_levels = 1; n_levels <= VM_MAX_LEVELS; n_levels++) {
        bool can = is_flat ? n_levels == 1 : is_two_level ? n_levels == 2 : true;
        take_random_shape(n_levels);
        check(pt_init(&machine) == can, "pt_init with %u levels", n_levels);
        if (!can)
            continue;
        check_small_system(n_levels);
        for (int i = 0; i < 30; i++) {
            is_scarce = i % 3 == 0;
            take_random_shape(n_levels);
            check_random_calls();
        }
    }
}
