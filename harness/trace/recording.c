// SPDX-License-Identifier: MIT
// From a recorder's log to a trace. Addresses are used again and again: each allocation gets a new
// id, and a table by address knows which id lives there.
#include "harness/trace/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/trace/builder.h"

struct reading {
    struct builder builder;
    struct idmap places; ///< address -> index in `living`
    int64_t *living;     ///< id of the block at that address, -1: none
    size_t capacity;
    int64_t next_id;
    struct recording_losses *losses;
};

/// The cell that holds the id of the block at an address.
static int64_t *living_at(struct reading *reading, uint64_t pointer)
{
    // User addresses on 64-bit Linux are below 2^63, and aligned: the shift keeps them distinct.
    size_t place = idmap_slot(&reading->places, (int64_t)(pointer >> 3));
    if (place >= reading->capacity) {
        size_t wanted = 2 * reading->capacity + 1024;
        reading->living = xreallocarray(reading->living, wanted, sizeof *reading->living);
        for (size_t i = reading->capacity; i < wanted; i++) {
            reading->living[i] = -1;
        }
        reading->capacity = wanted;
    }
    return &reading->living[place];
}

static bool add(struct reading *reading, enum op_kind kind, int64_t id, uint64_t size,
                struct error *error)
{
    struct op op = {.kind = kind & 3, .size = size};
    op.slot = builder_slot(&reading->builder, id);
    return builder_add(&reading->builder, op, error);
}

static bool add_alloc(struct reading *reading, uint64_t pointer, uint64_t size, struct error *error)
{
    int64_t *living = living_at(reading, pointer);
    // A block whose free was not seen: it was given back from within the C library.
    bool fine = *living < 0 || add(reading, OP_FREE, *living, 0, error);
    *living = reading->next_id++;
    return fine && add(reading, OP_ALLOC, *living, size, error);
}

static bool add_free(struct reading *reading, uint64_t pointer, struct error *error)
{
    int64_t *living = living_at(reading, pointer);
    if (*living < 0) {
        reading->losses->n_unknown++;
        return true;
    }
    int64_t id = *living;
    *living = -1;
    return add(reading, OP_FREE, id, 0, error);
}

static bool add_realloc(struct reading *reading, const struct recording_entry *entry,
                        struct error *error)
{
    int64_t id = *living_at(reading, entry->old);
    if (id < 0) {
        reading->losses->n_unknown++;
        return add_alloc(reading, entry->pointer, entry->size, error);
    }
    *living_at(reading, entry->old) = -1;
    int64_t *living = living_at(reading, entry->pointer);
    bool fine = *living < 0 || add(reading, OP_FREE, *living, 0, error);
    *living = id;
    return fine && add(reading, OP_REALLOC, id, entry->size, error);
}

static bool take(struct reading *reading, const struct recording_entry *entry, struct error *error)
{
    if (entry->size > TRACE_MAX_SIZE) {
        reading->losses->n_huge++;
        return entry->kind != RECORDING_REALLOC || add_free(reading, entry->old, error);
    }
    switch (entry->kind) {
    case RECORDING_ALIGNED:
        reading->losses->n_aligned++;
        return add_alloc(reading, entry->pointer, entry->size, error);
    case RECORDING_ALLOC:
        return add_alloc(reading, entry->pointer, entry->size, error);
    case RECORDING_FREE:
        return add_free(reading, entry->pointer, error);
    case RECORDING_REALLOC:
        return add_realloc(reading, entry, error);
    default:
        return true;
    }
}

/// Maps a log; NULL with *error when it is none.
static const struct recording_head *map_log(const char *path, size_t *bytes, struct error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *memory = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &status) == 0 &&
        status.st_size >= (off_t)sizeof(struct recording_head)) {
        *bytes = (size_t)status.st_size;
        memory = mmap(NULL, *bytes, PROT_READ, MAP_SHARED, fd, 0);
    }
    if (fd >= 0) {
        close(fd);
    }
    const struct recording_head *head = memory;
    if (memory == MAP_FAILED || memcmp(head->magic, RECORDING_MAGIC, sizeof head->magic) != 0) {
        error_at(error, path, 0, 0, "is no log of the recorder");
        return NULL;
    }
    return head;
}

bool recording_read(struct trace *trace, const char *path, const char *name,
                    struct recording_head *head, struct recording_losses *losses,
                    struct error *error)
{
    size_t bytes = 0;
    const struct recording_head *log = map_log(path, &bytes, error);
    if (log == NULL) {
        return false;
    }
    *head = *log;
    *losses = (struct recording_losses){0};
    size_t room = (bytes - sizeof *log) / sizeof(struct recording_entry);
    size_t n = log->n_entries < room ? (size_t)log->n_entries : room;
    losses->n_cut = (size_t)log->n_entries - n;
    struct reading reading = {.losses = losses};
    builder_begin(&reading.builder, trace, name, n, n / 2);
    idmap_init(&reading.places, 0, n / 4 + 16);
    const struct recording_entry *entries = (const struct recording_entry *)(log + 1);
    bool fine = true;
    for (size_t i = 0; fine && i < n; i++) {
        fine = take(&reading, &entries[i], error);
    }
    builder_end(&reading.builder);
    trace->suggested_heap_bytes = 2 * trace->peak_payload;
    trace->weight = WEIGHT_BOTH;
    idmap_free(&reading.places);
    free(reading.living);
    munmap((void *)(uintptr_t)log, bytes);
    return fine;
}
