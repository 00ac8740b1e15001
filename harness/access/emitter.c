// SPDX-License-Identifier: MIT
// Records on their way to the sink, dice, and the law of Zipf.
#include "harness/access/emitter.h"

#include <inttypes.h>
#include <stdlib.h>

#include "harness/base/memory.h"

void emitter_flush(struct emitter *emitter)
{
    if (emitter->n_waiting > 0 && !emitter->is_stopped) {
        emitter->is_stopped =
            !emitter->sink.take(emitter->sink.context, emitter->waiting, emitter->n_waiting);
    }
    emitter->n_waiting = 0;
}

bool emitter_is_full(const struct emitter *emitter)
{
    uint64_t max = emitter->values[PARAMETER_ACCESSES];
    return emitter->is_stopped || (max != 0 && emitter->n_accesses >= max);
}

static void put(struct emitter *emitter, struct access record)
{
    if (emitter_is_full(emitter)) {
        return;
    }
    record.line = ++emitter->n_records;
    record.process = emitter->process;
    emitter->waiting[emitter->n_waiting++] = record;
    if (emitter->n_waiting == EMITTER_BATCH) {
        emitter_flush(emitter);
    }
}

void emitter_access(struct emitter *emitter, enum access_kind kind, uint64_t address,
                    uint64_t bytes, uint8_t flags)
{
    put(emitter,
        (struct access){.address = address, .bytes = bytes, .kind = (uint8_t)kind, .flags = flags});
    emitter->n_accesses++;
}

void emitter_word(struct emitter *emitter, enum access_kind kind, uint64_t address)
{
    emitter_access(emitter, kind, address, EMITTER_WORD_BYTES, 0);
}

void emitter_event(struct emitter *emitter, enum access_kind kind, uint64_t address, uint64_t bytes,
                   uint8_t flags)
{
    put(emitter,
        (struct access){.address = address, .bytes = bytes, .kind = (uint8_t)kind, .flags = flags});
}

void emitter_switch(struct emitter *emitter, uint16_t process)
{
    emitter->process = process;
    put(emitter, (struct access){.kind = ACCESS_SWITCH});
}

uint64_t emitter_page_bytes(const struct emitter *emitter)
{
    return UINT64_C(1) << emitter->values[PARAMETER_PAGE_BITS];
}

uint64_t emitter_below(struct emitter *emitter, uint64_t n)
{
    return random_below_wide(&emitter->random, n);
}

bool emitter_chance(struct emitter *emitter, uint64_t percent)
{
    return emitter_below(emitter, 100) < percent;
}

enum access_kind emitter_read_or_write(struct emitter *emitter)
{
    return emitter_chance(emitter, emitter->values[PARAMETER_WRITES]) ? ACCESS_WRITE : ACCESS_READ;
}

uint64_t emitter_word_of_page(struct emitter *emitter, uint64_t address)
{
    uint64_t n_words = emitter_page_bytes(emitter) / EMITTER_WORD_BYTES;
    return address + EMITTER_WORD_BYTES * emitter_below(emitter, n_words);
}

/// Fisher and Yates.
uint32_t *emitter_shuffled(struct emitter *emitter, size_t n)
{
    uint32_t *order = xcalloc(n, sizeof *order);
    for (size_t i = 0; i < n; i++) {
        size_t j = (size_t)emitter_below(emitter, i + 1);
        order[i] = order[j];
        order[j] = (uint32_t)i;
    }
    return order;
}

void popularity_begin(struct popularity *popularity, struct emitter *emitter, size_t n,
                      uint64_t skew)
{
    struct error error;
    char *law = xasprintf("zipf:1:%zu:%" PRIu64 ".%02" PRIu64, n, skew / 100, skew % 100);
    if (!sizes_parse(&popularity->ranks, law, "popularity", &error)) {
        die("%s", error.text);
    }
    free(law);
    popularity->of_rank = emitter_shuffled(emitter, n);
}

uint64_t popularity_draw(const struct popularity *popularity, struct emitter *emitter)
{
    return popularity->of_rank[sizes_draw(&popularity->ranks, &emitter->random) - 1];
}

void popularity_end(struct popularity *popularity)
{
    free(popularity->of_rank);
}
