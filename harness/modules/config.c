// SPDX-License-Identifier: MIT
// Machine + common + grid entry, or machine + common + random sizes, later ones overriding.
#include "harness/modules/config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/trace/random.h"
#include "harness/vm/machine_file.h"

/// What a submission's answers are compared over must fit the judge's own tables, too.
#define MAX_ENTRIES (1u << 20)

const char *const module_names[N_MODULES] = {"translate", "pagetable", "tlb", "cache", "replace"};

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

/// "64x8x64" into n numbers, each at least 1.
static bool read_sizes(const char *text, uint32_t *sizes, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        char *end = NULL;
        unsigned long size = *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;
        if (size == 0 || size > MAX_ENTRIES || *end != (i + 1 < n ? 'x' : '\0')) {
            return false;
        }
        sizes[i] = (uint32_t)size;
        text = end + 1;
    }
    return true;
}

static bool is_power_of_two(uint32_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

/// Shares the VPN's bits out, the root's level getting what does not divide.
static void share_levels(struct geometry *geometry, uint32_t vpn_bits)
{
    uint32_t n = geometry->n_levels > vpn_bits ? vpn_bits : geometry->n_levels;
    geometry->n_levels = n == 0 ? 1 : n;
    memset(geometry->level_bits, 0, sizeof geometry->level_bits);
    for (uint32_t i = 0; i < n; i++) {
        geometry->level_bits[i] = vpn_bits / n + (i < vpn_bits % n ? 1 : 0);
    }
}

static bool read_levels(struct geometry *geometry, const char *text)
{
    geometry->n_levels = 0;
    memset(geometry->level_bits, 0, sizeof geometry->level_bits);
    while (*text != '\0') {
        char *end = NULL;
        unsigned long bits = *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;
        if (bits == 0 || bits > 64 || geometry->n_levels == GEOMETRY_MAX_LEVELS) {
            return false;
        }
        geometry->level_bits[geometry->n_levels++] = (uint32_t)bits;
        text = end + strspn(end, " ");
    }
    return geometry->n_levels > 0;
}

static bool apply_geometry(struct geometry *geometry, const struct module_shape *shape,
                           char *reason, size_t n)
{
    bool changed = shape->page_bits > 0 || shape->va_bits > 0;
    geometry->page_bits = shape->page_bits > 0 ? (uint32_t)shape->page_bits : geometry->page_bits;
    geometry->va_bits = shape->va_bits > 0 ? (uint32_t)shape->va_bits : geometry->va_bits;
    geometry->pa_bits = shape->pa_bits > 0 ? (uint32_t)shape->pa_bits : geometry->pa_bits;
    if (shape->levels != NULL && !read_levels(geometry, shape->levels)) {
        return refuse(reason, n, "levels '%s': expected 1 to %d numbers of bits such as '9 9 9 9'",
                      shape->levels, GEOMETRY_MAX_LEVELS);
    }
    if (shape->levels == NULL && changed && geometry->va_bits > geometry->page_bits) {
        share_levels(geometry, geometry->va_bits - geometry->page_bits);
    }
    return true;
}

static bool apply_tlb(struct module_config *config, const struct module_shape *shape, char *reason,
                      size_t n)
{
    uint32_t sizes[2] = {0, 0};
    bool none = shape->tlb != NULL && strcmp(shape->tlb, "none") == 0;
    if (shape->tlb != NULL && !none && !read_sizes(shape->tlb, sizes, 2)) {
        return refuse(reason, n, "tlb '%s': expected SETSxWAYS such as 16x4, or none", shape->tlb);
    }
    if (shape->tlb != NULL && !none && !is_power_of_two(sizes[0])) {
        return refuse(reason, n, "tlb '%s': %" PRIu32 " sets are no power of two", shape->tlb,
                      sizes[0]);
    }
    if (shape->tlb != NULL) {
        config->tlb.sets = sizes[0];
        config->tlb.ways = sizes[1];
    }
    if (shape->tlb_policy > 0) {
        config->tlb.policy = (enum tlb_policy)(shape->tlb_policy - 1);
    }
    config->asids = shape->switches == 0 ? config->asids : shape->switches == 1;
    return true;
}

static bool apply_cache(struct cache_settings *cache, const struct module_shape *shape,
                        char *reason, size_t n)
{
    uint32_t sizes[3];
    if (shape->cache != NULL) {
        if (!read_sizes(shape->cache, sizes, 3)) {
            return refuse(reason, n, "cache '%s': expected SETSxWAYSxBYTES such as 64x8x64",
                          shape->cache);
        }
        if (!is_power_of_two(sizes[0]) || !is_power_of_two(sizes[2])) {
            return refuse(reason, n, "cache '%s': sets and bytes a line must be powers of two",
                          shape->cache);
        }
        cache->sets = sizes[0];
        cache->ways = sizes[1];
        cache->line_bytes = sizes[2];
    }
    cache->write_back = shape->write == 0 ? cache->write_back : shape->write == 1;
    cache->write_allocate = shape->allocate == 0 ? cache->write_allocate : shape->allocate == 2;
    return true;
}

static bool apply(struct module_config *config, const struct module_shape *shape, char *reason,
                  size_t n)
{
    if (shape->frames > 0) {
        config->replacement.n_frames = (uint32_t)shape->frames;
    }
    if (shape->policy > 0) {
        config->policy = (enum policy_id)(shape->policy - 1);
    }
    if (shape->window > 0) {
        config->replacement.window = (uint32_t)shape->window;
    }
    return apply_geometry(&config->geometry, shape, reason, n) &&
           apply_tlb(config, shape, reason, n) && apply_cache(&config->cache, shape, reason, n);
}

/// Random sizes: of each part those that a wrong index, tag or count shows in.
static void draw(struct module_config *config, uint64_t seed)
{
    struct random random = {random_mix(seed)};
    struct geometry *geometry = &config->geometry;
    geometry->page_bits = (uint32_t)random_between(&random, 6, 14);
    geometry->n_levels = (uint32_t)random_between(&random, 1, GEOMETRY_MAX_LEVELS);
    // Larger tables would cost more to clear than all that is judged.
    uint32_t vpn_bits = geometry->n_levels * (uint32_t)random_between(&random, 4, 7);
    geometry->va_bits = geometry->page_bits + vpn_bits;
    share_levels(geometry, vpn_bits);
    geometry->pa_bits = (uint32_t)random_between(&random, 36, 46);
    config->tlb.sets =
        config->tlb.sets == 0 ? 0 : 1u << random_below(&random, vpn_bits < 6 ? vpn_bits + 1 : 7);
    config->tlb.ways = config->tlb.sets == 0 ? 0 : (uint32_t)random_between(&random, 1, 9);
    config->cache.sets = 1u << random_below(&random, 9);
    config->cache.ways = (uint32_t)random_between(&random, 1, 9);
    config->cache.line_bytes = 1u << random_between(&random, 2, 6); // a page has 64 at least
    config->cache.write_back = random_below(&random, 2) == 0;
    config->cache.write_allocate = random_below(&random, 2) == 0;
    if (config->replacement.n_frames > 0) {
        config->replacement.n_frames = (uint32_t)random_between(&random, 1, 70);
    }
}

static void describe_levels(FILE *file, const struct geometry *geometry)
{
    for (uint32_t i = 0; i < geometry->n_levels; i++) {
        fprintf(file, "%s%" PRIu32, i == 0 ? "" : "-", geometry->level_bits[i]);
    }
    fprintf(file, "+%" PRIu32, geometry->page_bits);
}

static void describe_module(FILE *file, const struct module_config *config, enum module module)
{
    static const char *const tlb_policies[] = {"lru", "fifo", "free"};
    const struct policy *policy = policy_of(config->policy);
    switch (module) {
    case MODULE_TLB:
        fprintf(file, "%" PRIu32 "x%" PRIu32 " %s%s", config->tlb.sets, config->tlb.ways,
                tlb_policies[config->tlb.policy], config->asids ? "" : " flushed");
        break;
    case MODULE_CACHE:
        fprintf(file, "%" PRIu32 "x%" PRIu32 "x%" PRIu32 " %s%s", config->cache.sets,
                config->cache.ways, config->cache.line_bytes,
                config->cache.write_back ? "back" : "through",
                config->cache.write_allocate ? "" : " no-alloc");
        break;
    case MODULE_REPLACE:
        fprintf(file, "%s %" PRIu32 " frame%s", policy == NULL ? "free" : policy->name,
                config->replacement.n_frames, config->replacement.n_frames == 1 ? "" : "s");
        break;
    default:
        describe_levels(file, &config->geometry);
    }
}

char *module_config_describe(const struct module_config *config, unsigned modules)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *file = xopen_memstream(&text, &bytes);
    unsigned both = 1u << MODULE_TRANSLATE | 1u << MODULE_PAGETABLE;
    modules &= (modules & both) == both ? ~(1u << MODULE_PAGETABLE) : ~0u; // they share sizes
    bool is_filled = config->contents != NULL && modules != 1u << MODULE_REPLACE;
    bool replaces = config->replacement.n_frames > 0 && !is_filled;
    modules &= !replaces ? ~(1u << MODULE_REPLACE) : ~0u;
    modules &= config->tlb.sets == 0 ? ~(1u << MODULE_TLB) : ~0u;
    const char *separator = "";
    if (modules == 0) {
        describe_levels(file, &config->geometry);
    }
    for (enum module module = 0; module < N_MODULES; module++) {
        if ((modules & 1u << module) != 0) {
            fputs(separator, file);
            describe_module(file, config, module);
            separator = ", ";
        }
    }
    fclose(file);
    return text;
}

/// Whether nothing was changed that a preset's contents depend on.
static bool is_as_preset(const struct module_config *config, const struct machine_settings *base)
{
    const struct cache_settings *cache = &base->caches[MACHINE_L1D];
    const struct tlb_settings *tlb = &base->tlbs[MACHINE_DTLB];
    return memcmp(&config->geometry, &base->geometry, sizeof base->geometry) == 0 &&
           config->tlb.sets == tlb->sets && config->tlb.ways == tlb->ways &&
           config->cache.sets == cache->sets && config->cache.ways == cache->ways &&
           config->cache.line_bytes == cache->line_bytes && config->replacement.n_frames == 0;
}

/// The upper half of physical memory is the pages': more frames than that there cannot be.
static void limit_frames(struct module_config *config)
{
    uint32_t ppn_bits = config->geometry.pa_bits - config->geometry.page_bits;
    uint64_t n_data = UINT64_C(1) << (ppn_bits - 1);
    uint32_t *n_frames = &config->replacement.n_frames;
    if (n_data <= 4096 && (*n_frames == 0 || *n_frames > n_data)) {
        *n_frames = (uint32_t)n_data;
    }
}

static bool settle(struct module_config *config, char *reason, size_t n)
{
    struct geometry *geometry = &config->geometry;
    geometry->tlb_sets = config->tlb.sets == 0 ? 1 : config->tlb.sets;
    geometry->cache_sets = config->cache.sets;
    geometry->line_bytes = config->cache.line_bytes;
    if (!geometry_is_sound(geometry, reason, n)) {
        return false;
    }
    if (geometry->pa_bits < geometry->page_bits + 2) {
        return refuse(reason, n, "physical memory needs at least four frames");
    }
    limit_frames(config);
    return true;
}

/// A lab on one part needs a machine that has it.
static bool has_part(const struct module_config *config, unsigned modules, char *reason, size_t n)
{
    if (modules == 1u << MODULE_TLB && config->tlb.sets == 0) {
        return refuse(reason, n, "there is no TLB to judge");
    }
    if (modules == 1u << MODULE_REPLACE && config->replacement.n_frames == 0) {
        return refuse(reason, n, "without a number of frames nothing is ever replaced");
    }
    return true;
}

static bool is_preset(const char *name)
{
    for (const struct machine_settings *one = machine_presets; one->name[0] != '\0'; one++) {
        if (strcmp(one->name, name) == 0) {
            return true;
        }
    }
    return false;
}

bool module_config_base(struct machine_settings *base, const struct module_settings *settings,
                        struct error *error)
{
    if (is_preset(settings->machine) || strchr(settings->machine, '/') == NULL) {
        return machine_find(base, settings->machine, error);
    }
    char *path = paths_in_root(settings->machine);
    bool found = machine_find(base, path, error);
    free(path);
    return found;
}

size_t module_config_count(const struct module_settings *settings)
{
    return (settings->n_grid == 0 ? 1 : settings->n_grid) + (size_t)settings->n_random;
}

bool module_config_make(struct module_config *config, const struct module_settings *settings,
                        const struct machine_settings *base, size_t idx, unsigned modules,
                        char *reason, size_t reason_bytes)
{
    size_t n_fixed = settings->n_grid == 0 ? 1 : settings->n_grid;
    const struct module_shape *shape = idx < settings->n_grid ? &settings->grid[idx] : NULL;
    *config = (struct module_config){.geometry = base->geometry,
                                     .tlb = base->tlbs[MACHINE_DTLB],
                                     .asids = base->asids,
                                     .cache = base->caches[MACHINE_L1D],
                                     .policy = base->policy,
                                     .replacement = base->policy_settings,
                                     .seed = (uint64_t)settings->seed};
    config->replacement.n_frames = (uint32_t)(base->n_frames > UINT32_MAX ? 0 : base->n_frames);
    config->replacement.seed = config->seed;
    if (!apply(config, &settings->common, reason, reason_bytes) ||
        (shape != NULL && !apply(config, shape, reason, reason_bytes))) {
        return false;
    }
    uint64_t seed = config->seed + (idx - n_fixed);
    if (idx >= n_fixed) {
        draw(config, seed);
    }
    config->contents = is_as_preset(config, base) ? base->contents : NULL;
    if (!settle(config, reason, reason_bytes) || !has_part(config, modules, reason, reason_bytes)) {
        return false;
    }
    bool is_simple = (modules & (modules - 1)) == 0;
    if (shape != NULL && shape->name != NULL) {
        config->name = xstrdup(shape->name);
    } else if (idx >= n_fixed && !is_simple) {
        config->name = xasprintf("random %" PRIu64, seed);
    } else {
        config->name = module_config_describe(config, modules);
    }
    return true;
}

void module_config_free(struct module_config *config)
{
    free(config->name);
    config->name = NULL;
}
