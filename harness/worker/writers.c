// SPDX-License-Identifier: MIT
// Two tables with an entry for each four bytes: tags have four at least.
#include "harness/worker/writers.h"

#include <string.h>
#include <sys/mman.h>

#include "harness/worker/territory.h"

#define GRANULE 4

static struct writer *of_heap, *of_variables;
static uint64_t heap_base, heap_max_bytes;

void *writers_map(uint64_t bytes)
{
    void *memory = mmap(NULL, (size_t)bytes + 1, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/// One more than the bytes need, for an access that ends in the last one.
static struct writer *map_table(uint64_t bytes)
{
    return writers_map((bytes / GRANULE + 2) * sizeof(struct writer));
}

bool writers_open(uint64_t base, uint64_t max_bytes)
{
    heap_base = base;
    heap_max_bytes = max_bytes;
    of_heap = map_table(max_bytes);
    return of_heap != NULL;
}

void writers_forget(uint64_t break_bytes)
{
    memset(of_heap, 0, (size_t)(break_bytes / GRANULE) * sizeof *of_heap);
    if (of_variables == NULL) {
        of_variables = map_table(territory.data.n_bytes);
    } else {
        memset(of_variables, 0, territory.data.n_bytes / GRANULE * sizeof *of_variables);
    }
}

bool writers_is_variable(uint64_t address, size_t bytes)
{
    return of_variables != NULL && territory_holds(&territory.data, (uintptr_t)address, bytes);
}

static struct writer *find(uint64_t address)
{
    return address - heap_base < heap_max_bytes
               ? &of_heap[(address - heap_base) / GRANULE]
               : &of_variables[(address - territory.data.start) / GRANULE];
}

void writers_set(uint64_t address, size_t bytes, uint32_t op, struct call_site site)
{
    uint32_t code[SIGHTING_FRAMES];
    backtrace_take(site, code);
    const struct writer writer = {.chain = backtrace_number(code), .op = op};
    const struct writer *last = find(address + bytes - 1);
    for (struct writer *at = find(address); at <= last; at++) {
        *at = writer;
    }
}

struct writer writers_at(uint64_t address)
{
    return *find(address);
}
