// SPDX-License-Identifier: MIT
// What a submission's sources declare, read without compiling: courses differ in what mm_init and
// mm_checkheap return, and a folder may hold files that are not part of the answer.
#ifndef MMGRADE_SANDBOX_CONTRACT_H
#define MMGRADE_SANDBOX_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>

/// Unsure: declared with different types, as under #if.
enum contract_type {
    CONTRACT_ABSENT,
    CONTRACT_VOID,
    CONTRACT_BOOL,
    CONTRACT_INT,
    CONTRACT_UNSURE,
};

/// Filled by contract_scan, file after file; starts zeroed but for `functions`.
struct contract {
    const char *const *functions; ///< further names to look for, NULL at the end; or NULL
    unsigned declared;            ///< which of them a file declares or defines, a bit for each
    unsigned defined;             ///< which of them a file defines
    enum contract_type init;      ///< return type of mm_init
    enum contract_type checkheap; ///< return type of mm_checkheap or mm_check
    char prototypes[512];         ///< C declarations of both, for the generated header
};

/// What one file defines.
struct contract_file {
    bool has_memlib;    ///< mem_sbrk: a course's own memlib
    bool has_physical;  ///< phys_read64 or replace_random: what modules are tried on
    bool has_allocator; ///< mm_malloc, or malloc
};

/// Reads one C source or header. Knows comments, strings, preprocessor lines and K&R definitions;
/// what macros hide it does not see. O(n).
struct contract_file contract_scan(struct contract *contract, const char *text, size_t n_bytes);

#endif
