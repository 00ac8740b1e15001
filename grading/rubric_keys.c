// SPDX-License-Identifier: MIT
// Every key that a rubric may have: what it takes, what it is when left out, what it decides.
#include "grading/rubric_keys.h"

#include <assert.h>

#include "grading/rubric_traces.h"

static_assert(sizeof(enum heap_base) == sizeof(unsigned), "SCHEMA_WORD stores an unsigned");

const struct schema_word rubric_criteria[] = {
    {"correctness", CRITERION_CORRECTNESS}, {"utilization", CRITERION_UTILIZATION},
    {"throughput", CRITERION_THROUGHPUT},   {"hit_rate", CRITERION_HIT_RATE},
    {"faults", CRITERION_FAULTS},           {"frames", CRITERION_FRAMES},
    {"references", CRITERION_REFERENCES},   {NULL, 0}};
static const struct schema_word compilers[] = {{"gcc", 0}, {"clang", 0}, {NULL, 0}};
static const struct schema_word abis[] = {
    {"native", HEAP_ABI_NATIVE}, {"m32", HEAP_ABI_M32}, {NULL, 0}};
static const struct schema_word alignments[] = {{"8", 8}, {"16", 16}, {NULL, 0}};
static const struct schema_word bases[] = {
    {"high", HEAP_BASE_HIGH}, {"low", HEAP_BASE_LOW}, {NULL, 0}};
static const struct schema_word contents[] = {
    {"zeros", HEAP_FRESH_ZEROS}, {"junk", HEAP_FRESH_JUNK}, {NULL, 0}};
static const struct schema_word finding_kinds[] = {
    {"fail", FINDING_FAIL}, {"warn", FINDING_WARN}, {"ignore", FINDING_IGNORE}, {NULL, 0}};
static const struct schema_word fit_policies[] = {
    {"any", FIT_ANY}, {"first", FIT_FIRST}, {"next", FIT_NEXT}, {"best", FIT_BEST}, {NULL, 0}};
static const struct schema_word fit_requirements[] = {{"either", FIT_REQUIRES_EITHER},
                                                      {"find_fit", FIT_REQUIRES_FIND_FIT},
                                                      {"place", FIT_REQUIRES_PLACE},
                                                      {"both", FIT_REQUIRES_BOTH},
                                                      {NULL, 0}};
static const struct schema_word throughput_metrics[] = {
    {"cycles", THROUGHPUT_CYCLES}, {"wall", THROUGHPUT_WALL}, {NULL, 0}};
static const struct schema_word speed_wishes[] = {
    {"yes", SPEED_YES}, {"no", SPEED_NO}, {"true", SPEED_YES}, {"false", SPEED_NO}, {NULL, 0}};
static const struct schema_word yes_or_no[] = {
    {"yes", 1}, {"no", 0}, {"true", 1}, {"false", 0}, {NULL, 0}};
static const struct schema_word isolations[] = {
    {"any", DEMAND_ANY_ISOLATION}, {"full", DEMAND_FULL_ISOLATION}, {NULL, 0}};

static const struct schema_key collect_keys[] = {{.name = "entry",
                                                  .type = SCHEMA_NAME,
                                                  .offset = SETTING(build.entry),
                                                  .fallback = "mm.c",
                                                  .help = "the file that a submission must hold"},
                                                 {0}};

static const struct schema_key build_keys[] = {
    {.name = "compiler",
     .type = SCHEMA_TEXT,
     .offset = SETTING(build.compiler),
     .words = compilers,
     .noun = "compiler",
     .fallback = "gcc",
     .help = "what compiles the submission"},
    {.name = "flags",
     .type = SCHEMA_TEXTS,
     .offset = SETTING(build.flags),
     .count_offset = SETTING(build.n_flags),
     .fallback = "-O2",
     .help = "given to the compiler besides the fixed ones"},
    {.name = "allow",
     .type = SCHEMA_TEXTS,
     .offset = SETTING(build.allow),
     .count_offset = SETTING(build.n_allow),
     .help = "functions of the C library, besides the usual, that a submission may call where "
             "cycles are counted; what runs in them costs nothing"},
    {.name = "abi",
     .type = SCHEMA_WORD,
     .offset = SETTING(heap.abi),
     .words = abis,
     .fallback = "native",
     .help = "m32: a 32-bit program, for code that keeps pointers in 4 bytes; needs heap.base low"},
    {0}};

static const struct schema_key heap_keys[] = {
    {.name = "alignment",
     .type = SCHEMA_WORD,
     .offset = SETTING(heap.alignment),
     .words = alignments,
     .noun = "alignment",
     .fallback = "16",
     .help = "bytes; every payload starts on a multiple of it"},
    {.name = "base",
     .type = SCHEMA_WORD,
     .offset = SETTING(heap.base),
     .words = bases,
     .fallback = "high",
     .help = "low: addresses that fit in 32 bits"},
    {.name = "maximum",
     .type = SCHEMA_BYTES,
     .offset = SETTING(heap.max_bytes),
     .minimum = 0x1p16,
     .maximum = 0x1p40,
     .fallback = "100 MiB",
     .help = "mem_sbrk fails beyond it; KB, MB and GB are powers of 1024, too"},
    {.name = "fresh",
     .type = SCHEMA_WORD,
     .offset = SETTING(heap.fresh),
     .words = contents,
     .fallback = "junk",
     .help = "what new heap memory holds"},
    {0}};

static const struct schema_key limit_keys[] = {
    {.name = "operation",
     .type = SCHEMA_SECONDS,
     .offset = SETTING(limits.operation_seconds),
     .minimum = 0.001,
     .maximum = 3600,
     .fallback = "2 s",
     .help = "for one call of a submission's function"},
    {.name = "trace",
     .type = SCHEMA_SECONDS,
     .offset = SETTING(limits.trace_seconds),
     .minimum = 0.001,
     .maximum = 3600,
     .fallback = "20 s",
     .help = "for one run of one trace"},
    {.name = "build",
     .type = SCHEMA_SECONDS,
     .offset = SETTING(limits.build_seconds),
     .minimum = 0.1,
     .maximum = 3600,
     .fallback = "30 s",
     .help = "for compiling and linking"},
    {.name = "output",
     .type = SCHEMA_BYTES,
     .offset = SETTING(limits.output_bytes),
     .minimum = 0,
     .maximum = 0x1p30,
     .fallback = "64 KiB",
     .help = "of what a submission prints; the rest is dropped"},
    {.name = "static",
     .type = SCHEMA_BYTES,
     .offset = SETTING(limits.static_bytes),
     .minimum = 4096,
     .maximum = 0x1p40,
     .fallback = "64 KiB",
     .help = "of an allocator's static and thread-local variables"},
    {.name = "library_memory",
     .type = SCHEMA_WORD,
     .offset = SETTING(limits.library_memory),
     .words = yes_or_no,
     .fallback = "no",
     .help = "whether an allocator may call malloc, mmap, sbrk and the like of the C library"},
    {0}};

#define FINDING(key, usual, text)                                                                  \
    {                                                                                              \
        .name = #key, .type = SCHEMA_WORD, .offset = SETTING(heap.findings.key),                   \
        .words = finding_kinds, .fallback = usual, .help = text                                    \
    }
static const struct schema_key finding_keys[] = {
    FINDING(uninit_read, "fail", "other pointers when fresh memory holds other bytes"),
    FINDING(unobserved, "fail", "other pointers when nobody writes the payloads"),
    FINDING(nondeterministic, "fail", "other pointers in a second, identical run"),
    FINDING(init_not_fresh, "fail", "other pointers after a second mm_init"),
    FINDING(past_break, "fail", "bytes past the break were written"),
    FINDING(payload_access, "ignore", "live payloads read, or written and restored"),
    FINDING(fresh_read, "ignore", "fresh memory read, though it made no difference"),
    {0}};

static const struct schema_key fit_keys[] = {
    {.name = "policy",
     .type = SCHEMA_WORD,
     .offset = SETTING(heap.fit_policy),
     .words = fit_policies,
     .noun = "policy",
     .fallback = "any",
     .help = "of the lab fit: which free block find_fit must choose; any: all are right"},
    {.name = "requires",
     .type = SCHEMA_WORD,
     .offset = SETTING(fit_requires),
     .words = fit_requirements,
     .fallback = "either",
     .help = "of the lab fit: what must be handed in; the reference stands in for the rest"},
    {0}};

static const struct schema_key speed_keys[] = {
    {.name = "enabled",
     .type = SCHEMA_WORD,
     .offset = SETTING(speed.wish),
     .words = speed_wishes,
     .help = "whether wall time is measured; left out, only when throughput is scored by it; no: "
             "throughput by wall time is left out of the score"},
    {.name = "reference",
     .type = SCHEMA_NAME,
     .offset = SETTING(speed.reference),
     .fallback = "segregated",
     .help = "the solution in reference/LAB/ that throughput is compared with"},
    {.name = "budget",
     .type = SCHEMA_SECONDS,
     .offset = SETTING(speed.budget_seconds),
     .minimum = 0.001,
     .maximum = 600,
     .fallback = "100 ms",
     .help = "how long one trace may be timed, both sides together"},
    {0}};

static const struct schema_key criterion_keys[] = {
    {.name = "name",
     .type = SCHEMA_WORD,
     .required = true,
     .offset = offsetof(struct criterion, kind),
     .words = rubric_criteria,
     .noun = "criterion",
     .help = "what earns the points"},
    {.name = "points",
     .type = SCHEMA_NUMBER,
     .required = true,
     .offset = offsetof(struct criterion, points),
     .minimum = 0,
     .maximum = 1e6,
     .help = "for the whole submission"},
    {.name = "none",
     .type = SCHEMA_NUMBER,
     .offset = offsetof(struct criterion, none),
     .minimum = 0,
     .maximum = 1000,
     .fallback = "0",
     .help = "a trace earns nothing up to this value; not for correctness"},
    {.name = "full",
     .type = SCHEMA_NUMBER,
     .offset = offsetof(struct criterion, full),
     .minimum = 0,
     .maximum = 1000,
     .fallback = "1",
     .help = "a trace earns its whole share from this value on; not for correctness"},
    {.name = "metric",
     .type = SCHEMA_WORD,
     .offset = offsetof(struct criterion, metric),
     .words = throughput_metrics,
     .noun = "metric",
     .help =
         "of throughput, against the reference's: simulated cycles (the default but for abi: m32) "
         "or wall time"},
    {0}};

const struct schema_key rubric_keys[] = {
    {.name = "lab",
     .type = SCHEMA_TEXT,
     .required = true,
     .offset = offsetof(struct rubric_draft, rubric.lab),
     .help = "the lab's name: mmgrade labs"},
    {.name = "title",
     .type = SCHEMA_TEXT,
     .offset = offsetof(struct rubric_draft, rubric.title),
     .help = "for people; else the lab's own"},
    {.name = "collect", .type = SCHEMA_GROUP, .keys = collect_keys},
    {.name = "build", .type = SCHEMA_GROUP, .keys = build_keys},
    {.name = "heap", .type = SCHEMA_GROUP, .keys = heap_keys},
    {.name = "checkheap",
     .type = SCHEMA_EVERY,
     .offset = SETTING(heap.checkheap_every),
     .fallback = "never",
     .help = "when mm_checkheap is called, if the submission has one"},
    {.name = "limits", .type = SCHEMA_GROUP, .keys = limit_keys},
    {.name = "isolation",
     .type = SCHEMA_WORD,
     .offset = SETTING(isolation),
     .words = isolations,
     .fallback = "any",
     .help = "full: refuse to judge where bubblewrap or Landlock is missing (mmgrade doctor)"},
    {.name = "findings", .type = SCHEMA_GROUP, .keys = finding_keys},
    {.name = "fit", .type = SCHEMA_GROUP, .keys = fit_keys},
    {.name = "speed", .type = SCHEMA_GROUP, .keys = speed_keys},
    {.name = "machine",
     .type = SCHEMA_TEXT,
     .offset = SETTING(modules.machine),
     .fallback = "core-i7",
     .help = "a preset, of the labs on addresses also a file (mmgrade vm --list-machines); in the "
             "labs on allocators it counts cycles"},
    {.name = "common", .type = SCHEMA_GROUP, .keys = rubric_common_keys},
    {.name = "grid",
     .type = SCHEMA_LIST,
     .offset = SETTING(modules.grid),
     .count_offset = SETTING(modules.n_grid),
     .keys = rubric_grid_keys,
     .element_bytes = sizeof(struct module_shape)},
    {.name = "random",
     .type = SCHEMA_NUMBER,
     .offset = SETTING(modules.n_random),
     .minimum = 0,
     .maximum = 1000,
     .fallback = "0",
     .help = "how many machines of random sizes there are besides those of the grid"},
    {.name = "seed",
     .type = SCHEMA_NUMBER,
     .offset = SETTING(modules.seed),
     .minimum = 0,
     .maximum = 0x1p32,
     .fallback = "1",
     .help = "of those sizes, of the policy random, of what fresh frames hold"},
    {.name = "salt",
     .type = SCHEMA_TEXT,
     .offset = offsetof(struct rubric_draft, rubric.salt),
     .help = "a secret text, out of which 'seed: student' makes the seeds of traces"},
    {.name = "max_accesses",
     .type = SCHEMA_NUMBER,
     .offset = SETTING(modules.max_accesses),
     .minimum = 1,
     .maximum = 1e9,
     .fallback = "20000",
     .help = "of the labs on addresses: how many records of a trace are played"},
    {.name = "traces",
     .type = SCHEMA_LIST,
     .required = true,
     .offset = offsetof(struct rubric_draft, entries),
     .count_offset = offsetof(struct rubric_draft, n_entries),
     .keys = rubric_trace_keys,
     .element_bytes = sizeof(struct trace_entry),
     .check = rubric_check_trace},
    {.name = "criteria",
     .type = SCHEMA_LIST,
     .required = true,
     .offset = offsetof(struct rubric_draft, rubric.criteria),
     .count_offset = offsetof(struct rubric_draft, rubric.n_criteria),
     .keys = criterion_keys,
     .element_bytes = sizeof(struct criterion),
     .check = rubric_check_criterion},
    {.name = "late", .type = SCHEMA_GROUP, .keys = rubric_late_keys},
    {0}};
