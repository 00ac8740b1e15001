// SPDX-License-Identifier: MIT
// The figures as JSON.
#include "harness/cli/vm_json.h"

#include <jansson.h>

static void set(json_t *object, const char *name, json_t *value)
{
    if (value == NULL || json_object_set_new(object, name, value) != 0) {
        die("out of memory");
    }
}

static void set_count(json_t *object, const char *name, uint64_t count)
{
    set(object, name, json_integer((json_int_t)count));
}

static json_t *append_object(json_t *array)
{
    json_t *object = json_object();
    if (object == NULL || json_array_append_new(array, object) != 0) {
        die("out of memory");
    }
    return object;
}

static json_t *replacement_json(const struct vm_play *play)
{
    const struct vm_choice *choice = play->choice;
    json_t *array = json_array();
    for (size_t i = 0; i < choice->n_policies * choice->frames.n_items; i++) {
        const struct vm_misses *misses = &play->figures.misses[i];
        json_t *object = append_object(array);
        set(object, "policy", json_string(choice->policies[i / choice->frames.n_items]->name));
        set_count(object, "frames", choice->frames.items[i % choice->frames.n_items]);
        set_count(object, "references", play->figures.lru.n_uses);
        set_count(object, "faults", misses->n_faults);
        set_count(object, "writebacks", misses->n_writebacks);
    }
    return array;
}

static json_t *tlbs_json(const struct vm_play *play, const struct machine_counts *counts)
{
    json_t *array = json_array();
    for (size_t i = 0; play->machine != NULL && i < MACHINE_TLBS; i++) {
        if (play->choice->machine.tlbs[i].sets > 0) {
            json_t *object = append_object(array);
            set(object, "name", json_string(machine_tlb_names[i]));
            set_count(object, "hits", counts->tlbs[i].n_hits);
            set_count(object, "misses", counts->tlbs[i].n_misses);
        }
    }
    return array;
}

static void append_cache(json_t *array, const char *name, const struct machine_cache_counts *counts)
{
    json_t *object = append_object(array);
    set(object, "name", json_string(name));
    set_count(object, "hits", counts->n_hits);
    set_count(object, "misses", counts->n_misses);
    set_count(object, "evictions", counts->n_evictions);
    set_count(object, "writebacks", counts->n_writebacks);
}

static json_t *caches_json(const struct vm_play *play, const struct machine_counts *counts)
{
    json_t *array = json_array();
    for (size_t i = 0; play->machine != NULL && i < MACHINE_CACHES; i++) {
        if (play->choice->machine.caches[i].sets > 0) {
            append_cache(array, machine_cache_names[i], &counts->caches[i]);
        }
    }
    if (play->choice->cache_name != NULL) {
        const struct cache *cache = &play->cache;
        append_cache(array, play->choice->cache_name,
                     &(struct machine_cache_counts){.n_hits = cache->n_hits,
                                                    .n_misses = cache->n_misses,
                                                    .n_evictions = cache->n_evictions,
                                                    .n_writebacks = cache->n_writebacks});
    }
    return array;
}

void vm_json_write(const struct vm_play *play, FILE *stream)
{
    struct machine_counts counts = {0};
    json_t *root = json_object();
    if (play->machine != NULL) {
        counts = machine_counts(play->machine);
    }
    set(root, "replacement", replacement_json(play));
    set(root, "tlb", tlbs_json(play, &counts));
    set(root, "caches", caches_json(play, &counts));
    if (play->machine != NULL) {
        set_count(root, "faults", vm_play_faults(&counts));
        set_count(root, "walk_references", counts.n_walk_references);
        set(root, "amat_cycles", json_real(machine_amat(play->machine, false)));
    } else {
        set(root, "faults", json_null());
        set(root, "walk_references", json_null());
        set(root, "amat_cycles", json_null());
    }
    // 15 digits print every decimal of 15 digits as it was meant: 0.1, not 0.10000000000000001.
    (void)json_dumpf(root, stream, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    fputc('\n', stream);
    json_decref(root);
}
