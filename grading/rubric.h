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

#include "grading/late.h"
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
    char *salt;                   ///< of the seeds of students; or NULL
    struct lab_settings settings; ///< its strings belong to the rubric
    struct criterion *criteria;
    size_t n_criteria;
    struct late_policy late;
};

/// Reads a rubric file. On failure false, with file, line, column and what is allowed in *error,
/// and nothing to free. On success the caller calls rubric_free.
///
/// Trace patterns are relative to the project's root (paths.h), whatever folder the rubric is in,
/// those of hidden traces to the rubric's folder. They are expanded here, each sorted by name, to
/// paths that can be opened. A file that two entries choose is played once, with the later entry's
/// weight, and hidden if one of them says so.
bool rubric_read(struct rubric *rubric, const char *path, struct error *error);

/// The same for text in memory; `path` is for messages and rubric->path.
bool rubric_parse(struct rubric *rubric, const char *path, const char *text, size_t text_bytes,
                  struct error *error);

/// Replaces the traces by `paths` (copied, not expanded), each of weight 1: the command line's
/// --trace. A path that is not absolute is relative to the current folder.
void rubric_set_traces(struct rubric *rubric, char *const *paths, size_t n_paths);

/// Adds each file of a folder, sorted by name, as a hidden trace of weight 1: --hidden. What begins
/// with a dot or with README is left out, and so are folders. False with *error when there is none.
bool rubric_add_hidden(struct rubric *rubric, const char *folder, struct error *error);

/// The traces for one student, with the seeds that are made for them; as many as the rubric has.
/// The caller calls rubric_traces_free.
struct trace_choice *rubric_traces_for(const struct rubric *rubric, const char *student);

void rubric_traces_free(struct trace_choice *traces, size_t n_traces);

void rubric_free(struct rubric *rubric);

/// Lists every key with what it takes and what it is when left out.
void rubric_print_keys(FILE *stream);

#endif
