// SPDX-License-Identifier: MIT
// Reading results; README.md says what the words of `expect` mean.
#include "tests/hostile/outcome.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/base/memory.h"

#define MAX_BYTES (256u << 10) ///< of a log and of a result: a flood must not pass
#define HEAD_LINES 12
#define LEAK "LE" /* not in one piece: sources are quoted in messages */ "AK:"

/// All of a file, up to a byte more than may be there; NULL when there is none. The caller frees
/// it.
static char *read_some(const char *path, size_t *n_bytes)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return NULL;
    }
    char *text = xcalloc(MAX_BYTES + 2, 1);
    *n_bytes = fread(text, 1, MAX_BYTES + 1, file);
    fclose(file);
    return text;
}

static bool has_control(const char *text, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f) {
            return true;
        }
    }
    return false;
}

static const char *find_leak(const char *text, size_t n_bytes, const char *secret)
{
    return n_bytes > MAX_BYTES                                            ? "too many bytes"
           : memmem(text, n_bytes, secret, strcspn(secret, "\n")) != NULL ? "a secret"
           : memmem(text, n_bytes, LEAK, strlen(LEAK)) != NULL            ? "what it found"
           : has_control(text, n_bytes)                                   ? "control characters"
                                                                          : NULL;
}

static const char *code_of(const json_t *verdict)
{
    const char *code = json_string_value(json_object_get(verdict, "code"));
    return code == NULL ? "?" : code;
}

static char *describe(const json_t *result)
{
    const json_t *build = json_object_get(json_object_get(result, "build"), "verdict");
    const json_t *one = json_array_get(json_object_get(result, "cases"), 0);
    const json_t *verdict = json_object_get(one, "verdict");
    const json_t *warning = json_array_get(json_object_get(one, "warnings"), 0);
    return json_is_object(build)     ? xasprintf("BUILD %s", code_of(build))
           : json_is_object(verdict) ? xasprintf("%s op %lld", code_of(verdict),
                                                 json_integer_value(json_object_get(verdict, "op")))
           : json_is_object(warning) ? xasprintf("WARN %s", code_of(warning))
                                     : xstrdup("PASS");
}

static char *indent(const char *text)
{
    char *shown = xstrdup("");
    for (int i = 0; i < HEAD_LINES && *text != '\0'; i++) {
        size_t n = strcspn(text, "\n");
        char *longer = xasprintf("%s    %.*s\n", shown, (int)(n < 200 ? n : 200), text);
        free(shown);
        shown = longer;
        text += n + (text[n] == '\n');
    }
    return shown;
}

void outcome_read(struct outcome *outcome, const char *result, const char *log, int status,
                  const char *secret)
{
    size_t n_log = 0, n_tree = 0;
    char *printed = read_some(log, &n_log);
    char *text = read_some(result, &n_tree);
    *outcome = (struct outcome){.log_head = indent(printed == NULL ? "" : printed)};
    outcome->leak = printed == NULL ? NULL : find_leak(printed, n_log, secret);
    if (outcome->leak == NULL && text != NULL) {
        outcome->leak = find_leak(text, n_tree, secret);
    }
    json_t *tree = text == NULL ? NULL : json_loadb(text, n_tree, 0, NULL);
    if (tree != NULL) {
        outcome->seen = describe(tree);
        outcome->score = json_number_value(json_object_get(tree, "score"));
    } else if (WIFEXITED(status)) {
        // 2 is also said of files that cannot be taken: no result, so no score.
        outcome->seen = WEXITSTATUS(status) == 2 && n_tree == 0
                            ? xstrdup("REFUSED")
                            : xasprintf("no result, exit status %d", WEXITSTATUS(status));
    } else {
        outcome->seen = xasprintf("mmgrade ended by signal %d", WTERMSIG(status));
    }
    json_decref(tree);
    free(printed);
    free(text);
}

char *outcome_fault(const struct outcome *outcome, const struct attack *attack, double honest)
{
    bool expected = false;
    for (size_t i = 0; i < attack->n_expected; i++) {
        expected |= strcmp(attack->expected[i], outcome->seen) == 0;
    }
    double score = attack->scores ? honest : 0;
    if (outcome->leak != NULL) {
        return xasprintf("%s in what was printed or stored", outcome->leak);
    }
    if (!expected) {
        return xasprintf("expected %s, seen %s", attack->expected[0], outcome->seen);
    }
    if (honest >= 0 && fabs(outcome->score - score) > 1e-6) {
        return xasprintf("%s as expected, but the score is %g, not %g", outcome->seen,
                         outcome->score, score);
    }
    return NULL;
}

void outcome_free(struct outcome *outcome)
{
    free(outcome->seen);
    free(outcome->log_head);
}
