// SPDX-License-Identifier: MIT
// The mutants: submissions that are broken on purpose, each with the verdict that it must get, and
// good ones that must not be accused. README.md beside this file says how a .mutant file is
// written.
//
//     mutants MMGRADE [--keep] [--clang] [NAME...]
//
// runs those of that name, or all of tests/mutants, from the project's root: it edits the base,
// lets `MMGRADE grade` judge the result over the mutant's trace, and compares what its JSON says.
// A line for each mutant that is judged otherwise; 'N passed, N failed' stands last. Exit status 0
// when all passed, 1 when not. --keep leaves the sources and results of those that failed.
// --clang judges only those that name a line of code (`at`) under the default rubric, compiled by
// clang.
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"

#define FOLDER "tests/mutants"
#define CLANG_RUBRIC FOLDER "/clang.yaml"
#define N_PARALLEL 2
#define ALARM_SECONDS 120 ///< for one mutant: mmgrade's own limits are far below
#define TEXT_BYTES 512

struct mutant {
    char *path;
    char *name;
    char *text;   ///< of the .mutant file
    char *source; ///< the base with all edits applied
    char *lab;
    char *base; ///< files, separated by spaces
    char *rubric, *trace, *expect;
    char *at;               ///< the line of code that must be named, without blanks around it
    long changed;           ///< the operation that the message must name; 0 when it need not
    char *folder;           ///< where it is judged; NULL before that
    pid_t pid;              ///< of mmgrade, 0 when it does not run
    char error[TEXT_BYTES]; ///< why the .mutant file is bad, or what was seen in place of `expect`
};

__attribute__((format(printf, 2, 3))) static bool complain(struct mutant *mutant,
                                                           const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(mutant->error, sizeof mutant->error, format, arguments);
    va_end(arguments);
    return false;
}

// --- Reading a mutant -------------------------------------------------------------------------

/// The file's text, or NULL with errno set. The caller frees it.
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return NULL;
    }
    char *text = NULL;
    size_t capacity = 0;
    // No file here holds a NUL byte: all of it is one "line".
    if (getdelim(&text, &capacity, '\0', file) < 0) {
        free(text);
        text = xstrdup("");
    }
    fclose(file);
    return text;
}

static size_t line_of(const struct mutant *mutant, const char *at)
{
    size_t line = 1;
    for (const char *c = mutant->text; c < at; c++) {
        line += *c == '\n';
    }
    return line;
}

/// The value of "key: value" when the line has that key, else NULL. The caller frees it.
static char *take_value(const char *line, const char *key)
{
    size_t n = strlen(key);
    if (strncmp(line, key, n) != 0 || strncmp(line + n, ": ", 2) != 0) {
        return NULL;
    }
    const char *value = line + n + 2;
    return xasprintf("%.*s", (int)strcspn(value, "\n"), value);
}

/// One line of the head; false when it is none of those that may stand there.
static bool take_line(struct mutant *mutant, const char *line)
{
    const struct {
        const char *key;
        char **target;
    } known[] = {{"lab", &mutant->lab},       {"base", &mutant->base},
                 {"rubric", &mutant->rubric}, {"trace", &mutant->trace},
                 {"expect", &mutant->expect}, {"at", &mutant->at}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char *value = take_value(line, known[i].key);
        if (value != NULL) {
            free(*known[i].target);
            *known[i].target = value;
            return true;
        }
    }
    return sscanf(line, "changed: %ld", &mutant->changed) == 1 || line[0] == '#';
}

/// Reads up to the first edit, which *edits gets; false when the head is bad.
static bool read_head(struct mutant *mutant, char **edits)
{
    char *line = mutant->text;
    while (*line != '\0' && strncmp(line, "<<<<\n", 5) != 0) {
        if (!take_line(mutant, line)) {
            return complain(mutant,
                            "line %zu: expected '#', lab, base, rubric, trace, expect, changed, "
                            "at or '<<<<'",
                            line_of(mutant, line));
        }
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    *edits = line;
    if (mutant->text[0] != '#') {
        return complain(mutant, "line 1: expected '# what the student got wrong'");
    }
    if (mutant->base == NULL || mutant->trace == NULL || mutant->expect == NULL) {
        return complain(mutant, "line 1: base, trace and expect must be given");
    }
    return *line != '\0' ||
           complain(mutant, "line %zu: expected an edit ('<<<<')", line_of(mutant, line));
}

/// Replaces the one occurrence of `old` (ended by a NUL) in the source.
static bool replace(struct mutant *mutant, size_t line, const char *old, const char *new)
{
    char *at = strstr(mutant->source, old);
    if (at == NULL || *old == '\0') {
        return complain(mutant, "line %zu: this text is not in %s", line, mutant->base);
    }
    if (strstr(at + 1, old) != NULL) {
        return complain(mutant, "line %zu: this text is in %s more than once", line, mutant->base);
    }
    char *edited =
        xasprintf("%.*s%s%s", (int)(at - mutant->source), mutant->source, new, at + strlen(old));
    free(mutant->source);
    mutant->source = edited;
    return true;
}

/// Cuts the text at the line `mark`, which is looked for from `from` on; returns what follows it,
/// or NULL. The text before it ends with a newline, or is empty. Newlines stay, for line_of.
static char *cut_at(char *from, const char *mark)
{
    size_t n = strlen(mark);
    char *at = from;
    while (strncmp(at, mark, n) != 0) {
        at = strchr(at, '\n');
        if (at == NULL) {
            return NULL;
        }
        at++;
    }
    *at = '\0';
    return at + n;
}

static bool apply_edits(struct mutant *mutant, char *edit)
{
    while (strncmp(edit, "<<<<\n", 5) == 0) {
        size_t line = line_of(mutant, edit);
        char *old = edit + 5;
        char *new = cut_at(old, "====\n");
        char *next = new == NULL ? NULL : cut_at(new, ">>>>\n");
        if (next == NULL) {
            return complain(mutant, "line %zu: this edit lacks its '====' or '>>>>'", line);
        }
        if (!replace(mutant, line, old, new)) {
            return false;
        }
        edit = next;
    }
    return *edit == '\0' || complain(mutant, "line %zu: expected '<<<<'", line_of(mutant, edit));
}

/// The files of `base`, one behind the other.
static bool read_bases(struct mutant *mutant)
{
    mutant->source = xstrdup("");
    const char *name = mutant->base;
    while (*name != '\0') {
        size_t n = strcspn(name, " ");
        char *path = xasprintf("%.*s", (int)n, name);
        char *text = read_file(path);
        if (text == NULL) {
            complain(mutant, "base %s: %s", path, strerror(errno));
            free(path);
            return false;
        }
        char *longer = xasprintf("%s%s", mutant->source, text);
        free(mutant->source);
        free(text);
        free(path);
        mutant->source = longer;
        name += n + strspn(name + n, " ");
    }
    return true;
}

static bool read_mutant(struct mutant *mutant)
{
    mutant->text = read_file(mutant->path);
    if (mutant->text == NULL) {
        return complain(mutant, "%s: %s", mutant->path, strerror(errno));
    }
    mutant->lab = xstrdup("malloc");
    char *edits = NULL;
    if (!read_head(mutant, &edits)) {
        return false;
    }
    if (mutant->rubric == NULL) {
        mutant->rubric = xasprintf("grading/rubrics/%s.yaml", mutant->lab);
    }
    return read_bases(mutant) && apply_edits(mutant, edits);
}

// --- Judging it -------------------------------------------------------------------------------

static char *file_of(const struct mutant *mutant, const char *name)
{
    return xasprintf("%s/%s", mutant->folder, name);
}

static void write_source(const struct mutant *mutant)
{
    char *path = file_of(mutant, "mm.c");
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(mutant->source, file) < 0 || fclose(file) != 0) {
        die("%s: %s", path, strerror(errno));
    }
    free(path);
}

/// The child: mmgrade in this process's place, its output in a file.
static _Noreturn void become_mmgrade(const struct mutant *mutant, const char *mmgrade)
{
    int log = open(file_of(mutant, "log"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) {
        _exit(2);
    }
    alarm(ALARM_SECONDS); // outlives execl
    execl(mmgrade, mmgrade, "grade", "--lab", mutant->lab, "--rubric", mutant->rubric, "--trace",
          mutant->trace, "--json", file_of(mutant, "result.json"), file_of(mutant, "mm.c"), NULL);
    dprintf(STDERR_FILENO, "%s: %s\n", mmgrade, strerror(errno));
    _exit(2);
}

static void start(struct mutant *mutant, const char *mmgrade)
{
    mutant->folder = scratch_make();
    write_source(mutant);
    fflush(NULL);
    mutant->pid = fork();
    if (mutant->pid < 0) {
        die("fork: %s", strerror(errno));
    }
    if (mutant->pid == 0) {
        become_mmgrade(mutant, mmgrade);
    }
}

// --- Comparing --------------------------------------------------------------------------------

static const char *code_of(const json_t *verdict)
{
    const char *code = json_string_value(json_object_get(verdict, "code"));
    return code == NULL ? "?" : code;
}

/// "CODE op N" after the prefix; the caller frees it.
static char *describe_verdict(const json_t *verdict, const char *prefix)
{
    return xasprintf("%s%s op %lld", prefix, code_of(verdict),
                     (long long)json_integer_value(json_object_get(verdict, "op")));
}

/// The expected warning if any case has it, else the last one, else "PASS".
static char *describe_warnings(const json_t *cases, const char *expect)
{
    char *seen = xstrdup("PASS");
    size_t i, j;
    json_t *one_case, *warning;
    json_array_foreach((json_t *)cases, i, one_case)
    {
        json_array_foreach(json_object_get(one_case, "warnings"), j, warning)
        {
            free(seen);
            seen = describe_verdict(warning, "WARN ");
            if (strcmp(seen, expect) == 0) {
                return seen;
            }
        }
    }
    return seen;
}

/// Does the verdict say in words which operation changed the payload?
static bool names_operation(const json_t *verdict, long number)
{
    char *wanted = xasprintf("operation %ld", number);
    bool found = false;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)verdict, key, value)
    {
        const char *text = json_string_value(value);
        for (; !found && text != NULL && (text = strstr(text, wanted)) != NULL; text++) {
            char after = text[strlen(wanted)];
            found = after < '0' || after > '9';
        }
    }
    free(wanted);
    return found;
}

/// The first case that failed, else the first: a trace may be played on several machines.
static const json_t *find_case(const json_t *result)
{
    const json_t *cases = json_object_get(result, "cases");
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)cases, i, one)
    {
        if (json_is_object(json_object_get(one, "verdict"))) {
            return one;
        }
    }
    return json_array_get(cases, 0);
}

/// What the result tree says, in the words of an `expect` line; the caller frees it.
static char *describe(const json_t *result, const char *expect)
{
    const json_t *build = json_object_get(json_object_get(result, "build"), "verdict");
    const json_t *verdict = json_object_get(find_case(result), "verdict");
    if (json_is_object(build)) {
        return xasprintf("BUILD %s", code_of(build));
    }
    return json_is_object(verdict) ? describe_verdict(verdict, "")
                                   : describe_warnings(json_object_get(result, "cases"), expect);
}

/// Is the line of code that the verdict blames the one that was planted?
static bool names_line(struct mutant *mutant, const json_t *verdict)
{
    const json_t *place = json_array_get(json_object_get(verdict, "places"), 0);
    const char *text = json_string_value(json_object_get(place, "text"));
    return (text != NULL && strcmp(text, mutant->at) == 0) ||
           complain(mutant, "expected %s at '%s', seen as well, but at '%s'", mutant->expect,
                    mutant->at, text == NULL ? "no line" : text);
}

static bool agrees(struct mutant *mutant, const json_t *result)
{
    char *seen = describe(result, mutant->expect);
    bool same = strcmp(seen, mutant->expect) == 0;
    complain(mutant, "expected %s, seen %s", mutant->expect, seen);
    free(seen);
    const json_t *one_case = find_case(result);
    const json_t *verdict = json_object_get(one_case, "verdict");
    if (same && mutant->changed != 0 && !names_operation(verdict, mutant->changed)) {
        return complain(mutant, "expected %s, seen as well, but no text names operation %ld",
                        mutant->expect, mutant->changed);
    }
    if (same && mutant->at != NULL) {
        return names_line(mutant, json_is_object(verdict)
                                      ? verdict
                                      : json_array_get(json_object_get(one_case, "warnings"), 0));
    }
    return same;
}

/// Exit status 0 is for those that pass, perhaps with warnings, 1 for the others.
static bool status_agrees(struct mutant *mutant, int status)
{
    bool fine = strcmp(mutant->expect, "PASS") == 0 || strncmp(mutant->expect, "WARN ", 5) == 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == !fine) {
        return true;
    }
    return complain(mutant, "expected %s, seen as well, but with wait status 0x%x", mutant->expect,
                    (unsigned)status);
}

static bool judge(struct mutant *mutant, int status)
{
    char *path = file_of(mutant, "result.json");
    json_error_t error;
    json_t *result = json_load_file(path, 0, &error);
    free(path);
    if (result != NULL) {
        bool fine = agrees(mutant, result) && status_agrees(mutant, status);
        json_decref(result);
        return fine;
    }
    path = file_of(mutant, "log");
    char *log = read_file(path);
    complain(mutant, "expected %s, seen no result (%s): %.200s", mutant->expect, error.text,
             log == NULL ? "" : log);
    free(log);
    free(path);
    return false;
}

// --- The run ----------------------------------------------------------------------------------

/// Prints the line of one that failed, and tidies up.
static void finish(struct mutant *mutant, bool passed, bool keep)
{
    if (!passed) {
        printf("%s: %s\n", mutant->name, mutant->error);
    }
    if (!passed && keep && mutant->folder != NULL) {
        // Under a name that scratch.c does not know: it removes its own when the program ends.
        char *kept = xasprintf("%s.kept", mutant->folder);
        bool moved = rename(mutant->folder, kept) == 0;
        printf("    %s %s\n", moved ? "kept in" : "cannot be kept as", kept);
        free(kept);
    }
    scratch_remove(mutant->folder);
    char *owned[] = {mutant->path, mutant->name,   mutant->text,  mutant->source,
                     mutant->base, mutant->rubric, mutant->trace, mutant->expect};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) {
        free(owned[i]);
    }
}

/// Waits for one of the running ones and finishes it; returns whether it passed.
static bool reap(struct mutant *mutants, size_t n_mutants, bool keep)
{
    int status;
    pid_t pid = wait(&status);
    for (size_t i = 0; i < n_mutants; i++) {
        if (pid > 0 && mutants[i].pid == pid) {
            mutants[i].pid = 0;
            bool passed = judge(&mutants[i], status);
            finish(&mutants[i], passed, keep);
            return passed;
        }
    }
    die("wait: %s", strerror(errno));
}

/// With clang only those count that name a line and have no rubric of their own.
static bool is_left_out(struct mutant *mutant, bool clang)
{
    bool counts = mutant->at != NULL && strcmp(mutant->rubric, "grading/rubrics/malloc.yaml") == 0;
    if (clang && counts) {
        free(mutant->rubric);
        mutant->rubric = xstrdup(CLANG_RUBRIC);
    }
    return clang && !counts;
}

static bool run_all(struct mutant *mutants, size_t n_mutants, const char *mmgrade, bool keep,
                    bool clang)
{
    size_t n_running = 0, n_passed = 0, n_left_out = 0;
    for (size_t i = 0; i < n_mutants; i++) {
        if (!read_mutant(&mutants[i])) {
            finish(&mutants[i], false, keep);
            continue;
        }
        if (is_left_out(&mutants[i], clang)) {
            finish(&mutants[i], true, keep);
            n_left_out++;
            continue;
        }
        if (n_running == N_PARALLEL) {
            n_passed += reap(mutants, n_mutants, keep);
            n_running--;
        }
        start(&mutants[i], mmgrade);
        n_running++;
    }
    for (; n_running > 0; n_running--) {
        n_passed += reap(mutants, n_mutants, keep);
    }
    size_t n_judged = n_mutants - n_left_out;
    printf("%zu passed, %zu failed\n", n_passed, n_judged - n_passed);
    return n_passed == n_judged && n_judged > 0;
}

/// The mutants of these names, or all there are.
static struct mutant *find_mutants(char **names, size_t n_names, size_t *n_mutants)
{
    glob_t found = {0};
    for (size_t i = 0; i < n_names || (n_names == 0 && i == 0); i++) {
        char *pattern = xasprintf(FOLDER "/%s.mutant", n_names == 0 ? "*" : names[i]);
        glob(pattern, GLOB_NOCHECK | (i > 0 ? GLOB_APPEND : 0), NULL, &found);
        free(pattern);
    }
    struct mutant *mutants = xcalloc(found.gl_pathc, sizeof *mutants);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *file = strrchr(found.gl_pathv[i], '/') + 1;
        mutants[i].path = xstrdup(found.gl_pathv[i]);
        mutants[i].name = xasprintf("%.*s", (int)strcspn(file, "."), file);
    }
    *n_mutants = found.gl_pathc;
    globfree(&found);
    return mutants;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        die("usage: mutants MMGRADE [--keep] [--clang] [NAME...]");
    }
    int first = 2;
    bool keep = first < argc && strcmp(argv[first], "--keep") == 0;
    first += keep;
    bool clang = first < argc && strcmp(argv[first], "--clang") == 0;
    first += clang;
    size_t n_mutants;
    struct mutant *mutants = find_mutants(argv + first, (size_t)(argc - first), &n_mutants);
    bool fine = run_all(mutants, n_mutants, argv[1], keep, clang);
    free(mutants);
    return fine ? 0 : 1;
}
