// SPDX-License-Identifier: MIT
// Pseudonyms: two words, "plucky-otter", that a secret key makes of a submission's name. Who has
// the key can tell who is who, nobody else can; the same key gives the same pseudonyms on every
// run.
#ifndef MMGRADE_REPORTS_LEADERBOARD_NAMES_H
#define MMGRADE_REPORTS_LEADERBOARD_NAMES_H

#include <stdbool.h>

#include "harness/base/error.h"
#include "reports/exporters.h"

#define LEADERBOARD_KEY_BYTES 32

struct leaderboard_key {
    unsigned char bytes[LEADERBOARD_KEY_BYTES];
};

/// Reads FOLDER/leaderboard.key. False with *error when it is missing or no key.
bool leaderboard_key_read(const char *folder, struct leaderboard_key *key, struct error *error);

/// The same; a missing one is made of random bytes and stored, readable for its owner alone.
bool leaderboard_key_make(const char *folder, struct leaderboard_key *key, struct error *error);

/// Gives each row its pseudonym. They differ: of two rows that draw the same words, the later one
/// by name draws again, so a newcomer changes another's pseudonym in one case of 16384. O(n^2).
void leaderboard_name(struct export_source *source, const struct leaderboard_key *key);

#endif
