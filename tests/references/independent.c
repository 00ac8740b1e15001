// SPDX-License-Identifier: MIT
// Utilization, computed a second time: a program that shares no code with the harness, neither
// the reader nor memlib nor the replay, so that a mistake in one of them cannot hide in both.
//
//     independent TRACE...
//
// is linked with one reference allocator, plays each trace, and prints "NAME UTILIZATION" a line:
// the largest sum of payloads that are alive at once, by the trace's text alone, divided by the
// bytes that the allocator has taken from mem_sbrk at the end. On the way it verifies payloads and
// calls mm_checkheap; built with sanitizers, it is the test that a reference stays within its heap.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memlib.h"
#include "mm.h"
#include "tests/references/script.h"

#define N_CHECKS 32 // a trace; each is a walk over all blocks

/// P of the book: what the user has asked for and not given back, at its largest.
static double peak_payload(const struct script *script)
{
    double *alive = calloc((size_t)script->n_ids + 1, sizeof *alive);
    if (alive == NULL) {
        abort();
    }
    double sum = 0;
    double peak = 0;
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct step *step = &script->steps[i];
        if (step->id >= 0) {
            sum += (double)step->size - alive[step->id];
            alive[step->id] = (double)step->size;
        }
        peak = sum > peak ? sum : peak;
    }
    free(alive);
    return peak;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct script script = script_read(argv[i]);
        script_start(&script);
        size_t n_played = 0;
        for (size_t part = 1; part <= N_CHECKS; part++) {
            size_t to = script.n_steps * part / N_CHECKS;
            script_play(&script, n_played, to);
            script_verify(&script, to);
            if (!mm_checkheap(__LINE__)) {
                fprintf(stderr, "%s: mm_checkheap finds a fault before operation %zu\n", argv[i],
                        to + 1);
                return EXIT_FAILURE;
            }
            n_played = to;
        }
        const char *slash = strrchr(argv[i], '/');
        printf("%s %.17g\n", slash == NULL ? argv[i] : slash + 1,
               peak_payload(&script) / (double)mem_heapsize());
        script_free(&script);
    }
    return EXIT_SUCCESS;
}
