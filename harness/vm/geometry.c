// SPDX-License-Identifier: MIT
// Fields of addresses: shifts and masks, and which shapes make sense.
#include "harness/vm/geometry.h"

#include <stdarg.h>
#include <stdio.h>

// A PTE has 40 bits for the PPN, and an entry of 8 bytes must fit into a page.
#define PPN_BITS 40
#define PTE_BITS 3
// Every entry of a table is written when it is made: 128 MiB.
#define MAX_LEVEL_BITS 24

static bool refuse(char *reason, size_t reason_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool refuse(char *reason, size_t reason_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, reason_bytes, format, arguments);
    va_end(arguments);
    return false;
}

static uint64_t low_bits(uint64_t value, uint32_t n)
{
    return n >= 64 ? value : value & ((UINT64_C(1) << n) - 1);
}

static uint32_t log2_of(uint32_t power)
{
    return (uint32_t)__builtin_ctz(power);
}

static bool is_power(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static bool addresses_are_sound(const struct geometry *g, char *reason, size_t n)
{
    if (g->va_bits < 1 || g->va_bits > 64) {
        return refuse(reason, n, "virtual addresses of %u bits: 1 to 64 are possible", g->va_bits);
    }
    if (g->pa_bits < 1 || g->pa_bits > 52) {
        return refuse(reason, n, "physical addresses of %u bits: 1 to 52 are possible", g->pa_bits);
    }
    if (g->page_bits < PTE_BITS) {
        return refuse(reason, n, "pages of 2^%u bytes cannot hold an entry of 8 bytes",
                      g->page_bits);
    }
    if (g->page_bits >= g->va_bits || g->page_bits > g->pa_bits) {
        return refuse(reason, n,
                      "pages of 2^%u bytes are too large for addresses of %u and %u bits",
                      g->page_bits, g->va_bits, g->pa_bits);
    }
    if (g->pa_bits - g->page_bits > PPN_BITS) {
        return refuse(reason, n, "a PPN of %u bits: an entry has room for %d",
                      g->pa_bits - g->page_bits, PPN_BITS);
    }
    return true;
}

/// "9 + 9" into `text`.
static void list_levels(const struct geometry *g, char *text, size_t n)
{
    size_t used = 0;
    for (uint32_t i = 0; i < g->n_levels && used < n; i++) {
        used +=
            (size_t)snprintf(text + used, n - used, "%s%u", i == 0 ? "" : " + ", g->level_bits[i]);
    }
}

static bool levels_are_sound(const struct geometry *g, char *reason, size_t n)
{
    if (g->n_levels < 1 || g->n_levels > GEOMETRY_MAX_LEVELS) {
        return refuse(reason, n, "%u levels of page tables: 1 to %d are possible", g->n_levels,
                      GEOMETRY_MAX_LEVELS);
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < g->n_levels; i++) {
        uint32_t bits = g->level_bits[i];
        sum += bits;
        if (bits < 1) {
            return refuse(reason, n, "level %u has no bits", i + 1);
        }
        if (bits > MAX_LEVEL_BITS) {
            return refuse(reason, n,
                          "a table of level %u (2^%u entries of 8 bytes) is too large to be "
                          "simulated: 2^%d entries are possible",
                          i + 1, bits, MAX_LEVEL_BITS);
        }
        if (bits > g->pa_bits - PTE_BITS) {
            return refuse(reason, n,
                          "a table of level %u (2^%u entries of 8 bytes) is larger than "
                          "memory",
                          i + 1, bits);
        }
    }
    if (sum != g->va_bits - g->page_bits) {
        char list[80] = "";
        list_levels(g, list, sizeof list);
        return refuse(reason, n, "levels: %s bits do not make the VPN's %u", list,
                      g->va_bits - g->page_bits);
    }
    return true;
}

bool geometry_is_sound(const struct geometry *g, char *reason, size_t reason_bytes)
{
    if (!addresses_are_sound(g, reason, reason_bytes) ||
        !levels_are_sound(g, reason, reason_bytes)) {
        return false;
    }
    if (!is_power(g->tlb_sets) || log2_of(g->tlb_sets) > g->va_bits - g->page_bits) {
        return refuse(reason, reason_bytes,
                      "%u TLB sets: must be a power of two, at most as many as there are pages",
                      g->tlb_sets);
    }
    if (!is_power(g->line_bytes) || log2_of(g->line_bytes) > g->page_bits) {
        return refuse(reason, reason_bytes,
                      "lines of %u bytes: must be a power of two, at most a page's size",
                      g->line_bytes);
    }
    if (!is_power(g->cache_sets) || log2_of(g->cache_sets) + log2_of(g->line_bytes) > g->pa_bits) {
        return refuse(reason, reason_bytes,
                      "%u cache sets: must be a power of two, at most as many as memory has lines",
                      g->cache_sets);
    }
    return true;
}

struct virtual_fields geometry_split_virtual(const struct geometry *geometry, uint64_t va)
{
    uint32_t vpn_bits = geometry->va_bits - geometry->page_bits;
    uint64_t vpn = low_bits(va >> geometry->page_bits, vpn_bits);
    struct virtual_fields fields = {
        .vpn = vpn,
        .vpo = low_bits(va, geometry->page_bits),
        .tlbi = vpn & (geometry->tlb_sets - 1),
        .tlbt = vpn >> log2_of(geometry->tlb_sets),
    };
    uint32_t below = vpn_bits;
    for (uint32_t level = 0; level < geometry->n_levels; level++) {
        below -= geometry->level_bits[level];
        fields.index[level] = low_bits(vpn >> below, geometry->level_bits[level]);
    }
    return fields;
}

struct physical_fields geometry_split_physical(const struct geometry *geometry, uint64_t pa)
{
    pa = low_bits(pa, geometry->pa_bits);
    uint64_t line = pa >> log2_of(geometry->line_bytes);
    return (struct physical_fields){
        .ppn = pa >> geometry->page_bits,
        .ppo = low_bits(pa, geometry->page_bits),
        .co = pa & (geometry->line_bytes - 1),
        .ci = line & (geometry->cache_sets - 1),
        .ct = line >> log2_of(geometry->cache_sets),
    };
}

uint64_t geometry_join_virtual(const struct geometry *geometry, uint64_t vpn, uint64_t vpo)
{
    return vpn << geometry->page_bits | vpo;
}

uint64_t geometry_join_physical(const struct geometry *geometry, uint64_t ppn, uint64_t ppo)
{
    return ppn << geometry->page_bits | ppo;
}

uint32_t geometry_page_bits(const struct geometry *geometry, uint32_t height)
{
    uint32_t bits = geometry->page_bits;
    for (uint32_t i = 1; i <= height; i++) {
        bits += geometry->level_bits[geometry->n_levels - i];
    }
    return bits;
}

uint64_t geometry_table_frames(const struct geometry *geometry, uint32_t level)
{
    uint32_t bits = geometry->level_bits[level] + PTE_BITS;
    return bits <= geometry->page_bits ? 1 : UINT64_C(1) << (bits - geometry->page_bits);
}
