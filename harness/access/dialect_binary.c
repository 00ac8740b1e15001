// SPDX-License-Identifier: MIT
// Binary traces: the project's own form (binary.h), and oracleGeneral of cache traces:
//
//   24 bytes a record, little-endian: u32 time, u64 object, u32 size, i64 next access, -1 = never
//
// An object counts as a page that is read. Recognised by numbers that make sense: times that do
// not fall, sizes above 0, next accesses that lie ahead.
#include <endian.h>
#include <string.h>

#include "harness/access/binary.h"
#include "harness/access/dialects.h"

#define OBJECT_BYTES 24
#define MAX_NEXT (INT64_C(1) << 48)

bool dialect_is_binary(const char *sample, size_t n_bytes)
{
    size_t n = strlen(BINARY_MAGIC);
    return n_bytes >= n && memcmp(sample, BINARY_MAGIC, n) == 0;
}

static struct binary_unit take_unit(const char *at)
{
    struct binary_unit unit;
    memcpy(&unit, at, sizeof unit);
    return (struct binary_unit){le64toh(unit.value), le32toh(unit.line), le32toh(unit.packed)};
}

/// Refuses the record that comes next; its number stands where others have the line.
static bool refuse(struct cursor *cursor, const char *reason)
{
    cursor->failed = true;
    return error_at(cursor->error, cursor->path, cursor->line, 0, "%s", reason);
}

static bool is_cut(struct cursor *cursor, size_t unit_bytes)
{
    return (size_t)(cursor->end - cursor->at) < unit_bytes;
}

bool dialect_begin_binary(struct cursor *cursor)
{
    if (!dialect_is_binary(cursor->at, (size_t)(cursor->end - cursor->at))) {
        return error_at(cursor->error, cursor->path, 0, 0, "is not in mmgrade's binary form");
    }
    if (is_cut(cursor, BINARY_UNIT_BYTES)) {
        return error_at(cursor->error, cursor->path, 0, 0, "ends too early: is it truncated?");
    }
    struct binary_unit unit = take_unit(cursor->at);
    if (unit.line != BINARY_VERSION || unit.packed > 1) {
        return error_at(cursor->error, cursor->path, 0, 0,
                        "is of version %u of the binary form, known is %d", unit.line,
                        BINARY_VERSION);
    }
    cursor->pages = unit.packed == 1;
    cursor->at += BINARY_UNIT_BYTES;
    return true;
}

static bool take_record(struct cursor *cursor, struct binary_unit unit, struct access *record)
{
    uint32_t bytes = unit.packed & BINARY_MAX_BYTES;
    *record = (struct access){
        .address = unit.value,
        .bytes = bytes == 0 ? cursor->bytes : bytes,
        .line = cursor->keeps_lines ? unit.line : (uint32_t)cursor->line,
        .process = (uint16_t)(unit.packed >> 16),
        .kind = (uint8_t)(unit.packed >> 12 & 15),
        .flags = (uint8_t)(unit.packed >> 7 & 31),
    };
    cursor->bytes = 0;
    cursor->line++;
    const char *fault = access_fault(record);
    return fault == NULL || (cursor->line--, refuse(cursor, fault));
}

/// Units that are no records; false when *cursor->failed.
static bool take_mark(struct cursor *cursor, struct binary_unit unit)
{
    if ((unit.packed >> 12 & 15) == BINARY_SIZE) {
        cursor->bytes = unit.value;
        return true;
    }
    if (unit.value != cursor->line - 1) {
        return refuse(cursor, "the end mark has another count of records: the file is damaged");
    }
    cursor->ended = true;
    return true;
}

size_t dialect_read_binary(struct cursor *cursor, struct access *records, size_t n)
{
    size_t n_read = 0;
    while (n_read < n && cursor->at < cursor->end) {
        if (cursor->ended) {
            refuse(cursor, "the file goes on after its end mark");
            break;
        }
        if (is_cut(cursor, BINARY_UNIT_BYTES)) {
            refuse(cursor, "ends within a record: is it truncated?");
            break;
        }
        struct binary_unit unit = take_unit(cursor->at);
        cursor->at += BINARY_UNIT_BYTES;
        uint32_t kind = unit.packed >> 12 & 15;
        bool is_record = kind != BINARY_SIZE && kind != BINARY_END;
        if (!(is_record ? take_record(cursor, unit, &records[n_read]) : take_mark(cursor, unit))) {
            break;
        }
        n_read += is_record;
    }
    return n_read;
}

bool dialect_end_binary(struct cursor *cursor)
{
    return cursor->ended || refuse(cursor, "ends without an end mark: is it truncated?");
}

struct object {
    uint32_t time;
    uint32_t bytes;
    uint64_t name;
    int64_t next;
};

static struct object take_object(const char *at)
{
    struct object object;
    memcpy(&object.time, at, sizeof object.time);
    memcpy(&object.name, at + 4, sizeof object.name);
    memcpy(&object.bytes, at + 12, sizeof object.bytes);
    memcpy(&object.next, at + 16, sizeof object.next);
    return (struct object){le32toh(object.time), le32toh(object.bytes), le64toh(object.name),
                           (int64_t)le64toh((uint64_t)object.next)};
}

bool dialect_is_objects(const char *sample, size_t n_bytes)
{
    uint32_t time = 0;
    size_t n_records = n_bytes / OBJECT_BYTES;
    for (size_t i = 0; i < n_records; i++) {
        struct object object = take_object(sample + i * OBJECT_BYTES);
        bool lies_ahead = object.next == -1 || object.next == INT64_MAX ||
                          (object.next > (int64_t)i && object.next < MAX_NEXT);
        if (object.time < time || object.bytes == 0 || !lies_ahead) {
            return false;
        }
        time = object.time;
    }
    return n_records > 0;
}

size_t dialect_read_objects(struct cursor *cursor, struct access *records, size_t n)
{
    size_t n_read = 0;
    while (n_read < n && cursor->at < cursor->end) {
        if (is_cut(cursor, OBJECT_BYTES)) {
            refuse(cursor, "ends within a record: is it truncated?");
            break;
        }
        records[n_read++] = (struct access){.address = take_object(cursor->at).name,
                                            .bytes = 1,
                                            .line = (uint32_t)cursor->line++,
                                            .kind = ACCESS_READ};
        cursor->at += OBJECT_BYTES;
    }
    return n_read;
}
