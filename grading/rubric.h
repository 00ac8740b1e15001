// SPDX-License-Identifier: MIT
// A rubric: what an instructor decides about a lab, read from a YAML file. `rubric_print_keys`
// lists what may stand in it; grading/rubrics/malloc.yaml says it with comments.
//
// Glossary of the stage `grading`:
//   rubric      what an instructor decides: settings of the lab, traces, criteria
//   criterion   one thing that points are given for: correctness, utilization, hit_rate, ...
//   share       the part of a criterion's points that one case may earn
#ifndef MMGRADE_GRADING_RUBRIC_H
#define MMGRADE_GRADING_RUBRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "harness/base/error.h"
#include "harness/labs/lab.h"

enum criterion_kind {
    CRITERION_CORRECTNESS,
    CRITERION_UTILIZATION,
    CRITERION_THROUGHPUT,
    CRITERION_HIT_RATE,
    CRITERION_FAULTS,
    CRITERION_FRAMES,
    CRITERION_REFERENCES
};

struct criterion {
    enum criterion_kind kind;
    const char *name;              ///< static: "utilization"
    double points;                 ///< that the whole submission can earn
    double none;                   ///< the value up to which a case earns nothing
    double full;                   ///< the value from which a case earns its whole share
    enum throughput_metric metric; ///< of throughput alone
};

struct rubric {
    char *path; ///< as it was given
    char *lab;
    char *title;
    struct lab_settings settings; ///< its strings belong to the rubric
    struct criterion *criteria;
    size_t n_criteria;
};

/// Reads a rubric file. On failure false, with file, line, column and what is allowed in *error,
/// and nothing to free. On success the caller calls rubric_free.
///
/// Trace patterns are relative to the project's root (paths.h), whatever folder the rubric is in;
/// they are expanded here, each sorted by name, to paths that can be opened. A trace that two
/// entries choose is played once, with the later entry's weight.
bool rubric_read(struct rubric *rubric, const char *path, struct error *error);

/// The same for text in memory; `path` is for messages and rubric->path.
bool rubric_parse(struct rubric *rubric, const char *path, const char *text, size_t text_bytes,
                  struct error *error);

/// Replaces the traces by `paths` (copied, not expanded), each of weight 1: the command line's
/// --trace. A path that is not absolute is relative to the current folder.
void rubric_set_traces(struct rubric *rubric, char *const *paths, size_t n_paths);

void rubric_free(struct rubric *rubric);

/// Lists every key with what it takes and what it is when left out.
void rubric_print_keys(FILE *stream);

#endif
