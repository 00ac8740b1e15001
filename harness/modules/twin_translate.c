// SPDX-License-Identifier: MIT
// Splitting and joining addresses.
#include <string.h>

#include "harness/modules/twins.h"

#define N_GEOMETRY 12 ///< words of a struct vm_geometry
#define N_MODULES_ARGUMENTS (N_GEOMETRY + 2)

static unsigned put_geometry(const struct geometry *geometry, uint64_t *words)
{
    unsigned n = 0;
    words[n++] = geometry->va_bits;
    words[n++] = geometry->pa_bits;
    words[n++] = geometry->page_bits;
    words[n++] = geometry->n_levels;
    for (unsigned i = 0; i < GEOMETRY_MAX_LEVELS; i++) {
        words[n++] = geometry->level_bits[i];
    }
    words[n++] = geometry->tlb_sets;
    words[n++] = geometry->cache_sets;
    words[n++] = geometry->line_bytes;
    return n;
}

/// Calls a function of the module; `results` must come back.
static bool check(struct pipeline *pipeline, enum ring_function_number function, enum rule_id rule,
                  const uint64_t *own, unsigned n_own, const uint64_t *results, unsigned n_results)
{
    uint64_t arguments[N_MODULES_ARGUMENTS];
    unsigned n = put_geometry(pipeline->geometry, arguments);
    memcpy(&arguments[n], own, n_own * sizeof *own);
    if (!pipeline_announce(pipeline, MODULE_TRANSLATE, function, arguments, n + n_own) ||
        !pipeline_ask(pipeline, results, n_results)) {
        return false;
    }
    for (unsigned i = 0; i < n_results && pipeline_judges(pipeline, MODULE_TRANSLATE); i++) {
        if (pipeline->session->results[i] != results[i]) {
            return pipeline_break(pipeline, rule, i);
        }
    }
    return true;
}

static bool is_heard(const struct pipeline *pipeline)
{
    return (pipeline->heard & 1u << MODULE_TRANSLATE) != 0;
}

bool twin_virtual(struct pipeline *pipeline, uint64_t va)
{
    if (!is_heard(pipeline)) {
        return true;
    }
    struct virtual_fields fields = geometry_split_virtual(pipeline->geometry, va);
    uint64_t split[4 + GEOMETRY_MAX_LEVELS] = {fields.vpn, fields.vpo, fields.tlbi, fields.tlbt};
    memcpy(&split[4], fields.index, sizeof fields.index);
    uint64_t joined = geometry_join_virtual(pipeline->geometry, fields.vpn, fields.vpo);
    return check(pipeline, RING_SPLIT_VA, RULE_WRONG_FIELD, &va, 1, split,
                 4 + GEOMETRY_MAX_LEVELS) &&
           check(pipeline, RING_JOIN_VA, RULE_WRONG_ADDRESS, split, 2, &joined, 1);
}

bool twin_physical(struct pipeline *pipeline, uint64_t pa)
{
    if (!is_heard(pipeline)) {
        return true;
    }
    struct physical_fields fields = geometry_split_physical(pipeline->geometry, pa);
    uint64_t parts[2] = {fields.ppn, fields.ppo};
    uint64_t split[5] = {fields.ppn, fields.ppo, fields.co, fields.ci, fields.ct};
    uint64_t joined = geometry_join_physical(pipeline->geometry, fields.ppn, fields.ppo);
    return check(pipeline, RING_JOIN_PA, RULE_WRONG_ADDRESS, parts, 2, &joined, 1) &&
           check(pipeline, RING_SPLIT_PA, RULE_WRONG_FIELD, &pa, 1, split, 5);
}
