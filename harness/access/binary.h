// SPDX-License-Identifier: MIT
// The binary form, all numbers little-endian, in units of 16 bytes:
//
//   bytes     0 .. 7            8 .. 11              12 .. 15
//   first     "mmaccess"        version              1: addresses are page numbers; else 0
//   record    address           line in the text     packed, see below
//   size      bytes                                  packed: BINARY_SIZE
//   last      n records                              packed: BINARY_END
//
//   packed    31      16 15    12 11   7 6    0
//             | process |  kind  | flags | bytes |
//
// Of 0 bytes means that a unit of kind BINARY_SIZE before the record has its size. The end is
// marked, not announced, so that the form can be written into a pipe; a file without it has been
// truncated.
#ifndef MMGRADE_ACCESS_BINARY_H
#define MMGRADE_ACCESS_BINARY_H

#include <assert.h>
#include <stdint.h>

#define BINARY_MAGIC "mmaccess"
#define BINARY_VERSION 1
#define BINARY_UNIT_BYTES 16
#define BINARY_MAX_BYTES 127 ///< larger sizes take a unit of their own

/// Kinds of units beside enum access_kind.
enum { BINARY_SIZE = 8, BINARY_END = 9 };

struct binary_unit {
    uint64_t value;
    uint32_t line;
    uint32_t packed;
};
static_assert(sizeof(struct binary_unit) == BINARY_UNIT_BYTES, "units are read in place");

static inline uint32_t binary_pack(uint32_t process, uint32_t kind, uint32_t flags, uint32_t bytes)
{
    return process << 16 | kind << 12 | flags << 7 | bytes;
}

#endif
