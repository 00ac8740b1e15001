// SPDX-License-Identifier: MIT
// Likely causes, by trying them: models of typical mistakes are fed the same calls as the
// submission. All its answers before the breach equalled golden ones, so a model fits when it, too,
// agrees with the golden model up to there, and with the submission at the breach.
//
// Adding a mistake: a line in guesses_tlb[], guesses_cache[] or guesses_replace[], and what the
// line's flag does in the model there.
#ifndef MMGRADE_MODULES_GUESS_H
#define MMGRADE_MODULES_GUESS_H

#include <stdio.h>

#include "harness/modules/breach.h"

/// A mistake, and the model that makes it.
struct guess_kind {
    const char *text; ///< what "it agrees with"; NULL ends a list
    unsigned flags;   ///< of the model
};

/// A family of models of one module.
struct guess_family {
    const struct guess_kind *kinds;
    /// NULL when that mistake cannot be made on this machine.
    void *(*open)(const struct module_config *config, unsigned flags);
    /// Plays one call; fills the results, if the function has any.
    void (*play)(void *model, const struct module_call *call, uint64_t *results);
    void (*close)(void *model);
    /// Whether two answers to a call are the same, as far as they mean something.
    bool (*same)(const struct module_call *call, const uint64_t *a, const uint64_t *b);
};

extern const struct guess_family guess_tlb, guess_cache, guess_replace, guess_replace_details;

struct guess; ///< opaque: all models of a family that have not been wrong yet

struct guess *guess_open(const struct guess_family *family, const struct module_config *config);

/// Feeds one call with its golden answer; the last one with the submission's.
void guess_feed(struct guess *guess, const struct module_call *call, const uint64_t *answer);

/// Writes which kinds still fit, the first few of them. False, and nothing written, when there is
/// none.
bool guess_tell(const struct guess *guess, FILE *file);

void guess_close(struct guess *guess);

#endif
