// SPDX-License-Identifier: MIT
// The golden page table. Everything that it knows of a mapping stands in simulated memory.
#include "harness/vm/pagetable.h"

#include <assert.h>

#define PTE_BYTES 8
#define DIRECTORY_FLAGS (PTE_P | PTE_W | PTE_U)

static uint64_t entry_address(uint64_t entry, const struct geometry *geometry)
{
    return (entry >> PTE_SHIFT & PTE_PPN_MASK) << geometry->page_bits;
}

static uint64_t entry_make(uint64_t pa, const struct geometry *geometry, uint64_t flags)
{
    return pa >> geometry->page_bits << PTE_SHIFT | flags;
}

/// Whether what an entry points to, of that size, lies in memory.
static bool lies_in_memory(const struct geometry *geometry, uint64_t entry, uint64_t bytes)
{
    uint64_t n_frames = UINT64_C(1) << (geometry->pa_bits - geometry->page_bits);
    uint64_t ppn = entry >> PTE_SHIFT & PTE_PPN_MASK;
    uint64_t memory = UINT64_C(1) << geometry->pa_bits;
    return ppn < n_frames && bytes <= memory && entry_address(entry, geometry) <= memory - bytes;
}

static uint64_t table_bytes(const struct geometry *geometry, uint32_t level)
{
    return (UINT64_C(1) << geometry->level_bits[level]) * PTE_BYTES;
}

/// The address of a cleared table, or GEOMETRY_NONE.
static uint64_t table_make(const struct pagetable *table, uint32_t level)
{
    uint64_t pa = physical_alloc(table->physical, geometry_table_frames(table->geometry, level));
    if (pa != GEOMETRY_NONE) {
        for (uint64_t i = 0; i < table_bytes(table->geometry, level); i += PTE_BYTES) {
            physical_write(table->physical, pa + i, 0);
        }
    }
    return pa;
}

static bool table_is_empty(const struct pagetable *table, uint64_t pa, uint32_t level)
{
    for (uint64_t i = 0; i < table_bytes(table->geometry, level); i += PTE_BYTES) {
        if (physical_read(table->physical, pa + i) & PTE_P) {
            return false;
        }
    }
    return true;
}

void pagetable_create(struct pagetable *table, const struct geometry *geometry,
                      struct physical *physical)
{
    *table = (struct pagetable){.geometry = geometry, .physical = physical};
    table->root = table_make(table, 0);
}

/// The way down to an entry: tables[i] is the table of level i, entries[i] the entry's address.
struct path {
    uint32_t last; ///< level of the entry
    uint64_t tables[GEOMETRY_MAX_LEVELS];
    uint64_t entries[GEOMETRY_MAX_LEVELS];
};

/// Gives tables back from level `from` up to the root's, as far as they are empty.
static void prune(const struct pagetable *table, const struct path *path, uint32_t from)
{
    for (uint32_t level = from; level > 0; level--) {
        if (!table_is_empty(table, path->tables[level], level)) {
            return;
        }
        physical_free(table->physical, path->tables[level]);
        physical_write(table->physical, path->entries[level - 1], 0);
    }
}

/// Follows the tables down to level `to`, or to an entry that maps a large page.
static bool find(const struct pagetable *table, uint64_t va, struct path *path)
{
    const struct geometry *geometry = table->geometry;
    struct virtual_fields fields = geometry_split_virtual(geometry, va);
    uint64_t pa = table->root;
    for (uint32_t level = 0; level < geometry->n_levels; level++) {
        path->last = level;
        path->tables[level] = pa;
        path->entries[level] = pa + fields.index[level] * PTE_BYTES;
        uint64_t entry = physical_read(table->physical, path->entries[level]);
        if (!(entry & PTE_P)) {
            return false;
        }
        if (level + 1 == geometry->n_levels || entry & PTE_PS) {
            return true;
        }
        pa = entry_address(entry, geometry);
    }
    return false;
}

bool pagetable_map(struct pagetable *table, uint64_t va, uint64_t pa, uint32_t height,
                   uint64_t flags)
{
    struct path path;
    const struct geometry *geometry = table->geometry;
    struct virtual_fields fields = geometry_split_virtual(geometry, va);
    assert(height < geometry->n_levels && table->root != GEOMETRY_NONE);
    uint32_t target = geometry->n_levels - 1 - height;
    if (find(table, va, &path) || path.last > target) {
        return false;
    }
    for (uint32_t level = path.last; level < target; level++) {
        uint64_t next = table_make(table, level + 1);
        if (next == GEOMETRY_NONE) {
            prune(table, &path, level);
            return false;
        }
        physical_write(table->physical, path.entries[level],
                       entry_make(next, geometry, DIRECTORY_FLAGS));
        path.tables[level + 1] = next;
        path.entries[level + 1] = next + fields.index[level + 1] * PTE_BYTES;
    }
    uint64_t large = height > 0 ? PTE_PS : 0;
    physical_write(table->physical, path.entries[target],
                   entry_make(pa, geometry, (flags & PTE_GIVEN) | large));
    return true;
}

bool pagetable_unmap(struct pagetable *table, uint64_t va)
{
    struct path path;
    if (!find(table, va, &path)) {
        return false;
    }
    physical_write(table->physical, path.entries[path.last], 0);
    prune(table, &path, path.last);
    return true;
}

bool pagetable_protect(struct pagetable *table, uint64_t va, uint64_t flags)
{
    struct path path;
    if (!find(table, va, &path)) {
        return false;
    }
    uint64_t entry = physical_read(table->physical, path.entries[path.last]);
    physical_write(table->physical, path.entries[path.last],
                   (entry & ~PTE_GIVEN) | (flags & PTE_GIVEN));
    return true;
}

static void destroy(const struct pagetable *table, uint64_t pa, uint32_t level)
{
    if (level + 1 < table->geometry->n_levels) {
        for (uint64_t i = 0; i < table_bytes(table->geometry, level); i += PTE_BYTES) {
            uint64_t entry = physical_read(table->physical, pa + i);
            if ((entry & (PTE_P | PTE_PS)) == PTE_P) {
                destroy(table, entry_address(entry, table->geometry), level + 1);
            }
        }
    }
    physical_free(table->physical, pa);
}

void pagetable_destroy(struct pagetable *table)
{
    if (table->root != GEOMETRY_NONE) {
        destroy(table, table->root, 0);
        table->root = GEOMETRY_NONE;
    }
}

enum walk_fault pagetable_judge(uint64_t entry, enum walk_access access, bool user)
{
    if (!(entry & PTE_P)) {
        return WALK_MISSING;
    }
    bool forbidden = (access == WALK_WRITE && !(entry & PTE_W)) ||
                     (access == WALK_FETCH && entry & PTE_XD) || (user && !(entry & PTE_U));
    return forbidden ? WALK_PROTECTION : WALK_FINE;
}

/// Sets A on the way and D in the last entry of a write, where they are clear.
static void mark_entries(const struct pagetable *table, struct walk *walk, bool write)
{
    for (uint32_t level = 0; level < walk->n_levels; level++) {
        bool last = level + 1 == walk->n_levels;
        uint64_t marked = walk->entry[level] | PTE_A | (last && write ? PTE_D : 0);
        if (marked != walk->entry[level]) {
            physical_write(table->physical, walk->entry_pa[level], marked);
            walk->entry[level] = marked;
        }
    }
}

/// Reads one entry a level down to the one that maps; false when there is none.
static bool descend(const struct pagetable *table, uint64_t va, struct walk *walk)
{
    const struct geometry *geometry = table->geometry;
    uint64_t pa = table->root;
    uint32_t below = geometry->va_bits; // bits of the VA that later levels and the VPO take
    for (uint32_t level = 0; level < geometry->n_levels; level++) {
        uint64_t n_entries = UINT64_C(1) << geometry->level_bits[level];
        below -= geometry->level_bits[level];
        uint64_t entry_pa = pa + (va >> below & (n_entries - 1)) * PTE_BYTES;
        uint64_t entry = physical_read(table->physical, entry_pa);
        walk->entry_pa[level] = entry_pa;
        walk->entry[level] = entry;
        walk->n_levels = level + 1;
        walk->height = geometry->n_levels - 1 - level;
        if (!(entry & PTE_P)) {
            return false;
        }
        if (walk->height == 0 || entry & PTE_PS) {
            return geometry_page_bits(geometry, walk->height) <= geometry->pa_bits &&
                   lies_in_memory(geometry, entry, UINT64_C(1) << geometry->page_bits);
        }
        if (!lies_in_memory(geometry, entry, table_bytes(geometry, level + 1))) {
            return false;
        }
        pa = entry_address(entry, geometry);
    }
    return false;
}

struct walk pagetable_walk(const struct pagetable *table, uint64_t va, enum walk_access access,
                           bool user, bool mark)
{
    struct walk walk = {.fault = WALK_MISSING};
    if (!descend(table, va, &walk)) {
        return walk;
    }
    uint64_t entry = walk.entry[walk.n_levels - 1];
    walk.fault = pagetable_judge(entry, access, user);
    if (walk.fault == WALK_FINE) {
        uint64_t offset_mask =
            (UINT64_C(1) << geometry_page_bits(table->geometry, walk.height)) - 1;
        walk.pa = (entry_address(entry, table->geometry) & ~offset_mask) | (va & offset_mask);
        if (mark) {
            mark_entries(table, &walk, access == WALK_WRITE);
        }
    }
    return walk;
}
