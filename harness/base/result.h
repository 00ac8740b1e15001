// SPDX-License-Identifier: MIT
// The result tree: the one thing that the score, the reports and the gradebook read.
//
//   result     one submission in one lab
//   case       one trace (or test) of it: passed, failed, or skipped because something else failed
//   verdict    one rule that was broken: a stable code for programs, sentences for people
//   metric     one measured figure with its unit and the reference's figure beside it
//
// The harness fills verdicts and metrics and never touches points; grading/score.c fills points
// and never touches text. Strings are owned by the tree unless said otherwise.
#ifndef MMGRADE_BASE_RESULT_H
#define MMGRADE_BASE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum status { STATUS_PASSED, STATUS_FAILED, STATUS_SKIPPED };

/// A place in the submission's code.
struct code_place {
    char *file;
    size_t line; ///< from 1
    char *function;
    char *text; ///< of the line, or NULL
};

struct verdict {
    const char *code; ///< static: "OVERLAP", "CRASH", ...
    size_t op;        ///< operation, from 1; 0 is mm_init or the build
    size_t line;      ///< in the trace file, from 1; 0 is none
    char *op_text;    ///< the operation as the trace says it: "f 31"; or NULL
    char *message;    ///< one sentence: what happened
    char *details;    ///< lines: the blocks and their history, expected, seen, the picture; or NULL
    char *source;     ///< lines: which line of code did it, or why that is not known; or NULL
    char *hint;       ///< the likely cause, or NULL
    char *reproduce;  ///< the command to type, or NULL
    struct code_place *places; ///< of `source`: the line at fault, then who called it
    size_t n_places;
};

/// What a metric is called; reports look metrics up by these names.
#define METRIC_UTILIZATION "utilization"     ///< ratio: peak payload / final heap size
#define METRIC_INTERNAL_FRAG "internal_frag" ///< ratio of the heap at the payload's peak
#define METRIC_EXTERNAL_FRAG "external_frag" ///< ratio of the heap at the payload's peak
#define METRIC_OPS "ops"                     ///< operations of the trace
#define METRIC_HEAP "heap_bytes"             ///< final heap size
#define METRIC_SBRK "sbrk_calls"             ///< successful calls of mem_sbrk that grew the heap
#define METRIC_FAULTS "page_faults"          ///< minor faults of the worker (getrusage)
#define METRIC_SPEED "ops_per_second"        ///< wall time; the reference's figure beside it
#define METRIC_SPEED_RATIO "speed_ratio"     ///< submission / reference, wall time
#define METRIC_SPEED_SPREAD "speed_spread"   ///< half-width of the ratio's 95 % interval / ratio
#define METRIC_CYCLES "cycles_per_op" ///< simulated cycles an operation; the reference's beside it
#define METRIC_CYCLES_RATIO "cycles_ratio"   ///< reference / submission: more is faster
#define METRIC_THROUGHPUT "throughput_ratio" ///< the ratio of these two that the rubric asks for

// Of the labs on addresses.
#define METRIC_ACCESSES "accesses"         ///< uses of memory that were played
#define METRIC_HIT_RATE "hit_rate"         ///< ratio, of the TLB or the cache
#define METRIC_HIT_RATIO "hit_ratio"       ///< under a free policy: hit rate / LRU's
#define METRIC_VM_FAULTS "faults"          ///< pages brought in; LRU's beside it
#define METRIC_OPT_FAULTS "opt_faults"     ///< what OPT would bring in
#define METRIC_FAULT_GAIN "fault_gain"     ///< ratio: 0 as good as LRU or worse, 1 as good as OPT
#define METRIC_TABLE_FRAMES "table_frames" ///< for page tables at most; the minimum beside it
#define METRIC_FRAME_RATIO "frame_ratio"   ///< ratio: minimum / table_frames
#define METRIC_WALK_REFERENCES "walk_references" ///< mean of a walk; the minimum beside it
#define METRIC_REFERENCE_RATIO "reference_ratio" ///< ratio: minimum / walk_references

struct metric {
    const char *name; ///< static
    const char *unit; ///< static: "ratio", "ops/s", "bytes", "calls", "faults", "ops"
    double value;
    double reference; ///< NAN when there is none
};

/// The heap at one moment of the check pass, for plots of fragmentation over time.
struct heap_sample {
    size_t op; ///< operations done
    uint64_t payload_bytes;
    uint64_t heap_bytes;
    uint64_t internal_bytes; ///< headers, footers, padding
    uint64_t external_bytes; ///< free holes and the unused top
};

struct case_result {
    char *trace;      ///< name for people
    char *machine;    ///< of several that a trace is played on: "16x4 lru"; or NULL
    char *trace_hash; ///< of the trace file, of labs that count cycles; or NULL
    double weight;    ///< as the rubric says
    bool hidden;      ///< from students: they may learn the status and the points alone
    uint64_t seed;    ///< of a trace that was generated; 0: it was not
    bool counts_utilization;
    bool counts_speed;
    enum status status;
    struct verdict *verdict; ///< why it failed; NULL when it did not
    struct verdict *warnings;
    size_t n_warnings;
    struct metric *metrics;
    size_t n_metrics;
    struct heap_sample *samples;
    size_t n_samples;
    char *output; ///< last lines that the submission printed, made printable; or NULL
    double score;
    double max_score;
};

struct criterion_result {
    char *name;
    double score;
    double max_score;
    double value; ///< what the points were computed from: a share, a mean, a geometric mean
    double none;  ///< the value that gives no points, NAN when it does not apply
    double full;  ///< the value that gives all points
};

/// How the submission was built: with what it could be built again.
struct build_result {
    bool ok;
    char *compiler; ///< first line of `cc --version`
    char *command;
    char *files;        ///< what was compiled, separated by spaces
    char *output;       ///< what the compiler said, made printable and capped
    char *note;         ///< what of it is judged, when a reference stands in; or NULL
    char *isolation;    ///< "bubblewrap and Landlock", or what was used in their place
    char *sources_hash; ///< of what was handed in
    struct verdict
        *uncounted; ///< why no cycles could be counted; NULL when they were, or were not asked
    struct verdict *verdict; ///< why it could not be built; NULL when it could
};

struct result {
    char *lab;
    char *submission;
    char *rubric;
    const char *op_noun; ///< static: what verdicts count, "access"; NULL: "operation"
    struct build_result build;
    struct case_result *cases;
    size_t n_cases;
    struct metric *metrics; ///< of the whole submission: means, geometric means
    size_t n_metrics;
    struct criterion_result *criteria;
    size_t n_criteria;
    double score;
    double max_score;
};

/// Appends a metric; name and unit must be static strings.
void metric_add(struct metric **metrics, size_t *n_metrics, const char *name, const char *unit,
                double value, double reference);

/// Gives the metric of that name, if there is one, the reference's figure.
void metric_set_reference(struct metric *metrics, size_t n_metrics, const char *name,
                          double reference);

/// The metric of that name, or NULL.
const struct metric *metric_find(const struct metric *metrics, size_t n_metrics, const char *name);

/// A fresh verdict with its strings empty; verdict_free takes it and NULL.
struct verdict *verdict_new(const char *code, size_t op, size_t line);
void verdict_free(struct verdict *verdict);

/// Frees all that the tree owns, not the struct itself.
void result_free(struct result *result);

#endif
