// SPDX-License-Identifier: MIT
// Turns a breach into a verdict, and holds the words that the texts of all modules share.
#include "harness/modules/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"

/// What is told of each function's arguments; those of a geometry are left out.
static const struct {
    const char *name;
    unsigned first;
    const char *arguments[5];
} functions[RING_N_MODULE_FUNCTIONS] = {
    [RING_SPLIT_VA] = {"split_va", 12, {"va"}},
    [RING_JOIN_VA] = {"join_va", 12, {"vpn", "vpo"}},
    [RING_SPLIT_PA] = {"split_pa", 12, {"pa"}},
    [RING_JOIN_PA] = {"join_pa", 12, {"ppn", "ppo"}},
    [RING_PT_INIT] = {"pt_init", 12, {NULL}},
    [RING_PT_CREATE] = {"pt_create", 0, {NULL}},
    [RING_PT_MAP] = {"pt_map", 0, {"root", "va", "pa", "height", "flags"}},
    [RING_PT_UNMAP] = {"pt_unmap", 0, {"root", "va"}},
    [RING_PT_PROTECT] = {"pt_protect", 0, {"root", "va", "flags"}},
    [RING_PT_WALK] = {"pt_walk", 0, {"root", "va", "access", "user"}},
    [RING_PT_DESTROY] = {"pt_destroy", 0, {"root"}},
    [RING_TLB_INIT] = {"tlb_init", 0, {NULL}},
    [RING_TLB_LOOKUP] = {"tlb_lookup", 0, {"asid", "vpn"}},
    [RING_TLB_INSERT] = {"tlb_insert", 0, {"asid", "vpn", "ppn", "flags"}},
    [RING_TLB_INVALIDATE] = {"tlb_invalidate", 0, {"asid", "vpn"}},
    [RING_TLB_FLUSH] = {"tlb_flush", 0, {"asid"}},
    [RING_CACHE_INIT] = {"cache_init", 0, {NULL}},
    [RING_CACHE_ACCESS] = {"cache_access", 0, {"pa", "write"}},
    [RING_REPLACE_INIT] = {"replace_init", 0, {NULL}},
    [RING_REPLACE_LOADED] = {"replace_loaded", 0, {"frame", "page", "write"}},
    [RING_REPLACE_TOUCHED] = {"replace_touched", 0, {"frame", "page", "write"}},
    [RING_REPLACE_VICTIM] = {"replace_victim", 0, {NULL}},
};

static void (*const tellers[N_RULES])(const struct telling *) = {
    [RULE_WRONG_FIELD] = explain_translate,
    [RULE_WRONG_ADDRESS] = explain_translate,
    [RULE_UNSUPPORTED] = explain_pagetable,
    [RULE_MAP_FAILED] = explain_pagetable,
    [RULE_UNMAP_FAILED] = explain_pagetable,
    [RULE_PROTECT_FAILED] = explain_pagetable,
    [RULE_WRONG_PTE] = explain_pagetable,
    [RULE_BITS_NOT_SET] = explain_pagetable,
    [RULE_BITS_SET_WRONGLY] = explain_pagetable,
    [RULE_MISSED_FAULT] = explain_pagetable,
    [RULE_FALSE_FAULT] = explain_pagetable,
    [RULE_WRONG_FAULT] = explain_pagetable,
    [RULE_WRONG_PA] = explain_pagetable,
    [RULE_STRAY_READ] = explain_reference,
    [RULE_STRAY_WRITE] = explain_reference,
    [RULE_UNINIT_READ] = explain_reference,
    [RULE_BAD_FREE] = explain_reference,
    [RULE_FRAME_LEAK] = explain_reference,
    [RULE_SKIPPED_REFERENCES] = explain_reference,
    [RULE_STALE_TLB] = explain_tlb,
    [RULE_WRONG_HIT] = explain_tlb,
    [RULE_MISSED_HIT] = explain_tlb,
    [RULE_WRONG_TRANSLATION] = explain_tlb,
    [RULE_OVER_CAPACITY] = explain_tlb,
    [RULE_CACHE_WRONG_HIT] = explain_cache,
    [RULE_CACHE_MISSED_HIT] = explain_cache,
    [RULE_NOT_EVICTED] = explain_cache,
    [RULE_FALSE_EVICTION] = explain_cache,
    [RULE_CACHE_WRONG_VICTIM] = explain_cache,
    [RULE_LOST_DIRTY] = explain_cache,
    [RULE_FALSE_WRITEBACK] = explain_cache,
    [RULE_BAD_VICTIM] = explain_replace,
    [RULE_WRONG_VICTIM] = explain_replace,
    [RULE_FORBIDDEN_SYSCALL] = explain_stop,
    [RULE_EXITED] = explain_stop,
    [RULE_CRASH] = explain_stop,
    [RULE_TIMEOUT] = explain_stop,
    [RULE_FORGED_REPLY] = explain_stop,
};

static const struct access_trace *trace_of(const struct telling *telling)
{
    return telling->pipeline->plan->trace;
}

/// A verdict's place: the record at hand; behind the trace its last one.
static struct verdict *place(const struct pipeline *pipeline, enum phase phase, size_t record,
                             const char *code)
{
    const struct access_trace *trace = pipeline->plan->trace;
    if (phase == PHASE_START || pipeline->plan->n_records == 0) {
        return verdict_new(code, 0, 0);
    }
    struct verdict *verdict = verdict_new(code, record + 1, trace->records[record].line);
    char text[ACCESS_TEXT_BYTES];
    access_print(&trace->records[record], text);
    verdict->op_text = xstrdup(text);
    return verdict;
}

/// The machine in one line, under every verdict.
static void tell_machine(const struct telling *telling)
{
    const struct module_config *config = telling->pipeline->config;
    const struct geometry *geometry = &config->geometry;
    char *sizes =
        module_config_describe(config, telling->pipeline->plan->judged | 1u << MODULE_TRANSLATE);
    fprintf(telling->details,
            "Machine: %s (%" PRIu32 "-bit VA, %" PRIu32 "-bit PA, pages of %" PRIu64 " bytes)\n",
            sizes, geometry->va_bits, geometry->pa_bits, UINT64_C(1) << geometry->page_bits);
    free(sizes);
}

/// What the access at hand must end with, whatever went wrong on the way.
static void tell_byte(const struct telling *telling)
{
    struct pipeline *pipeline = telling->pipeline;
    if (!pipeline->plan->moves_data || telling->breach->phase != PHASE_RECORDS ||
        pipeline->access->kind > ACCESS_MODIFY) {
        return;
    }
    uint8_t byte;
    bool is_write = pipeline->use_kind == WALK_WRITE;
    if (flow_expects_byte(pipeline, &byte)) {
        fprintf(telling->details, "The access %s the byte 0x%02x.\n", is_write ? "stores" : "reads",
                byte);
    } else {
        fputs("The access faults: it has no byte.\n", telling->details);
    }
}

struct verdict *explain_breach(struct pipeline *pipeline)
{
    const struct breach *breach = &pipeline->breach;
    struct verdict *verdict =
        place(pipeline, breach->phase, breach->record, rules[breach->rule].code);
    size_t bytes[3];
    struct telling telling = {
        .pipeline = pipeline,
        .breach = breach,
        .message = xopen_memstream(&verdict->message, &bytes[0]),
        .details = xopen_memstream(&verdict->details, &bytes[1]),
        .hint = xopen_memstream(&verdict->hint, &bytes[2]),
    };
    if (breach->phase == PHASE_END) {
        fputs(
            "This was after the last access: every process ends, the TLB is flushed of it and its "
            "page tables\nare destroyed.\n",
            telling.details);
    }
    tellers[breach->rule](&telling);
    tell_byte(&telling);
    tell_machine(&telling);
    fclose(telling.message);
    fclose(telling.details);
    fclose(telling.hint);
    verdict->code = rules[breach->rule].code; // what history shows may make it another
    verdict->details = string_or_null(verdict->details);
    verdict->hint = string_or_null(verdict->hint);
    return verdict;
}

struct verdict *explain_extra_references(const struct pipeline *pipeline)
{
    const struct pipeline_counts *counts = &pipeline->counts;
    struct verdict *verdict =
        place(pipeline, PHASE_RECORDS, counts->extra_record - 1, rules[RULE_EXTRA_REFERENCES].code);
    verdict->message = xasprintf("pt_walk read %" PRIu64 " words and wrote %" PRIu64
                                 " that did not change; %.2f reads a "
                                 "walk, where %.2f are needed.",
                                 counts->extra_reads, counts->extra_writes,
                                 (double)counts->n_walk_references / (double)counts->n_walks,
                                 (double)counts->n_golden_references / (double)counts->n_walks);
    verdict->hint = xstrdup("an entry is read again instead of kept in a variable, or written "
                            "although A and D were set already");
    return verdict;
}

void say_call(FILE *file, const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    if (breach->n_call == 0) {
        fputs("A constructor, run while the program was loaded,", file);
        return;
    }
    const struct module_call *call = &breach->call;
    fprintf(file, "%s(", functions[call->function].name);
    for (unsigned i = 0; i < 5 && functions[call->function].arguments[i] != NULL; i++) {
        fprintf(file, "%s%s 0x%" PRIx64, i == 0 ? "" : ", ", functions[call->function].arguments[i],
                call->arguments[functions[call->function].first + i]);
    }
    fputs(")", file);
}

void say_virtual(FILE *file, const struct telling *telling, uint64_t va)
{
    const struct geometry *geometry = telling->pipeline->geometry;
    struct virtual_fields fields = geometry_split_virtual(geometry, va);
    fprintf(file, "VA 0x%" PRIx64 " = VPN 0x%" PRIx64 " | VPO 0x%" PRIx64,
            geometry_join_virtual(geometry, fields.vpn, fields.vpo), fields.vpn, fields.vpo);
}

void say_physical(FILE *file, const struct telling *telling, uint64_t pa)
{
    struct physical_fields fields = geometry_split_physical(telling->pipeline->geometry, pa);
    fprintf(file,
            "PA 0x%" PRIx64 " = PPN 0x%" PRIx64 " | PPO 0x%" PRIx64 "   CT 0x%" PRIx64
            " | CI 0x%" PRIx64 " | CO 0x%" PRIx64,
            pa, fields.ppn, fields.ppo, fields.ct, fields.ci, fields.co);
}

void say_record(FILE *file, const struct telling *telling, size_t record)
{
    char text[ACCESS_TEXT_BYTES];
    const struct access *access = &trace_of(telling)->records[record];
    access_print(access, text);
    fprintf(file, "access %zu (line %" PRIu32 ": %s)", record + 1, access->line, text);
}

static const struct {
    uint64_t bit;
    const char *name;
} flag_names[] = {{PTE_P, "P"}, {PTE_W, "W"},   {PTE_U, "U"},  {PTE_A, "A"},
                  {PTE_D, "D"}, {PTE_PS, "PS"}, {PTE_XD, "XD"}};

void explain_entry(char *text, size_t n, uint64_t entry)
{
    size_t used = (size_t)snprintf(text, n, "PPN 0x%" PRIx64, entry >> PTE_SHIFT & PTE_PPN_MASK);
    if ((entry & PTE_P) == 0) {
        snprintf(text, n, "not present");
        return;
    }
    for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names && used < n; i++) {
        if ((entry & flag_names[i].bit) != 0) {
            used += (size_t)snprintf(text + used, n - used, " %s", flag_names[i].name);
        }
    }
}

void explain_frames(const struct telling *telling)
{
    if (telling->breach->without_frames) {
        fputs("In this call frame_alloc gave VM_NONE, as it does when memory is full.\n",
              telling->details);
    }
}

struct replay {
    const struct telling *telling;
    const struct pipeline_watcher *watcher;
};

static bool is_wanted(const struct replay *replay, const struct pipeline *pipeline)
{
    return pipeline->call.module == replay->telling->breach->call.module;
}

static bool is_last(const struct replay *replay, const struct pipeline *pipeline)
{
    const struct breach *breach = replay->telling->breach;
    return pipeline->n_own_calls[breach->call.module] == breach->n_call;
}

static bool before(void *context, const struct pipeline *pipeline)
{
    const struct replay *replay = context;
    const struct pipeline_watcher *watcher = replay->watcher;
    return !is_wanted(replay, pipeline) || watcher->before == NULL ||
           watcher->before(watcher->context, pipeline);
}

static bool after(void *context, const struct pipeline *pipeline)
{
    const struct replay *replay = context;
    const struct pipeline_watcher *watcher = replay->watcher;
    if (!is_wanted(replay, pipeline)) {
        return true;
    }
    return (watcher->after == NULL || watcher->after(watcher->context, pipeline)) &&
           !is_last(replay, pipeline);
}

void explain_replay(const struct telling *telling, const struct pipeline_watcher *watcher)
{
    struct replay replay = {telling, watcher};
    struct pipeline_watcher own = {before, after, &replay};
    struct pipeline_plan plan = *telling->pipeline->plan;
    plan.session = NULL;
    plan.watcher = &own;
    struct pipeline pipeline;
    struct error error;
    pipeline_open(&pipeline, &plan);
    pipeline_run(&pipeline, &error);
    pipeline_close(&pipeline);
}
