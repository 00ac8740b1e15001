// SPDX-License-Identifier: MIT
// Every key that a rubric may have: what it takes, what it is when left out, what it decides.
#include "grading/rubric_keys.h"

#include <assert.h>

static_assert(sizeof(enum heap_base) == sizeof(unsigned), "SCHEMA_WORD stores an unsigned");

#define SETTING(member) offsetof(struct rubric_draft, rubric.settings.member)

const struct schema_word rubric_criteria[] = {{"correctness", CRITERION_CORRECTNESS},
                                              {"utilization", CRITERION_UTILIZATION},
                                              {"throughput", CRITERION_THROUGHPUT},
                                              {NULL, 0}};
static const struct schema_word compilers[] = {{"gcc", 0}, {"clang", 0}, {NULL, 0}};
static const struct schema_word abis[] = {
    {"native", HEAP_ABI_NATIVE}, {"m32", HEAP_ABI_M32}, {NULL, 0}};
static const struct schema_word alignments[] = {{"8", 8}, {"16", 16}, {NULL, 0}};
static const struct schema_word bases[] = {
    {"high", HEAP_BASE_HIGH}, {"low", HEAP_BASE_LOW}, {NULL, 0}};
static const struct schema_word contents[] = {
    {"zeros", HEAP_FRESH_ZEROS}, {"junk", HEAP_FRESH_JUNK}, {NULL, 0}};
static const struct schema_word policies[] = {
    {"fail", FINDING_FAIL}, {"warn", FINDING_WARN}, {"ignore", FINDING_IGNORE}, {NULL, 0}};
static const struct schema_word fit_policies[] = {
    {"any", FIT_ANY}, {"first", FIT_FIRST}, {"next", FIT_NEXT}, {"best", FIT_BEST}, {NULL, 0}};
static const struct schema_word fit_requirements[] = {{"either", FIT_REQUIRES_EITHER},
                                                      {"find_fit", FIT_REQUIRES_FIND_FIT},
                                                      {"place", FIT_REQUIRES_PLACE},
                                                      {"both", FIT_REQUIRES_BOTH},
                                                      {NULL, 0}};
static const struct schema_word throughput_metrics[] = {{"wall", THROUGHPUT_WALL}, {NULL, 0}};

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
    {0}};

#define FINDING(key, text)                                                                         \
    {                                                                                              \
        .name = #key, .type = SCHEMA_WORD, .offset = SETTING(heap.findings.key),                   \
        .words = policies, .fallback = "fail", .help = text                                        \
    }
static const struct schema_key finding_keys[] = {
    FINDING(uninit_read, "other pointers when fresh memory holds other bytes"),
    FINDING(unobserved, "other pointers when nobody writes the payloads"),
    FINDING(nondeterministic, "other pointers in a second, identical run"),
    FINDING(init_not_fresh, "other pointers after a second mm_init"),
    FINDING(past_break, "bytes past the break were written"),
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
     .type = SCHEMA_YES_NO,
     .offset = SETTING(speed.enabled),
     .fallback = "yes",
     .help = "no: nothing is timed and throughput is left out of the score"},
    {.name = "reference",
     .type = SCHEMA_NAME,
     .offset = SETTING(speed.reference),
     .fallback = "segregated",
     .help = "the solution in reference/LAB/ that is timed beside the submission"},
    {.name = "budget",
     .type = SCHEMA_SECONDS,
     .offset = SETTING(speed.budget_seconds),
     .minimum = 0.001,
     .maximum = 600,
     .fallback = "100 ms",
     .help = "how long one trace may be timed, both sides together"},
    {0}};

static const struct schema_key trace_keys[] = {
    {.name = "file",
     .type = SCHEMA_TEXT,
     .required = true,
     .offset = offsetof(struct trace_choice, path),
     .help = "a file, or a pattern such as traces/malloc/*.rep; from the project's root"},
    {.name = "weight",
     .type = SCHEMA_NUMBER,
     .offset = offsetof(struct trace_choice, weight),
     .minimum = 0,
     .maximum = 1e6,
     .fallback = "1",
     .help = "its part of every criterion's points, against the other traces' weights"},
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
     .fallback = "wall",
     .help = "of throughput: wall time against the reference's"},
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
    {.name = "findings", .type = SCHEMA_GROUP, .keys = finding_keys},
    {.name = "fit", .type = SCHEMA_GROUP, .keys = fit_keys},
    {.name = "speed", .type = SCHEMA_GROUP, .keys = speed_keys},
    {.name = "traces",
     .type = SCHEMA_LIST,
     .required = true,
     .offset = offsetof(struct rubric_draft, patterns),
     .count_offset = offsetof(struct rubric_draft, n_patterns),
     .keys = trace_keys,
     .element_bytes = sizeof(struct trace_choice),
     .check = rubric_check_pattern},
    {.name = "criteria",
     .type = SCHEMA_LIST,
     .required = true,
     .offset = offsetof(struct rubric_draft, rubric.criteria),
     .count_offset = offsetof(struct rubric_draft, rubric.n_criteria),
     .keys = criterion_keys,
     .element_bytes = sizeof(struct criterion),
     .check = rubric_check_criterion},
    {0}};
