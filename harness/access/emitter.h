// SPDX-License-Identifier: MIT
// What the kinds are written with. Internal to this stage.
//
// A kind emits until emitter_is_full, or until it ends by itself. What comes when the emitter is
// full is dropped, so a kind may ask once a round instead of once a record.
#ifndef MMGRADE_ACCESS_EMITTER_H
#define MMGRADE_ACCESS_EMITTER_H

#include "harness/access/generators.h"
#include "harness/trace/random.h"
#include "harness/trace/sizes.h"

enum { EMITTER_BATCH = 4096, EMITTER_WORD_BYTES = 8 };

struct emitter {
    struct random random;
    const uint64_t *values; ///< by enum access_parameter_id
    struct access_sink sink;
    bool is_stopped; ///< the sink wants no more
    uint16_t process;
    uint64_t n_accesses; ///< events are not counted
    uint32_t n_records;
    size_t n_waiting;
    struct access waiting[EMITTER_BATCH];
};

bool emitter_is_full(const struct emitter *emitter);

/// An access of the running process to a word.
void emitter_word(struct emitter *emitter, enum access_kind kind, uint64_t address);

/// The same with all its fields.
void emitter_access(struct emitter *emitter, enum access_kind kind, uint64_t address,
                    uint64_t bytes, uint8_t flags);

/// Map, unmap or protect, for the running process.
void emitter_event(struct emitter *emitter, enum access_kind kind, uint64_t address, uint64_t bytes,
                   uint8_t flags);

/// From here on that process runs.
void emitter_switch(struct emitter *emitter, uint16_t process);

/// Hands the waiting records to the sink.
void emitter_flush(struct emitter *emitter);

uint64_t emitter_page_bytes(const struct emitter *emitter);
uint64_t emitter_below(struct emitter *emitter, uint64_t n);
bool emitter_chance(struct emitter *emitter, uint64_t percent);

/// ACCESS_WRITE as often as PARAMETER_WRITES says, else ACCESS_READ.
enum access_kind emitter_read_or_write(struct emitter *emitter);

/// Any word of a page that begins at `address`.
uint64_t emitter_word_of_page(struct emitter *emitter, uint64_t address);

/// 0 .. n - 1 in random order; the caller frees it.
uint32_t *emitter_shuffled(struct emitter *emitter, size_t n);

/// Things of which a few are used often and most seldom, by the law of Zipf.
struct popularity {
    struct sizes ranks;
    uint32_t *of_rank; ///< which thing has which rank
};

void popularity_begin(struct popularity *popularity, struct emitter *emitter, size_t n,
                      uint64_t skew);
uint64_t popularity_draw(const struct popularity *popularity, struct emitter *emitter);
void popularity_end(struct popularity *popularity);

void emit_sequential(struct emitter *emitter);
void emit_stride(struct emitter *emitter);
void emit_loop(struct emitter *emitter);
void emit_list_walk(struct emitter *emitter);
void emit_matmul(struct emitter *emitter);
void emit_random(struct emitter *emitter);
void emit_zipf(struct emitter *emitter);
void emit_sparse(struct emitter *emitter);
void emit_phases(struct emitter *emitter);
void emit_belady(struct emitter *emitter);
void emit_dirty(struct emitter *emitter);
void emit_processes(struct emitter *emitter);
void emit_maps(struct emitter *emitter);

#endif
