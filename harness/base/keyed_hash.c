// SPDX-License-Identifier: MIT
// The one place that calls Nettle.
#include "harness/base/keyed_hash.h"

#include <nettle/hmac.h>
#include <nettle/pbkdf2.h>
#include <string.h>

#define N_ROUNDS 10000

void keyed_hash(const void *key, size_t key_bytes, const void *bytes, size_t n_bytes,
                uint8_t hash[KEYED_HASH_BYTES])
{
    struct hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, key_bytes, key);
    hmac_sha256_update(&context, n_bytes, bytes);
    hmac_sha256_digest(&context, KEYED_HASH_BYTES, hash);
}

void keyed_hash_slow(const char *key, const char *text, uint8_t hash[KEYED_HASH_BYTES])
{
    pbkdf2_hmac_sha256(strlen(key), (const uint8_t *)key, N_ROUNDS, strlen(text),
                       (const uint8_t *)text, KEYED_HASH_BYTES, hash);
}
