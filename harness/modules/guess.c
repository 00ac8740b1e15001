// SPDX-License-Identifier: MIT
// Many models side by side; one that gave a wrong answer is fed no more.
#include "harness/modules/guess.h"

#include <stdlib.h>

#include "harness/base/memory.h"

#define MAX_TOLD 3

struct guess {
    const struct guess_family *family;
    void **models; ///< NULL once wrong, or impossible
    size_t n_models;
};

struct guess *guess_open(const struct guess_family *family, const struct module_config *config)
{
    struct guess *guess = xcalloc(1, sizeof *guess);
    guess->family = family;
    while (family->kinds[guess->n_models].text != NULL) {
        guess->n_models++;
    }
    guess->models = xcalloc(guess->n_models, sizeof *guess->models);
    for (size_t i = 0; i < guess->n_models; i++) {
        guess->models[i] = family->open(config, family->kinds[i].flags);
    }
    return guess;
}

void guess_feed(struct guess *guess, const struct module_call *call, const uint64_t *answer)
{
    const struct guess_family *family = guess->family;
    for (size_t i = 0; i < guess->n_models; i++) {
        if (guess->models[i] == NULL) {
            continue;
        }
        uint64_t results[RING_RESULTS] = {0};
        family->play(guess->models[i], call, results);
        if (call->n_results > 0 && !family->same(call, results, answer)) {
            family->close(guess->models[i]);
            guess->models[i] = NULL;
        }
    }
}

bool guess_tell(const struct guess *guess, FILE *file)
{
    unsigned n_told = 0;
    for (size_t i = 0; i < guess->n_models && n_told < MAX_TOLD; i++) {
        if (guess->models[i] != NULL) {
            fprintf(file, "%s%s", n_told == 0 ? "it agrees with " : "; or with ",
                    guess->family->kinds[i].text);
            n_told++;
        }
    }
    return n_told > 0;
}

void guess_close(struct guess *guess)
{
    for (size_t i = 0; i < guess->n_models; i++) {
        if (guess->models[i] != NULL) {
            guess->family->close(guess->models[i]);
        }
    }
    free(guess->models);
    free(guess);
}
