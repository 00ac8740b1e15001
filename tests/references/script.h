// SPDX-License-Identifier: MIT
/// A trace, read and played without any code of the harness, so that a mistake in one of the two
/// cannot hide in the other. What is wrong (no trace, a reference that breaks a rule of mm.h) is
/// printed to standard error and ends the program with status 1.
#ifndef TESTS_REFERENCES_SCRIPT_H
#define TESTS_REFERENCES_SCRIPT_H

#include <stddef.h>

struct step {
    char letter; ///< a, r or f
    long id;     ///< -1: the NULL pointer
    size_t size;
};

/// What the allocator has given for one id.
struct block {
    char *payload; ///< NULL: not alive
    size_t size;
    unsigned char fill; ///< what each byte of the payload holds
};

struct script {
    const char *path;
    struct step *steps;
    size_t n_steps;
    struct block *blocks; ///< by id
    long n_ids;           ///< the largest id and one more
};

/// Reads any dialect of .rep. `path` must stay. script_free gives it back.
struct script script_read(const char *path);
void script_free(struct script *script);

/// Empties the heap and calls mm_init.
void script_start(struct script *script);

/// Plays the steps [from, to). Each payload must be aligned; it is filled, and must hold its bytes
/// until it is freed or resized.
void script_play(struct script *script, size_t from, size_t to);

/// All payloads that are alive must hold their bytes, after the first `n_played` steps.
void script_verify(const struct script *script, size_t n_played);

#endif
