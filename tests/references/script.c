// SPDX-License-Identifier: MIT
#include "tests/references/script.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "memlib.h"
#include "mm.h"

#define MAX_ID 10000000

static _Noreturn void give_up(const char *path, const char *reason)
{
    fprintf(stderr, "%s: %s\n", path, reason);
    exit(EXIT_FAILURE);
}

static _Noreturn void give_up_at(const struct script *script, size_t i, const char *reason)
{
    fprintf(stderr, "%s: operation %zu: %s\n", script->path, i + 1, reason);
    exit(EXIT_FAILURE);
}

static void *zeroed(const char *path, size_t n, size_t bytes)
{
    void *memory = calloc(n, bytes);
    if (memory == NULL) {
        give_up(path, strerror(errno));
    }
    return memory;
}

struct script script_read(const char *path)
{
    FILE *file = fopen(path, "r");
    long head[4];
    if (file == NULL ||
        fscanf(file, "%ld %ld %ld %ld", &head[0], &head[1], &head[2], &head[3]) != 4) {
        give_up(path, "no header");
    }
    // In each dialect, the number of operations stands third.
    struct script script = {.path = path};
    script.steps = zeroed(path, (size_t)head[2] + 1, sizeof *script.steps);
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
    script.blocks = zeroed(path, (size_t)script.n_ids + 1, sizeof *script.blocks);
    return script;
}

void script_free(struct script *script)
{
    free(script->steps);
    free(script->blocks);
}

void script_start(struct script *script)
{
    mem_reset_brk();
    memset(script->blocks, 0, (size_t)script->n_ids * sizeof *script->blocks);
    if (mm_init() != 0) {
        give_up(script->path, "mm_init failed");
    }
}

/// Do the first n_bytes of the payload hold what they were filled with?
static void verify(const struct script *script, size_t i, const struct block *block, size_t n_bytes)
{
    if (n_bytes > 0 && ((unsigned char)block->payload[0] != block->fill ||
                        memcmp(block->payload, block->payload + 1, n_bytes - 1) != 0)) {
        give_up_at(script, i, "a payload has changed");
    }
}

static void play_step(struct script *script, size_t i)
{
    const struct step *step = &script->steps[i];
    struct block nothing = {0};
    struct block *block = step->id >= 0 ? &script->blocks[step->id] : &nothing;
    if (step->letter == 'f') {
        verify(script, i, block, block->size);
        mm_free(block->payload);
        *block = nothing;
        return;
    }
    char *payload =
        step->letter == 'a' ? mm_malloc(step->size) : mm_realloc(block->payload, step->size);
    if (payload == NULL && step->size > 0) {
        give_up_at(script, i, "the allocator returned NULL");
    }
    if ((uintptr_t)payload % ALIGNMENT != 0) {
        give_up_at(script, i, "a payload is not aligned");
    }
    block->payload = payload;
    if (step->letter == 'r') {
        verify(script, i, block, block->size < step->size ? block->size : step->size);
    }
    block->size = step->size;
    block->fill = (unsigned char)i;
    if (payload != NULL) {
        memset(payload, block->fill, block->size);
    }
}

void script_play(struct script *script, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        play_step(script, i);
    }
}

void script_verify(const struct script *script, size_t n_played)
{
    for (long id = 0; id < script->n_ids; id++) {
        verify(script, n_played, &script->blocks[id], script->blocks[id].size);
    }
}
