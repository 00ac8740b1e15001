// SPDX-License-Identifier: MIT
// A wrong answer of a cache: the set before the access, what must happen and what did, and which
// typical mistake would answer the same.
#include <inttypes.h>

#include "harness/modules/explain.h"
#include "harness/modules/guess.h"

struct scene {
    const struct telling *telling;
    struct guess *guess;
};

static bool is_last(const struct scene *scene, const struct pipeline *pipeline)
{
    return pipeline->n_own_calls[MODULE_CACHE] == scene->telling->breach->n_call;
}

/// How many lines of the set were used before this one.
static uint32_t rank(const struct cache_line *set, uint32_t n_ways, const struct cache_line *line)
{
    uint32_t n_older = 0;
    for (uint32_t i = 0; i < n_ways; i++) {
        n_older += set[i].valid && set[i].order < line->order;
    }
    return n_older + 1;
}

static void draw(const struct telling *telling, const struct cache *cache, uint64_t pa)
{
    FILE *file = telling->details;
    const struct cache_settings *settings = &cache->settings;
    const struct cache_line *set = cache_set(cache, pa);
    uint32_t index_bits = (uint32_t)__builtin_ctz(settings->sets);
    const struct breach *breach = telling->breach;
    fprintf(file, "\nThe set before this access; 1 was used longest ago:\n  %-16s %-18s %-6s %s\n",
            "tag (CT)", "first address", "dirty", "used");
    for (uint32_t i = 0; i < settings->ways; i++) {
        if (!set[i].valid) {
            continue;
        }
        uint64_t address = set[i].number << cache->line_bits;
        bool golden = breach->call.expected[1] != 0 && address == breach->call.expected[3];
        bool theirs = breach->seen[1] != 0 && address == breach->seen[3];
        bool hit = set[i].number == pa >> cache->line_bits;
        fprintf(file, "  0x%-14" PRIx64 " 0x%-16" PRIx64 " %-6s %" PRIu32 "%s%s%s\n",
                set[i].number >> index_bits, address, set[i].dirty ? "dirty" : "clean",
                rank(set, settings->ways, &set[i]), hit ? "   <-- this access" : "",
                golden ? "   <-- golden evicts it" : "", theirs ? "   <-- yours evicts it" : "");
    }
}

static bool watch_before(void *context, const struct pipeline *pipeline)
{
    struct scene *scene = context;
    if (is_last(scene, pipeline)) {
        draw(scene->telling, &pipeline->cache, pipeline->call.arguments[0]);
    }
    return true;
}

static bool watch_after(void *context, const struct pipeline *pipeline)
{
    struct scene *scene = context;
    const struct module_call *call = &pipeline->call;
    guess_feed(scene->guess, call,
               is_last(scene, pipeline) ? scene->telling->breach->seen : call->expected);
    return true;
}

static void say_answer(FILE *file, const char *whose, const uint64_t *answer)
{
    fprintf(file, "  %-7s %s", whose, answer[0] != 0 ? "hit" : "miss");
    if (answer[1] != 0) {
        fprintf(file, ", evicts the line at 0x%" PRIx64 "%s", answer[3],
                answer[2] != 0 ? " and writes it back" : "");
    } else if (answer[2] != 0) {
        fputs(", writes back without evicting", file);
    }
    fputc('\n', file);
}

/// Why nothing may be evicted.
static const char *why_none(const struct telling *telling)
{
    const struct module_call *call = &telling->breach->call;
    if (call->expected[0] != 0) {
        return "a hit evicts nothing";
    }
    bool allocates = telling->pipeline->config->cache.write_allocate;
    return call->arguments[1] != 0 && !allocates
               ? "without write-allocate a write that misses changes nothing"
               : "the set had room";
}

static void tell_rule(const struct telling *telling)
{
    FILE *file = telling->message;
    const struct breach *breach = telling->breach;
    const uint64_t *expected = breach->call.expected;
    const uint64_t *seen = breach->seen;
    say_call(file, telling);
    switch (breach->rule) {
    case RULE_CACHE_WRONG_HIT:
        fputs(" was a hit, but that line is not in the cache.", file);
        break;
    case RULE_CACHE_MISSED_HIT:
        fputs(" was a miss, but that line is in the cache.", file);
        break;
    case RULE_NOT_EVICTED:
        fprintf(file,
                " evicted nothing, but the set is full: the line at 0x%" PRIx64 " must give way.",
                expected[3]);
        break;
    case RULE_FALSE_EVICTION:
        fprintf(file, " evicted the line at 0x%" PRIx64 ", but %s.", seen[3], why_none(telling));
        break;
    case RULE_CACHE_WRONG_VICTIM:
        fprintf(file,
                " evicted the line at 0x%" PRIx64 ", not that at 0x%" PRIx64
                ", which was used longest ago.",
                seen[3], expected[3]);
        break;
    case RULE_LOST_DIRTY:
        fprintf(file,
                " did not write back the line at 0x%" PRIx64
                " that it evicted: the line is dirty, and what was stored in it is lost.",
                expected[3]);
        break;
    default:
        fputs(" wrote a line back that is not dirty.", file);
    }
}

void explain_cache(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    struct scene scene = {.telling = telling,
                          .guess = guess_open(&guess_cache, telling->pipeline->config)};
    tell_rule(telling);
    say_physical(telling->details, telling, breach->call.arguments[0]);
    fputc('\n', telling->details);
    struct pipeline_watcher watcher = {watch_before, watch_after, &scene};
    explain_replay(telling, &watcher);
    fputc('\n', telling->details);
    say_answer(telling->details, "golden:", breach->call.expected);
    say_answer(telling->details, "yours:", breach->seen);
    guess_tell(scene.guess, telling->hint);
    guess_close(scene.guess);
}
