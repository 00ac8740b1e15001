// SPDX-License-Identifier: MIT
// Kinds that do what loops over arrays and lists do.
#include <stdlib.h>

#include "harness/access/emitter.h"
#include "harness/base/memory.h"

enum { NODE_BYTES = 64, MATMUL_ORDERS = 6 };

static uint64_t footprint_bytes(const struct emitter *emitter)
{
    return emitter->values[PARAMETER_PAGES] << emitter->values[PARAMETER_PAGE_BITS];
}

static void emit_laps(struct emitter *emitter, uint64_t stride)
{
    while (!emitter_is_full(emitter)) {
        for (uint64_t at = 0; at < footprint_bytes(emitter) && !emitter_is_full(emitter);
             at += stride) {
            emitter_word(emitter, emitter_read_or_write(emitter),
                         emitter->values[PARAMETER_BASE] + at);
        }
    }
}

void emit_sequential(struct emitter *emitter)
{
    emit_laps(emitter, EMITTER_WORD_BYTES);
}

void emit_stride(struct emitter *emitter)
{
    emit_laps(emitter, emitter->values[PARAMETER_STRIDE]);
}

/// Each page is used at an offset of its own, so that a cache does not see one set alone.
void emit_loop(struct emitter *emitter)
{
    uint64_t page_bytes = emitter_page_bytes(emitter);
    while (!emitter_is_full(emitter)) {
        for (uint64_t page = 0; page < emitter->values[PARAMETER_PAGES]; page++) {
            uint64_t offset = page * NODE_BYTES % page_bytes;
            emitter_word(emitter, emitter_read_or_write(emitter),
                         emitter->values[PARAMETER_BASE] + page * page_bytes + offset);
        }
    }
}

/// A node is its pointer to the next one, which is read, and a word of payload.
void emit_list_walk(struct emitter *emitter)
{
    size_t n_nodes = (size_t)(footprint_bytes(emitter) / NODE_BYTES);
    uint32_t *order = emitter_shuffled(emitter, n_nodes);
    while (!emitter_is_full(emitter)) {
        for (size_t i = 0; i < n_nodes && !emitter_is_full(emitter); i++) {
            uint64_t node = emitter->values[PARAMETER_BASE] + (uint64_t)order[i] * NODE_BYTES;
            emitter_word(emitter, emitter_read_or_write(emitter), node + EMITTER_WORD_BYTES);
            emitter_word(emitter, ACCESS_READ, node);
        }
    }
    free(order);
}

/// Matrices lie one behind the other, row by row, each from a line's start on.
struct matmul {
    struct emitter *emitter;
    uint64_t n;
    uint64_t a, b, c;
};

static void use(const struct matmul *matmul, enum access_kind kind, uint64_t matrix, uint64_t row,
                uint64_t column)
{
    emitter_word(matmul->emitter, kind, matrix + (row * matmul->n + column) * EMITTER_WORD_BYTES);
}

/// The three matrices as the innermost loop sees them (CS:APP 3e, section 6.6.2, figure 6.44): what
/// does not depend on its index is kept in a register.
static void innermost_k(const struct matmul *matmul, uint64_t i, uint64_t j)
{
    for (uint64_t k = 0; k < matmul->n; k++) {
        use(matmul, ACCESS_READ, matmul->a, i, k);
        use(matmul, ACCESS_READ, matmul->b, k, j);
    }
    use(matmul, ACCESS_MODIFY, matmul->c, i, j);
}

static void innermost_j(const struct matmul *matmul, uint64_t i, uint64_t k)
{
    use(matmul, ACCESS_READ, matmul->a, i, k);
    for (uint64_t j = 0; j < matmul->n; j++) {
        use(matmul, ACCESS_READ, matmul->b, k, j);
        use(matmul, ACCESS_MODIFY, matmul->c, i, j);
    }
}

static void innermost_i(const struct matmul *matmul, uint64_t j, uint64_t k)
{
    use(matmul, ACCESS_READ, matmul->b, k, j);
    for (uint64_t i = 0; i < matmul->n; i++) {
        use(matmul, ACCESS_READ, matmul->a, i, k);
        use(matmul, ACCESS_MODIFY, matmul->c, i, j);
    }
}

/// As matmul_orders[] of generators.c: ijk, ikj, jik, jki, kij, kji. `swapped`: the outermost
/// loop's index is the function's second one.
static const struct {
    void (*innermost)(const struct matmul *matmul, uint64_t first, uint64_t second);
    bool swapped;
} orders[MATMUL_ORDERS] = {{innermost_k, false}, {innermost_j, false}, {innermost_k, true},
                           {innermost_i, false}, {innermost_j, true},  {innermost_i, true}};

void emit_matmul(struct emitter *emitter)
{
    uint64_t n = emitter->values[PARAMETER_N];
    uint64_t base = emitter->values[PARAMETER_BASE];
    uint64_t matrix_bytes = (n * n * EMITTER_WORD_BYTES + NODE_BYTES - 1) / NODE_BYTES * NODE_BYTES;
    struct matmul matmul = {emitter, n, base, base + matrix_bytes, base + 2 * matrix_bytes};
    size_t order = (size_t)emitter->values[PARAMETER_ORDER];
    for (uint64_t outer = 0; outer < n; outer++) {
        for (uint64_t middle = 0; middle < n && !emitter_is_full(emitter); middle++) {
            bool swapped = orders[order].swapped;
            orders[order].innermost(&matmul, swapped ? middle : outer, swapped ? outer : middle);
        }
    }
}
