// SPDX-License-Identifier: MIT
// The shadow of the heap. Each table is a mapping that takes memory only where it is touched, all
// zeros at first.
#include "harness/worker/shadow.h"

#include <string.h>

#include "harness/worker/territory.h"
#include "harness/worker/trail.h"
#include "harness/worker/witness.h"
#include "harness/worker/writers.h"

#define BELOW_HEAP (1u << 20) // an access so close below the heap was meant for it
#define TAG_REACH 16          // a block's header lies within so many bytes below its payload
#define LINKS_REACH 16        // and its links so many at its start
#define STACK_WORD 8

enum owner { FRESH, ALLOCATOR, STALE, MOVING, LIVE, LIVE_FIRST };

bool shadow_is_kept;
static struct ring *ring;
static uint8_t *owners;       ///< by byte
static uint32_t *stack_calls; ///< by word of the stack: the call that stored there last
static uint64_t heap_base, break_bytes;
static uint32_t n_calls;

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
    witness_open(ring);
    heap_base = ring->heap_base;
    owners = writers_map(ring->heap_max_bytes);
    stack_calls =
        writers_map((ring->stack_high - ring->stack_low) / STACK_WORD * sizeof *stack_calls);
    shadow_is_kept =
        owners != NULL && stack_calls != NULL && writers_open(heap_base, ring->heap_max_bytes);
    return shadow_is_kept;
}

// --- The stack --------------------------------------------------------------------------------

static bool is_on_stack(uint64_t address)
{
    return address >= ring->stack_low && address < ring->stack_high;
}

static bool is_in_call(const struct access *access)
{
    return access->address >= access->site.end &&
           territory_holds(&territory.stack, (uintptr_t)access->address, access->bytes);
}

static void stack_store(const struct access *access)
{
    if (!is_in_call(access)) {
        witness_see(SIGHTING_DEAD_STACK, access);
        return;
    }
    uint64_t from = (access->address - ring->stack_low) / STACK_WORD;
    uint64_t to = (access->address + access->bytes - 1 - ring->stack_low) / STACK_WORD;
    for (uint64_t i = from; i <= to; i++) {
        stack_calls[i] = n_calls;
    }
}

static void stack_load(const struct access *access)
{
    uint64_t word = (access->address - ring->stack_low) / STACK_WORD;
    if (!is_in_call(access) || stack_calls[word] != n_calls) {
        witness_see(SIGHTING_DEAD_STACK, access);
    }
}

// --- The heap ---------------------------------------------------------------------------------

static bool is_in_heap(const struct access *access)
{
    uint64_t offset = access->address - heap_base;
    return offset < break_bytes && access->bytes <= break_bytes - offset;
}

/// Just below the heap, or above it as far as it may ever grow.
static bool is_beside_heap(const struct access *access)
{
    uint64_t offset = access->address - heap_base;
    bool below = heap_base - access->address <= BELOW_HEAP && access->address < heap_base;
    return below || (offset < ring->heap_max_bytes && !is_in_heap(access));
}

static bool holds(const uint8_t *owner, size_t bytes, enum owner wanted)
{
    return memchr(owner, (int)wanted, bytes) != NULL;
}

static bool holds_live(const uint8_t *owner, size_t bytes)
{
    return holds(owner, bytes, LIVE) || holds(owner, bytes, LIVE_FIRST);
}

/// Where the live payload starts whose first bytes, where links are, the access hits; 0: it does
/// not.
static uint64_t payload_near(const struct access *access)
{
    for (uint64_t reach = 0; reach < LINKS_REACH && access->address - reach >= heap_base; reach++) {
        if (owners[access->address - reach - heap_base] == LIVE_FIRST) {
            return access->address - reach;
        }
    }
    return 0;
}

static bool is_watched(const struct access *access)
{
    return ring->watch_to == 0 ||
           (access->address < ring->watch_to && access->address + access->bytes > ring->watch_from);
}

/// A live byte that is overwritten stays live: the program still believes that it owns it.
static void heap_store(struct access *access)
{
    uint8_t *owner = owners + (access->address - heap_base);
    if (!holds_live(owner, access->bytes)) {
        memset(owner, ALLOCATOR, access->bytes);
    } else {
        if (is_watched(access)) {
            access->payload = payload_near(access);
            witness_see(SIGHTING_STORE_PAYLOAD, access);
        }
        for (size_t i = 0; i < access->bytes; i++) {
            owner[i] = owner[i] >= LIVE ? owner[i] : ALLOCATOR;
        }
    }
    writers_set(access->address, access->bytes, witness_op(), access->site);
    leaving.touched |= access->address < leaving.from + leaving.bytes &&
                       access->address + access->bytes + TAG_REACH > leaving.from;
}

/// A copy that comes too late: of the payload that realloc gives up some bytes were stored to
/// before in this call.
static void look_for_loss(const struct access *access)
{
    uint64_t end = access->address + access->bytes;
    uint64_t from = access->address > leaving.from ? access->address : leaving.from;
    uint64_t to = end < leaving.from + leaving.bytes ? end : leaving.from + leaving.bytes;
    const uint8_t *lost =
        from < to ? memchr(owners + (from - heap_base), ALLOCATOR, (size_t)(to - from)) : NULL;
    if (lost != NULL) {
        uint64_t at = heap_base + (uint64_t)(lost - owners);
        witness_see_writer(SIGHTING_LOST, access, writers_at(at), at);
    }
}

static uint64_t value_at(const struct access *access)
{
    uint64_t value = 0;
    memcpy(&value, (const void *)(uintptr_t)access->address, access->bytes < 8 ? access->bytes : 8);
    return value;
}

/// What the program has stored, the submission's last store there says nothing about.
static void remember_load(const struct access *access, bool is_programs)
{
    struct trail_load load = {.address = access->address, .value = access->value};
    load.writer = is_programs ? (struct writer){0} : writers_at(access->address);
    trail_add(&load);
}

static void heap_load(struct access *access, bool is_copy)
{
    const uint8_t *owner = owners + (access->address - heap_base);
    access->value = value_at(access);
    if (holds_live(owner, access->bytes)) {
        access->payload = payload_near(access);
        witness_see(SIGHTING_LOAD_PAYLOAD, access);
    }
    if (is_copy) {
        look_for_loss(access);
        return;
    }
    if (holds(owner, access->bytes, FRESH)) {
        witness_see(SIGHTING_LOAD_FRESH, access);
    }
    if (holds(owner, access->bytes, STALE)) {
        witness_see(SIGHTING_LOAD_STALE, access);
    }
    remember_load(access, *owner != ALLOCATOR);
}

// --- Accesses ---------------------------------------------------------------------------------

void shadow_store(const void *pointer, size_t bytes, struct call_site site)
{
    struct access access = {
        .address = (uintptr_t)pointer, .bytes = bytes, .is_store = true, .site = site};
    witness_last(&access);
    if (is_in_heap(&access)) {
        heap_store(&access);
    } else if (writers_is_variable(access.address, bytes)) {
        writers_set(access.address, bytes, witness_op(), site);
    } else if (is_on_stack(access.address)) {
        stack_store(&access);
    } else if (is_beside_heap(&access)) {
        witness_see(SIGHTING_OUTSIDE, &access);
    } else if (!territory_allows((uintptr_t)access.address, bytes)) {
        witness_see(SIGHTING_WILD, &access);
    }
}

void shadow_load(const void *pointer, size_t bytes, bool is_copy, struct call_site site)
{
    struct access access = {.address = (uintptr_t)pointer, .bytes = bytes, .site = site};
    witness_last(&access);
    if (is_in_heap(&access)) {
        heap_load(&access, is_copy);
    } else if (writers_is_variable(access.address, bytes)) {
        access.value = value_at(&access);
        remember_load(&access, false);
    } else if (is_on_stack(access.address)) {
        stack_load(&access);
    } else if (is_beside_heap(&access)) {
        witness_see(SIGHTING_OUTSIDE, &access);
    }
}

void shadow_block(struct call_site site)
{
    witness_block(site);
}

void shadow_grow(uint64_t increment, uint64_t new_break_bytes, struct call_site site)
{
    if (shadow_is_kept) {
        witness_sbrk(site, heap_base + break_bytes, increment);
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
    witness_begin_init();
    break_bytes = 0;
}

void shadow_begin(enum ring_command command, uint64_t pointer)
{
    if (!shadow_is_kept) {
        return;
    }
    n_calls++;
    witness_begin_call(command == RING_ALLOC || command == RING_FREE || command == RING_REALLOC);
    leaving.bytes = 0;
    leaving.from = 0;
    if (command == RING_INIT) {
        begin_init();
    }
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
    bool moved_away =
        result == 0 || result + TAG_REACH <= leaving.from || result >= leaving.from + leaving.bytes;
    if (!leaving.touched && moved_away) {
        witness_leak(leaving.from, leaving.bytes);
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
        witness_trace(ring->count, ring->pointer, break_bytes);
    }
}

void shadow_note_signal(void)
{
    if (shadow_is_kept) {
        witness_signal();
    }
}
