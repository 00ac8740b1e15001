// SPDX-License-Identifier: MIT
// Hashes with a secret key: whoever sees them cannot find the key, nor the hash of anything else.
// HMAC with SHA-256 (RFC 2104), and PBKDF2 over it (RFC 8018) for keys that people type.
#ifndef MMGRADE_BASE_KEYED_HASH_H
#define MMGRADE_BASE_KEYED_HASH_H

#include <stddef.h>
#include <stdint.h>

#define KEYED_HASH_BYTES 32

void keyed_hash(const void *key, size_t key_bytes, const void *bytes, size_t n_bytes,
                uint8_t hash[KEYED_HASH_BYTES]);

/// The same at the price of some 5 ms, which is what each guess at the key costs, too.
void keyed_hash_slow(const char *key, const char *text, uint8_t hash[KEYED_HASH_BYTES]);

#endif
