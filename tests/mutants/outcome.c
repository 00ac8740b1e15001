// SPDX-License-Identifier: MIT
// Comparing: the code and the operation, the line that is blamed, and the whole text.
#include "tests/mutants/outcome.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"

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
           mutant_complain(mutant, "expected %s at '%s', seen as well, but at '%s'", mutant->expect,
                           mutant->at, text == NULL ? "no line" : text);
}

/// Does the explanation show the line that led there?
static bool shows_line(struct mutant *mutant, const json_t *verdict)
{
    const char *source = json_string_value(json_object_get(verdict, "source"));
    char *wanted = xasprintf("    %s\n", mutant->also);
    bool found = source != NULL && strstr(source, wanted) != NULL;
    free(wanted);
    return found || mutant_complain(mutant, "expected %s, seen as well, but '%s' is not shown",
                                    mutant->expect, mutant->also);
}

static bool agrees(struct mutant *mutant, const json_t *result)
{
    char *seen = describe(result, mutant->expect);
    bool same = strcmp(seen, mutant->expect) == 0;
    mutant_complain(mutant, "expected %s, seen %s", mutant->expect, seen);
    free(seen);
    const json_t *one_case = find_case(result);
    const json_t *verdict = json_object_get(one_case, "verdict");
    if (same && mutant->changed != 0 && !names_operation(verdict, mutant->changed)) {
        return mutant_complain(mutant, "expected %s, seen as well, but no text names operation %ld",
                               mutant->expect, mutant->changed);
    }
    if (!json_is_object(verdict)) {
        verdict = json_array_get(json_object_get(one_case, "warnings"), 0);
    }
    return same && (mutant->at == NULL || names_line(mutant, verdict)) &&
           (mutant->also == NULL || shows_line(mutant, verdict));
}

/// Exit status 0 is for those that pass, perhaps with warnings, 1 for the others.
static bool status_agrees(struct mutant *mutant, int status)
{
    bool fine = strcmp(mutant->expect, "PASS") == 0 || strncmp(mutant->expect, "WARN ", 5) == 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == !fine) {
        return true;
    }
    return mutant_complain(mutant, "expected %s, seen as well, but with wait status 0x%x",
                           mutant->expect, (unsigned)status);
}

// --- The whole text ---------------------------------------------------------------------------

/// Puts `new` in place of each `old` in an allocated string, which it takes.
static char *replace_all(char *text, const char *old, const char *new)
{
    for (char *at; (at = strstr(text, old)) != NULL;) {
        char *edited = xasprintf("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
        free(text);
        text = edited;
    }
    return text;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        die("%s: %s", path, strerror(errno));
    }
}

/// What mmgrade printed below its head, which names the compiler's version, without the paths that
/// differ each time. The caller frees it.
static char *shown_text(const struct mutant *mutant, const char *mmgrade)
{
    char *path = mutant_file(mutant, "log");
    char *log = mutant_read_file(path);
    free(path);
    const char *body = log == NULL ? NULL : strstr(log, "\n\n");
    char *text = xstrdup(body == NULL ? "" : body + 2);
    free(log);
    char *folder = mutant_file(mutant, "");
    char *program = xasprintf("Reproduce: %s", mmgrade);
    text = replace_all(text, folder, "");
    text = replace_all(text, program, "Reproduce: mmgrade");
    free(folder);
    free(program);
    return text;
}

static bool shows_golden(struct mutant *mutant, const char *mmgrade)
{
    char *seen = shown_text(mutant, mmgrade);
    if (getenv("GOLDEN_UPDATE") != NULL) {
        write_text(mutant->golden, seen);
        free(seen);
        return true;
    }
    char *expected = mutant_read_file(mutant->golden);
    bool same = expected != NULL && strcmp(expected, seen) == 0;
    if (!same) {
        char *path = mutant_file(mutant, "shown");
        write_text(path, seen);
        char *command = xasprintf("diff -u '%s' '%s' | tail -n +3", mutant->golden, path);
        mutant_complain(mutant, "what it shows differs from %s (make golden rewrites it)%s",
                        mutant->golden, system(command) == -1 ? "; no diff" : "");
        free(command);
        free(path);
    }
    free(expected);
    free(seen);
    return same;
}

bool outcome_agrees(struct mutant *mutant, const char *mmgrade, int status)
{
    char *path = mutant_file(mutant, "result.json");
    json_error_t error;
    json_t *result = json_load_file(path, 0, &error);
    free(path);
    if (result != NULL) {
        bool fine = agrees(mutant, result) && status_agrees(mutant, status) &&
                    (mutant->golden == NULL || shows_golden(mutant, mmgrade));
        json_decref(result);
        return fine;
    }
    path = mutant_file(mutant, "log");
    char *log = mutant_read_file(path);
    mutant_complain(mutant, "expected %s, seen no result (%s): %.200s", mutant->expect, error.text,
                    log == NULL ? "" : log);
    free(log);
    free(path);
    return false;
}
