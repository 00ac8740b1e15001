// SPDX-License-Identifier: MIT
// Sightings are few; what every access leaves behind costs a handful of stores.
#include "harness/worker/witness.h"

#include <string.h>

#include "harness/worker/trail.h"

static struct ring *ring;
static uint32_t op;
static uint64_t now;        ///< counts what is seen
static uint64_t call_began; ///< in these
static struct call_site last_site;

void witness_open(struct ring *shared)
{
    ring = shared;
}

void witness_begin_init(void)
{
    memset(ring->sightings, 0, sizeof ring->sightings);
    memset(ring->latest, 0, sizeof ring->latest);
    op = 0;
}

void witness_begin_call(bool counts)
{
    trail_begin();
    call_began = now;
    op += counts;
}

uint32_t witness_op(void)
{
    return op;
}

// --- Causes -----------------------------------------------------------------------------------

static void blame(struct sighting_cause *cause, struct writer writer, uint64_t address,
                  uint64_t value)
{
    cause->n_frames = backtrace_find(writer.chain, cause->code);
    cause->op = writer.op;
    cause->address = address;
    cause->value = value;
}

/// Who stored what the pointer was computed from; links may be kept as offsets in the heap.
static const struct trail_load *find_load(enum sighting_question question, uint64_t pointer)
{
    const struct trail_load *load = trail_find(question, pointer, op);
    return load != NULL ? load : trail_find(question, pointer - ring->heap_base, op);
}

/// The link or, without one, the header by which the call came to a block in use.
static const struct trail_load *find_trusted(uint64_t payload)
{
    const struct trail_load *link = trail_find(SIGHTING_TRUSTED_LINK, payload, op);
    return link != NULL ? link : trail_find(SIGHTING_TRUSTED_HEADER, payload, op);
}

static void find_cause(struct sighting *sighting, uint64_t payload)
{
    const struct trail_load *load = payload != 0 ? find_trusted(payload) : NULL;
    load = load != NULL ? load : find_load(SIGHTING_LED_TO, sighting->address);
    const struct trail_load *origin =
        load != NULL && load->writer.op == op ? trail_find_origin(load->value, op) : NULL;
    load = origin != NULL ? origin : load;
    sighting->cause.n_frames = 0;
    if (load != NULL) {
        blame(&sighting->cause, load->writer, load->address, load->value);
    }
}

// --- Sightings --------------------------------------------------------------------------------

static void fill(struct sighting *sighting, const struct access *access)
{
    sighting->n_frames = backtrace_take(access->site, sighting->code);
    sighting->op = op;
    sighting->address = access->address;
    sighting->bytes = (uint32_t)access->bytes;
    sighting->is_store = access->is_store;
    sighting->value = access->value;
    sighting->order = now;
    find_cause(sighting, access->payload);
}

void witness_see(enum sighting_kind kind, const struct access *access)
{
    struct sighting *first = &ring->sightings[kind];
    struct sighting *latest = &ring->latest[kind];
    if (latest->n_frames == 0 || latest->op != op) {
        fill(latest, access);
    }
    if (first->n_frames == 0) {
        *first = *latest;
    }
}

void witness_see_writer(enum sighting_kind kind, const struct access *access, struct writer writer,
                        uint64_t address)
{
    struct sighting *latest = &ring->latest[kind];
    if (latest->n_frames == 0 || latest->op != op) {
        fill(latest, access);
        blame(&latest->cause, writer, address, 0);
    }
}

/// One more event; whether it is still to be noted.
static bool is_noted(void)
{
    now++;
    return ring->patience == 0 || now - call_began <= ring->patience;
}

void witness_last(const struct access *access)
{
    if (!is_noted()) {
        return;
    }
    struct sighting *last = &ring->sightings[SIGHTING_LAST];
    last->n_frames = 0;
    last->op = op;
    last->address = access->address;
    last->bytes = (uint32_t)access->bytes;
    last->is_store = access->is_store;
    last->order = now;
    last_site = access->site;
}

void witness_signal(void)
{
    struct sighting *last = &ring->sightings[SIGHTING_LAST];
    last->n_frames = backtrace_take(last_site, last->code);
    find_cause(last, 0);
}

void witness_block(struct call_site site)
{
    if (!is_noted()) {
        return;
    }
    struct sighting *block = &ring->sightings[SIGHTING_LAST_BLOCK];
    ring->sightings[SIGHTING_BLOCK_BEFORE] = *block;
    block->op = op;
    block->order = now;
    block->n_frames = backtrace_take(site, block->code);
}

void witness_sbrk(struct call_site site, uint64_t address, uint64_t increment)
{
    struct sighting *sbrk = &ring->sightings[SIGHTING_SBRK];
    now++;
    sbrk->n_frames = backtrace_take(site, sbrk->code);
    sbrk->op = op;
    sbrk->address = address;
    sbrk->value = increment;
    sbrk->order = now;
}

void witness_leak(uint64_t address, uint64_t bytes)
{
    struct sighting *leak = &ring->sightings[SIGHTING_LEAK];
    if (bytes > leak->bytes) {
        *leak = ring->sightings[SIGHTING_BLOCK_BEFORE];
        leak->address = address;
        leak->bytes = (uint32_t)bytes;
    }
}

// --- Questions --------------------------------------------------------------------------------

void witness_trace(enum sighting_question question, uint64_t pointer, uint64_t heap_bytes)
{
    struct sighting *traced = &ring->sightings[SIGHTING_TRACED];
    struct sighting_cause found = {0};
    if (question == SIGHTING_LAST_STORE) {
        if (pointer - ring->heap_base < heap_bytes) {
            blame(&found, writers_at(pointer), pointer, 0);
        }
    } else {
        const struct trail_load *load = find_load(question, pointer);
        if (load != NULL) {
            blame(&found, load->writer, load->address, load->value);
        }
    }
    *traced = (struct sighting){.n_frames = found.n_frames,
                                .op = found.op,
                                .is_store = true,
                                .address = found.address,
                                .value = found.value};
    memcpy(traced->code, found.code, sizeof traced->code);
}
