// SPDX-License-Identifier: MIT
// Bounds are read from the loaded object's program headers, once.
#include "harness/worker/territory.h"

#include <errno.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "harness/worker/port.h"

struct territory territory;
static struct ring *ring;
static const char *library;

void territory_open(struct ring *shared, const char *path)
{
    ring = shared;
    library = path;
    territory.heap =
        (struct territory_range){(uintptr_t)ring->heap_base, (size_t)ring->heap_max_bytes};
    territory.stack.start = (uintptr_t)ring->stack_low;
    territory.stack.n_bytes = (uintptr_t)__builtin_frame_address(0) - territory.stack.start;
}

static uintptr_t segment_end(const struct dl_phdr_info *info, const ElfW(Phdr) * segment)
{
    return (uintptr_t)(info->dlpi_addr + segment->p_vaddr + segment->p_memsz);
}

static void set_range(struct territory_range *range, uintptr_t start, uintptr_t end)
{
    *range = (struct territory_range){start, end > start ? end - start : 0};
}

/// The module's ranges: its whole image, and its writable segment behind what the dynamic linker
/// has made read-only, the addresses of functions above all.
static void take_segments(const struct dl_phdr_info *info)
{
    uintptr_t end = (uintptr_t)info->dlpi_addr;
    uintptr_t data = 0;
    uintptr_t data_end = 0;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD) {
            end = segment_end(info, segment);
        }
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_W) != 0) {
            data = (uintptr_t)(info->dlpi_addr + segment->p_vaddr);
            data_end = end;
        }
        if (segment->p_type == PT_TLS && info->dlpi_tls_data != NULL) {
            territory.thread =
                (struct territory_range){(uintptr_t)info->dlpi_tls_data, (size_t)segment->p_memsz};
        }
    }
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO) {
            data = segment_end(info, &info->dlpi_phdr[i]);
        }
    }
    set_range(&territory.module, (uintptr_t)info->dlpi_addr, end);
    set_range(&territory.data, data, data_end);
}

static int take_if_named(struct dl_phdr_info *info, size_t n_bytes, void *name)
{
    (void)n_bytes;
    bool found = strcmp(info->dlpi_name, name) == 0;
    if (found) {
        take_segments(info);
    }
    return found;
}

void territory_find_module(void)
{
    dl_iterate_phdr(take_if_named, (void *)(uintptr_t)library);
}

bool territory_allows(uintptr_t address, size_t n_bytes)
{
    if (territory_holds(&territory.heap, address, n_bytes) ||
        territory_holds(&territory.data, address, n_bytes) ||
        territory_holds(&territory.stack, address, n_bytes) ||
        territory_holds(&territory.thread, address, n_bytes)) {
        return true;
    }
    struct territory_range error = {(uintptr_t)&errno, sizeof errno};
    territory_find_module();
    return territory_holds(&territory.data, address, n_bytes) ||
           territory_holds(&territory.thread, address, n_bytes) ||
           territory_holds(&error, address, n_bytes);
}

void territory_refuse(uintptr_t address, const void *code)
{
    ring->results[0] = address;
    port_reply(ring, RING_STORE_REFUSED, territory_code(code));
    _exit(1);
}
