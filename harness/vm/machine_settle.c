// SPDX-License-Identifier: MIT
// Which machines make sense. What is refused here has a reason that one can act on.
#include <stdarg.h>
#include <stdio.h>

#include "harness/vm/machine.h"

// Paging numbers pages as VPN << 16 | process, and UINT64_MAX is no page.
#define MAX_PAGED_VPN_BITS 47

struct reason {
    char *text;
    size_t n_bytes;
};

static bool refuse(struct reason reason, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool refuse(struct reason reason, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason.text, reason.n_bytes, format, arguments);
    va_end(arguments);
    return false;
}

static bool slots_are_sound(const char *name, uint32_t sets, uint32_t ways, struct reason reason)
{
    if ((sets & (sets - 1)) != 0) {
        return refuse(reason, "%s: %u sets are no power of two", name, sets);
    }
    if (ways < 1) {
        return refuse(reason, "%s: at least 1 way", name);
    }
    if ((uint64_t)sets * ways > ASSOCIATIVE_MAX_SLOTS) {
        return refuse(reason, "%s: %u sets of %u ways are more than 2^26 entries", name, sets,
                      ways);
    }
    return true;
}

static bool all_slots_are_sound(const struct machine_settings *settings, struct reason reason)
{
    for (int i = 0; i < MACHINE_TLBS; i++) {
        const struct tlb_settings *tlb = &settings->tlbs[i];
        if (tlb->sets > 0 && !slots_are_sound(machine_tlb_names[i], tlb->sets, tlb->ways, reason)) {
            return false;
        }
    }
    for (int i = 0; i < MACHINE_CACHES; i++) {
        const struct cache_settings *cache = &settings->caches[i];
        if (cache->sets > 0 &&
            !slots_are_sound(machine_cache_names[i], cache->sets, cache->ways, reason)) {
            return false;
        }
    }
    return true;
}

/// Of a sound geometry.
static bool tlbs_are_sound(const struct machine_settings *settings, struct reason reason)
{
    uint32_t vpn_bits = settings->geometry.va_bits - settings->geometry.page_bits;
    for (int i = 0; i < MACHINE_TLBS; i++) {
        const struct tlb_settings *tlb = &settings->tlbs[i];
        if (tlb->sets > 0 && (uint32_t)__builtin_ctz(tlb->sets) > vpn_bits) {
            return refuse(reason, "%s: %u sets, but the VPN has only %u bits", machine_tlb_names[i],
                          tlb->sets, vpn_bits);
        }
    }
    return true;
}

static bool cache_is_sound(const struct machine_settings *settings, int i, struct reason reason)
{
    const struct cache_settings *cache = &settings->caches[i];
    const char *name = machine_cache_names[i];
    if (cache->line_bytes != settings->caches[MACHINE_L1D].line_bytes) {
        return refuse(reason, "%s: lines of %u bytes, those of the %s have %u", name,
                      cache->line_bytes, machine_cache_names[MACHINE_L1D],
                      settings->caches[MACHINE_L1D].line_bytes);
    }
    if ((uint64_t)cache->sets * cache->line_bytes > UINT64_C(1) << settings->geometry.pa_bits) {
        return refuse(reason, "%s: a way is larger than memory", name);
    }
    return true;
}

static bool caches_are_sound(const struct machine_settings *settings, struct reason reason)
{
    if (settings->caches[MACHINE_L3].sets > 0 && settings->caches[MACHINE_L2].sets == 0) {
        return refuse(reason, "a third cache without a second");
    }
    for (int i = 0; i < MACHINE_CACHES; i++) {
        if (settings->caches[i].sets > 0 && !cache_is_sound(settings, i, reason)) {
            return false;
        }
    }
    if (settings->tables_apart && settings->walk_through_cache) {
        return refuse(reason, "page tables beyond memory cannot be read through a cache");
    }
    return true;
}

static bool frames_are_sound(const struct machine_settings *settings, struct reason reason)
{
    const struct geometry *geometry = &settings->geometry;
    const struct policy *policy = policy_of(settings->policy);
    uint64_t n_memory = UINT64_C(1) << (geometry->pa_bits - geometry->page_bits);
    if (policy != NULL && policy->needs_future) {
        return refuse(reason, "policy %s: a machine does not know the future", policy->name);
    }
    if (settings->n_frames == 0) {
        return true;
    }
    if (settings->n_frames > n_memory || settings->n_frames >= UINT32_MAX) {
        return refuse(reason, "%llu frames: memory has %llu",
                      (unsigned long long)settings->n_frames, (unsigned long long)n_memory);
    }
    if (geometry->va_bits - geometry->page_bits > MAX_PAGED_VPN_BITS) {
        return refuse(reason, "a VPN of %u bits: with limited frames it has at most %d",
                      geometry->va_bits - geometry->page_bits, MAX_PAGED_VPN_BITS);
    }
    if (policy == NULL) {
        return refuse(reason, "a machine does not know that policy");
    }
    if (policy->needs_window && settings->policy_settings.window == 0) {
        return refuse(reason, "policy %s needs a window of at least 1 use", policy->name);
    }
    if (settings->contents != NULL) {
        return refuse(reason,
                      "machine %s has pages in frames from the start: its frames cannot be "
                      "limited",
                      settings->name);
    }
    return true;
}

bool machine_settle(struct machine_settings *settings, char *text, size_t text_bytes)
{
    struct reason reason = {text, text_bytes};
    struct geometry *geometry = &settings->geometry;
    if (settings->tlbs[MACHINE_DTLB].sets == 0 || settings->caches[MACHINE_L1D].sets == 0) {
        return refuse(reason, "a machine needs an %s and an %s", machine_tlb_names[MACHINE_DTLB],
                      machine_cache_names[MACHINE_L1D]);
    }
    geometry->tlb_sets = settings->tlbs[MACHINE_DTLB].sets;
    geometry->cache_sets = settings->caches[MACHINE_L1D].sets;
    geometry->line_bytes = settings->caches[MACHINE_L1D].line_bytes;
    if (!all_slots_are_sound(settings, reason) || !geometry_is_sound(geometry, text, text_bytes) ||
        !tlbs_are_sound(settings, reason) || !caches_are_sound(settings, reason)) {
        return false;
    }
    if (settings->large_heights >> geometry->n_levels != 0 || settings->large_heights & 1) {
        return refuse(reason, "large pages: heights 1 to %u are possible", geometry->n_levels - 1);
    }
    return frames_are_sound(settings, reason);
}

bool machine_can_overlap(const struct machine_settings *settings)
{
    uint64_t page = UINT64_C(1) << settings->geometry.page_bits;
    for (int i = MACHINE_L1D; i <= MACHINE_L1I; i++) {
        const struct cache_settings *cache = &settings->caches[i];
        if ((uint64_t)cache->sets * cache->line_bytes > page) {
            return false;
        }
    }
    return true;
}
