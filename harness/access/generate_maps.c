// SPDX-License-Identifier: MIT
// Address spaces that change: what is mapped, protected and unmapped, and accesses to it. An event
// never maps what is mapped nor unmaps what is not. The same areas exist in all processes.
//
//    the address space, 2^va_bits       +---------+---------+-- ... --+---------+
//    eight parts, an area in each       |  []     |     []  |         | [     ] |
//                                       +---------+---------+-- ... --+---------+
//    an area: units that are mapped or not          the last one: a single unit of large pages
//
// An area begins at a multiple of 2^(2 * page_bits - 2) bytes, 4 MiB for pages of 4 KiB: so it is
// aligned for large pages of 4 MiB (4-byte PTEs) and of 2 MiB (8-byte PTEs) alike.
#include <stdlib.h>

#include "harness/access/emitter.h"
#include "harness/base/memory.h"

enum {
    AREAS = 8,
    CHANGES = 3,  ///< percent of the steps
    SWITCHES = 2, ///< percent of the steps
    STAYS = 60,   ///< percent of the accesses that use the unit of the one before
    MAX_RUN = 8,  ///< units that an event changes
    TRIES = 64,
    INSTRUCTION_BYTES = 4,
};

struct area {
    uint64_t address;
    uint64_t unit_bytes;
    size_t n_units;
    uint8_t *flags; ///< of each unit; 0: it is not mapped
};

struct space {
    struct area areas[AREAS];
    size_t area, unit; ///< used or changed last
};

enum { READ = ACCESS_MAY_READ, WRITE = ACCESS_MAY_WRITE, FETCH = ACCESS_MAY_FETCH };
enum { USER = ACCESS_MAY_USER };

/// Each forbids something. Data of the program is the most frequent.
static const uint8_t protections[] = {READ | WRITE | USER, READ | WRITE | USER, READ | USER,
                                      READ | FETCH | USER, READ | WRITE,        READ | FETCH};

static uint64_t slot_bits(const struct emitter *emitter)
{
    return 2 * emitter->values[PARAMETER_PAGE_BITS] - 2;
}

/// The areas' addresses; the page behind each ordinary one stays free.
static void place_areas(struct emitter *emitter, struct space *space)
{
    uint64_t n_slots = UINT64_C(1) << (emitter->values[PARAMETER_VA_BITS] - slot_bits(emitter));
    uint64_t slot_bytes = UINT64_C(1) << slot_bits(emitter);
    uint64_t page_bytes = emitter_page_bytes(emitter);
    uint64_t room = slot_bytes / page_bytes - 1;
    uint64_t wanted = (emitter->values[PARAMETER_PAGES] + AREAS - 2) / (AREAS - 1);
    for (size_t i = 0; i < AREAS; i++) {
        struct area *area = &space->areas[i];
        bool large = i == AREAS - 1;
        uint64_t slot = i * (n_slots / AREAS) + emitter_below(emitter, n_slots / AREAS);
        area->address = slot * slot_bytes;
        area->unit_bytes = large ? slot_bytes : page_bytes;
        area->n_units = large ? 1 : (size_t)(wanted < room ? wanted : room);
    }
}

static void event(struct emitter *emitter, struct area *area, enum access_kind kind, size_t first,
                  size_t n, uint8_t flags)
{
    bool large = area->unit_bytes > emitter_page_bytes(emitter);
    emitter_event(emitter, kind, area->address + first * area->unit_bytes, n * area->unit_bytes,
                  kind == ACCESS_MAP && large ? flags | ACCESS_LARGE : flags);
    for (size_t i = first; i < first + n; i++) {
        area->flags[i] = flags;
    }
}

static uint8_t draw_protection(struct emitter *emitter)
{
    return protections[emitter_below(emitter, sizeof protections)];
}

/// A word, or an instruction, anywhere in the unit.
static void use(struct emitter *emitter, struct space *space, enum access_kind kind, bool user)
{
    struct area *area = &space->areas[space->area];
    uint64_t offset =
        EMITTER_WORD_BYTES * emitter_below(emitter, area->unit_bytes / EMITTER_WORD_BYTES);
    emitter_access(emitter, kind, area->address + space->unit * area->unit_bytes + offset,
                   kind == ACCESS_FETCH ? INSTRUCTION_BYTES : EMITTER_WORD_BYTES,
                   user ? ACCESS_MAY_USER : 0);
}

/// Maps what is not mapped, otherwise unmaps or protects: a run of units from the given one on.
/// What a TLB may still hold of it is then often asked for at once.
static void change(struct emitter *emitter, struct space *space, size_t max_run)
{
    struct area *area = &space->areas[space->area];
    size_t first = space->unit;
    size_t n = 1;
    bool mapped = area->flags[first] != 0;
    while (n < max_run && first + n < area->n_units && (area->flags[first + n] != 0) == mapped) {
        n++;
    }
    if (!mapped) {
        event(emitter, area, ACCESS_MAP, first, n, draw_protection(emitter));
    } else if (emitter_chance(emitter, 50)) {
        event(emitter, area, ACCESS_PROTECT, first, n, draw_protection(emitter));
    } else {
        event(emitter, area, ACCESS_UNMAP, first, n, 0);
    }
    if (mapped && emitter_chance(emitter, 50)) {
        bool user = emitter_chance(emitter, 75);
        use(emitter, space, emitter_read_or_write(emitter), user);
    }
}

static void choose_unit(struct emitter *emitter, struct space *space)
{
    space->area = (size_t)emitter_below(emitter, AREAS);
    space->unit = (size_t)emitter_below(emitter, space->areas[space->area].n_units);
}

/// Goes to a unit that is mapped, or to one that is not; false when none was met.
static bool find_unit(struct emitter *emitter, struct space *space, bool mapped)
{
    for (unsigned i = 0; i < TRIES; i++) {
        if (i > 0 || !emitter_chance(emitter, STAYS)) {
            choose_unit(emitter, space);
        }
        if ((space->areas[space->area].flags[space->unit] != 0) == mapped) {
            return true;
        }
    }
    return false;
}

static void use_as_allowed(struct emitter *emitter, struct space *space)
{
    uint8_t flags = space->areas[space->area].flags[space->unit];
    enum access_kind kind = ACCESS_READ;
    if ((flags & FETCH) != 0 && emitter_chance(emitter, 50)) {
        kind = ACCESS_FETCH;
    } else if ((flags & WRITE) != 0) {
        kind = emitter_read_or_write(emitter);
    }
    use(emitter, space, kind, (flags & USER) != 0 && emitter_chance(emitter, 75));
}

static void use_as_forbidden(struct emitter *emitter, struct space *space)
{
    uint8_t flags = space->areas[space->area].flags[space->unit];
    bool user = (flags & USER) != 0;
    if (!user && emitter_chance(emitter, 50)) {
        use(emitter, space, ACCESS_READ, true);
    } else if ((flags & WRITE) == 0 && ((flags & FETCH) != 0 || emitter_chance(emitter, 50))) {
        use(emitter, space, ACCESS_WRITE, user);
    } else {
        use(emitter, space, ACCESS_FETCH, user);
    }
}

/// The page behind an ordinary area, one word too far.
static void use_behind(struct emitter *emitter, const struct space *space)
{
    const struct area *area = &space->areas[emitter_below(emitter, AREAS - 1)];
    emitter_access(emitter, emitter_read_or_write(emitter),
                   area->address + area->n_units * area->unit_bytes, EMITTER_WORD_BYTES,
                   ACCESS_MAY_USER);
}

static void step(struct emitter *emitter, struct space *space)
{
    if (emitter_chance(emitter, CHANGES)) {
        if (emitter_chance(emitter, 50)) {
            choose_unit(emitter, space);
        }
        change(emitter, space, 1 + (size_t)emitter_below(emitter, MAX_RUN));
    } else if (!emitter_chance(emitter, emitter->values[PARAMETER_FAULTS])) {
        if (find_unit(emitter, space, true)) {
            use_as_allowed(emitter, space);
        } else {
            change(emitter, space, MAX_RUN);
        }
    } else if (emitter_chance(emitter, 50) && find_unit(emitter, space, true)) {
        use_as_forbidden(emitter, space);
    } else if (emitter_chance(emitter, 50) && find_unit(emitter, space, false)) {
        use(emitter, space, emitter_read_or_write(emitter), true);
    } else {
        use_behind(emitter, space);
    }
}

/// An address space with three quarters of each area mapped.
static void begin(struct emitter *emitter, struct space *space, const struct space *places)
{
    *space = *places;
    for (size_t i = 0; i < AREAS; i++) {
        struct area *area = &space->areas[i];
        area->flags = xcalloc(area->n_units, 1);
        event(emitter, area, ACCESS_MAP, 0, (3 * area->n_units + 3) / 4, draw_protection(emitter));
    }
}

static void end(struct space *space)
{
    for (size_t i = 0; i < AREAS; i++) {
        free(space->areas[i].flags);
    }
}

void emit_maps(struct emitter *emitter)
{
    size_t n = (size_t)emitter->values[PARAMETER_PROCESSES];
    struct space *spaces = xcalloc(n, sizeof *spaces);
    struct space places = {0};
    place_areas(emitter, &places);
    for (size_t i = 0; i < n; i++) {
        if (n > 1) {
            emitter_switch(emitter, (uint16_t)i);
        }
        begin(emitter, &spaces[i], &places);
    }
    while (!emitter_is_full(emitter)) {
        if (n > 1 && emitter_chance(emitter, SWITCHES)) {
            emitter_switch(emitter, (uint16_t)emitter_below(emitter, n));
        }
        step(emitter, &spaces[emitter->process]);
    }
    for (size_t i = 0; i < n; i++) {
        end(&spaces[i]);
    }
    free(spaces);
}
