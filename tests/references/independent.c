// SPDX-License-Identifier: MIT
// Utilization, computed a second time: a program that shares no code with the harness, neither
// the reader nor memlib nor the replay, so that a mistake in one of them cannot hide in both.
//
//     independent TRACE...
//
// is linked with one reference allocator, plays each trace, and prints "NAME UTILIZATION" a line:
// the largest sum of payloads that are alive at once, by the trace's text alone, divided by the
// bytes that the allocator has taken from mem_sbrk at the end. Exit status 1 when a trace is none,
// or the allocator gives up. It does not look for faults of the allocator.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memlib.h"
#include "mm.h"

#define HEAP_BYTES ((size_t)200 << 20)
#define MAX_ID 10000000

// --- A memlib over one static array -----------------------------------------------------------

static _Alignas(4096) char heap[HEAP_BYTES];
static size_t heap_used;

void *mem_sbrk(ptrdiff_t incr)
{
    if (incr < 0 || (size_t)incr > HEAP_BYTES - heap_used) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap_used += (size_t)incr;
    return heap + heap_used - incr;
}

void *mem_heap_lo(void)
{
    return heap;
}

void *mem_heap_hi(void)
{
    return heap + heap_used - 1;
}

size_t mem_heapsize(void)
{
    return heap_used;
}

size_t mem_pagesize(void)
{
    return 4096;
}

// --- A trace ----------------------------------------------------------------------------------

struct step {
    char letter;
    long id; ///< -1: the NULL pointer
    size_t size;
};

struct script {
    struct step *steps;
    size_t n_steps;
    long n_ids; ///< the largest id and one more
};

static _Noreturn void give_up(const char *path, const char *reason)
{
    fprintf(stderr, "independent: %s: %s\n", path, reason);
    exit(EXIT_FAILURE);
}

static void *zeroed(size_t n, size_t bytes)
{
    void *memory = calloc(n, bytes);
    if (memory == NULL) {
        give_up("", strerror(errno));
    }
    return memory;
}

static struct script read_script(const char *path)
{
    FILE *file = fopen(path, "r");
    long head[4];
    if (file == NULL ||
        fscanf(file, "%ld %ld %ld %ld", &head[0], &head[1], &head[2], &head[3]) != 4) {
        give_up(path, "no header");
    }
    // In each dialect, the number of operations stands third.
    struct script script = {.steps = zeroed((size_t)head[2] + 1, sizeof *script.steps)};
    struct step step = {0};
    while (fscanf(file, " %c %ld", &step.letter, &step.id) == 2) {
        step.size = 0;
        if (step.letter != 'f' && fscanf(file, "%zu", &step.size) != 1) {
            give_up(path, "a size is missing");
        }
        if ((long)script.n_steps == head[2] || step.id > MAX_ID) {
            give_up(path, "more operations than the header says, or a huge id");
        }
        script.n_ids = step.id >= script.n_ids ? step.id + 1 : script.n_ids;
        script.steps[script.n_steps++] = step;
    }
    if ((long)script.n_steps != head[2]) {
        give_up(path, "fewer operations than the header says");
    }
    fclose(file);
    return script;
}

/// P of the book: what the user has asked for and not given back, at its largest.
static double peak_payload(const struct script *script)
{
    double *alive = zeroed((size_t)script->n_ids + 1, sizeof *alive);
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

static void play(const struct script *script, const char *path)
{
    char **blocks = zeroed((size_t)script->n_ids + 1, sizeof *blocks);
    heap_used = 0;
    if (mm_init() != 0) {
        give_up(path, "mm_init failed");
    }
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct step *step = &script->steps[i];
        char *nothing = NULL;
        char **block = step->id >= 0 ? &blocks[step->id] : &nothing;
        if (step->letter == 'f') {
            mm_free(*block);
            *block = NULL;
            continue;
        }
        *block = step->letter == 'a' ? mm_malloc(step->size) : mm_realloc(*block, step->size);
        if (*block == NULL && step->size > 0) {
            give_up(path, "the allocator returned NULL");
        }
        if (*block != NULL) {
            memset(*block, (int)i, step->size);
        }
    }
    free(blocks);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct script script = read_script(argv[i]);
        play(&script, argv[i]);
        const char *slash = strrchr(argv[i], '/');
        printf("%s %.17g\n", slash == NULL ? argv[i] : slash + 1,
               peak_payload(&script) / (double)heap_used);
        free(script.steps);
    }
    return EXIT_SUCCESS;
}
