// SPDX-License-Identifier: MIT
// Calling the functions of modules, and what modules may call.
#include "harness/worker/modules.h"

#include <dlfcn.h>
#include <string.h>

#include "harness/worker/port.h"
#include "student_template/vm/cache.h"
#include "student_template/vm/pagetable.h"
#include "student_template/vm/replace.h"
#include "student_template/vm/tlb.h"
#include "student_template/vm/translate.h"

typedef void module_code(void);
typedef void module_adapter(module_code *code, const uint64_t *in, uint64_t *out);

/// The code with the type that the public header gives it.
#define AS(function, code) ((__typeof__(function) *)(code))

#define GEOMETRY_WORDS 12

static struct vm_geometry read_geometry(const uint64_t *in)
{
    struct vm_geometry geometry = {
        .va_bits = (uint32_t)in[0],
        .pa_bits = (uint32_t)in[1],
        .page_bits = (uint32_t)in[2],
        .n_levels = (uint32_t)in[3],
        .tlb_sets = (uint32_t)in[9],
        .cache_sets = (uint32_t)in[10],
        .line_bytes = (uint32_t)in[11],
    };
    for (size_t i = 0; i < VM_MAX_LEVELS; i++) {
        geometry.level_bits[i] = (uint32_t)in[4 + i];
    }
    return geometry;
}

/// A bool that the submission has not set can hold any byte, of which C knows nothing.
static uint64_t truth(const bool *flag)
{
    return *(const volatile unsigned char *)flag != 0;
}

// --- translate --------------------------------------------------------------------------------

static void call_split_va(module_code *code, const uint64_t *in, uint64_t *out)
{
    struct vm_geometry geometry = read_geometry(in);
    struct va_fields fields = AS(split_va, code)(&geometry, in[GEOMETRY_WORDS]);
    out[0] = fields.vpn;
    out[1] = fields.vpo;
    out[2] = fields.tlbi;
    out[3] = fields.tlbt;
    memcpy(&out[4], fields.index, sizeof fields.index);
}

static void call_join_va(module_code *code, const uint64_t *in, uint64_t *out)
{
    struct vm_geometry geometry = read_geometry(in);
    const uint64_t *own = in + GEOMETRY_WORDS;
    out[0] = AS(join_va, code)(&geometry, own[0], own[1]);
}

static void call_split_pa(module_code *code, const uint64_t *in, uint64_t *out)
{
    struct vm_geometry geometry = read_geometry(in);
    struct pa_fields fields = AS(split_pa, code)(&geometry, in[GEOMETRY_WORDS]);
    out[0] = fields.ppn;
    out[1] = fields.ppo;
    out[2] = fields.co;
    out[3] = fields.ci;
    out[4] = fields.ct;
}

static void call_join_pa(module_code *code, const uint64_t *in, uint64_t *out)
{
    struct vm_geometry geometry = read_geometry(in);
    const uint64_t *own = in + GEOMETRY_WORDS;
    out[0] = AS(join_pa, code)(&geometry, own[0], own[1]);
}

// --- pagetable --------------------------------------------------------------------------------

static void call_pt_init(module_code *code, const uint64_t *in, uint64_t *out)
{
    struct vm_geometry geometry = read_geometry(in);
    bool fine = AS(pt_init, code)(&geometry);
    out[0] = truth(&fine);
}

static void call_pt_create(module_code *code, const uint64_t *in, uint64_t *out)
{
    (void)in;
    out[0] = AS(pt_create, code)();
}

static void call_pt_map(module_code *code, const uint64_t *in, uint64_t *out)
{
    bool fine = AS(pt_map, code)(in[0], in[1], in[2], (uint32_t)in[3], in[4]);
    out[0] = truth(&fine);
}

static void call_pt_unmap(module_code *code, const uint64_t *in, uint64_t *out)
{
    bool fine = AS(pt_unmap, code)(in[0], in[1]);
    out[0] = truth(&fine);
}

static void call_pt_protect(module_code *code, const uint64_t *in, uint64_t *out)
{
    bool fine = AS(pt_protect, code)(in[0], in[1], in[2]);
    out[0] = truth(&fine);
}

static void call_pt_walk(module_code *code, const uint64_t *in, uint64_t *out)
{
    struct pt_result result = AS(pt_walk, code)(in[0], in[1], (enum vm_access)in[2], in[3] != 0);
    out[0] = (uint64_t)result.fault;
    out[1] = result.pa;
    out[2] = result.pte;
}

static void call_pt_destroy(module_code *code, const uint64_t *in, uint64_t *out)
{
    (void)out;
    AS(pt_destroy, code)(in[0]);
}

// --- tlb --------------------------------------------------------------------------------------

static void call_tlb_init(module_code *code, const uint64_t *in, uint64_t *out)
{
    (void)out;
    struct tlb_config config = {
        .sets = (uint32_t)in[0], .ways = (uint32_t)in[1], .policy = (enum tlb_policy)in[2]};
    AS(tlb_init, code)(&config);
}

static void call_tlb_lookup(module_code *code, const uint64_t *in, uint64_t *out)
{
    struct tlb_result result = AS(tlb_lookup, code)((uint32_t)in[0], in[1]);
    out[0] = truth(&result.hit);
    out[1] = result.ppn;
    out[2] = result.flags;
}

static void call_tlb_insert(module_code *code, const uint64_t *in, uint64_t *out)
{
    (void)out;
    AS(tlb_insert, code)((uint32_t)in[0], in[1], in[2], in[3]);
}

static void call_tlb_invalidate(module_code *code, const uint64_t *in, uint64_t *out)
{
    (void)out;
    AS(tlb_invalidate, code)((uint32_t)in[0], in[1]);
}

static void call_tlb_flush(module_code *code, const uint64_t *in, uint64_t *out)
{
    (void)out;
    AS(tlb_flush, code)((uint32_t)in[0]);
}

// --- cache ------------------------------------------------------------------------------------

static void call_cache_init(module_code *code, const uint64_t *in, uint64_t *out)
{
    (void)out;
    struct cache_config config = {.sets = (uint32_t)in[0],
                                  .ways = (uint32_t)in[1],
                                  .line_bytes = (uint32_t)in[2],
                                  .write_back = in[3] != 0,
                                  .write_allocate = in[4] != 0};
    AS(cache_init, code)(&config);
}

static void call_cache_access(module_code *code, const uint64_t *in, uint64_t *out)
{
    struct cache_result result = AS(cache_access, code)(in[0], in[1] != 0);
    out[0] = truth(&result.hit);
    out[1] = truth(&result.evicted);
    out[2] = truth(&result.written_back);
    out[3] = result.victim;
}

// --- replace ----------------------------------------------------------------------------------

static void call_replace_init(module_code *code, const uint64_t *in, uint64_t *out)
{
    (void)out;
    struct replace_config config = {.n_frames = (uint32_t)in[0],
                                    .policy = (enum replace_policy)in[1],
                                    .window = (uint32_t)in[2]};
    AS(replace_init, code)(&config);
}

static void call_replace_loaded(module_code *code, const uint64_t *in, uint64_t *out)
{
    (void)out;
    AS(replace_loaded, code)((uint32_t)in[0], in[1], in[2] != 0);
}

static void call_replace_touched(module_code *code, const uint64_t *in, uint64_t *out)
{
    (void)out;
    AS(replace_touched, code)((uint32_t)in[0], in[1], in[2] != 0);
}

static void call_replace_victim(module_code *code, const uint64_t *in, uint64_t *out)
{
    (void)in;
    out[0] = AS(replace_victim, code)();
}

// --- All of them ------------------------------------------------------------------------------

struct module_function {
    const char *name;
    module_adapter *call;
};

static const struct module_function module_functions[RING_N_MODULE_FUNCTIONS] = {
    [RING_SPLIT_VA] = {"split_va", call_split_va},
    [RING_JOIN_VA] = {"join_va", call_join_va},
    [RING_SPLIT_PA] = {"split_pa", call_split_pa},
    [RING_JOIN_PA] = {"join_pa", call_join_pa},
    [RING_PT_INIT] = {"pt_init", call_pt_init},
    [RING_PT_CREATE] = {"pt_create", call_pt_create},
    [RING_PT_MAP] = {"pt_map", call_pt_map},
    [RING_PT_UNMAP] = {"pt_unmap", call_pt_unmap},
    [RING_PT_PROTECT] = {"pt_protect", call_pt_protect},
    [RING_PT_WALK] = {"pt_walk", call_pt_walk},
    [RING_PT_DESTROY] = {"pt_destroy", call_pt_destroy},
    [RING_TLB_INIT] = {"tlb_init", call_tlb_init},
    [RING_TLB_LOOKUP] = {"tlb_lookup", call_tlb_lookup},
    [RING_TLB_INSERT] = {"tlb_insert", call_tlb_insert},
    [RING_TLB_INVALIDATE] = {"tlb_invalidate", call_tlb_invalidate},
    [RING_TLB_FLUSH] = {"tlb_flush", call_tlb_flush},
    [RING_CACHE_INIT] = {"cache_init", call_cache_init},
    [RING_CACHE_ACCESS] = {"cache_access", call_cache_access},
    [RING_REPLACE_INIT] = {"replace_init", call_replace_init},
    [RING_REPLACE_LOADED] = {"replace_loaded", call_replace_loaded},
    [RING_REPLACE_TOUCHED] = {"replace_touched", call_replace_touched},
    [RING_REPLACE_VICTIM] = {"replace_victim", call_replace_victim},
};

static module_code *found[RING_N_MODULE_FUNCTIONS];
static struct ring *asking; ///< while a call is on, else NULL

void modules_find(void *library, struct ring *ring)
{
    ring->module_functions = 0;
    for (size_t i = 0; i < RING_N_MODULE_FUNCTIONS; i++) {
        void *symbol = dlsym(library, module_functions[i].name);
        memcpy(&found[i], &symbol, sizeof symbol);
        ring->module_functions |= (uint64_t)(symbol != NULL) << i;
    }
}

void modules_call(struct ring *ring)
{
    uint32_t function = ring->count;
    asking = ring;
    module_functions[function].call(found[function], ring->arguments, ring->results);
    asking = NULL;
}

// --- What modules may call --------------------------------------------------------------------

static uint64_t ask(enum ring_question question, uint64_t first, uint64_t second)
{
    if (asking == NULL) {
        return VM_NONE;
    }
    asking->results[0] = first;
    asking->results[1] = second;
    port_reply(asking, RING_ASK, question);
    return port_wait(asking) == RING_ANSWER ? asking->pointer : VM_NONE;
}

uint64_t phys_read64(uint64_t pa)
{
    return ask(RING_PHYS_READ, pa, 0);
}

void phys_write64(uint64_t pa, uint64_t value)
{
    ask(RING_PHYS_WRITE, pa, value);
}

uint64_t frame_alloc(uint64_t n_frames)
{
    return ask(RING_FRAME_ALLOC, n_frames, 0);
}

void frame_free(uint64_t pa)
{
    ask(RING_FRAME_FREE, pa, 0);
}

uint64_t replace_random(void)
{
    return ask(RING_RANDOM, 0, 0);
}

uint64_t replace_next_use(uint64_t page)
{
    return ask(RING_NEXT_USE, page, 0);
}
