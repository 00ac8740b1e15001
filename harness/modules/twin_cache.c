// SPDX-License-Identifier: MIT
// The cache, access by access.
#include "harness/modules/twins.h"

enum { HIT, EVICTED, WRITTEN_BACK, VICTIM, N_CACHE_RESULTS };

bool twin_cache_open(struct pipeline *pipeline)
{
    const struct cache_settings *settings = &pipeline->config->cache;
    cache_open(&pipeline->cache, settings);
    return ANNOUNCE(pipeline, MODULE_CACHE, RING_CACHE_INIT, settings->sets, settings->ways,
                    settings->line_bytes, settings->write_back, settings->write_allocate) &&
           pipeline_ask(pipeline, NULL, 0);
}

/// A hit or not first: the rest follows from it.
static bool compare(struct pipeline *pipeline, const struct cache_outcome *golden)
{
    const uint64_t *seen = pipeline->session->results;
    if ((seen[HIT] != 0) != golden->hit) {
        return pipeline_break(pipeline, golden->hit ? RULE_CACHE_MISSED_HIT : RULE_CACHE_WRONG_HIT,
                              HIT);
    }
    if ((seen[EVICTED] != 0) != golden->evicted) {
        return pipeline_break(pipeline, golden->evicted ? RULE_NOT_EVICTED : RULE_FALSE_EVICTION,
                              EVICTED);
    }
    if (golden->evicted && seen[VICTIM] != golden->victim) {
        return pipeline_break(pipeline, RULE_CACHE_WRONG_VICTIM, VICTIM);
    }
    if ((seen[WRITTEN_BACK] != 0) != golden->written_back) {
        return pipeline_break(
            pipeline, golden->written_back ? RULE_LOST_DIRTY : RULE_FALSE_WRITEBACK, WRITTEN_BACK);
    }
    return true;
}

bool twin_cache_access(struct pipeline *pipeline, uint64_t pa, bool write,
                       struct cache_outcome *golden)
{
    if (!ANNOUNCE(pipeline, MODULE_CACHE, RING_CACHE_ACCESS, pa, write)) {
        return false;
    }
    *golden = cache_access(&pipeline->cache, pa, write);
    pipeline->counts.n_cache_uses++;
    pipeline->counts.n_cache_hits += golden->hit;
    return ASK(pipeline, golden->hit, golden->evicted, golden->written_back, golden->victim) &&
           (!pipeline_judges(pipeline, MODULE_CACHE) || compare(pipeline, golden));
}
