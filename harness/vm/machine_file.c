// SPDX-License-Identifier: MIT
// A machine's YAML file: what it says differs from the preset that it starts from.
#include "harness/vm/machine_file.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/schema.h"
#include "harness/vm/machine_keys.h"

/// A file that is larger describes no machine.
#define MAX_FILE_BYTES ((size_t)64 << 10)

const char *const machine_tlb_keys[MACHINE_TLBS] = {"dtlb", "itlb", "l2tlb"};
const char *const machine_cache_keys[MACHINE_CACHES] = {"l1d", "l1i", "l2", "l3"};

static const struct machine_settings *preset_find(const char *name)
{
    for (const struct machine_settings *preset = machine_presets; preset->name[0] != '\0';
         preset++) {
        if (strcmp(preset->name, name) == 0) {
            return preset;
        }
    }
    return NULL;
}

/// The names with commas; the caller frees them.
static char *preset_names(void)
{
    char *names = xstrdup("");
    for (size_t i = 0; machine_presets[i].name[0] != '\0'; i++) {
        char *longer = xasprintf("%s%s%s", names, i == 0 ? "" : ", ", machine_presets[i].name);
        free(names);
        names = longer;
    }
    return names;
}

static bool refuse_base(const struct schema_place *place, const char *base)
{
    char *names = preset_names();
    schema_refuse(place, "base", "unknown machine '%s' (one of %s)", base, names);
    free(names);
    return false;
}

/// Whether the file has `key`, in `group` unless that is NULL.
static bool has(const struct schema_place *place, const char *group, const char *key)
{
    char path[64];
    snprintf(path, sizeof path, "%s%s%s", group == NULL ? "" : group, group == NULL ? "" : ".",
             key);
    return schema_has(place, path);
}

static bool check_whole_numbers(const struct schema_place *place, const struct schema_key *keys,
                                const char *group, struct machine_draft *draft)
{
    for (; keys->name != NULL; keys++) {
        if (keys->type == SCHEMA_GROUP &&
            !check_whole_numbers(place, keys->keys, keys->name, draft)) {
            return false;
        }
        double number = 0;
        memcpy(&number, (const char *)draft + keys->offset, sizeof number);
        if (keys->type == SCHEMA_NUMBER && floor(number) < number) {
            char path[64];
            snprintf(path, sizeof path, "%s%s%s", group == NULL ? "" : group,
                     group == NULL ? "" : ".", keys->name);
            return schema_refuse(place, path, "'%s' is %g, needs a whole number", keys->name,
                                 number);
        }
    }
    return true;
}

static bool read_levels(const struct schema_place *place, const struct machine_draft *draft,
                        struct geometry *geometry)
{
    if (!schema_has(place, "levels")) {
        return true;
    }
    if (draft->n_levels < 1 || draft->n_levels > GEOMETRY_MAX_LEVELS) {
        return schema_refuse(place, "levels", "%zu levels of page tables: 1 to %d are possible",
                             draft->n_levels, GEOMETRY_MAX_LEVELS);
    }
    memset(geometry->level_bits, 0, sizeof geometry->level_bits);
    geometry->n_levels = (uint32_t)draft->n_levels;
    for (size_t i = 0; i < draft->n_levels; i++) {
        char *end = NULL;
        unsigned long bits = strtoul(draft->levels[i], &end, 10);
        if (*end != '\0' || bits < 1 || bits > 40 || draft->levels[i][0] == '-') {
            return schema_refuse(place, "levels", "'%s' is no number of bits from 1 to 40",
                                 draft->levels[i]);
        }
        geometry->level_bits[i] = (uint32_t)bits;
    }
    return true;
}

static bool read_geometry(const struct schema_place *place, const struct machine_draft *draft,
                          struct machine_settings *settings)
{
    struct geometry *geometry = &settings->geometry;
    if (schema_has(place, "virtual_bits")) {
        geometry->va_bits = (uint32_t)draft->va_bits;
    }
    if (schema_has(place, "physical_bits")) {
        geometry->pa_bits = (uint32_t)draft->pa_bits;
    }
    if (schema_has(place, "page")) {
        if ((draft->page_bytes & (draft->page_bytes - 1)) != 0) {
            return schema_refuse(place, "page", "pages of %llu bytes: must be a power of two",
                                 (unsigned long long)draft->page_bytes);
        }
        geometry->page_bits = (uint32_t)__builtin_ctzll(draft->page_bytes);
    }
    if (!read_levels(place, draft, geometry)) {
        return false;
    }
    uint32_t possible = geometry->n_levels < 2 ? 0 : geometry->n_levels == 2 ? 1 << 1 : 3 << 1;
    if (schema_has(place, "large_pages")) {
        settings->large_heights = draft->large_pages ? possible : 0;
    }
    settings->large_heights &= possible;
    return true;
}

static bool read_tlb(const struct schema_place *place, const struct machine_draft_tlb *draft,
                     const char *group, struct tlb_settings *tlb)
{
    uint32_t entries =
        has(place, group, "entries") ? (uint32_t)draft->entries : tlb->sets * tlb->ways;
    tlb->ways = has(place, group, "ways") ? (uint32_t)draft->ways : tlb->ways;
    tlb->cycles = has(place, group, "cycles") ? (uint32_t)draft->cycles : tlb->cycles;
    tlb->policy = has(place, group, "policy") ? (enum tlb_policy)draft->policy : tlb->policy;
    if (entries > 0 && (tlb->ways == 0 || entries % tlb->ways != 0)) {
        return schema_refuse(place, group, "%u entries cannot be shared out among %u ways", entries,
                             tlb->ways);
    }
    tlb->sets = entries == 0 ? 0 : entries / tlb->ways;
    return true;
}

static bool read_cache(const struct schema_place *place, const struct machine_draft_cache *draft,
                       const char *group, uint32_t line_bytes, struct cache_settings *cache)
{
    uint64_t bytes = (uint64_t)cache->sets * cache->ways * cache->line_bytes;
    bytes = has(place, group, "size") ? draft->bytes : bytes;
    cache->ways = has(place, group, "ways") ? (uint32_t)draft->ways : cache->ways;
    cache->cycles = has(place, group, "cycles") ? (uint32_t)draft->cycles : cache->cycles;
    if (cache->line_bytes == 0 || has(place, group, "write")) { // else as the preset has it
        cache->write_back = draft->write_back;
    }
    if (cache->line_bytes == 0 || has(place, group, "allocate")) {
        cache->write_allocate = draft->write_allocate;
    }
    cache->line_bytes = line_bytes;
    uint64_t way = (uint64_t)cache->ways * line_bytes;
    if (bytes > 0 && way > 0 && bytes / way > UINT32_MAX) {
        return schema_refuse(place, group, "%llu bytes are more than 2^26 lines",
                             (unsigned long long)bytes);
    }
    if (bytes > 0 && (way == 0 || bytes % way != 0)) {
        return schema_refuse(place, schema_has(place, group) ? group : "line",
                             "%llu bytes are no whole number of sets of %u lines of %u bytes",
                             (unsigned long long)bytes, cache->ways, line_bytes);
    }
    cache->sets = bytes == 0 ? 0 : (uint32_t)(bytes / way);
    return true;
}

static bool read_structures(const struct schema_place *place, const struct machine_draft *draft,
                            struct machine_settings *settings)
{
    uint32_t line_bytes = schema_has(place, "line") ? (uint32_t)draft->line_bytes
                                                    : settings->caches[MACHINE_L1D].line_bytes;
    if (schema_has(place, "line") && (line_bytes & (line_bytes - 1)) != 0) {
        return schema_refuse(place, "line", "lines of %u bytes: must be a power of two",
                             line_bytes);
    }
    for (int i = 0; i < MACHINE_TLBS; i++) {
        if (!read_tlb(place, &draft->tlbs[i], machine_tlb_keys[i], &settings->tlbs[i])) {
            return false;
        }
    }
    for (int i = 0; i < MACHINE_CACHES; i++) {
        if (!read_cache(place, &draft->caches[i], machine_cache_keys[i], line_bytes,
                        &settings->caches[i])) {
            return false;
        }
    }
    settings->asids = schema_has(place, "asids") ? draft->asids : settings->asids;
    if (schema_has(place, "walk_through_cache")) {
        settings->walk_through_cache = draft->walk_through_cache;
    }
    if (schema_has(place, "memory_cycles")) {
        settings->memory_cycles = (uint32_t)draft->memory_cycles;
    }
    if (schema_has(place, "fault_cycles")) {
        settings->fault_cycles = (uint32_t)draft->fault_cycles;
    }
    return true;
}

static bool refuse_policy(const struct schema_place *place, const char *name)
{
    char known[256] = "";
    for (size_t i = 0; policies[i] != NULL; i++) {
        size_t used = strlen(known);
        if (!policies[i]->needs_future) {
            snprintf(known + used, sizeof known - used, "%s%s", used == 0 ? "" : ", ",
                     policies[i]->name);
        }
    }
    return schema_refuse(place, "policy", "unknown policy '%s' (one of %s)", name, known);
}

static bool read_frames(const struct schema_place *place, const struct machine_draft *draft,
                        struct machine_settings *settings)
{
    const struct policy *policy = policy_find(draft->policy);
    settings->n_frames = (uint64_t)draft->frames;
    settings->policy_settings.window = (uint32_t)draft->window;
    settings->policy_settings.seed = (uint64_t)draft->seed;
    if (policy == NULL) {
        return refuse_policy(place, draft->policy);
    }
    settings->policy = policy->id;
    return true;
}

/// The key that a reason of machine_settle() is about.
static const char *key_of(const char *reason)
{
    static const struct {
        const char *start, *key;
    } starts[] = {{"virtual addresses", "virtual_bits"},
                  {"physical addresses", "physical_bits"},
                  {"pages of", "page"},
                  {"a PPN of", "physical_bits"},
                  {"level", "levels"},
                  {"a table of level", "levels"},
                  {"lines of", "line"},
                  {"a VPN of", "virtual_bits"},
                  {"policy", "policy"}};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (strncmp(reason, starts[i].start, strlen(starts[i].start)) == 0) {
            return starts[i].key;
        }
    }
    for (int i = 0; i < MACHINE_TLBS; i++) {
        if (strncmp(reason, machine_tlb_names[i], strlen(machine_tlb_names[i])) == 0) {
            return machine_tlb_keys[i];
        }
    }
    for (int i = 0; i < MACHINE_CACHES; i++) {
        if (strncmp(reason, machine_cache_names[i], strlen(machine_cache_names[i])) == 0) {
            return machine_cache_keys[i];
        }
    }
    return strstr(reason, " frames: ") != NULL ? "frames" : "";
}

static bool check_machine(const struct schema_place *place, void *whole)
{
    struct machine_draft *draft = whole;
    struct machine_settings *settings = &draft->settings;
    const struct machine_settings *base = preset_find(draft->base);
    char reason[256];
    if (base == NULL) {
        return refuse_base(place, draft->base);
    }
    *settings = *base;
    settings->contents = NULL;
    if (!check_whole_numbers(place, machine_keys, NULL, draft) ||
        !read_geometry(place, draft, settings) || !read_structures(place, draft, settings) ||
        !read_frames(place, draft, settings)) {
        return false;
    }
    settings->tables_apart = settings->tables_apart && !settings->walk_through_cache;
    return machine_settle(settings, reason, sizeof reason) ||
           schema_refuse(place, key_of(reason), "%s", reason);
}

bool machine_parse(struct machine_settings *settings, const char *path, const char *text,
                   size_t text_bytes, struct error *error)
{
    struct machine_draft draft = {0};
    bool ok = schema_read(machine_keys, &draft, path, text, text_bytes, check_machine, error);
    if (ok) {
        const char *slash = strrchr(path, '/');
        *settings = draft.settings;
        snprintf(settings->name, sizeof settings->name, "%s", slash == NULL ? path : slash + 1);
        snprintf(settings->title, sizeof settings->title, "%s",
                 draft.title == NULL ? "" : draft.title);
    }
    schema_clear(machine_keys, &draft);
    return ok;
}

static bool read_file(struct machine_settings *settings, const char *path, FILE *file,
                      struct error *error)
{
    char *text = xcalloc(MAX_FILE_BYTES + 1, 1);
    size_t text_bytes = fread(text, 1, MAX_FILE_BYTES + 1, file);
    bool ok = false;
    if (ferror(file)) {
        error_at(error, path, 0, 0, "cannot be read: %s", strerror(errno));
    } else if (text_bytes > MAX_FILE_BYTES) {
        error_at(error, path, 0, 0, "larger than 64 KiB: this describes no machine");
    } else {
        ok = machine_parse(settings, path, text, text_bytes, error);
    }
    free(text);
    return ok;
}

bool machine_find(struct machine_settings *settings, const char *name_or_path, struct error *error)
{
    const struct machine_settings *preset = preset_find(name_or_path);
    char reason[256];
    if (preset != NULL) {
        *settings = *preset;
        return machine_settle(settings, reason, sizeof reason) ||
               error_at(error, name_or_path, 0, 0, "%s", reason);
    }
    FILE *file = fopen(name_or_path, "re");
    if (file == NULL) {
        char *names = preset_names();
        error_at(error, name_or_path, 0, 0, "no machine of that name (%s), and as a file: %s",
                 names, strerror(errno));
        free(names);
        return false;
    }
    bool ok = read_file(settings, name_or_path, file, error);
    fclose(file);
    return ok;
}

void machine_print_keys(FILE *stream)
{
    schema_print(machine_keys, stream);
}
