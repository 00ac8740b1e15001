// SPDX-License-Identifier: MIT
// The shadow of the heap. Each table is a mapping that takes memory only where it is touched, all
// zeros at first.
#include "harness/worker/shadow.h"

#include <string.h>

#include "harness/worker/territory.h"
#include "harness/worker/trail.h"
#include "harness/worker/writers.h"

#define BELOW_HEAP (1u << 20) // an access so close below the heap was meant for it
#define TAG_REACH 16          // a block's header lies within so many bytes below its payload
#define STACK_WORD 8

enum owner { FRESH, ALLOCATOR, STALE, MOVING, LIVE, LIVE_FIRST };

bool shadow_is_kept;
static struct ring *ring;
static uint8_t *owners;       ///< by byte
static uint32_t *stack_calls; ///< by word of the stack: the call that stored there last
static uint64_t heap_base, break_bytes;
static uint32_t op;
static uint32_t n_calls;
static uint64_t now; ///< counts what is seen
static struct call_site last_site;

/// The payload that the call at hand gives up, and whether anything near it was stored.
static struct {
    uint64_t from, bytes;
    bool touched;
} leaving;

bool shadow_open(struct ring *shared)
{
    if (shared->keeps_shadow == 0) {
        return true;
    }
    ring = shared;
    heap_base = ring->heap_base;
    owners = writers_map(ring->heap_max_bytes);
    stack_calls =
        writers_map((ring->stack_high - ring->stack_low) / STACK_WORD * sizeof *stack_calls);
    shadow_is_kept =
        owners != NULL && stack_calls != NULL && writers_open(heap_base, ring->heap_max_bytes);
    return shadow_is_kept;
}

// --- Sightings --------------------------------------------------------------------------------

static void fill(struct sighting *sighting, uint64_t address, size_t bytes, bool is_store,
                 struct call_site site)
{
    sighting->n_frames = backtrace_take(site, sighting->code);
    sighting->op = op;
    sighting->address = address;
    sighting->bytes = (uint32_t)bytes;
    sighting->is_store = is_store;
    sighting->order = now;
}

/// The first since mm_init, and the first of each call.
static void see(enum sighting_kind kind, uint64_t address, size_t bytes, bool is_store,
                struct call_site site)
{
    struct sighting *first = &ring->sightings[kind];
    struct sighting *latest = &ring->latest[kind];
    if (first->n_frames == 0) {
        fill(first, address, bytes, is_store, site);
    }
    if (latest->n_frames == 0 || latest->op != op) {
        fill(latest, address, bytes, is_store, site);
    }
}

/// What every access leaves behind, so that it is there when a signal or a time limit ends the run.
static void note_last(uint64_t address, size_t bytes, bool is_store, struct call_site site)
{
    struct sighting *last = &ring->sightings[SIGHTING_LAST];
    last->n_frames = 0;
    last->op = op;
    last->address = address;
    last->bytes = (uint32_t)bytes;
    last->is_store = is_store;
    last->order = ++now;
    last_site = site;
}

// --- Writers and questions ------------------------------------------------------------------

static bool is_in_heap(uint64_t address, size_t bytes)
{
    uint64_t offset = address - heap_base;
    return offset < break_bytes && bytes <= break_bytes - offset;
}

static void answer(enum sighting_kind kind, struct writer writer, uint64_t address, uint64_t value)
{
    struct sighting *traced = &ring->sightings[kind];
    traced->n_frames = backtrace_find(writer.chain, traced->code);
    traced->op = writer.op;
    traced->address = address;
    traced->value = value;
    traced->is_store = true;
}

/// Answers a question about a pointer with a sighting of that kind.
static void trace(enum sighting_kind kind, enum sighting_question question, uint64_t pointer)
{
    ring->sightings[kind].n_frames = 0;
    if (question == SIGHTING_LAST_STORE) {
        if (is_in_heap(pointer, 1)) {
            answer(kind, writers_at(pointer), pointer, 0);
        }
        return;
    }
    const struct trail_load *load = trail_find(question, pointer, op);
    if (load == NULL) { // links may be kept as offsets
        load = trail_find(question, pointer - heap_base, op);
    }
    if (load != NULL) {
        answer(kind, load->writer, load->address, load->value);
    }
}

// --- The stack --------------------------------------------------------------------------------

static bool is_on_stack(uint64_t address)
{
    return address >= ring->stack_low && address < ring->stack_high;
}

static bool is_in_call(uint64_t address, size_t bytes, struct call_site site)
{
    return address >= site.end && territory_holds(&territory.stack, (uintptr_t)address, bytes);
}

static void stack_store(uint64_t address, size_t bytes, struct call_site site)
{
    if (!is_in_call(address, bytes, site)) {
        see(SIGHTING_DEAD_STACK, address, bytes, true, site);
        return;
    }
    uint64_t from = (address - ring->stack_low) / STACK_WORD;
    uint64_t to = (address + bytes - 1 - ring->stack_low) / STACK_WORD;
    for (uint64_t i = from; i <= to; i++) {
        stack_calls[i] = n_calls;
    }
}

static void stack_load(uint64_t address, size_t bytes, struct call_site site)
{
    uint64_t word = (address - ring->stack_low) / STACK_WORD;
    if (!is_in_call(address, bytes, site) || stack_calls[word] != n_calls) {
        see(SIGHTING_DEAD_STACK, address, bytes, false, site);
        trace(SIGHTING_DEAD_POINTER, SIGHTING_LED_TO, address);
    }
}

// --- The heap ---------------------------------------------------------------------------------

/// Just below the heap, or above it as far as it may ever grow.
static bool is_beside_heap(uint64_t address, size_t bytes)
{
    uint64_t offset = address - heap_base;
    bool below = heap_base - address <= BELOW_HEAP && address < heap_base;
    return below || (offset < ring->heap_max_bytes && !is_in_heap(address, bytes));
}

static bool holds(const uint8_t *owner, size_t bytes, enum owner wanted)
{
    return memchr(owner, (int)wanted, bytes) != NULL;
}

static bool holds_live(const uint8_t *owner, size_t bytes)
{
    return holds(owner, bytes, LIVE) || holds(owner, bytes, LIVE_FIRST);
}

static bool is_watched(uint64_t address, size_t bytes)
{
    return ring->watch_to == 0 || (address < ring->watch_to && address + bytes > ring->watch_from);
}

/// A live byte that is overwritten stays live: the program still believes that it owns it.
static void heap_store(uint64_t address, size_t bytes, struct call_site site)
{
    uint8_t *owner = owners + (address - heap_base);
    if (!holds_live(owner, bytes)) {
        memset(owner, ALLOCATOR, bytes);
    } else {
        if (is_watched(address, bytes)) {
            see(SIGHTING_STORE_PAYLOAD, address, bytes, true, site);
        }
        for (size_t i = 0; i < bytes; i++) {
            owner[i] = owner[i] >= LIVE ? owner[i] : ALLOCATOR;
        }
    }
    writers_set(address, bytes, op, site);
    leaving.touched |=
        address < leaving.from + leaving.bytes && address + bytes + TAG_REACH > leaving.from;
}

static void remember_load(uint64_t address, size_t bytes)
{
    struct trail_load load = {.address = address, .writer = writers_at(address)};
    memcpy(&load.value, (const void *)(uintptr_t)address, bytes < 8 ? bytes : 8);
    trail_add(&load);
}

static void heap_load(uint64_t address, size_t bytes, bool is_copy, struct call_site site)
{
    const uint8_t *owner = owners + (address - heap_base);
    if (holds_live(owner, bytes)) {
        see(SIGHTING_LOAD_PAYLOAD, address, bytes, false, site);
    }
    if (is_copy) {
        return;
    }
    if (holds(owner, bytes, FRESH)) {
        see(SIGHTING_LOAD_FRESH, address, bytes, false, site);
    }
    if (holds(owner, bytes, STALE)) {
        see(SIGHTING_LOAD_STALE, address, bytes, false, site);
    }
    remember_load(address, bytes);
}

void shadow_store(const void *pointer, size_t bytes, struct call_site site)
{
    uint64_t address = (uintptr_t)pointer;
    note_last(address, bytes, true, site);
    if (is_in_heap(address, bytes)) {
        heap_store(address, bytes, site);
    } else if (writers_is_variable(address, bytes)) {
        writers_set(address, bytes, op, site);
    } else if (is_on_stack(address)) {
        stack_store(address, bytes, site);
    } else if (is_beside_heap(address, bytes)) {
        see(SIGHTING_OUTSIDE, address, bytes, true, site);
    }
}

void shadow_load(const void *pointer, size_t bytes, bool is_copy, struct call_site site)
{
    uint64_t address = (uintptr_t)pointer;
    note_last(address, bytes, false, site);
    if (is_in_heap(address, bytes)) {
        heap_load(address, bytes, is_copy, site);
    } else if (writers_is_variable(address, bytes)) {
        remember_load(address, bytes);
    } else if (is_on_stack(address)) {
        stack_load(address, bytes, site);
    } else if (is_beside_heap(address, bytes)) {
        see(SIGHTING_OUTSIDE, address, bytes, false, site);
    }
}

void shadow_block(struct call_site site)
{
    struct sighting *block = &ring->sightings[SIGHTING_LAST_BLOCK];
    ring->sightings[SIGHTING_BLOCK_BEFORE] = *block;
    block->op = op;
    block->order = ++now;
    block->n_frames = backtrace_take(site, block->code);
}

void shadow_grow(uint64_t increment, uint64_t new_break_bytes, struct call_site site)
{
    if (shadow_is_kept) {
        now++;
        struct sighting *sighting = &ring->sightings[SIGHTING_SBRK];
        fill(sighting, heap_base + break_bytes, 0, false, site);
        sighting->value = increment;
        break_bytes = new_break_bytes;
    }
}

// --- Calls ------------------------------------------------------------------------------------

/// The bytes of the live payload that starts there; 0 when none does.
static uint64_t payload_bytes(uint64_t offset)
{
    if (offset >= break_bytes || owners[offset] != LIVE_FIRST) {
        return 0;
    }
    uint64_t bytes = 1;
    while (offset + bytes < break_bytes && owners[offset + bytes] == LIVE) {
        bytes++;
    }
    return bytes;
}

static void make_live(uint64_t offset, uint64_t bytes)
{
    if (bytes > 0 && offset < break_bytes && bytes <= break_bytes - offset) {
        memset(owners + offset, LIVE, (size_t)bytes);
        owners[offset] = LIVE_FIRST;
    }
}

static void begin_init(void)
{
    memset(owners, FRESH, (size_t)break_bytes);
    writers_forget(break_bytes);
    memset(ring->sightings, 0, sizeof ring->sightings);
    memset(ring->latest, 0, sizeof ring->latest);
    break_bytes = 0;
    op = 0;
}

void shadow_begin(enum ring_command command, uint64_t pointer)
{
    if (!shadow_is_kept) {
        return;
    }
    n_calls++;
    trail_begin();
    leaving.bytes = 0;
    leaving.from = 0;
    if (command == RING_INIT) {
        begin_init();
    }
    op += command == RING_ALLOC || command == RING_FREE || command == RING_REALLOC;
    if (pointer != 0 && (command == RING_FREE || command == RING_REALLOC)) {
        uint64_t offset = pointer - heap_base;
        leaving.from = pointer;
        leaving.bytes = payload_bytes(offset);
        leaving.touched = false;
        memset(owners + offset, command == RING_FREE ? STALE : MOVING, (size_t)leaving.bytes);
    }
}

/// A payload that the call gave up without a store near it, and without moving within it.
static void look_for_leak(uint64_t result)
{
    struct sighting *leak = &ring->sightings[SIGHTING_LEAK];
    bool moved_away =
        result == 0 || result + TAG_REACH <= leaving.from || result >= leaving.from + leaving.bytes;
    if (!leaving.touched && moved_away && leaving.bytes > leak->bytes) {
        *leak = ring->sightings[SIGHTING_BLOCK_BEFORE];
        leak->address = leaving.from;
        leak->bytes = (uint32_t)leaving.bytes;
    }
}

void shadow_end(enum ring_command command, uint64_t size, uint64_t result)
{
    bool is_realloc = command == RING_REALLOC;
    if (!shadow_is_kept) {
        return;
    }
    if (is_realloc && result == 0 && size > 0) {
        make_live(leaving.from - heap_base, leaving.bytes); // it failed: the old block stays
        return;
    }
    if (leaving.bytes > 0) {
        look_for_leak(result);
        uint8_t *owner = owners + (leaving.from - heap_base);
        for (uint64_t i = 0; i < leaving.bytes; i++) {
            owner[i] = owner[i] == MOVING ? STALE : owner[i];
        }
    }
    if (command == RING_ALLOC || is_realloc) {
        make_live(result - heap_base, result == 0 ? 0 : size);
    }
}

// --- Questions --------------------------------------------------------------------------------

void shadow_trace(void)
{
    if (shadow_is_kept) {
        trace(SIGHTING_TRACED, ring->count, ring->pointer);
    }
}

void shadow_note_signal(void)
{
    if (shadow_is_kept) {
        struct sighting *last = &ring->sightings[SIGHTING_LAST];
        last->n_frames = backtrace_take(last_site, last->code);
        trace(SIGHTING_TRACED, SIGHTING_LED_TO, last->address);
    }
}
