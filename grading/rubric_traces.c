// SPDX-License-Identifier: MIT
// The traces of a rubric: one entry of `traces` chooses files or a generator; the command line
// replaces them all or adds folders of hidden ones.
#include "grading/rubric_traces.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grading/student_seed.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"

/// Results are stored as JSON, whose library has no larger integers.
#define SEED_MAX INT64_MAX

#define ENTRY(key, what, text)                                                                     \
    .name = #key, .type = (what), .offset = offsetof(struct trace_entry, key), .help = text

const struct schema_key rubric_trace_keys[] = {
    {ENTRY(file, SCHEMA_TEXT,
           "a file, or a pattern such as traces/malloc/*.rep; from the project's root, of hidden "
           "ones from the rubric's folder")},
    {ENTRY(generate, SCHEMA_TEXT,
           "instead of a file: a kind of 'mmgrade trace gen', made anew from a seed")},
    {ENTRY(ops, SCHEMA_NUMBER, "of what is generated: operations at most; else the kind's own"),
     .minimum = 1, .maximum = 1e7},
    {ENTRY(live, SCHEMA_NUMBER, "of what is generated: how much is alive at once, if it says so"),
     .minimum = 1, .maximum = 1e7},
    {ENTRY(sizes, SCHEMA_TEXT, "of what is generated: a law such as zipf:8:4096:1.2")},
    {ENTRY(lifetimes, SCHEMA_TEXT, "of what is generated: a law of lifetimes")},
    {ENTRY(seed, SCHEMA_TEXT,
           "of what is generated: a whole number from 1, else 1; student: each has one of their "
           "own, by the rubric's salt")},
    {ENTRY(hidden, SCHEMA_YES_NO, "yes: students are told the outcome and the points, no more"),
     .fallback = "no"},
    {ENTRY(weight, SCHEMA_NUMBER,
           "its part of every criterion's points, against the other traces' weights"),
     .minimum = 0, .maximum = 1e6, .fallback = "1"},
    {0}};

static void choice_clear(struct trace_choice *choice)
{
    free(choice->path);
    free(choice->arguments);
}

void rubric_traces_free(struct trace_choice *traces, size_t n_traces)
{
    for (size_t i = 0; i < n_traces; i++) {
        choice_clear(&traces[i]);
    }
    free(traces);
}

/// Takes the choice over. A file that was chosen before gets the new weight and keeps its place;
/// once hidden it stays hidden.
static void add(struct lab_settings *settings, struct trace_choice choice)
{
    for (size_t i = 0; choice.generator == NULL && i < settings->n_traces; i++) {
        struct trace_choice *old = &settings->traces[i];
        if (old->generator == NULL && strcmp(old->path, choice.path) == 0) {
            old->weight = choice.weight;
            old->hidden = old->hidden || choice.hidden;
            choice_clear(&choice);
            return;
        }
    }
    settings->traces =
        xreallocarray(settings->traces, settings->n_traces + 1, sizeof *settings->traces);
    settings->traces[settings->n_traces++] = choice;
}

// --- Files ------------------------------------------------------------------------------------

/// What a hidden pattern is relative to: such traces lie outside of the project, and their rubric
/// beside them. The caller frees it.
static char *beside_rubric(const char *rubric, const char *pattern)
{
    const char *slash = strrchr(rubric, '/');
    return pattern[0] == '/' || slash == NULL
               ? xstrdup(pattern)
               : xasprintf("%.*s/%s", (int)(slash - rubric), rubric, pattern);
}

static bool take_files(const struct schema_place *place, struct rubric *rubric,
                       const struct trace_entry *entry)
{
    char *pattern =
        entry->hidden ? beside_rubric(rubric->path, entry->file) : paths_in_root(entry->file);
    glob_t found = {0};
    int failure = glob(pattern, GLOB_MARK, NULL, &found);
    free(pattern);
    bool ok = true;
    if (failure == GLOB_NOSPACE) {
        die("out of memory");
    }
    if (failure != 0) {
        ok = schema_refuse(place, "file", "no trace matches '%s' below %s", entry->file,
                           entry->hidden ? "the rubric's folder" : "the project's root");
    }
    for (size_t i = 0; ok && i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        if (path[strlen(path) - 1] == '/') {
            ok = schema_refuse(place, "file", "'%s' is a folder; for all in it write '%s/*.rep'",
                               entry->file, entry->file);
        } else {
            add(&rubric->settings, (struct trace_choice){.path = xstrdup(path),
                                                         .weight = entry->weight,
                                                         .hidden = entry->hidden});
        }
    }
    globfree(&found);
    return ok;
}

// --- Generators -------------------------------------------------------------------------------

static bool refuse_kind(const struct schema_place *place, const char *name)
{
    char *all = xstrdup("");
    for (size_t i = 0; i < n_generators; i++) {
        char *longer = xasprintf("%s%s%s", all, i == 0 ? "" : ", ", generators[i].name);
        free(all);
        all = longer;
    }
    schema_refuse(place, "generate", "unknown kind '%s' (one of %s)", name, all);
    free(all);
    return false;
}

/// "7", or "student".
static bool take_seed(const struct schema_place *place, const char *text,
                      struct trace_choice *choice)
{
    char *end = NULL;
    choice->per_student = text != NULL && strcmp(text, "student") == 0;
    errno = 0;
    choice->options.seed = text == NULL || choice->per_student ? 1 : strtoull(text, &end, 10);
    bool is_number = end == NULL || (isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0);
    return (is_number && choice->options.seed > 0 && choice->options.seed <= SEED_MAX) ||
           schema_refuse(place, "seed",
                         "'seed' needs a whole number from 1, or 'student', found "
                         "'%s'",
                         text);
}

static bool take_laws(const struct schema_place *place, const struct trace_entry *entry,
                      struct trace_choice *choice)
{
    const struct generator *kind = choice->generator;
    struct error error;
    if (entry->live > 0 && kind->default_live == 0) {
        return schema_refuse(place, "live", "'%s' has no use for 'live'", kind->name);
    }
    if (entry->sizes != NULL && (kind->takes & TAKES_SIZES) == 0) {
        return schema_refuse(place, "sizes", "'%s' has no use for 'sizes'", kind->name);
    }
    if (entry->lifetimes != NULL && (kind->takes & TAKES_LIFETIMES) == 0) {
        return schema_refuse(place, "lifetimes", "'%s' has no use for 'lifetimes'", kind->name);
    }
    if (entry->sizes != NULL &&
        !sizes_parse(&choice->options.sizes, entry->sizes, "sizes", &error)) {
        return schema_refuse(place, "sizes", "%s", error.text);
    }
    if (entry->lifetimes != NULL) {
        choice->options.lifetimes = lifetimes_find(entry->lifetimes);
        return choice->options.lifetimes != NULL ||
               schema_refuse(place, "lifetimes",
                             "unknown law of lifetimes '%s'; 'mmgrade trace "
                             "gen --help' lists them",
                             entry->lifetimes);
    }
    return true;
}

/// What the kind makes of fewer operations than it has by itself may be nothing.
static bool check_ops(const struct schema_place *place, const struct trace_choice *choice)
{
    if (choice->options.n_ops == 0 || choice->options.n_ops >= choice->generator->default_ops) {
        return true;
    }
    struct trace trace;
    generator_run(choice->generator, choice->options, &trace);
    bool any = trace.n_ops > 0;
    trace_free(&trace);
    return any || schema_refuse(place, "ops", "'%s' needs more operations than that",
                                choice->generator->name);
}

/// As `mmgrade trace gen` takes it. The caller frees it.
static char *arguments_of(const struct trace_entry *entry, const struct trace_choice *choice)
{
    char ops[32] = "";
    char live[32] = "";
    if (choice->options.n_ops > 0) {
        snprintf(ops, sizeof ops, " --ops %zu", choice->options.n_ops);
    }
    if (choice->options.live > 0) {
        snprintf(live, sizeof live, " --live %zu", choice->options.live);
    }
    return xasprintf(
        "%s%s%s%s%s%s%s", entry->generate, ops, live, entry->sizes == NULL ? "" : " --sizes ",
        entry->sizes == NULL ? "" : entry->sizes, entry->lifetimes == NULL ? "" : " --lifetimes ",
        entry->lifetimes == NULL ? "" : entry->lifetimes);
}

static bool take_generator(const struct schema_place *place, struct rubric *rubric,
                           const struct trace_entry *entry)
{
    struct trace_choice choice = {
        .weight = entry->weight,
        .hidden = entry->hidden,
        .generator = generator_find(entry->generate),
        .options = {.n_ops = (size_t)entry->ops, .live = (size_t)entry->live}};
    if (choice.generator == NULL) {
        return refuse_kind(place, entry->generate);
    }
    if (!take_seed(place, entry->seed, &choice) || !take_laws(place, entry, &choice) ||
        !check_ops(place, &choice)) {
        return false;
    }
    choice.path = trace_choice_name(choice.generator, choice.options.seed);
    choice.arguments = arguments_of(entry, &choice);
    add(&rubric->settings, choice);
    return true;
}

// --- All --------------------------------------------------------------------------------------

bool rubric_check_trace(const struct schema_place *place, void *draft, void *element)
{
    static const char *const of_generators[] = {"ops", "live", "sizes", "lifetimes", "seed"};
    struct rubric *rubric = &((struct rubric_draft *)draft)->rubric;
    const struct trace_entry *entry = element;
    if ((entry->file == NULL) == (entry->generate == NULL)) {
        return schema_refuse(place, "generate", "a trace has either 'file' or 'generate'");
    }
    if (entry->generate != NULL) {
        return take_generator(place, rubric, entry);
    }
    for (size_t i = 0; i < sizeof of_generators / sizeof *of_generators; i++) {
        if (schema_has(place, of_generators[i])) {
            return schema_refuse(place, of_generators[i], "'%s' is for what is generated",
                                 of_generators[i]);
        }
    }
    return take_files(place, rubric, entry);
}

bool rubric_check_traces(const struct schema_place *place, const struct rubric *rubric)
{
    const struct lab *lab = lab_find(rubric->lab);
    size_t n_salt = rubric->salt == NULL ? 0 : strlen(rubric->salt);
    double weight = 0;
    if (rubric->salt != NULL && (n_salt < STUDENT_SALT_MIN || n_salt > STUDENT_SALT_MAX)) {
        return schema_refuse(place, "salt", "'salt' has %zu characters, allowed are %d to %d",
                             n_salt, STUDENT_SALT_MIN, STUDENT_SALT_MAX);
    }
    for (size_t i = 0; i < rubric->settings.n_traces; i++) {
        const struct trace_choice *one = &rubric->settings.traces[i];
        weight += one->weight;
        if (one->generator != NULL && lab->modules != 0) {
            return schema_refuse(place, "traces",
                                 "the lab %s plays memory accesses: 'generate' makes none",
                                 lab->name);
        }
        if (one->per_student && rubric->salt == NULL) {
            return schema_refuse(place, "traces",
                                 "'seed: student' needs a 'salt' at the top: a "
                                 "text that nobody can guess");
        }
    }
    return weight > 0 || schema_refuse(place, "traces", "all weights are 0");
}

void rubric_set_traces(struct rubric *rubric, char *const *paths, size_t n_paths)
{
    struct lab_settings *settings = &rubric->settings;
    rubric_traces_free(settings->traces, settings->n_traces);
    settings->traces = NULL;
    settings->n_traces = 0;
    for (size_t i = 0; i < n_paths; i++) {
        add(settings, (struct trace_choice){.path = xstrdup(paths[i]), .weight = 1});
    }
}

static int is_trace(const struct dirent *child)
{
    return child->d_name[0] != '.' && strncmp(child->d_name, "README", 6) != 0;
}

bool rubric_add_hidden(struct rubric *rubric, const char *folder, struct error *error)
{
    struct dirent **children;
    size_t n_added = 0;
    int n = scandir(folder, &children, is_trace, alphasort);
    if (n < 0) {
        return error_at(error, folder, 0, 0, "cannot be read: %s", strerror(errno));
    }
    for (int i = 0; i < n; i++) {
        struct stat status;
        char *path = xasprintf("%s/%s", folder, children[i]->d_name);
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
            add(&rubric->settings,
                (struct trace_choice){.path = xstrdup(path), .weight = 1, .hidden = true});
            n_added++;
        }
        free(path);
        free(children[i]);
    }
    free(children);
    return n_added > 0 || error_at(error, folder, 0, 0, "holds no trace");
}

struct trace_choice *rubric_traces_for(const struct rubric *rubric, const char *student)
{
    const struct lab_settings *settings = &rubric->settings;
    struct trace_choice *traces = xcalloc(settings->n_traces, sizeof *traces);
    for (size_t i = 0; i < settings->n_traces; i++) {
        const struct trace_choice *one = &settings->traces[i];
        traces[i] = *one;
        traces[i].path = xstrdup(one->path);
        traces[i].arguments = one->arguments == NULL ? NULL : xstrdup(one->arguments);
        if (one->per_student) {
            free(traces[i].path);
            traces[i].options.seed = student_seed(rubric->salt, student, i);
            traces[i].path = trace_choice_name(one->generator, traces[i].options.seed);
        }
    }
    return traces;
}
