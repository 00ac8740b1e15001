// SPDX-License-Identifier: MIT
// Processes that take turns. Each runs through its code and uses its data, at the same addresses as
// all others: a TLB that does not know whose translation it holds gives away the others' pages.
#include <stdlib.h>

#include "harness/access/emitter.h"
#include "harness/base/memory.h"

enum {
    QUANTUM_MIN = 20, ///< accesses
    QUANTUM_MAX = 200,
    INSTRUCTION_BYTES = 4,
    JUMPS = 6,          ///< percent of the instructions
    DATA_ACCESSES = 40, ///< percent of the instructions
};

struct process {
    uint64_t n_instructions; ///< that the code has
    uint64_t next;           ///< which one comes next
    uint64_t data;           ///< address
    struct popularity popularity;
};

static void process_begin(struct process *process, struct emitter *emitter)
{
    uint64_t n_pages = emitter->values[PARAMETER_PAGES];
    uint64_t n_code = (n_pages + 5) / 6;
    uint64_t n_data = n_pages > n_code ? n_pages - n_code : 1;
    process->n_instructions = n_code * emitter_page_bytes(emitter) / INSTRUCTION_BYTES;
    process->next = emitter_below(emitter, process->n_instructions);
    process->data =
        emitter->values[PARAMETER_BASE] + (n_pages - n_data) * emitter_page_bytes(emitter);
    popularity_begin(&process->popularity, emitter, (size_t)n_data,
                     emitter->values[PARAMETER_SKEW]);
}

static void process_step(struct process *process, struct emitter *emitter)
{
    emitter_access(emitter, ACCESS_FETCH,
                   emitter->values[PARAMETER_BASE] + process->next * INSTRUCTION_BYTES,
                   INSTRUCTION_BYTES, 0);
    process->next = emitter_chance(emitter, JUMPS) ? emitter_below(emitter, process->n_instructions)
                                                   : (process->next + 1) % process->n_instructions;
    if (emitter_chance(emitter, DATA_ACCESSES)) {
        uint64_t page = popularity_draw(&process->popularity, emitter);
        uint64_t address = process->data + page * emitter_page_bytes(emitter);
        uint64_t word = emitter_word_of_page(emitter, address);
        emitter_word(emitter, emitter_read_or_write(emitter), word);
    }
}

void emit_processes(struct emitter *emitter)
{
    size_t n = (size_t)emitter->values[PARAMETER_PROCESSES];
    struct process *processes = xcalloc(n, sizeof *processes);
    for (size_t i = 0; i < n; i++) {
        process_begin(&processes[i], emitter);
    }
    for (size_t i = 0; !emitter_is_full(emitter); i = (i + 1) % n) {
        if (n > 1) {
            emitter_switch(emitter, (uint16_t)i);
        }
        uint64_t end = emitter->n_accesses + QUANTUM_MIN +
                       emitter_below(emitter, QUANTUM_MAX - QUANTUM_MIN + 1);
        while (emitter->n_accesses < end) {
            process_step(&processes[i], emitter);
        }
    }
    for (size_t i = 0; i < n; i++) {
        popularity_end(&processes[i].popularity);
    }
    free(processes);
}
